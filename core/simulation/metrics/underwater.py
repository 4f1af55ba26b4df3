"""The path of a portfolio's value -> its drawdowns."""

import numpy as np

from core.simulation.bar_table import DAY
from core.simulation.metrics.daily import DailyRun
from core.simulation.metrics.figures import Underwater
from core.simulation.runs import SimulatedRun

# Summed logs of a path that comes back to where it was may miss it by rounding.
_NOISE = 1e-12


def underwater_of(run: SimulatedRun, daily: DailyRun) -> Underwater:
    """Return how far and how long a run stood below its highest close, flows taken out.

    Source: METHODS 6.4.
    """
    path = np.concatenate(([0.0], np.cumsum(run.log_returns)))
    peaks = np.maximum.accumulate(path)
    below = np.where(peaks - path > _NOISE, path - peaks, 0.0)
    depths = -np.expm1(below)
    deepest = int((depths >= depths.max() - _NOISE).argmax())  # of equal ones the first
    # A stretch runs from the last bar at the peak to the next bar at one, or to the end.
    at_peak = np.flatnonzero(below == 0.0)
    ends = np.append(at_peak[1:], len(path) - 1)
    lengths = np.where(ends - at_peak > 1, run.starts[ends] - run.starts[at_peak], 0) / DAY
    if below[-1] < 0.0:
        lengths[-1] = (run.starts[-1] - run.starts[at_peak[-1]]) / DAY
    stretch = int(np.searchsorted(at_peak, deepest, side="right")) - 1
    at_close = depths[daily.last]
    return Underwater(
        max_drawdown=float(depths[deepest]),
        max_drawdown_days=float(lengths[stretch]) if depths[deepest] else 0.0,
        is_recovered=stretch + 1 < len(at_peak) or not depths[deepest],
        longest_days=float(lengths.max()),
        ulcer_index=float(np.sqrt(np.mean(at_close * at_close))),
        share_of_days=float((at_close > 0.0).mean()),
    )
