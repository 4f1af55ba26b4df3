"""A portfolio as the claims see it, and the figures that several claims ask of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.research.study.claims import Evidence
from bot.research.study.findings import Draws, Effect, effect_of, part_of
from bot.research.study.living import Name, Runs
from bot.research.study.resampling import Statistic, joint_bounds
from bot.research.windows import Window, samples_of
from core.domain.policy import ProfileName
from core.simulation.bar_table import Floats
from core.simulation.metrics import daily_log_returns
from core.simulation.runs import SimulatedRun

POINTS = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One portfolio as the claims see it.

    Attributes:
        runs: everything that was lived.
        both_sides: the article's own regime rule, on the kernel.
        plain_again: plain on the kernel, which ``both_sides`` is compared with.
        profiles: the plain policy under each band profile; empty where size is no matter.
    """

    runs: Runs
    both_sides: SimulatedRun
    plain_again: SimulatedRun
    profiles: Mapping[ProfileName, SimulatedRun]

    @property
    def name(self) -> str:
        """The portfolio's name."""
        return self.runs.portfolio.name

    @property
    def windows(self) -> tuple[Window, ...]:
        """Its days, by sample."""
        return samples_of(self.runs.portfolio.window)

    def run(self, name: str, window: Window) -> SimulatedRun:
        """Return a policy's run over a window."""
        return part_of(self.runs.by_name[name], window)

    def covers(self, window: Window) -> bool:
        """Tell whether all days of a window are in this portfolio's."""
        own = self.runs.portfolio.window
        return own.first <= window.first and window.last <= own.last

    def effect(self, names: tuple[Name, Name], window: Window, draws: Draws) -> Effect:
        """Return the difference of two policies over a window."""
        one, other = (self.run(name, window) for name in names)
        return effect_of(one, other, draws, purpose=self.purpose(window))

    def purpose(self, window: Window) -> str:
        """Return what the randomness of a window is for, as in the portfolio's own tables."""
        return f"{self.runs.portfolio.key} {window.first}"


def each_window(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, Window]]:
    """Yield every portfolio with each of its windows."""
    for one in subjects:
        for window in one.windows:
            yield one, window


def path_evidence(
    pair: tuple[Subject, Window],
    names: tuple[Name, Name],
    statistic: Statistic,
    draws: Draws,
    *,
    what: str,
    daily: Callable[[SimulatedRun], Floats] = daily_log_returns,
) -> Evidence:
    """Return a statistic of one daily figure of two policies, held against nothing yet.

    Args:
        pair: whose, and over which days.
        names: the two policies.
        statistic: what is measured.
        draws: the randomness.
        what: how it is told.
        daily: the figure, one a day.
    """
    one, window = pair
    own, other = (daily(one.run(name, window)) for name in names)
    seed = draws.seeds("joint", one.name, str(window.first), what)
    bounds = joint_bounds(own, other, statistic, seed=seed, draws=draws.bootstrap)
    return Evidence(one.name, window, what, bounds, "share")
