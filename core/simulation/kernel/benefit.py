"""What less drift is worth, over arrays: the benefit test of ``core.planning.benefit``.

Numba compiles this file where it is installed.
"""

from core.simulation.bar_table import Floats
from core.simulation.kernel.layout import (
    COV_DAYS,
    FALLBACK_VARIANCE,
    KEEP,
    MIN_COV_DAYS,
    WORTH,
    Indexes,
    Tape,
)
from core.simulation.kernel.state import Desk

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


def form_of(tape: Tape, rules: Floats, drift: Floats, mixed: Floats, end: int, days: int) -> float:
    """Return ``d' C d`` with the annualised covariance C of the last days, shrunk; METHODS 9a.

    Args:
        tape: whose daily returns count.
        rules: one policy's numbers.
        drift: d, by coin.
        mixed: room for as many days.
        end: the day after the newest closed one, as an index of returns.
        days: how many of them count; 0 takes the volatility assumed without history.
    """
    total = 0.0
    if days == 0:
        for asset in range(len(drift)):
            total += drift[asset] * drift[asset] * rules[FALLBACK_VARIANCE]
        return total
    # d' S d is the variance of the returns of d itself, so no matrix is needed.
    first, sums, squares = end - days, tape.sums, tape.squares
    for day in range(days):
        mixed[day] = 0.0
    own, middle = 0.0, 0.0
    for asset in range(len(drift)):
        weight = drift[asset]
        if weight == 0.0:
            continue
        mean = (sums[asset, end] - sums[asset, first]) / days
        middle += weight * mean
        own += weight * weight * (squares[asset, end] - squares[asset, first] - days * mean * mean)
        row = tape.log_returns[asset, first:end]
        for day in range(days):
            mixed[day] += weight * row[day]
    for day in range(days):
        total += mixed[day] * mixed[day]
    together = total - days * middle * middle
    keep = rules[KEEP]
    return float((keep * together + (1.0 - keep) * own) / (days - 1) * _DAYS_A_YEAR)


def benefit_of(tape: Tape, rules: Floats, desk: Desk, newest: int) -> float:
    """Return ``0.5 g H (d0' C d0 - d1' C d1)``, not yet quantised. Source: METHODS 5.4.

    Args:
        tape: whose daily returns count.
        rules: one policy's numbers.
        desk: with the drift of each coin before and after the plan.
        newest: the newest closed day, as an index of returns.
    """
    days, end = history_of(rules, tape.known_from, newest), newest + 1
    before = form_of(tape, rules, desk.before, desk.mixed, end, days)
    after = form_of(tape, rules, desk.settled, desk.mixed, end, days)
    return float(rules[WORTH] * (before - after))
