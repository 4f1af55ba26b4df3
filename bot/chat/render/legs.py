"""Planned trades and fills -> the table of legs, exact to the last digit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.chat.render.columns import aligned, first_that_fits, spread
from bot.chat.render.figures import exact
from bot.explain.wording import en
from core.domain.decision import PlannedTrade
from core.domain.market import Side
from core.domain.proposal import Fill
from core.domain.units import ZERO, Asset, Money, Price, Quantity, notional


@dataclass(frozen=True, slots=True)
class _Leg:
    """One leg in words.

    Attributes:
        sign, bound: what the price means, short and in words.
        amount: what it is worth, with its currency.
    """

    verb: str
    asset: Asset
    quantity: str
    sign: str
    price: str
    bound: str
    amount: str


def plan_table(trades: Iterable[PlannedTrade], quote: Asset) -> tuple[str, ...]:
    """Return every leg with its exact amount, the worst price it accepts, and what it is worth."""
    legs = [
        _Leg(
            verb=trade.side.value,
            asset=trade.asset,
            quantity=exact(trade.quantity),
            sign="≥" if trade.side is Side.SELL else "≤",
            price=exact(trade.worst_price),
            bound="or more" if trade.side is Side.SELL else "or less",
            amount=en.money(notional(trade.quantity, trade.mid), quote),
        )
        for trade in trades
    ]
    return first_that_fits(_layouts(legs, quote))


def fills_table(fills: Sequence[Fill], quote: Asset) -> tuple[str, ...]:
    """Return what was traded: per asset and side the exact amount, the average price, the money."""
    legs = []
    for asset, side in dict.fromkeys((fill.asset, fill.side) for fill in fills):
        own = [fill for fill in fills if (fill.asset, fill.side) == (asset, side)]
        quantity = Quantity(sum((fill.quantity for fill in own), ZERO))
        amount = Money(sum((fill.notional for fill in own), ZERO))
        legs.append(
            _Leg(
                verb="SOLD" if side is Side.SELL else "BOUGHT",
                asset=asset,
                quantity=exact(quantity),
                sign="at",
                price=en.price(Price(amount / quantity)),
                bound="on average",
                amount=en.money(amount, quote),
            )
        )
    return first_that_fits(_layouts(legs, quote))


def _layouts(legs: Sequence[_Leg], quote: Asset) -> Iterator[tuple[str, ...]]:
    """Yield the legs on one line each, then on two, then on three."""
    rows = [
        (
            leg.verb,
            leg.quantity,
            leg.asset,
            leg.sign,
            leg.price,
            leg.amount.removesuffix(f" {quote}"),
        )
        for leg in legs
    ]
    for gap in ("  ", " "):
        yield aligned(rows, "<><<>>", (" ", " ", " ", " ", gap))
    yield tuple(line for leg in legs for line in _two_lines(leg))
    yield tuple(line for leg in legs for line in _three_lines(leg))


def _two_lines(leg: _Leg) -> Iterator[str]:
    yield spread(f"{leg.verb} {leg.quantity} {leg.asset}", leg.amount)
    yield f"  at {leg.price} {leg.bound}"


def _three_lines(leg: _Leg) -> Iterator[str]:
    yield spread(f"{leg.verb} {leg.asset}", leg.amount)
    yield f"  {leg.quantity}"
    yield f"  at {leg.price} {leg.bound}"
