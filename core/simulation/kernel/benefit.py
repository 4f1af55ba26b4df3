"""What less drift is worth, over arrays: the benefit test of ``core.planning.benefit``.

Numba compiles this file where it is installed.
"""

# Compiled functions take arrays in place of objects:
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import (
    COV_DAYS,
    FALLBACK_VARIANCE,
    KEEP,
    MIN_COV_DAYS,
    WORTH,
    Indexes,
)

_DAYS_A_YEAR = 365.0


def history_of(rules: Floats, known_from: Indexes, newest: int) -> int:
    """Return how many daily returns up to ``newest`` all coins share; 0 for too few of them.

    Args:
        rules: one policy's numbers.
        known_from: each coin's first day with a return.
        newest: the newest closed day, as an index of returns.
    """
    most = int(rules[COV_DAYS])
    shared = min(most, newest - known_from[0] + 1)
    for first in known_from:
        if min(most, newest - first + 1) != shared:
            return 0
    return shared if shared >= rules[MIN_COV_DAYS] else 0


def form_of(
    rules: Floats,
    drift: Floats,
    returns: Floats,
    sums: Floats,
    squares: Floats,
    end: int,
    days: int,
) -> float:
    """Return ``d' C d`` with the annualised covariance C of the last days, shrunk; METHODS 9a.

    Args:
        rules: one policy's numbers.
        drift: d, by coin.
        returns: daily log returns; assets x days.
        sums: of the returns before each day; assets x (days + 1).
        squares: the same of their squares.
        end: the day after the newest closed one, as an index of returns.
        days: how many of them count; 0 takes the volatility assumed without history.
    """
    total = 0.0
    if days == 0:
        for asset in range(len(drift)):
            total += drift[asset] * drift[asset] * rules[FALLBACK_VARIANCE]
        return total
    # d' S d is the variance of the returns of d itself, so no matrix is needed.
    first = end - days
    mixed = np.zeros(days)
    own, middle = 0.0, 0.0
    for asset in range(len(drift)):
        weight = drift[asset]
        if weight == 0.0:
            continue
        mean = (sums[asset, end] - sums[asset, first]) / days
        middle += weight * mean
        own += weight * weight * (squares[asset, end] - squares[asset, first] - days * mean * mean)
        row = returns[asset, first:end]
        for day in range(days):
            mixed[day] += weight * row[day]
    for day in range(days):
        total += mixed[day] * mixed[day]
    together = total - days * middle * middle
    keep = rules[KEEP]
    return float((keep * together + (1.0 - keep) * own) / (days - 1) * _DAYS_A_YEAR)


def benefit_of(
    rules: Floats,
    before: Floats,
    after: Floats,
    returns: Floats,
    sums: Floats,
    squares: Floats,
    known_from: Indexes,
    newest: int,
) -> float:
    """Return ``0.5 g H (d0' C d0 - d1' C d1)``, not yet quantised. Source: METHODS 5.4.

    Args:
        rules: one policy's numbers.
        before: drift of each coin now.
        after: the same once the plan is filled.
        returns: see ``form_of``.
        sums: see ``form_of``.
        squares: see ``form_of``.
        known_from: each coin's first day with a return.
        newest: the newest closed day, as an index of returns.
    """
    days, end = history_of(rules, known_from, newest), newest + 1
    saved = form_of(rules, before, returns, sums, squares, end, days) - form_of(
        rules, after, returns, sums, squares, end, days
    )
    return float(rules[WORTH] * saved)
