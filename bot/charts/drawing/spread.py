"""Places for labels that would like to stand at certain heights and must not overlap."""

from collections.abc import Sequence
from itertools import accumulate


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Return the middles of labels, as near to ``wanted`` as they can stand side by side.

    The order of the wanted places is kept, ties in the order given. Less the room of the labels
    above it, each label's place may only grow from one to the next: the least-squares answer is
    an isotonic regression (pool adjacent violators), cut off at the ends of the room.

    Args:
        wanted: the middle each label would like, in pixels downwards.
        heights: of the labels.
        low: the upper end of the room.
        high: its lower end; a room too small is left downwards.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    above = [0.0, *accumulate(heights[index] for index in order)]
    edges = [wanted[index] - heights[index] / 2 - above[at] for at, index in enumerate(order)]
    most = max(low, high - above[-1])
    middles = [0.0] * len(order)
    for at, (index, edge) in enumerate(zip(order, _growing(edges), strict=True)):
        middles[index] = min(max(edge, low), most) + above[at] + heights[index] / 2
    return middles


def _growing(values: Sequence[float]) -> list[float]:
    """Return the values nearest to ``values`` that never fall."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, count = value, 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    return [mean for mean, count in pools for _ in range(count)]
