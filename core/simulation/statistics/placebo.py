"""Would the same labels at the wrong time have done as well? Circular shifts answer that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.simulation.bar_table import Floats
from core.simulation.statistics.intervals import Seed

DRAWS = 200


@dataclass(frozen=True, slots=True)
class Placebo:
    """A statistic under the real labels beside the same statistic under shifted ones.

    Attributes:
        observed: under the labels as they were; larger is better.
        p_value: ``(1 + k) / (1 + n)``, k = how many of n shifts did at least as well.
        middle: the 5th and 95th percentile under shifted labels.
        draws: n, how many shifts were tried.
    """

    observed: float
    p_value: float
    middle: tuple[float, float]
    draws: int

    @property
    def is_outside_middle(self) -> bool:
        """Whether value may be claimed at all: outside the middle 90 % (METHODS 2.8)."""
        return not self.middle[0] <= self.observed <= self.middle[1]


def circular_shifts(
    length: int, *, seed: Seed, draws: int = DRAWS, least: int = 1
) -> NDArray[np.int64]:
    """Return by how many bars the labels are shifted, all different; fewer where fewer exist.

    Args:
        length: number of bars.
        seed: where the randomness comes from.
        draws: how many shifts.
        least: the smallest shift in either direction; a shift within the usual stay of a label is
            almost the label itself.

    Raises:
        ValueError: no such shift exists.
    """
    possible = length - 2 * least + 1
    if least < 1 or possible < 1 or draws < 1:
        raise ValueError(f"{length} bars cannot be shifted by at least {least} either way")
    rng = np.random.default_rng(seed)
    drawn = rng.choice(possible, size=min(draws, possible), replace=False)
    return drawn.astype(np.int64) + least


def placebo(observed: float, shifted: Floats) -> Placebo:
    """Return where ``observed`` stands among the same statistic under shifted labels.

    Args:
        observed: the statistic under the real labels; larger is better.
        shifted: the statistic under each shift, at least one, all finite.

    Raises:
        ValueError: nothing to compare with, or values that are not finite.

    Source: METHODS 2.8 and 6.3; the count with one added is never zero (Phipson & Smyth 2010).
    """
    if not shifted.size or not np.isfinite(shifted).all() or not np.isfinite(observed):
        raise ValueError("a placebo needs finite statistics, and at least one shift")
    at_least = int(np.count_nonzero(shifted >= observed))
    low, high = np.quantile(shifted, (0.05, 0.95)).tolist()
    return Placebo(
        observed=float(observed),
        p_value=(1 + at_least) / (1 + shifted.size),
        middle=(low, high),
        draws=int(shifted.size),
    )


def shifted_placebo(
    labels: NDArray[Any],
    statistic: Callable[[NDArray[Any]], float],
    *,
    seed: Seed,
    draws: int = DRAWS,
    least: int = 1,
) -> Placebo:
    """Return the placebo of a statistic that is computed from labels.

    Args:
        labels: one row a bar; all columns are shifted together.
        statistic: labels -> a number, larger is better.
        seed: where the randomness comes from.
        draws: how many shifts.
        least: the smallest shift in either direction.

    Source: METHODS 2.8 and 6.3.
    """
    shifts = circular_shifts(len(labels), seed=seed, draws=draws, least=least)
    values = [statistic(np.roll(labels, int(shift), axis=0)) for shift in shifts]
    return placebo(statistic(labels), np.asarray(values, dtype=np.float64))
