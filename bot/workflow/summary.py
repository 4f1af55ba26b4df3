"""What a whole run came to, from the store alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from core.domain.market import Quote
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import Fill
from core.domain.units import ONE, ZERO, Asset, Money, exact

CAME_IN = frozenset({FlowKind.OPENING, FlowKind.DEPOSIT, FlowKind.WITHDRAWAL, FlowKind.REWARD})


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in figures, all money in quote currency.

    Attributes:
        began_at, ended_at: the first flow and the present.
        put_in: opening balance and deposits less withdrawals, at the prices of their day.
        value: everything on the account at the present middle prices.
        trades: fills.
        traded: their notional, buys and sales together.
        fees: what the venue charged.
        untouched_value: the value now if nothing had been traded after the first execution.
        prices: the middle prices everything is valued at.
        proposals: how many ended in which state.
        decisions: how many were made.
    """

    began_at: datetime
    ended_at: datetime
    quote: Asset
    put_in: Money
    value: Money
    trades: int
    traded: Money
    fees: Money
    untouched_value: Money | None
    prices: tuple[tuple[Asset, Decimal], ...]
    proposals: tuple[tuple[str, int], ...]
    decisions: int


async def summarise(desk: Desk) -> Summary:
    """Return what the run came to; nothing is stored."""
    quotes = await desk.market.quotes(desk.policy.risk_assets)
    with desk.store.reading() as tx:
        return _summary(tx, desk, _prices(quotes, desk.policy.quote))


async def close_run(desk: Desk) -> Summary:
    """Summarise a run that has come to its end, and witness the figures in the journal."""
    summary = await summarise(desk)
    payload = {
        "put_in": summary.put_in,
        "value": summary.value,
        "trades": summary.trades,
        "traded": summary.traded,
        "fees": summary.fees,
        "prices": dict(summary.prices),
    }
    with desk.store.transaction() as tx:
        tx.journal.append("run.ended", "engine", payload, at=summary.ended_at)
    return summary


@exact
def _summary(tx: Transaction, desk: Desk, prices: Mapping[Asset, Decimal]) -> Summary:
    flows, fills = tx.flows.all(), tx.orders.fills()
    ended = desk.clock.now()
    count = 1_000_000
    states = Counter(proposal.state.value for proposal in tx.proposals.latest(count))
    return Summary(
        began_at=flows[0].occurred_at if flows else ended,
        ended_at=ended,
        quote=desk.policy.quote,
        put_in=Money(
            sum((f.value for f in flows if f.kind in CAME_IN and f.value is not None), ZERO)
        ),
        value=_worth([(flow.asset, flow.amount) for flow in flows], prices),
        trades=len(fills),
        traded=Money(sum((fill.notional for fill in fills), ZERO)),
        fees=Money(sum((_fee(fill) for fill in fills), ZERO)),
        untouched_value=_untouched(flows, fills, prices, desk.policy.quote),
        prices=tuple(sorted(prices.items())),
        proposals=tuple(sorted(states.items())),
        decisions=len(tx.decisions.ids()),
    )


def _prices(quotes: tuple[Quote, ...], quote: Asset) -> dict[Asset, Decimal]:
    prices: dict[Asset, Decimal] = {row.asset: row.mid for row in quotes}
    prices[quote] = ONE
    return prices


def _fee(fill: Fill) -> Decimal:
    return fill.fee * fill.price if fill.fee_asset == fill.asset else fill.fee


def _worth(amounts: list[tuple[Asset, Decimal]], prices: Mapping[Asset, Decimal]) -> Money:
    return Money(sum((amount * prices.get(asset, ZERO) for asset, amount in amounts), ZERO))


def _untouched(
    flows: Sequence[Flow],
    fills: Sequence[Fill],
    prices: Mapping[Asset, Decimal],
    quote: Asset,
) -> Money | None:
    """Return the value now of what the first execution bought, later flows left as they came."""
    if not fills:
        return None
    first = fills[0].executed_at
    day = [fill for fill in fills if (fill.executed_at - first).total_seconds() < 3600]  # noqa: PLR2004
    amounts = [(flow.asset, flow.amount) for flow in flows if flow.kind in CAME_IN]
    for fill in day:
        amounts.append((fill.asset, fill.side.sign * fill.quantity))
        amounts.append((quote, -fill.side.sign * fill.notional))
        amounts.append((fill.fee_asset, -fill.fee))
    return _worth(amounts, prices)
