"""The account and the market right before an order, and whether the books still agree with them."""

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from bot.workflow.last_gate import Situation
from core.domain.errors import FeedUnavailable
from core.domain.market import MarketRules, Quote
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Proposal, ProposalState
from core.domain.units import ZERO, Asset, Quantity, Rate, exact, text_of

# Source: METHODS 8.5: between legs the balances may be off by 0.5 % of V or 5 in quote currency.
OFF_SHARE = Decimal("0.005")
OFF_AMOUNT = Decimal(5)
ONE_DAY = timedelta(days=1)
# Seconds between looks at balances that do not agree: a venue may tell of a trade a moment late.
SETTLING = (1.0, 2.0, 4.0, 8.0, 15.0)
BEGUN_WITH = "execution:begun_with"
# Seconds between two tries of a read: one lost answer must not leave half a plan behind.
READ_AGAIN_AFTER = (1.0, 3.0)

T = TypeVar("T")

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
    """The account as it was before something was traded, to compare it with later.

    Attributes:
        totals: the balances before the plan's first order; if they were not recorded, those when
            this process took the plan up.
        fill_ids: the plan's fills that were in them already.
        begun_with: free amounts before the plan's first order, which outlive a restart; None when
            they were not recorded.
    """

    totals: dict[Asset, Decimal]
    fill_ids: frozenset[str]
    begun_with: dict[Asset, Decimal] | None


async def read_world(desk: Desk, proposal: Proposal, base: Base) -> World:
    """Read balances and market, quotes last.

    A balance that a venue tells late would be spent twice. So no balance counts as more than what
    was there before the plan and its fills since make of it.
    """
    assets = desk.policy.risk_assets
    rules, balances, quotes = await patiently(desk, lambda: _read(desk, assets))
    with desk.store.reading() as tx:
        fills = tx.orders.fills_of(proposal.proposal_id)
    careful = _capped(balances, base, fills, desk.policy.quote)
    return World(careful, quotes, rules)


async def _read(
    desk: Desk, assets: Collection[Asset]
) -> tuple[Sequence[MarketRules], Sequence[Balance], Sequence[Quote]]:
    rules = await desk.market.rules(assets)
    balances = await desk.account.balances()
    return rules, balances, await desk.market.quotes(assets)


async def patiently(desk: Desk, read: Callable[[], Awaitable[T]]) -> T:
    """Return what ``read`` gives; a read that fails is tried again, since it changes nothing.

    Raises:
        FeedUnavailable: it failed several times.
    """
    for pause in READ_AGAIN_AFTER:
        try:
            return await read()
        except FeedUnavailable:
            await desk.clock.sleep(pause)
    return await read()


@exact
def _capped(
    balances: Sequence[Balance], base: Base, fills: Sequence[Fill], quote: Asset
) -> Sequence[Balance]:
    if base.begun_with is None:
        return balances
    known = _moved(base.begun_with, fills, quote)
    return tuple(
        replace(row, free=Quantity(max(min(row.free, known.get(row.asset, ZERO)), ZERO)))
        for row in balances
    )


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
            mode=desk.mode,
            policy=desk.policy,
            state=tx.memory.state(),
            proposal=tx.proposals.get(proposal.proposal_id) or proposal,
            orders=tx.orders.of(proposal.proposal_id),
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
    """Return the present balances as the starting point of the comparison.

    Before the plan's first order is sent they are recorded, so that a restart knows them too.
    """
    balances = await patiently(desk, desk.account.balances)
    pid = proposal.proposal_id
    with desk.store.transaction() as tx:
        if all(order.deadline_at is None for order in tx.orders.of(pid)):
            tx.memory.put(BEGUN_WITH, _recorded(pid, balances))
        begun = json.loads(tx.memory.get(BEGUN_WITH) or "{}")
        fills = tx.orders.fills_of(pid)
    if begun.get("proposal_id") != pid or "totals" not in begun:
        # An execution that an older version began has no such record.
        return Base(_totals(balances), frozenset(fill.fill_id for fill in fills), None)
    # The present balances may be told late; those of before the first order are not.
    return Base(_amounts(begun["totals"]), frozenset(), _amounts(begun["free"]))


def _recorded(proposal_id: str, balances: Sequence[Balance]) -> str:
    free = {row.asset: text_of(row.free) for row in balances}
    totals = {asset: text_of(amount) for asset, amount in _totals(balances).items()}
    return json.dumps({"proposal_id": proposal_id, "free": free, "totals": totals})


def _amounts(recorded: dict[str, str]) -> dict[Asset, Decimal]:
    return {Asset(name): Decimal(amount) for name, amount in recorded.items()}


async def is_off(desk: Desk, proposal: Proposal, base: Base) -> bool:
    """Tell whether the balances differ from the base and the fills since by more than they may.

    What differs is looked at again for some seconds before it counts.
    """
    for pause in (*SETTLING, None):
        if not await _differs(desk, proposal, base):
            return False
        if pause is not None:
            await desk.clock.sleep(pause)
    return True


async def _differs(desk: Desk, proposal: Proposal, base: Base) -> bool:
    _, balances, quotes = await patiently(desk, lambda: _read(desk, desk.policy.risk_assets))
    actual = _totals(balances)
    with desk.store.reading() as tx:
        fills = tx.orders.fills_of(proposal.proposal_id)
    since = [fill for fill in fills if fill.fill_id not in base.fill_ids]
    expected = _moved(base.totals, since, desk.policy.quote)
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
def _moved(
    before: dict[Asset, Decimal], fills: Sequence[Fill], quote: Asset
) -> dict[Asset, Decimal]:
    """Return what fills make of the amounts there were before them."""
    amounts = dict(before)
    for fill in fills:
        moves = (
            (fill.asset, fill.side.sign * fill.quantity),
            (quote, -fill.side.sign * fill.notional),
            (fill.fee_asset, -fill.fee),
        )
        for asset, amount in moves:
            amounts[asset] = amounts.get(asset, ZERO) + amount
    return amounts
