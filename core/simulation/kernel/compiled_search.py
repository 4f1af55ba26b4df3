"""The search for the next bar on which something changes, for Numba: short chunks in registers.

The same contract as ``search.next_change``. Sums may be rounded differently here: what is found is
looked at exactly, and the limits are drawn in by more than a rounding, so no decision depends on
it.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0913, PLR0917, PLW3301, C901

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import SEARCH_ROOM

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
    count = len(coins)
    low, high = span[0], span[1]
    length = _FIRST_CHUNK
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
            chunk0 = closes[asset, start : start + size]
            chunk1 = closes[asset + 1, start : start + size]
            chunk2 = closes[asset + 2, start : start + size]
            chunk3 = closes[asset + 3, start : start + size]
            q0, q1, q2, q3 = coins[asset], coins[asset + 1], coins[asset + 2], coins[asset + 3]
            u0, u1, u2, u3 = highs[asset], highs[asset + 1], highs[asset + 2], highs[asset + 3]
            l0, l1, l2, l3 = lows[asset], lows[asset + 1], lows[asset + 2], lows[asset + 3]
            for bar in range(size):
                p0, p1, p2, p3 = chunk0[bar], chunk1[bar], chunk2[bar], chunk3[bar]
                value[bar] += (p0 * q0 + p1 * q1) + (p2 * q2 + p3 * q3)
                top = max(max(p0 * u0, p1 * u1), max(p2 * u2, p3 * u3))
                most[bar] = max(most[bar], top)
                bottom = min(min(p0 * l0, p1 * l1), min(p2 * l2, p3 * l3))
                least[bar] = min(least[bar], bottom)
            asset += 4
        while asset < count:
            chunk = closes[asset, start : start + size]
            held, above, below = coins[asset], highs[asset], lows[asset]
            for bar in range(size):
                price = chunk[bar]
                value[bar] += price * held
                most[bar] = max(most[bar], price * above)
                least[bar] = min(least[bar], price * below)
            asset += 1
        found = 0
        for bar in range(size):
            worth = value[bar]
            found += (most[bar] >= worth) | (least[bar] <= worth) | (worth <= low) | (worth >= high)
        if found > 0:
            for bar in range(size):
                worth = value[bar]
                if most[bar] >= worth or least[bar] <= worth or worth <= low or worth >= high:
                    return start + bar
        start += size
        length = min(2 * length, _LARGEST_CHUNK)
    return end
