"""Prices and volumes -> where the newest close stands relative to where most volume traded."""

from collections.abc import Sequence
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Sums of equal volumes in another order differ in the last bits; rounded, they tie or bin alike.
_SHARE_DIGITS = 12
_POSITION_DIGITS = 9
_AREA_DIGITS = 6


def distances_from_value(
    offsets: Floats, volumes: Floats, *, bins: int, area: float, max_gaps: int
) -> list[float]:
    """Return, for each row, how far the newest close is from the middle of the value area.

    The value area grows from the busiest of ``bins`` equal bins of log price, one bin at a time
    toward the busier neighbour, until it holds the share ``area`` of the volume.

    Args:
        offsets: ln of typical price over the newest close, one window per row.
        volumes: coins, in the same shape; what is not above 0 counts as missing.
        bins: how many bins lie between the lowest and the highest offset.
        area: share of the volume that the value area holds, e.g. 0.7.
        max_gaps: how many bars of a window may lack volume.

    Returns:
        The distance in half-widths of the value area; NaN where too much volume is missing,
        infinite where the area has no width and the close is not on it.

    Source: METHODS 2.2, 9a.
    """
    offsets = np.round(offsets, _SHARE_DIGITS)
    has_volume = np.isfinite(volumes) & (volumes > 0)
    known = np.where(has_volume, volumes, 0.0)
    lowest = offsets.min(axis=1, keepdims=True)
    width = (offsets.max(axis=1, keepdims=True) - lowest) / bins
    position = np.round((offsets - lowest) / np.where(width > 0, width, 1.0), _POSITION_DIGITS)
    index = np.minimum(position.astype(np.int64), bins - 1)
    rows = np.arange(len(offsets))[:, None]
    flat = np.bincount((index + rows * bins).ravel(), known.ravel(), minlength=len(rows) * bins)
    totals = known.sum(axis=1)
    shares = flat.reshape(-1, bins) / np.where(totals > 0, totals, 1.0)[:, None]
    is_usable = ((~has_volume).sum(axis=1) <= max_gaps) & (totals > 0)
    columns = zip(
        is_usable.tolist(),
        lowest[:, 0].tolist(),
        width[:, 0].tolist(),
        np.round(shares, _SHARE_DIGITS).tolist(),
        strict=True,
    )
    return [_distance(low, step, row, area) if ok else nan for ok, low, step, row in columns]


def value_area(shares: Sequence[float], area: float) -> tuple[int, int]:
    """Return the first and the last bin of the value area.

    Of equally busy bins the lower one begins; of equal neighbours the higher one is taken.

    Source: METHODS 9a.
    """
    low = high = max(range(len(shares)), key=shares.__getitem__)
    held = shares[low]
    while round(held, _AREA_DIGITS) < area and high - low + 1 < len(shares):
        above = shares[high + 1] if high + 1 < len(shares) else -inf
        below = shares[low - 1] if low > 0 else -inf
        if above >= below:
            high, held = high + 1, held + above
        else:
            low, held = low - 1, held + below
    return low, high


def _distance(lowest: float, width: float, shares: Sequence[float], area: float) -> float:
    """Return the distance of offset 0, the newest close, from the middle, in half-widths."""
    low, high = value_area(shares, area)
    half = (high - low + 1) * width / 2
    above_middle = -(lowest + low * width + half)
    if above_middle == 0:
        return 0.0
    return above_middle / half if half > 0 else inf if above_middle > 0 else -inf
