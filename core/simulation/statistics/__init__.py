"""How much of a difference is noise: intervals, placebos, and what many trials do to the best one.

Everything here is arithmetic on arrays. Randomness arrives from outside, as a seed or a seeded
generator; equal seeds give equal results.
"""

from core.simulation.statistics.blocks import optimal_block
from core.simulation.statistics.intervals import (
    DAYS_A_YEAR,
    FEWEST_DAYS,
    YEARLY_FROM,
    Interval,
    Seed,
    bootstrap_means,
    paired_interval,
)
from core.simulation.statistics.overfitting import Overfit, overfit_probability
from core.simulation.statistics.placebo import (
    Placebo,
    circular_shifts,
    placebo,
    shifted_placebo,
)
from core.simulation.statistics.sharpe import (
    DeflatedSharpe,
    deflated_sharpe,
    expected_best_sharpe,
    probability_above,
)

__all__ = [
    "DAYS_A_YEAR",
    "FEWEST_DAYS",
    "YEARLY_FROM",
    "DeflatedSharpe",
    "Interval",
    "Overfit",
    "Placebo",
    "Seed",
    "bootstrap_means",
    "circular_shifts",
    "deflated_sharpe",
    "expected_best_sharpe",
    "optimal_block",
    "overfit_probability",
    "paired_interval",
    "placebo",
    "probability_above",
    "shifted_placebo",
]
