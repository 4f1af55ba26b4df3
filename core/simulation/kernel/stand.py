"""Where every asset stands: bands, breaches, and how far a weight may go until that changes.

Numba compiles this file where it is installed. Assets stand by symbol, cash last.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0912, PLR0913, PLR0917, C901, FBT001

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
    Indexes,
)
from core.simulation.kernel.sizing import mark, smallest_trade
from core.simulation.matrix import Flags

_WIDEN = float(GUARDED_WIDEN)
_LOWER_SHARE = float(LOWER_SHARE_OF_TARGET)
STANDARD, SMALL, TINY = 0, 1, 2
"""Places of the profiles a portfolio's size asks for."""

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


def set_bands(
    rules: Floats,
    targets: Floats,
    size: int,
    regime: int,
    is_guarded: bool,
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


def find_breaches(
    rules: Floats,
    value: float,
    values: Floats,
    weights: Floats,
    targets: Floats,
    upper: Floats,
    lower: Floats,
    usable: Flags,
    near: Floats,
    region: Indexes,
) -> bool:
    """Write each asset's region, 0 inside, 1 and 2 beyond the edge and far beyond, signed.

    Returns:
        Whether no coin is worth a trade yet, so that this is the first funding.

    Source: METHODS 1.2, 1.9 and 9a.
    """
    cash = len(weights) - 1
    least = smallest_trade(rules, value)
    is_first = True
    for asset in range(cash + 1):
        region[asset] = 0
        if asset < cash:
            mark(near, values[asset], least, value)
            is_first = is_first and values[asset] < least
        if not usable[asset]:
            continue
        distance = weights[asset] - targets[asset]
        half = upper[asset] if distance > 0.0 else lower[asset]
        if distance != 0.0:
            mark(near, abs(distance), half, 1.0)
            mark(near, abs(distance), rules[HARD] * half, 1.0)
        if asset < cash and targets[asset] == 0.0:
            is_out = values[asset] >= least
        else:
            is_out = distance != 0.0 and abs(distance) >= half
        if is_out:
            is_far = distance != 0.0 and abs(distance) >= rules[HARD] * half
            side = 1 if distance > 0.0 else -1
            region[asset] = 2 * side if is_far else side
    return is_first


def edges_of(
    target: float, upper: float, lower: float, hard: float, region: int
) -> tuple[float, float]:
    """Return the weights between which an asset stays in its region."""
    far = max(hard, 1.0)
    if region == 0:
        return target - lower, target + upper
    if region == 1:
        return target + upper, target + far * upper
    if region > 1:
        return target + far * upper, np.inf
    if region == -1:
        return target - far * lower, target - lower
    return -np.inf, target - far * lower


def set_edges(
    rules: Floats,
    size: int,
    value: float,
    weights: Floats,
    targets: Floats,
    upper: Floats,
    lower: Floats,
    usable: Flags,
    region: Indexes,
    coins: Floats,
    cash_held: float,
    highs: Floats,
    lows: Floats,
    span: Floats,
) -> bool:
    """Write until where prices may go so that every asset stays in its region.

    It holds while ``max(price * highs) < value``, ``min(price * lows) > value`` and the value stays
    between the two of ``span``. METHODS 1.2, turned round so that one pass over prices tells it.

    Returns:
        False when no such limits can be given: then the next bar must be looked at by itself.
    """
    count = len(coins)
    span[0], span[1] = size_span(rules, size)
    is_out = False
    for asset in range(count + 1):
        is_out = is_out or region[asset] != 0
    first = -1
    if is_out:
        # The first funding is exempt from waiting: one coin must stay worth a trade.
        for asset in range(count):
            if first < 0 or weights[asset] > weights[first]:
                first = asset
        span[0] = max(span[0], 0.5 * value)
        floor = 0.5 * weights[first]
        if floor < rules[MIN_TRADE_SHARE] or floor * span[0] < rules[MIN_TRADE_QUOTE]:
            return False
    for asset in range(count + 1):
        low, high = -np.inf, np.inf
        if usable[asset]:
            if asset < count and targets[asset] == 0.0:
                # An exit waits for a worth, not for a weight.
                if coins[asset] > 0.0 or rules[MIN_TRADE_QUOTE] <= 0.0:
                    return False
            else:
                low, high = edges_of(
                    targets[asset], upper[asset], lower[asset], rules[HARD], region[asset]
                )
        if asset == first:
            low = max(low, 0.5 * weights[asset])
        if asset == count:
            # Cash does not move with prices: its weight is a limit on the value.
            if cash_held > 0.0:
                span[0] = max(span[0], cash_held / high)
                if low > 0.0:
                    span[1] = min(span[1], cash_held / low)
        else:
            highs[asset], lows[asset] = 0.0, np.inf
            if coins[asset] > 0.0:
                highs[asset] = coins[asset] / high * (1.0 + SLACK)
                if low > 0.0:
                    lows[asset] = coins[asset] / low * (1.0 - SLACK)
    span[0] *= 1.0 + SLACK
    span[1] *= 1.0 - SLACK
    return True


def size_span(rules: Floats, size: int) -> tuple[float, float]:
    """Return the values between which a portfolio keeps the profile of its size."""
    tiny, small, back = rules[TINY_BELOW], rules[SMALL_BELOW], rules[BACK]
    if size == TINY:
        return 0.0, max(tiny * back, tiny)
    if size == SMALL:
        return tiny, max(small * back, small)
    return max(small, tiny), np.inf
