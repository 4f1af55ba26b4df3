"""Highs and lows -> Wilder's average directional index and the direction of the movement."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def directional_index(highs: Floats, lows: Floats, days: int) -> tuple[Floats, Floats]:
    """Return the average directional index and the newest signed index, both for each row.

    +DI and -DI have the same true range below the line, so it cancels in 100 * (+DI - -DI) / (+DI +
    -DI) and is never computed. Every filter starts from the mean of its first ``days`` values.

    Args:
        highs: one window of bars per row, oldest first; raw prices.
        lows: in the same shape.
        days: of Wilder's filters, at least 2.

    Returns:
        ADX from 0 to 100; and -100 to 100, above 0 when +DI is above -DI. Both NaN for a row in
        which any high or low is missing.

    Source: Wilder 1978; METHODS 0.2, 2.2.
    """
    up, down = np.diff(highs, axis=1), -np.diff(lows, axis=1)
    plus = _filtered(np.where((up > down) & (up > 0), up, 0.0), days)
    minus = _filtered(np.where((down > up) & (down > 0), down, 0.0), days)
    total = plus + minus
    signed = 100 * (plus - minus) / np.where(total > 0, total, 1.0)
    index = (np.abs(signed) * _closing_weights(signed.shape[1], days)).sum(axis=1)
    is_gap = np.isnan(highs + lows).any(axis=1)
    return np.where(is_gap, np.nan, index), np.where(is_gap, np.nan, signed[:, -1])


def _filtered(moves: Floats, days: int) -> Floats:
    """Return Wilder's filter over each row from its ``days``-th value on, up to a common factor.

    A running sum of growing weights gives the filter at all times at once, and the same bits for
    one row as for many. The growth, (1 - 1/days)^-t, cancels in the caller's quotient.
    """
    later = moves.shape[1] - days
    growth = (1 - 1 / days) ** -np.arange(1, later + 1) / days
    first = moves[:, :days].sum(axis=1, keepdims=True) / days
    return np.cumsum(np.concatenate([first, moves[:, days:] * growth], axis=1), axis=1)


def _closing_weights(length: int, days: int) -> Floats:
    """Return the weights whose sum over ``length`` values is Wilder's filter at the last one."""
    later = length - days
    weights = (1 - 1 / days) ** np.arange(length - 1, -1, -1) / days
    weights[:days] = (1 - 1 / days) ** later / days
    return weights
