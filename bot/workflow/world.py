"""The account and the market right before an order, and whether the books still agree with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from bot.workflow.last_gate import Situation
from core.domain.market import MarketRules, Quote
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Proposal, ProposalState
from core.domain.units import ZERO, Asset, Rate, exact

# Source: METHODS 8.5: between legs the balances may be off by 0.5 % of V or 5 in quote currency.
OFF_SHARE = Decimal("0.005")
OFF_AMOUNT = Decimal(5)
ONE_DAY = timedelta(days=1)

_BEGUN = frozenset(
    {ProposalState.EXECUTING, ProposalState.DONE, ProposalState.PARTIAL, ProposalState.FAILED}
)


@dataclass(frozen=True, slots=True)
class World:
    """Balances, quotes and rules of one instant."""

    balances: Sequence[Balance]
    quotes: Sequence[Quote]
    rules: Sequence[MarketRules]

    def quote(self, asset: Asset) -> Quote | None:
        """Return the quote of ``asset``, or None."""
        return next((row for row in self.quotes if row.asset == asset), None)

    def market(self, asset: Asset) -> MarketRules | None:
        """Return the market rules of ``asset``, or None."""
        return next((row for row in self.rules if row.asset == asset), None)


@dataclass(frozen=True, slots=True)
class Base:
    """The balances at some instant, and the fills that were in them already."""

    totals: dict[Asset, Decimal]
    fill_ids: frozenset[str]


async def read_world(desk: Desk) -> World:
    """Read balances and market, quotes last."""
    assets = desk.policy.risk_assets
    rules = await desk.market.rules(assets)
    balances = await desk.account.balances()
    return World(balances, await desk.market.quotes(assets), rules)


def is_old(desk: Desk, quote: Quote) -> bool:
    """Tell whether a quote is too old to send an order on."""
    return desk.clock.now() - quote.observed_at > desk.policy.data.execution_quote_max_age


def fee_of(desk: Desk, market: MarketRules) -> Rate:
    """Return the taker fee the venue told, or the careful default."""
    return desk.policy.costs.default_taker if market.taker_fee is None else market.taker_fee


def situation_of(desk: Desk, proposal: Proposal, *, world: World, market: MarketRules) -> Situation:
    """Return what the last gate looks at, read afresh."""
    now = desk.clock.now()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with desk.store.reading() as tx:
        # A card of yesterday may be approved late and begin after midnight.
        recent = tx.proposals.since(today - desk.policy.approval.time_to_live - ONE_DAY)
        begun = [row for row in recent if row.state in _BEGUN and _begun_at(tx, row) >= today]
        return Situation(
            at=now,
            policy=desk.policy,
            state=tx.memory.state(),
            proposal=tx.proposals.get(proposal.proposal_id) or proposal,
            fills=tx.orders.fills_of(proposal.proposal_id),
            unsettled=tx.orders.unsettled(),
            executions_today=len(begun),
            turnover_today=sum(
                (row.plan.turnover for row in begun if not row.plan.first_funding), ZERO
            ),
            balances=world.balances,
            quotes=world.quotes,
            fee=fee_of(desk, market),
        )


def _begun_at(tx: Transaction, proposal: Proposal) -> datetime:
    """Return when the first order of a proposal was written down."""
    intents = (order.intent_at for order in tx.orders.of(proposal.proposal_id))
    return min(intents, default=proposal.decided_at or proposal.created_at)


async def read_base(desk: Desk, proposal: Proposal) -> Base:
    """Return the present balances as the starting point of the comparison."""
    balances = await desk.account.balances()
    with desk.store.reading() as tx:
        fills = tx.orders.fills_of(proposal.proposal_id)
    return Base(_totals(balances), frozenset(fill.fill_id for fill in fills))


async def is_off(desk: Desk, proposal: Proposal, base: Base) -> bool:
    """Tell whether the balances differ from the base and the fills since by more than they may."""
    actual = _totals(await desk.account.balances())
    quotes = await desk.market.quotes(desk.policy.risk_assets)
    with desk.store.reading() as tx:
        fills = tx.orders.fills_of(proposal.proposal_id)
    expected = _after(base, fills, desk.policy.quote)
    prices: dict[Asset, Decimal] = {quote.asset: quote.mid for quote in quotes}
    prices[desk.policy.quote] = Decimal(1)
    return _largest_gap(actual, expected, prices) > max(OFF_AMOUNT, OFF_SHARE * proposal.plan.value)


@exact
def _largest_gap(
    actual: dict[Asset, Decimal], expected: dict[Asset, Decimal], prices: dict[Asset, Decimal]
) -> Decimal:
    gaps = (
        abs(actual.get(asset, ZERO) - amount) * prices.get(asset, ZERO)
        for asset, amount in expected.items()
    )
    return max(gaps, default=ZERO)


def _totals(balances: Sequence[Balance]) -> dict[Asset, Decimal]:
    return {row.asset: row.free + row.locked + row.staked for row in balances}


@exact
def _after(base: Base, fills: Sequence[Fill], quote: Asset) -> dict[Asset, Decimal]:
    totals = dict(base.totals)
    for fill in fills:
        if fill.fill_id in base.fill_ids:
            continue
        moves = (
            (fill.asset, fill.side.sign * fill.quantity),
            (quote, -fill.side.sign * fill.notional),
            (fill.fee_asset, -fill.fee),
        )
        for asset, amount in moves:
            totals[asset] = totals.get(asset, ZERO) + amount
    return totals
