"""Would the same labels at the wrong time have done as well? Regime and pause, moved along in time.

Source: METHODS 2.8, 6.3.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from bot.research.study.findings import Draws
from bot.research.study.kernel_view import Kernel, log_points, plain_again
from bot.research.study.living import Name
from core.simulation.kernel import KernelSeries
from core.simulation.statistics import Placebo, circular_shifts, placebo

LEAST_SHIFT = 30
"""A shift within the usual stay of a label is almost the label itself. Source: METHODS 2.4."""


class Shifted(StrEnum):
    """Which labels a placebo moves along in time."""

    REGIME = "regime, with its tilts"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class PlaceboResult:
    """Would the same labels at the wrong time have done as well?

    Attributes:
        what: which labels were moved.
        growths: log points over the window, above plain, one per shift.
        result: where the real labels stand among them.
    """

    what: Shifted
    growths: tuple[float, ...]
    result: Placebo


def placebos(kernel: Kernel, draws: Draws, *, key: str) -> tuple[PlaceboResult, ...]:
    """Return how the real labels stand among the same labels shifted in time.

    Source: METHODS 2.8, 6.3.
    """
    base = log_points(plain_again(kernel))
    return tuple(_placebo(kernel, what, draws, key=key, base=base) for what in Shifted)


def _placebo(
    kernel: Kernel, what: Shifted, draws: Draws, *, key: str, base: float
) -> PlaceboResult:
    rng = draws.stream("placebo", key, what)
    bars = len(kernel.matrix)
    shifts = circular_shifts(bars, seed=rng, draws=draws.placebos, least=LEAST_SHIFT)
    real = log_points(kernel.run(kernel.policy, name=Name.FULL)) - base
    growths = [
        log_points(kernel.run(kernel.policy, name=Name.FULL, series=_rolled(kernel, what, int(by))))
        - base
        for by in shifts
    ]
    return PlaceboResult(what, tuple(growths), placebo(real, np.array(growths)))


def _rolled(kernel: Kernel, what: Shifted, by: int) -> KernelSeries:
    names = ("regime", "targets") if what is Shifted.REGIME else ("paused", "guarded")
    series = kernel.series
    return replace(series, **{name: np.roll(getattr(series, name), by, axis=0) for name in names})
