"""The fast kernel: the policy of ``decide()`` over arrays, for grids and long histories.

It never runs live. With Numba installed it is compiled; without, the same source runs as it is.
"""

from core.simulation.kernel.grid import GRID_COLUMNS, run_grid
from core.simulation.kernel.rules import (
    ALWAYS,
    GIVEN,
    NEVER,
    KernelRules,
    fixed_band_rules,
    kernel_rules,
)
from core.simulation.kernel.run import KernelRun, run_kernel
from core.simulation.kernel.series import (
    REGIMES,
    DailyCloses,
    KernelSeries,
    daily_closes,
    regime_codes,
)

__all__ = [
    "ALWAYS",
    "GIVEN",
    "GRID_COLUMNS",
    "NEVER",
    "REGIMES",
    "DailyCloses",
    "KernelRules",
    "KernelRun",
    "KernelSeries",
    "daily_closes",
    "fixed_band_rules",
    "kernel_rules",
    "regime_codes",
    "run_grid",
    "run_kernel",
]
