"""The search for the next bar on which something changes, for Numba: short chunks in registers.

The same contract as ``search.next_change``. Sums may be rounded differently here: what is found is
looked at exactly, and the limits are drawn in by more than a rounding, so no decision depends on
it.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0913, PLR0917, PLW3301

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.blocks import GROUP, Blocks
from core.simulation.kernel.layout import SEARCH_ROOM
from core.simulation.kernel.search import MARGIN
from core.simulation.kernel.state import CASH, Way

_FIRST_CHUNK = 64
_LARGEST_CHUNK = SEARCH_ROOM


def next_change(
    closes: Floats,
    coins: Floats,
    highs: Floats,
    lows: Floats,
    cash: float,
    span: Floats,
    room: Floats,
    start: int,
    end: int,
) -> int:
    """Return the first bar from ``start`` on that may leave the limits, ``end`` for none."""
    count, length = len(coins), _FIRST_CHUNK
    while start < end:
        size = min(length, end - start)
        # Slices count from 0, which is what lets the loops over bars be vectorised.
        value, most, least = room[0][:size], room[1][:size], room[2][:size]
        for bar in range(size):
            value[bar] = cash
            most[bar] = 0.0
            least[bar] = np.inf
        asset = 0
        while asset + 4 <= count:
            add_four(closes, asset, start, coins, highs, lows, value, most, least)
            asset += 4
        while asset < count:
            chunk = closes[asset, start : start + size]
            add_one(chunk, coins[asset], highs[asset], lows[asset], value, most, least)
            asset += 1
        place = first_outside(value, most, least, span[0], span[1])
        if place < size:
            return start + place
        start += size
        length = min(2 * length, _LARGEST_CHUNK)
    return end


def add_four(
    closes: Floats,
    asset: int,
    start: int,
    coins: Floats,
    highs: Floats,
    lows: Floats,
    value: Floats,
    most: Floats,
    least: Floats,
) -> None:
    """Add four coins to what a chunk of bars comes to, so that each sum is stored once."""
    end = start + len(value)
    row0, row1 = closes[asset, start:end], closes[asset + 1, start:end]
    row2, row3 = closes[asset + 2, start:end], closes[asset + 3, start:end]
    q0, q1, q2, q3 = coins[asset], coins[asset + 1], coins[asset + 2], coins[asset + 3]
    u0, u1, u2, u3 = highs[asset], highs[asset + 1], highs[asset + 2], highs[asset + 3]
    l0, l1, l2, l3 = lows[asset], lows[asset + 1], lows[asset + 2], lows[asset + 3]
    for bar in range(len(value)):
        p0, p1, p2, p3 = row0[bar], row1[bar], row2[bar], row3[bar]
        value[bar] += (p0 * q0 + p1 * q1) + (p2 * q2 + p3 * q3)
        top = max(max(p0 * u0, p1 * u1), max(p2 * u2, p3 * u3))
        most[bar] = max(most[bar], top)
        bottom = min(min(p0 * l0, p1 * l1), min(p2 * l2, p3 * l3))
        least[bar] = min(least[bar], bottom)


def add_one(
    closes: Floats,
    held: float,
    above: float,
    below: float,
    value: Floats,
    most: Floats,
    least: Floats,
) -> None:
    """Add one coin to what a chunk of bars comes to."""
    for bar in range(len(value)):
        price = closes[bar]
        value[bar] += price * held
        most[bar] = max(most[bar], price * above)
        least[bar] = min(least[bar], price * below)


def first_outside(value: Floats, most: Floats, least: Floats, low: float, high: float) -> int:
    """Return the place of the first bar outside the limits, the count of bars for none."""
    found = 0
    for bar in range(len(value)):
        worth = value[bar]
        found += (most[bar] >= worth) | (least[bar] <= worth) | (worth <= low) | (worth >= high)
    if found > 0:
        for bar in range(len(value)):
            worth = value[bar]
            if most[bar] >= worth or least[bar] <= worth or worth <= low or worth >= high:
                return bar
    return len(value)


def first_unsure(blocks: Blocks, way: Way, block: int, end: int) -> int:
    """Return the first block from ``block`` on that may hold a bar outside, ``end`` for none."""
    coins, cash, first, count = way.coins, way.money[CASH], blocks.first, len(way.coins)
    rest, tops, bottoms = way.room[0], way.room[1], way.room[2]
    while block < end:
        group = block // GROUP
        last = min(end, (group + 1) * GROUP)
        whole = cash
        for asset in range(count):
            whole += coins[asset] * first[group, asset]
        for asset in range(count):
            price = first[group, asset]
            rest[asset] = coins[asset] * price - whole * blocks.shares[asset]
            tops[asset], bottoms[asset] = way.highs[asset] * price, way.lows[asset] * price
        rest[count] = cash - whole * blocks.shares[count]
        if not stays(way, whole, blocks.group_least[group], blocks.group_most[group]):
            while block < last:
                if not stays(way, whole, blocks.least[block], blocks.most[block]):
                    return block
                block += 1
        block = last
    return end


def stays(way: Way, whole: float, least: Floats, most: Floats) -> bool:
    """Tell whether prices within bounds keep clear of every limit; ``way.room`` is laid out."""
    rest, tops, bottoms, count = way.room[0], way.room[1], way.room[2], len(way.coins)
    low, high, top, bottom = whole, whole, 0.0, np.inf
    for asset in range(count):
        under, over = least[asset], most[asset]
        one, other = rest[asset] * under, rest[asset] * over
        low += min(one, other)
        high += max(one, other)
        top = max(top, tops[asset] * over)
        bottom = min(bottom, bottoms[asset] * under)
    one, other = rest[count] * least[count], rest[count] * most[count]
    low, high = low + min(one, other), high + max(one, other)
    margin = MARGIN * (whole + high)
    low, high = low - margin, high + margin
    is_inside = low > way.span[0] * most[count] and high < way.span[1] * least[count]
    return bool(top < low and bottom > high and is_inside)
