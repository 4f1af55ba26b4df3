"""Trade size and market -> what a leg costs, and whether the market is deep enough for it."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from core.domain.decision import Reason, ReasonCode
from core.domain.market import BarSeries, Book, Level, Quote, Side
from core.domain.policy import CostRules
from core.domain.snapshot import Snapshot
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, quantised

ADV_DAYS = 30
VOLATILITY_DAYS = 30


def leg_slip(
    snapshot: Snapshot, asset: Asset, *, side: Side, quantity: Quantity, rules: CostRules
) -> tuple[Rate, Reason | None]:
    """Return half-spread plus walk of one leg, and a reason if the market is too thin for it.

    The walk of a market that has kept costing more than expected is raised by its factor.

    Args:
        snapshot: quotes, books, bars and what was learned; the asset must have a quote.
        asset: what is traded.
        side: bought or sold.
        quantity: coins, above 0.
        rules: limits on walk, spread and share of daily volume.

    Source: METHODS 5.1 and 5.2.
    """
    quote = snapshot.quote_of(asset)
    assert quote is not None  # noqa: S101  # only quoted assets are planned
    half = quote.half_spread
    widest = rules.max_spread_major if asset in rules.majors else rules.max_spread_other
    if 2 * half > widest:
        return half, _illiquid(asset, "spread", 2 * half)
    traded = average_daily_value(snapshot.bars_of(asset))
    size = Money(quantity * quote.mid)
    if traded is not None and size > rules.max_adv * traded:
        return half, _illiquid(asset, "volume", size / traded if traded else None)
    walk = _walk(snapshot, quote, side=side, quantity=quantity, rules=rules)
    if walk is None or walk > rules.max_walk:
        what = "empty" if _is_empty(snapshot.book_of(asset), side) else "depth"
        return half, _illiquid(asset, what, walk)
    return Rate(half + walk), None


def raised_walks(snapshot: Snapshot, assets: Iterable[Asset]) -> tuple[Reason, ...]:
    """Return a reason for every traded market whose walk estimate was raised by experience.

    Source: METHODS 5.2.
    """
    factors = ((asset, snapshot.walk_ratio_of(asset)) for asset in sorted(assets))
    return tuple(
        Reason(ReasonCode.WALK_RAISED, asset, (("factor", factor),))
        for asset, factor in factors
        if factor != ONE
    )


def walk_of(levels: Sequence[Level], *, mid: Price, quantity: Quantity) -> Rate | None:
    """Return how far the average fill price lies from the middle, as a rate; None = not enough.

    Args:
        levels: the side of the book that is hit, best level first.
        mid: the middle price.
        quantity: coins to fill, above 0.
    """
    left, paid = quantity, ZERO
    for level in levels:
        take = min(left, level.size)
        paid += take * level.price
        left = Quantity(left - take)
        if not left:
            return Rate(abs(paid / quantity - mid) / mid)
    return None


def impact_of(size: Money, bars: BarSeries | None, rules: CostRules) -> Rate | None:
    """Return the square-root impact of a trade where no book is known; None without volumes.

    Source: METHODS 5.1; Donier & Bonart, arXiv 1412.4503.
    """
    traded, volatility = average_daily_value(bars), daily_volatility(bars)
    if not traded or volatility is None:
        return None
    share = float(size / traded)
    rate = float(rules.impact) * volatility * math.sqrt(share)
    return Rate(Decimal(str(quantised(rate))))


@lru_cache(maxsize=64)
def average_daily_value(bars: BarSeries | None) -> Money | None:
    """Return the mean daily traded value over the last 30 bars with volume, in quote currency."""
    if bars is None:
        return None
    pairs = zip(bars.closes[-ADV_DAYS:], bars.volumes[-ADV_DAYS:], strict=True)
    values = [close * volume for close, volume in pairs if volume > 0 and close > 0]
    if not values:
        return None
    return Money(Decimal(str(quantised(math.fsum(values) / len(values), 2))))


@lru_cache(maxsize=64)
def daily_volatility(bars: BarSeries | None) -> float | None:
    """Return the root mean square of the last 30 daily log returns; None with fewer than 10."""
    closes = () if bars is None else bars.closes[-VOLATILITY_DAYS - 1 :]
    if not all(math.isfinite(close) and close > 0 for close in closes):
        return None
    returns = [math.log(new) - math.log(old) for old, new in pairwise(closes)]
    if len(returns) < 10:  # noqa: PLR2004  # fewer say nothing
        return None
    return quantised(math.sqrt(math.fsum(r * r for r in returns) / len(returns)))


def _walk(
    snapshot: Snapshot, quote: Quote, *, side: Side, quantity: Quantity, rules: CostRules
) -> Rate | None:
    book = snapshot.book_of(quote.asset)
    if book is None:
        walk = impact_of(Money(quantity * quote.mid), snapshot.bars_of(quote.asset), rules)
    else:
        walk = _walk_through(book, quote, side=side, quantity=quantity)
    return None if walk is None else Rate(walk * snapshot.walk_ratio_of(quote.asset))


def _walk_through(book: Book, quote: Quote, *, side: Side, quantity: Quantity) -> Rate | None:
    levels = book.asks if side is Side.BUY else book.bids
    if not all(_is_level(level) for level in levels):
        return None
    distance = walk_of(levels, mid=quote.mid, quantity=quantity)
    return None if distance is None else Rate(max(distance - quote.half_spread, ZERO))


def _is_empty(book: Book | None, side: Side) -> bool:
    """Tell whether a book is there and has nothing on the side that an order hits."""
    return book is not None and not (book.asks if side is Side.BUY else book.bids)


def _is_level(level: Level) -> bool:
    return (
        level.price.is_finite()
        and level.size.is_finite()
        and level.price > ZERO
        and level.size >= ZERO
    )


def _illiquid(asset: Asset, what: str, measured: Decimal | None) -> Reason:
    figures = () if measured is None else (("measured", measured),)
    return Reason(ReasonCode.ILLIQUID, asset, (("what", what), *figures))
