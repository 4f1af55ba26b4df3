"""The policies that are compared, and how each is lived through its portfolio's history.

What decides by itself (full, plain, and the parts of full) is lived by the reference backtest, on
``decide()``; the simple comparisons by their own arithmetic. All pay the same costs and fill at the
same prices.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from bot.research.study.blueprints import BTC
from bot.research.study.portfolios import Portfolio
from core.domain.policy import Policy
from core.domain.readings import ReadingSeries
from core.domain.units import Rate
from core.domain.watching import RegimeRules
from core.simulation.backtest import (
    ALWAYS,
    Approvals,
    Course,
    GivenSeries,
    TradingCosts,
    course_of,
    delayed,
    random_approvals,
    run_backtest,
)
from core.simulation.comparisons import (
    Calendar,
    Terms,
    calendar,
    drift,
    fixed_bands,
    hold,
    to_target_bands,
)
from core.simulation.matrix import PriceMatrix, matrix_of
from core.simulation.runs import SimulatedRun

TAX_RATE = Rate(Decimal("0.20"))
"""One flat rate on average-cost gains, so that churn can be compared; nobody's tax law."""

COSTS = TradingCosts()
"""What every policy pays."""

RANDOM_SHARE = 0.7
"""How often a person says yes in the run that asks what that costs. Source: METHODS 6.1."""

DELAYS = (1, 2, 7)
"""Days by which approvals come late. Source: METHODS 6.1."""


class Name(StrEnum):
    """The policies, as they are called in tables."""

    FULL = "full"
    PLAIN = "plain"
    FIXED = "fixed bands"
    TO_TARGET = "to-target bands"
    MONTHLY = "to-target monthly"
    QUARTERLY = "to-target quarterly"
    DRIFT = "drift"
    BTC = "BTC hold"
    REGIME = "regime only"
    TILT = "tilt only"
    PAUSE = "pause only"
    RANDOM = "full, 70 % approved"


TABLE = (
    Name.FULL,
    Name.PLAIN,
    Name.FIXED,
    Name.TO_TARGET,
    Name.MONTHLY,
    Name.QUARTERLY,
    Name.DRIFT,
    Name.BTC,
)
"""What stands side by side in every table. Source: METHODS 6.4."""

SIMPLE = (Name.FIXED, Name.TO_TARGET, Name.MONTHLY, Name.QUARTERLY)
"""The simple rules beside them; holding is no rule that was tried."""

MEANINGS = {
    Name.FULL: "the whole system: bands that follow the market, tilts and pauses, with all guards",
    Name.PLAIN: "the same guards and bands, without regime, tilt and pause",
    Name.FIXED: "trades on the first close outside a band, back to half of it; no guards",
    Name.TO_TARGET: "the same trigger, everything back to its target",
    Name.MONTHLY: "everything back to its target at the start of each month",
    Name.QUARTERLY: "everything back to its target at the start of each quarter",
    Name.DRIFT: "bought once and never touched",
    Name.BTC: "Bitcoin and nothing else",
}


def late(days: int) -> str:
    """Return the name of the full policy with approvals so many days late."""
    return f"full, {days} {'day' if days == 1 else 'days'} late"


@dataclass(frozen=True, slots=True)
class Job:
    """One run on ``decide()``: which portfolio, under which rules, with what kind of person."""

    portfolio: Portfolio
    name: str
    policy: Policy
    delay: int = 0
    yes_seed: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lived:
    """What a run on ``decide()`` leaves behind, as far as the study reads it."""

    run: SimulatedRun
    series: GivenSeries


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Every run of one portfolio.

    Attributes:
        portfolio: whose.
        matrix: prices of its coins, and of BTC.
        by_name: the runs.
        given: what the market told on each close of the full policy.
    """

    portfolio: Portfolio
    matrix: PriceMatrix
    by_name: dict[str, SimulatedRun]
    given: GivenSeries


def jobs_of(portfolio: Portfolio, *, seed: int, is_fast: bool) -> tuple[Job, ...]:
    """Return what ``decide()`` must live through for one portfolio; less for a quick look."""
    policy = portfolio.policy
    plain = without_market(policy)
    own = [
        Job(portfolio, Name.FULL, policy),
        Job(portfolio, Name.PLAIN, plain),
        Job(portfolio, Name.REGIME, replace(plain, regime=_directional(policy.regime))),
    ]
    if portfolio.is_brief:
        return tuple(own)
    if not is_fast:
        own.append(Job(portfolio, Name.TILT, replace(plain, tilt=policy.tilt)))
        own.append(Job(portfolio, Name.PAUSE, replace(plain, stress=policy.stress)))
        own.append(Job(portfolio, Name.RANDOM, policy, yes_seed=seed))
    lateness = DELAYS[:1] if is_fast else DELAYS
    own.extend(Job(portfolio, late(days), policy, delay=days) for days in lateness)
    return tuple(own)


def without_market(policy: Policy) -> Policy:
    """Return the same rules without regime, tilt and pause: ``plain``."""
    return replace(
        policy,
        regime=replace(policy.regime, is_directional=False),
        tilt=replace(policy.tilt, is_on=False),
        stress=replace(policy.stress, families=(), venue_risk=False),
    )


def _directional(rules: RegimeRules) -> RegimeRules:
    return replace(rules, is_directional=True)


def live_job(job: Job, readings: Sequence[ReadingSeries]) -> Lived:
    """Live one job on ``decide()``; a pure function, so that another process can do it."""
    course = _course(job, readings)
    tested = run_backtest(
        course,
        job.policy,
        approvals=_approvals(job, course),
        costs=COSTS,
        tax_rate=TAX_RATE,
        value=job.portfolio.value,
        name=job.name,
    )
    return Lived(tested.run, tested.series)


def comparisons(portfolio: Portfolio) -> Iterator[SimulatedRun]:
    """Yield the simple policies, as they are without any guard."""
    terms = Terms(
        prices_of(portfolio), portfolio.policy, COSTS, value=portfolio.value, tax_rate=TAX_RATE
    )
    yield fixed_bands(terms, name=Name.FIXED)
    yield to_target_bands(terms, name=Name.TO_TARGET)
    yield calendar(terms, Calendar.MONTHLY, name=Name.MONTHLY)
    yield calendar(terms, Calendar.QUARTERLY, name=Name.QUARTERLY)
    yield drift(terms, name=Name.DRIFT)
    yield hold(terms, asset=BTC, name=Name.BTC)


def prices_of(portfolio: Portfolio) -> PriceMatrix:
    """Return the prices of a portfolio's coins, and of BTC, over its window."""
    window = portfolio.window
    return matrix_of(
        portfolio.venue.table,
        {*portfolio.coins, BTC},
        window.starts_at,
        window.ends_at,
    )


def _course(job: Job, readings: Sequence[ReadingSeries]) -> Course:
    window = job.portfolio.window
    return course_of(
        job.portfolio.venue.table,
        job.policy,
        start=window.starts_at,
        end=window.ends_at,
        readings=readings,
    )


def _approvals(job: Job, course: Course) -> Approvals:
    if job.yes_seed is None:
        return delayed(job.delay) if job.delay else ALWAYS
    days = [course.asked_on(bar) for bar in range(len(course))]
    return random_approvals(RANDOM_SHARE, np.random.default_rng(job.yes_seed), days)
