"""Orders and fills -> what each leg cost against its decision, and what that teaches.

Prices drift while a person thinks, and fills are worse than the middle. Both are measured per leg,
in money; the estimate of a market that has kept costing more than expected is raised.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

from core.domain.decision import PlannedTrade
from core.domain.proposal import Fill, Order, Proposal
from core.domain.shortfall import Shortfall
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, exact

LEGS_LOOKED_AT = 10
"""How many of a market's newest legs count. Source: METHODS 5.2."""
FEWEST_LEGS = 3
"""With fewer, a median is one bad minute and no habit of the market."""
RAISED_ABOVE = Decimal("1.5")
MOST_RAISED = Decimal(4)
"""The estimate is raised above the first and never beyond the second. Source: METHODS 5.2."""
FAR_TOO_DEAR = Decimal(3)
"""A leg that cost more than this many times what was expected. Source: METHODS 8.7."""
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Prices:
    """The middle prices of one market since a plan was decided.

    Attributes:
        approved: when the leg's first order left; in the re-check's snapshot if none did.
        ended: when the execution ended; the re-check's again where no fresh one could be had.
        is_end_fresh: the last one was read at the end.
    """

    approved: Price
    ended: Price
    is_end_fresh: bool


@exact
def measure(
    proposal: Proposal,
    orders: Sequence[Order],
    fills: Sequence[Fill],
    *,
    prices: Mapping[Asset, Prices],
    quote: Asset,
    ended_at: datetime,
) -> tuple[Shortfall, ...]:
    """Return the implementation shortfall of every leg of an execution.

    Args:
        proposal: the approved proposal; the ``mid`` of a trade is the price of its decision.
        orders: every order of it; the first attempt says how much of a leg was wanted.
        fills: every trade the venue booked for them.
        prices: the middle prices since; without any, nothing moved.
        quote: the currency its money is in.
        ended_at: when the execution ended.

    Source: METHODS 5.2, each rate times the money it is a rate of; Perold 1988.
    """
    return tuple(
        _leg(proposal, trade, orders, fills, prices=prices, quote=quote, ended_at=ended_at)
        for trade in proposal.plan.trades
    )


def _leg(  # noqa: PLR0913  # the same as above, and one of its legs
    proposal: Proposal,
    trade: PlannedTrade,
    orders: Sequence[Order],
    fills: Sequence[Fill],
    *,
    prices: Mapping[Asset, Prices],
    quote: Asset,
    ended_at: datetime,
) -> Shortfall:
    own = [order for order in orders if order.leg == trade.leg]
    names = {order.client_id for order in own}
    rows = [fill for fill in fills if fill.client_id in names]
    first = min(own, key=lambda order: order.attempt, default=None)
    wanted = trade.quantity if first is None else first.quantity
    sign, decided = trade.side.sign, trade.mid
    known = prices.get(trade.asset, Prices(decided, decided, is_end_fresh=False))
    filled = sum((fill.quantity for fill in rows), ZERO)
    paid = sum((fill.notional for fill in rows), ZERO)
    return Shortfall(
        proposal_id=proposal.proposal_id,
        leg=trade.leg,
        asset=trade.asset,
        side=trade.side,
        ended_at=ended_at,
        wanted=wanted,
        filled=Quantity(filled),
        paid=Money(paid),
        decided_price=decided,
        approved_price=known.approved,
        ended_price=known.ended,
        is_end_fresh=known.is_end_fresh,
        delay=Money(sign * (known.approved - decided) * filled),
        execution=Money(sign * (paid - known.approved * filled)),
        fees=_fees_of(rows, quote),
        unfilled=Money(sign * (known.ended - decided) * max(ZERO, wanted - filled)),
        predicted=Money((trade.fee + trade.slippage) * filled / trade.quantity),
    )


def _fees_of(fills: Iterable[Fill], quote: Asset) -> Money | None:
    """Return the fees in quote currency; None where one was taken in a third coin."""
    total = ZERO
    for fill in fills:
        if fill.fee_asset == quote or not fill.fee:
            total += fill.fee
        elif fill.fee_asset == fill.asset:
            total += fill.fee * fill.price
        else:
            return None
    return Money(total)


@exact
def walk_ratio(legs: Sequence[Shortfall]) -> Decimal:
    """Return by how much a market's walk estimate is multiplied; 1 leaves it as it is.

    Args:
        legs: the market's legs, newest first; those that say nothing of their cost are passed over.

    Source: METHODS 5.2: the median of the last 10 when it exceeds 1.5, at most 4.
    """
    ratios = [ratio for leg in legs if (ratio := leg.ratio) is not None][:LEGS_LOOKED_AT]
    if len(ratios) < FEWEST_LEGS or (middle := median(ratios)) <= RAISED_ABOVE:
        return ONE
    return min(middle, MOST_RAISED).quantize(_PLACES)


@exact
def far_too_dear(legs: Iterable[Shortfall]) -> int:
    """Return how many legs cost more than three times what was expected.

    Source: METHODS 8.7.
    """
    return sum(1 for leg in legs if (ratio := leg.ratio) is not None and ratio > FAR_TOO_DEAR)


@exact
def trading_costs(legs: Iterable[Shortfall]) -> Money:
    """Return what trading the legs cost; a fee without a price counts as it was expected."""
    costs = (leg.execution if leg.fees is None else leg.execution + leg.fees for leg in legs)
    return Money(sum(costs, ZERO))
