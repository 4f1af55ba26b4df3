"""Bars of a run -> UTC days: what a day began with, ended with and summed up to."""

from dataclasses import dataclass

import numpy as np

from core.simulation.bar_table import DAY, Floats, Seconds
from core.simulation.runs import SimulatedRun


@dataclass(frozen=True, slots=True, eq=False)
class DailyRun:
    """A run by UTC days.

    Attributes:
        days: days since the epoch, strictly increasing; days.
        first, last: index of each day's first and last bar; days.
        log_returns: of each day but the first, close to close, flows taken out; days - 1.
    """

    days: Seconds
    first: Seconds
    last: Seconds
    log_returns: Floats

    def sums(self, column: Floats) -> Floats:
        """Return the sum over each day of a column with one value a bar; days."""
        summed: Floats = np.add.reduceat(column, self.first)
        return summed


def daily_run(run: SimulatedRun) -> DailyRun:
    """Return the UTC days of a run, of bars of a day or shorter.

    Raises:
        ValueError: the run has no bar, bars longer than a day or out of order, or a value that is
            not above 0.
    """
    _check(run)
    days = run.starts // DAY
    first = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    last = np.append(first[1:], len(days)) - 1
    steps = np.concatenate(([0.0], np.cumsum(run.log_returns)))
    return DailyRun(days[first], first, last, np.diff(steps[last]))


def daily_log_returns(run: SimulatedRun) -> Floats:
    """Return log returns from one UTC day's close to the next, flows taken out; days - 1."""
    return daily_run(run).log_returns


def _check(run: SimulatedRun) -> None:
    if not len(run):
        raise ValueError(f"the run {run.name} has no bar; it cannot be measured")
    if run.interval.total_seconds() > DAY:
        raise ValueError(
            f"the run {run.name} has bars of {run.interval}; a day at most is expected"
        )
    if (np.diff(run.starts) <= 0).any():
        raise ValueError(f"the bars of the run {run.name} are not in order of time")
    begun = run.values[:-1] + run.flows[1:]
    if not (_is_positive(run.values) and _is_positive(begun)):
        raise ValueError(
            f"the run {run.name} has a value that is not a number above 0; a portfolio that was "
            "emptied has no returns from there on: measure the bars before it"
        )


def _is_positive(values: Floats) -> bool:
    return bool((np.isfinite(values) & (values > 0.0)).all())
