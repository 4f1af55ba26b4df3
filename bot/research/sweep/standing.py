"""What the figures of a finished sweep are worth: the best beside the worst, and luck beside both.

Everything here is in sample: the grid was chosen, and judged, on the same bars.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bot.research.sweep.axes import Axis
from bot.research.sweep.computing import compute_default, run_one
from bot.research.sweep.given import Given
from bot.research.sweep.grid import Built, Grid
from core.simulation.bar_table import DAY, Floats
from core.simulation.kernel import GRID_COLUMNS
from core.simulation.runs import SimulatedRun
from core.simulation.statistics import (
    DAYS_A_YEAR,
    YEARLY_FROM,
    DeflatedSharpe,
    Overfit,
    deflated_sharpe,
    overfit_probability,
)

GROWTH, DRAWDOWN, SHARPE = "log_points", "max_drawdown", "sharpe"

# Cross-validation is told whenever more settings than this are shown. Source: METHODS 6.3.
_SHOWN_FROM: Final = 10
# So many policies, evenly spaced over the grid, stand for all of it there.
_COMPETING: Final = 100
_FEWEST_DAYS: Final = 60
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One policy among all of them.

    Attributes:
        name: which place it is, e.g. ``best growth``.
        row: of the grid.
        settings: (name, value as text) of what varies.
        figures: by name, as in the file.
    """

    name: str
    row: int
    settings: tuple[tuple[str, str], ...]
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The policies one step away from the default, in any of the settings at once.

    Attributes:
        count: how many there are.
        better: how many grew more.
        least, middle, most: their growth, log points.
        default: the default's own.
    """

    count: int
    better: int
    least: float
    middle: float
    most: float
    default: float

    @property
    def is_peak(self) -> bool:
        """Whether the default beats all that stand around it, which a good default need not."""
        return self.count >= _FEW and self.better == 0 and self.most < self.default


@dataclass(frozen=True, slots=True)
class Standing:
    """What a sweep says.

    Attributes:
        policies: in the grid.
        trials: all that were ever tried, as the log of trials has them.
        years: length of the span.
        places: best, middle and worst by growth and by drawdown, and the default.
        neighbours: of the default; None where the grid has none.
        deflated: the best Sharpe ratio after so many trials; None on a span too short to tell.
        overfit: how often the best of one half of history is below the middle of the other; None
            for a small grid or a short span.
    """

    policies: int
    trials: int
    years: float
    places: tuple[Place, ...]
    neighbours: Neighbours | None
    deflated: DeflatedSharpe | None
    overfit: Overfit | None

    @property
    def is_yearly(self) -> bool:
        """Whether the span is long enough for yearly figures. Source: METHODS 6.5."""
        return self.years * DAYS_A_YEAR >= YEARLY_FROM


def standing_of(given: Given, out: Path, *, trials: int) -> Standing:
    """Read a finished file, and weigh what it says.

    Args:
        given: what its rows shared.
        out: the file.
        trials: how many settings were ever tried, those of this sweep included.
    """
    from pyarrow import parquet  # noqa: PLC0415  # only files need it

    with parquet.ParquetFile(out) as file:
        table = file.read(columns=list(GRID_COLUMNS))
    # pyarrow's own way to NumPy loads pandas, which nothing here needs.
    figures: dict[str, Floats] = {
        name: np.asarray(np.from_dlpack(table.column(name).combine_chunks()), dtype=np.float64)
        for name in GRID_COLUMNS
    }
    grid = given.grid
    own = dict(zip(GRID_COLUMNS, compute_default(given).tolist(), strict=True))
    places = [_place(grid, figures, name, row) for name, row in _chosen(figures)]
    places.append(Place("the policy file", -1, (), own))
    days = _daily_returns(run_one(given, grid.default()).to_run())
    return Standing(
        policies=len(grid),
        trials=trials,
        years=len(given.matrix) * given.matrix.interval.total_seconds() / (DAYS_A_YEAR * DAY),
        places=tuple(places),
        neighbours=_neighbours(grid, figures[GROWTH], own[GROWTH]),
        deflated=_deflated(given, figures[SHARPE], trials) if len(days) >= _FEWEST_DAYS else None,
        overfit=_overfit(given) if len(days) >= _FEWEST_DAYS else None,
    )


def _chosen(figures: dict[str, Floats]) -> list[tuple[str, int]]:
    """Return the rows that are told; among equals the first."""
    growth = np.argsort(-figures[GROWTH], kind="stable")
    drawdown = np.argsort(_depth(figures[DRAWDOWN]), kind="stable")
    middle = (len(growth) - 1) // 2
    return [
        ("best growth", int(growth[0])),
        ("median growth", int(growth[middle])),
        ("worst growth", int(growth[-1])),
        ("least drawdown", int(drawdown[0])),
        ("median drawdown", int(drawdown[middle])),
        ("most drawdown", int(drawdown[-1])),
    ]


def _depth(drawdowns: Floats) -> Floats:
    return np.abs(drawdowns)


def _place(grid: Grid, figures: dict[str, Floats], name: str, row: int) -> Place:
    choice = grid.choices(row, row + 1)[0].tolist()
    pairs = zip(grid.axes, choice, strict=True)
    settings = tuple((axis.name, axis.text(at)) for axis, at in pairs)
    return Place(name, row, settings, {key: float(column[row]) for key, column in figures.items()})


def _neighbours(grid: Grid, growth: Floats, default: float) -> Neighbours | None:
    """Return what stands at most one step from the default along every axis.

    Source: METHODS 6.3: the default must sit inside a flat region, not on a peak.
    """
    choices, near = grid.choices(), np.ones(len(grid), dtype=np.bool_)
    same = np.ones(len(grid), dtype=np.bool_)
    for column, axis in enumerate(grid.axes):
        steps = _steps(axis, _own_value(grid, axis))[choices[:, column]]
        near &= steps <= 1
        same &= steps == 0
    around = growth[near & ~same]
    if not len(around):
        return None
    return Neighbours(
        count=len(around),
        better=int(np.count_nonzero(around > default)),
        least=float(around.min()),
        middle=float(np.median(around)),
        most=float(around.max()),
        default=default,
    )


def _own_value(grid: Grid, axis: Axis) -> object:
    """Return what the policy file itself says of a setting; None where it says nothing."""
    value: object = grid.base
    for part in axis.name.split("."):
        value = getattr(value, part)
    return value


def _steps(axis: Axis, own: object) -> Floats:
    """Return how many steps each value of an axis is from the policy file's own."""
    if axis.is_ordered and own is not None:
        cells = np.array(axis.cells, dtype=np.float64)
        here = float(str(own))
        order = np.sort(cells)
        # Between two values it is a step from both.
        low = np.searchsorted(order, here, side="left") - 1
        high = np.searchsorted(order, here, side="right")
        place = np.searchsorted(order, cells)
        steps = np.where(cells < here, low - place + 1, place - high + 1)
        return np.where(cells == here, 0, steps).astype(np.float64)
    return np.array([0.0 if _is_same(value, own) else 1.0 for value in axis.values])


def _is_same(value: object, own: object) -> bool:
    return (tuple(value) if isinstance(value, list) else value) == own


def _deflated(given: Given, sharpes: Floats, trials: int) -> DeflatedSharpe | None:
    known = sharpes[np.isfinite(sharpes)]
    if len(known) <= 1:
        return None
    best = int(np.nanargmax(sharpes))
    returns = _daily_returns(run_one(given, _built(given, best)).to_run())
    variance = float(np.var(known, ddof=1)) / DAYS_A_YEAR
    return deflated_sharpe(returns, trials=trials, variance=variance)


def _overfit(given: Given) -> Overfit | None:
    total = len(given.grid)
    if total <= _SHOWN_FROM:
        return None
    rows = np.unique(np.linspace(0, total - 1, min(total, _COMPETING)).astype(np.int64))
    runs = (run_one(given, _built(given, row)).to_run() for row in rows.tolist())
    return overfit_probability(np.stack([_daily_returns(run) for run in runs], axis=1))


def _built(given: Given, row: int) -> Built:
    return next(given.grid.policies(row, row + 1))


def _daily_returns(run: SimulatedRun) -> Floats:
    """Return simple returns from the end of one UTC day to the next, as Sharpe ratios have them."""
    ends = (run.starts + int(run.interval.total_seconds())) % DAY == 0
    values = run.values[ends]
    returns: Floats = values[1:] / values[:-1] - 1.0
    return returns
