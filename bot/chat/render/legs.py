"""Planned trades and fills -> the table of legs, exact to the last digit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.chat.render.columns import aligned, first_that_fits, spread
from bot.chat.render.figures import exact
from bot.chat.render.words import Words
from core.domain.decision import PlannedTrade
from core.domain.market import Side
from core.domain.proposal import Fill
from core.domain.units import ZERO, Asset, Money, Price, Quantity, notional


@dataclass(frozen=True, slots=True)
class _Leg:
    """One leg in words.

    Attributes:
        sign: what the price means, in the one character or word that a single line has room for.
        price_line: the price and what it means, on a line of its own.
        amount: what it is worth, with its currency.
    """

    verb: str
    asset: Asset
    quantity: str
    sign: str
    price: str
    price_line: str
    amount: str


def plan_table(trades: Iterable[PlannedTrade], quote: Asset, words: Words) -> tuple[str, ...]:
    """Return every leg with its exact amount, the worst price it accepts, and what it is worth."""
    legs = [_planned(trade, quote, words) for trade in trades]
    return first_that_fits(_layouts(legs, quote))


def _planned(trade: PlannedTrade, quote: Asset, words: Words) -> _Leg:
    is_sale, price = trade.side is Side.SELL, exact(trade.worst_price, words)
    return _Leg(
        verb=words.say(f"leg.{trade.side}"),
        asset=trade.asset,
        quantity=exact(trade.quantity, words),
        sign="≥" if is_sale else "≤",
        price=price,
        price_line=words.say("leg.or_more" if is_sale else "leg.or_less", price=price),
        amount=words.wording.money(notional(trade.quantity, trade.mid), quote),
    )


def fills_table(fills: Sequence[Fill], quote: Asset, words: Words) -> tuple[str, ...]:
    """Return what was traded: per asset and side the exact amount, the average price, the money."""
    legs = []
    for asset, side in dict.fromkeys((fill.asset, fill.side) for fill in fills):
        own = [fill for fill in fills if (fill.asset, fill.side) == (asset, side)]
        quantity = Quantity(sum((fill.quantity for fill in own), ZERO))
        amount = Money(sum((fill.notional for fill in own), ZERO))
        price = words.wording.price(Price(amount / quantity))
        legs.append(
            _Leg(
                verb=words.say("leg.SOLD" if side is Side.SELL else "leg.BOUGHT"),
                asset=asset,
                quantity=exact(quantity, words),
                sign=words.say("leg.at"),
                price=price,
                price_line=words.say("leg.on_average", price=price),
                amount=words.wording.money(amount, quote),
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
    yield f"  {leg.price_line}"


def _three_lines(leg: _Leg) -> Iterator[str]:
    yield spread(f"{leg.verb} {leg.asset}", leg.amount)
    yield f"  {leg.quantity}"
    yield f"  {leg.price_line}"
