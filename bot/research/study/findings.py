"""The runs of one portfolio -> figures with intervals, each over days that are all in or all out.

A difference is a mean of paired daily log returns: log points a year where the days make up three
years, over the whole stretch where they do not. Source: METHODS 6.3 to 6.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from bot.research.study.living import DELAYS, TABLE, Name, Runs, late
from bot.research.windows import Sample, Window, epoch_day, samples_of
from core.domain.errors import InvariantBroken
from core.simulation.bar_table import DAY, Floats
from core.simulation.matrix import PriceMatrix
from core.simulation.metrics import Metrics, daily_log_returns, measure
from core.simulation.runs import SimulatedRun
from core.simulation.statistics import (
    DeflatedSharpe,
    Interval,
    deflated_sharpe,
    paired_interval,
)

POINTS_A_YEAR, POINTS_IN_ALL = "log points a year", "log points in all"


@dataclass(frozen=True, slots=True)
class Draws:
    """How much randomness a study spends, and where it comes from.

    Attributes:
        seed: of the whole study.
        bootstrap: samples per interval.
        placebos: shifts per placebo.
    """

    seed: int
    bootstrap: int = 2_000
    placebos: int = 200

    def stream(self, *purpose: str) -> np.random.Generator:
        """Return a generator of its own for one purpose, whatever else is drawn before it."""
        return np.random.default_rng(self.seeds(*purpose))

    def seeds(self, *purpose: str) -> np.random.SeedSequence:
        """Return the seed of that generator."""
        name = sha256("\n".join(purpose).encode()).digest()
        return np.random.SeedSequence([self.seed, int.from_bytes(name[:8], "big")])


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much one policy differs from another.

    Attributes:
        name: the policy.
        against: what it is compared with.
        value, low, high: mean difference and 95 % interval, in ``unit``.
        unit: log points, a year or in all.
        covers_zero: whether no difference at all is inside the interval.
    """

    name: str
    against: str
    value: float
    low: float
    high: float
    unit: str

    @property
    def covers_zero(self) -> bool:
        """Whether no difference at all is inside the interval."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True, slots=True)
class Measured:
    """One portfolio over days that are all in sample, or all out of it.

    Attributes:
        window: the days.
        metrics: by policy, those of the table and all others that were run.
        to_fixed: every policy of the table against fixed bands.
        to_drift: the policies that trade by bands against drift.
        parts: what regime, tilt and pause each add to plain.
        lateness: late and missing approvals against prompt ones.
        sharpes: deflated, of the policies a person could choose.
    """

    window: Window
    metrics: Mapping[str, Metrics]
    to_fixed: tuple[Effect, ...]
    to_drift: tuple[Effect, ...]
    parts: tuple[Effect, ...]
    lateness: tuple[Effect, ...]
    sharpes: Mapping[str, DeflatedSharpe]

    @property
    def sample(self) -> Sample:
        """In or out of sample."""
        return self.window.sample


def measured(runs: Runs, draws: Draws, *, trials: int, variance: float) -> tuple[Measured, ...]:
    """Return the figures of one portfolio, once for each sample its window has days in.

    Args:
        runs: every run of the portfolio.
        draws: the randomness.
        trials: how many settings were ever tried.
        variance: of the daily Sharpe ratios between the settings tried here; where it is less than
            what ratios without any skill have, 1 / T, that takes its place, since the settings of
            one grid are much alike.
    """
    return tuple(
        _measured_in(runs, window, draws, trials=trials, variance=variance)
        for window in samples_of(runs.portfolio.window)
    )


def effect_of(run: SimulatedRun, other: SimulatedRun, draws: Draws, *, purpose: str) -> Effect:
    """Return the difference of two runs over the same days, with its interval.

    Equal purposes draw equal days, so that equal differences have equal intervals.
    """
    a, b = daily_log_returns(run), daily_log_returns(other)
    rng = draws.stream("effect", purpose)
    found = paired_interval(a, b, seed=rng, draws=draws.bootstrap)
    return _effect(run.name, other.name, found)


def part_of(run: SimulatedRun, window: Window) -> SimulatedRun:
    """Return the bars of a run inside a window.

    Raises:
        InvariantBroken: none is.
    """
    days = run.starts // DAY
    first = int(np.searchsorted(days, epoch_day(window.first), side="left"))
    end = int(np.searchsorted(days, epoch_day(window.last), side="right"))
    if first >= end:
        raise InvariantBroken(f"the run {run.name} has no bar from {window.first} on")
    return run.between(first, end)


def cut_matrix(matrix: PriceMatrix, window: Window, run: SimulatedRun) -> PriceMatrix:
    """Return the prices of a run's own coins over a window."""
    days = matrix.starts // DAY
    first = int(np.searchsorted(days, epoch_day(window.first), side="left"))
    end = int(np.searchsorted(days, epoch_day(window.last), side="right"))
    rows = [matrix.assets.index(asset) for asset in run.assets]
    return PriceMatrix(
        matrix.source,
        run.assets,
        matrix.interval,
        matrix.starts[first:end].copy(),
        closes=matrix.closes[rows, first:end].copy(),
        fills=matrix.fills[rows, first:end].copy(),
        has_bar=matrix.has_bar[rows, first:end].copy(),
        delisted_after=tuple(-1 for _ in rows),
    )


def _measured_in(
    runs: Runs, window: Window, draws: Draws, *, trials: int, variance: float
) -> Measured:
    cut = {name: part_of(run, window) for name, run in runs.by_name.items()}
    purpose = f"{runs.portfolio.key} {window.first}"
    parts = [name for name in (Name.REGIME, Name.TILT, Name.PAUSE, Name.FULL) if name in cut]
    slow = [name for name in (*map(late, DELAYS), Name.RANDOM) if name in cut]

    def effects(names: Sequence[str], other: str) -> tuple[Effect, ...]:
        return tuple(
            effect_of(cut[name], cut[other], draws, purpose=purpose)
            for name in names
            if name != other
        )

    return Measured(
        window=window,
        metrics={
            name: measure(run, prices=cut_matrix(runs.matrix, window, run))
            for name, run in cut.items()
        },
        to_fixed=effects(TABLE, Name.FIXED),
        to_drift=effects((Name.FULL, Name.PLAIN, Name.FIXED), Name.DRIFT),
        parts=effects(parts, Name.PLAIN),
        lateness=effects(slow, Name.FULL),
        sharpes={name: _deflated(cut[name], trials, variance) for name in TABLE},
    )


def _deflated(run: SimulatedRun, trials: int, variance: float) -> DeflatedSharpe:
    returns = np.expm1(daily_log_returns(run))
    return deflated_sharpe(returns, trials=trials, variance=max(variance, 1.0 / len(returns)))


def _effect(name: str, against: str, found: Interval) -> Effect:
    told, unit = (
        (found, POINTS_A_YEAR) if found.is_yearly else (found.over_all_days(), POINTS_IN_ALL)
    )
    return Effect(name, against, told.mean, told.low, told.high, unit)


def growth_by_year(run: SimulatedRun) -> dict[int, float]:
    """Return the simple return of each calendar year that the run has days in."""
    returns = daily_log_returns(run)
    years = (run.starts[1:] * np.int64(1)).astype("datetime64[s]").astype("datetime64[Y]")
    numbers = years.astype(np.int64) + 1970
    return {
        int(year): float(np.expm1(_sum(returns[numbers == year]))) for year in np.unique(numbers)
    }


def _sum(values: Floats) -> float:
    return float(values.sum())
