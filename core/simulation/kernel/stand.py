"""Where every asset stands: bands, breaches, and how far a weight may go until that changes.

Numba compiles this file where it is installed. Assets stand by symbol, cash last.
"""

import numpy as np

from core.planning.bands import GUARDED_WIDEN, LOWER_SHARE_OF_TARGET
from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import (
    BACK,
    HARD,
    MIN_TRADE_QUOTE,
    MIN_TRADE_SHARE,
    SCALARS,
    SMALL_BELOW,
    TINY_BELOW,
)
from core.simulation.kernel.sizing import mark, smallest_trade
from core.simulation.kernel.state import (
    CASH,
    IS_FIRST,
    IS_HARD,
    LONGEST,
    SIZE,
    VALUE,
    Way,
)

_WIDEN = float(GUARDED_WIDEN)
_LOWER_SHARE = float(LOWER_SHARE_OF_TARGET)
STANDARD, SMALL, TINY = 0, 1, 2
"""Places of the profiles a portfolio's size asks for."""

NOBODY = -1
SLACK = 1e-12
"""Edges are moved in by this share, so that a rough search never passes a breach by; what it finds
is looked at exactly."""


def size_of(rules: Floats, value: float, previous: int, near: Floats) -> int:
    """Return the profile that the portfolio's size asks for, with hysteresis on the way back.

    Source: METHODS 1.2.
    """
    tiny, small, back = rules[TINY_BELOW], rules[SMALL_BELOW], rules[BACK]
    for edge in (tiny, small, tiny * back, small * back):
        mark(near, value, edge, value)
    if value < tiny or (previous == TINY and value <= tiny * back):
        return TINY
    if value < small or (previous != STANDARD and value <= small * back):
        return SMALL
    return STANDARD


def set_bands(  # noqa: PLR0913, PLR0917  # compiled functions take arrays in place of objects
    rules: Floats,
    targets: Floats,
    size: int,
    regime: int,
    is_guarded: bool,  # noqa: FBT001
    upper: Floats,
    lower: Floats,
) -> None:
    """Write the band of every target. Source: METHODS 1.2, 2.6 and 9a."""
    count = len(targets)
    widths = SCALARS + count + size * count
    factor = SCALARS + 4 * count + 2 * regime
    widen = _WIDEN if is_guarded else 1.0
    for asset in range(count):
        is_cash = asset == count - 1
        above = rules[factor + 1] if is_cash else rules[factor]
        below = rules[factor] if is_cash else rules[factor + 1]
        base = rules[widths + asset]
        upper[asset] = above * base * widen
        lower[asset] = min(below * base * widen, _LOWER_SHARE * targets[asset])


def find_breaches(way: Way, rules: Floats) -> None:
    """Write each asset's region: 0 inside, 1 and 2 beyond the edge and far beyond, signed.

    The first funding is when no coin is worth a trade yet. Source: METHODS 1.2, 1.9 and 9a.
    """
    least = smallest_trade(rules, way.money[VALUE])
    way.at[IS_FIRST], way.at[IS_HARD] = 1, 0
    for asset in range(len(way.coins)):
        mark(way.near, way.values[asset], least, way.money[VALUE])
        if not way.values[asset] < least:
            way.at[IS_FIRST] = 0
    for asset in range(len(way.weights)):
        way.region[asset] = 0
        if way.usable[asset]:
            way.region[asset] = region_of(way, rules, asset, least)
        if abs(way.region[asset]) > 1:
            way.at[IS_HARD] = 1


def region_of(way: Way, rules: Floats, asset: int, least: float) -> int:
    """Return where an asset stands; one whose target is 0 is out while it is worth a trade."""
    distance = way.weights[asset] - way.targets[asset]
    half = way.upper[asset] if distance > 0.0 else way.lower[asset]
    if distance != 0.0:
        mark(way.near, abs(distance), half, 1.0)
        mark(way.near, abs(distance), rules[HARD] * half, 1.0)
    side = 1 if distance > 0.0 else -1
    far = 2 if distance != 0.0 and abs(distance) >= rules[HARD] * half else 1
    if asset < len(way.coins) and way.targets[asset] == 0.0:
        return side * far if way.values[asset] >= least else 0
    return side * far if distance != 0.0 and abs(distance) >= half else 0


def keep_streaks(way: Way, gap: int) -> None:
    """Bring the streaks to today, ``gap`` days after the last evaluation; METHODS 1.8 and 9a."""
    sides, days = way.sides, way.days
    way.at[LONGEST] = 0
    for asset in range(len(sides)):
        side = min(max(way.region[asset], -1), 1)
        if side == 0:
            days[asset] = 0
        elif side != sides[asset] or gap > 1:
            days[asset] = 1
        else:
            days[asset] += gap
        sides[asset] = side
        way.at[LONGEST] = max(way.at[LONGEST], days[asset])


def set_edges(way: Way, rules: Floats) -> bool:
    """Write until where prices may go so that every asset stays in its region.

    It holds while ``max(price * highs) < value``, ``min(price * lows) > value`` and the value stays
    between the two of ``span``. METHODS 1.2, turned round so that one pass over prices tells it.

    Returns:
        False when no such limits can be given: then the next bar must be looked at by itself.
    """
    way.span[0], way.span[1] = size_span(rules, way.at[SIZE])
    first = NOBODY
    if way.at[LONGEST] > 0:
        first = largest_coin(way)
        if not keeps_funded(way, rules, first):
            return False
    for asset in range(len(way.coins)):
        low, high = edges_of(way, rules, asset)
        if is_leaving(way, asset):
            # An exit waits for a worth, not for a weight.
            if way.coins[asset] > 0.0 or rules[MIN_TRADE_QUOTE] <= 0.0:
                return False
            low, high = -np.inf, np.inf
        if asset == first:
            low = max(low, 0.5 * way.weights[asset])
        limit_price(way, asset, low, high)
    limit_value_by_cash(way, rules)
    return True


def largest_coin(way: Way) -> int:
    """Return the coin with the largest weight."""
    first = 0
    for asset in range(1, len(way.coins)):
        if way.weights[asset] > way.weights[first]:
            first = asset
    return first


def keeps_funded(way: Way, rules: Floats, first: int) -> bool:
    """Limit the search so that one coin stays worth a trade; tell whether that can be done.

    The first funding is exempt from waiting, so while anyone is out it may not come about.
    """
    way.span[0] = max(way.span[0], 0.5 * way.money[VALUE])
    floor = 0.5 * way.weights[first]
    return bool(floor >= rules[MIN_TRADE_SHARE] and floor * way.span[0] >= rules[MIN_TRADE_QUOTE])


def is_leaving(way: Way, asset: int) -> bool:
    """Tell whether a coin goes on and its target is 0."""
    return bool(way.usable[asset] and way.targets[asset] == 0.0)


def edges_of(way: Way, rules: Floats, asset: int) -> tuple[float, float]:
    """Return the weights between which an asset stays in its region."""
    if not way.usable[asset]:
        return -np.inf, np.inf
    target, upper, lower = way.targets[asset], way.upper[asset], way.lower[asset]
    region, far = way.region[asset], max(rules[HARD], 1.0)
    if region == 0:
        return target - lower, target + upper
    if region == 1:
        return target + upper, target + far * upper
    if region > 1:
        return target + far * upper, np.inf
    if region == -1:
        return target - far * lower, target - lower
    return -np.inf, target - far * lower


def limit_price(way: Way, asset: int, low: float, high: float) -> None:
    """Write the limits of a coin's price, given those of its weight."""
    held = way.coins[asset]
    way.highs[asset], way.lows[asset] = 0.0, np.inf
    if held > 0.0:
        way.highs[asset] = held / high * (1.0 + SLACK)
        if low > 0.0:
            way.lows[asset] = held / low * (1.0 - SLACK)


def limit_value_by_cash(way: Way, rules: Floats) -> None:
    """Turn the edges of cash into limits on the value: cash does not move with prices."""
    cash, span = way.money[CASH], way.span
    low, high = edges_of(way, rules, len(way.coins))
    if cash > 0.0:
        span[0] = max(span[0], cash / high)
        if low > 0.0:
            span[1] = min(span[1], cash / low)
    span[0] *= 1.0 + SLACK
    span[1] *= 1.0 - SLACK


def size_span(rules: Floats, size: int) -> tuple[float, float]:
    """Return the values between which a portfolio keeps the profile of its size."""
    tiny, small, back = rules[TINY_BELOW], rules[SMALL_BELOW], rules[BACK]
    if size == TINY:
        return 0.0, max(tiny * back, tiny)
    if size == SMALL:
        return tiny, max(small * back, small)
    return max(small, tiny), np.inf
