"""What the article claims beside what the data say: a number, an interval and a verdict for each.

The verdict words come from ``verdicts`` alone. Yearly claims are measured over a shorter window as
what they come to in it. Source: METHODS 0.3, the audited claims.
"""

from dataclasses import dataclass

import numpy as np

from bot.research.study.findings import Draws, Effect
from bot.research.study.resampling import Bounds
from bot.research.study.verdicts import Claimed, Verdict, verdict_of_all, verdict_on
from bot.research.windows import Sample, Window
from core.simulation.bar_table import Floats
from core.simulation.statistics import DAYS_A_YEAR, bootstrap_means

BLOCK, LARGEST_SHARE, LEVEL = 60.0, 0.1, 0.95


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measured figure that bears on a claim.

    Attributes:
        portfolio: whose.
        window: the days it is measured over.
        what: what was measured.
        bounds: the figure with its 95 % interval.
        unit: of the figure.
        claimed: the range it is held against, in the same unit; None for a figure beside it.
    """

    portfolio: str
    window: Window
    what: str
    bounds: Bounds
    unit: str
    claimed: Claimed | None = None

    @property
    def sample(self) -> Sample:
        """In or out of sample."""
        return self.window.sample

    @property
    def verdict(self) -> Verdict:
        """What this figure says of the claim; NO_DATA where it is not held against one."""
        if self.claimed is None:
            return Verdict.NO_DATA
        return verdict_on(self.claimed, self.bounds.low, self.bounds.high)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure without an interval, told beside a claim: what there was, not what it is worth."""

    portfolio: str
    window: Window
    what: str
    figure: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, and everything the study has to say of it.

    Attributes:
        key: its short name.
        title: its heading.
        says: what is claimed.
        measured: what was measured, and how.
        evidence: figures that are held against the claim.
        beside: figures that help to read it.
        facts: what else there was.
    """

    key: str
    title: str
    says: str
    measured: str
    evidence: tuple[Evidence, ...] = ()
    beside: tuple[Evidence, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict of all portfolios together."""
        return verdict_of_all([row.verdict for row in self.evidence])

    @property
    def told(self) -> str:
        """The verdict in words; where portfolios differ, each verdict with whose it is."""
        if self.verdict is not Verdict.MIXED:
            return self.verdict.value
        groups: dict[Verdict, list[str]] = {}
        for row in self.evidence:
            names = groups.setdefault(row.verdict, [])
            name = row.portfolio.partition(":")[0]
            if name not in names:
                names.append(name)
        order = [verdict for verdict in Verdict if verdict in groups]
        return "; ".join(f"{verdict} ({', '.join(groups[verdict])})" for verdict in order)


def a_year(low: float, high: float, window: Window) -> Claimed:
    """Return a yearly claim, or what it comes to over a window of less than three years."""
    claimed = Claimed(low, high)
    if window.has_years:
        return claimed
    return Claimed(low * window.years, high * window.years)


def effect_evidence(
    place: tuple[str, Window], what: str, effect: Effect, claimed: Claimed | None = None
) -> Evidence:
    """Return a difference of growth as evidence; ``place`` is whose, and over which days."""
    portfolio, window = place
    bounds = Bounds(effect.value, effect.low, effect.high)
    return Evidence(portfolio, window, what, bounds, effect.unit, claimed)


def rate_bounds(daily: Floats, window: Window, draws: Draws, *, purpose: str) -> Bounds:
    """Return the sum of a daily figure with its interval: a year, or in all in a short window.

    Args:
        daily: one figure a day, e.g. 1 on days with a proposal.
        window: the days; from three years on the figure is told a year.
        draws: the randomness.
        purpose: what the randomness is for.
    """
    block = max(min(BLOCK, len(daily) * LARGEST_SHARE), 1.0)
    rng = draws.stream("rate", purpose)
    means = bootstrap_means(daily, seed=rng, draws=draws.bootstrap, block=block)
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(means, (tail, 1.0 - tail)).tolist()
    scale = DAYS_A_YEAR if window.has_years else len(daily)
    return Bounds(float(daily.mean()) * scale, low * scale, high * scale)


def rate_unit(what: str, window: Window) -> str:
    """Return the unit of a rate over a window: a year, or in all."""
    return f"{what} a year" if window.has_years else f"{what} in all"
