"""Orders and fills -> what was sold and bought, at what price and cost, and what was not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.domain.decision import PlannedTrade
from core.domain.proposal import Fill, Order, OrderState, Proposal
from core.domain.shortfall import Shortfall
from core.domain.units import ZERO, Asset, Money, Quantity, exact
from core.facts.table import FactTable, Polarity, Row, Unit, row, table_of

# Why the last attempt at a leg left something unfilled.
_WHY = {
    OrderState.REJECTED: "rejected",
    OrderState.UNKNOWN: "unknown",
    OrderState.PARTLY_FILLED: "limit",
    OrderState.CANCELLED: "limit",
    OrderState.ABSENT: "absent",
}


@dataclass(frozen=True, slots=True)
class _Leg:
    """One planned trade with what became of it."""

    trade: PlannedTrade
    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]

    @property
    def filled(self) -> Quantity:
        return Quantity(sum((fill.quantity for fill in self.fills), ZERO))

    @property
    def notional(self) -> Money:
        return Money(sum((fill.notional for fill in self.fills), ZERO))

    @property
    def sent(self) -> tuple[Order, ...]:
        """The orders that left; an intent that was written anew or withheld never did."""
        return tuple(order for order in self.orders if order.deadline_at is not None)

    @property
    def unfilled(self) -> Quantity:
        """What was sent and not filled; of a leg that never left, all of it."""
        wanted = self.sent[0].quantity if self.sent else self.trade.quantity
        return Quantity(max(ZERO, wanted - self.filled))

    @property
    def why(self) -> str:
        return _WHY.get(self.sent[-1].state, "open") if self.sent else "not_sent"


@exact
def execution_facts(
    proposal: Proposal,
    orders: Sequence[Order],
    fills: Sequence[Fill],
    *,
    shortfalls: Sequence[Shortfall],
    quote: Asset,
) -> FactTable:
    """Return what an execution did, leg by leg, against what the card said.

    Args:
        proposal: the approved proposal with its plan.
        orders: every order of it, by leg and attempt.
        fills: every trade the venue booked for them.
        shortfalls: what each leg cost.
        quote: the currency its money is in.

    Returns:
        A table of topic ``execution``; without costs when a fee was taken in a third coin.

    Source: METHODS 5.2.
    """
    ordered = sorted(orders, key=lambda order: (order.leg, order.attempt))
    legs = [
        _Leg(
            trade,
            tuple(order for order in ordered if order.leg == trade.leg),
            _fills_of(trade, ordered, fills),
        )
        for trade in proposal.plan.trades
    ]
    rows = [
        row("quote", "portfolio", quote, Unit.NAME, rank=0),
        row("state", "proposal", proposal.state.value, Unit.KEY, rank=0),
        *(item for leg in legs for item in _leg_rows(leg)),
        *_cost_rows(proposal, legs, shortfalls),
    ]
    return table_of("execution", rows, ())


def _fills_of(
    trade: PlannedTrade, orders: Sequence[Order], fills: Sequence[Fill]
) -> tuple[Fill, ...]:
    names = {order.client_id for order in orders if order.leg == trade.leg}
    return tuple(fill for fill in fills if fill.client_id in names)


def _leg_rows(leg: _Leg) -> Iterator[Row]:
    asset, way = leg.trade.asset, Polarity(leg.trade.side.value.lower())
    yield row("asset", asset, asset, Unit.NAME, rank=2)
    if leg.filled > ZERO:
        name = f"{'sold' if way is Polarity.SELL else 'bought'}_{asset}".lower()
        average = leg.notional / leg.filled
        yield row("filled", asset, leg.filled, Unit.QUANTITY, rank=0, polarity=way, fact_id=name)
        yield row("average", asset, average, Unit.PRICE)
        yield row("amount", asset, leg.notional, Unit.MONEY, rank=3, polarity=way)
    if leg.unfilled > ZERO:
        yield row("unfilled", asset, leg.unfilled, Unit.QUANTITY, rank=0, polarity=way)
        yield row("why", asset, leg.why, Unit.KEY, rank=0)


def _cost_rows(
    proposal: Proposal, legs: Sequence[_Leg], shortfalls: Sequence[Shortfall]
) -> Iterator[Row]:
    """Yield what trading cost and what was expected; what prices did before it stands apart."""
    traded = [leg for leg in shortfalls if leg.filled]
    fees = [leg.fees for leg in traded if leg.fees is not None]
    if not traded or len(fees) < len(traded):
        return
    paid = sum(fees, ZERO)
    slippage = sum((leg.execution for leg in traded), ZERO)
    delay = sum((leg.delay for leg in traded), ZERO)
    is_whole = all(not leg.unfilled for leg in legs)
    expected = sum((leg.predicted for leg in traded), ZERO)
    estimate = proposal.plan.cost if is_whole else Money(expected)
    way = Polarity.UP if delay > ZERO else Polarity.DOWN
    yield row("fees", "proposal", paid, Unit.MONEY, rank=0)
    yield row("slippage", "proposal", slippage, Unit.MONEY, rank=2)
    yield row("delay", "proposal", abs(delay), Unit.MONEY, rank=2, polarity=way)
    yield row("cost", "proposal", paid + slippage, Unit.MONEY, rank=0)
    yield row("estimate", "proposal", estimate, Unit.MONEY, rank=0)


@exact
def ended_facts(proposal: Proposal, *, quote: Asset) -> FactTable:
    """Return how a proposal ended without a trade, or where it stands now.

    Args:
        proposal: the proposal.
        quote: the currency its money is in.

    Returns:
        A table of topic ``ended``.
    """
    rows = [
        row("quote", "portfolio", quote, Unit.NAME, rank=0),
        row("name", "proposal", proposal.proposal_id, Unit.NAME, rank=0),
        row("state", "proposal", proposal.state.value, Unit.KEY, rank=0),
        row("time", "proposal", proposal.expires_at, Unit.INSTANT, rank=0, fact_id="expiry"),
    ]
    if proposal.decided_by:
        rows.append(row("by", "proposal", proposal.decided_by, Unit.TEXT))
    if proposal.decided_at is not None:
        rows.append(row("at", "proposal", proposal.decided_at, Unit.INSTANT))
    if proposal.note:
        rows.append(row("note", "proposal", proposal.note, Unit.TEXT))
    for trade in proposal.plan.trades:
        way = Polarity(trade.side.value.lower())
        name = f"{way.value}_{trade.asset}".lower()
        rows.append(
            row(
                "trade",
                trade.asset,
                trade.quantity,
                Unit.QUANTITY,
                rank=2,
                polarity=way,
                fact_id=name,
            )
        )
    return table_of("ended", rows, ())
