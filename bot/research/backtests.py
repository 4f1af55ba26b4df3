"""A policy file, bar files and options -> one backtest beside the simple comparisons.

The backtest runs on ``decide()`` itself; the comparisons are those every table has (METHODS 6.4).
Feeds whose history nobody has point in time are switched off, and said to be.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from bot.research.backtest_notes import (
    all_of,
    answers_note,
    comparisons_note,
    days_note,
    sealed_note,
    size_note,
)
from bot.research.bars import read_bars
from bot.research.digests import file_hash
from bot.research.people import approvals_of
from bot.research.readings import read_fear_greed
from bot.research.seal import seal_of
from bot.research.study.funding_rates import read_funding
from bot.research.sweep.identity import code_version
from bot.research.windows import Sample, Window
from core.domain.errors import InputInvalid
from core.domain.policy import Policy, ProfileName
from core.domain.readings import ReadingSeries
from core.domain.stress import Family
from core.domain.units import ZERO, Asset, Money, Rate
from core.engine import ENGINE_VERSION, policy_digest
from core.simulation.backtest import (
    Approvals,
    Backtest,
    Course,
    LivedDay,
    TradingCosts,
    course_of,
    run_backtest,
)
from core.simulation.backtest.course import in_days
from core.simulation.bar_table import BarTable
from core.simulation.comparisons import Calendar, Terms, calendar, drift, fixed_bands, hold
from core.simulation.matrix import PriceMatrix, matrix_of
from core.simulation.metrics import Metrics, daily_log_returns, measure
from core.simulation.runs import SimulatedRun
from core.simulation.statistics import Interval, paired_interval

SEED = 1
POLICY, FIXED = "policy", "fixed bands"
BTC = Asset("BTC")

_EVER_KNOWN = frozenset({Family.PRICE, Family.CORRELATION})
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for.

    Attributes:
        policy: the rules, as the file and the feeds that are given make them.
        bars: the bar file.
        fear_greed, funding: files of readings, None without them.
        start, end: open time of the first evaluated day, and of the day after the last.
        approvals: as typed, e.g. ``random:0.7:1``.
        value: what the portfolio begins with, quote currency.
        costs: what trading costs.
        tax_rate: one flat rate on gains, a fraction.
    """

    policy: Policy
    bars: Path
    fear_greed: Path | None = None
    funding: Path | None = None
    start: datetime | None = None
    end: datetime | None = None
    approvals: str = "always"
    value: Money = Money(Decimal(10_000))
    costs: TradingCosts = field(default_factory=TradingCosts)
    tax_rate: Rate = Rate(ZERO)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Everything that is checked before the first day is lived.

    Attributes:
        asked: the question.
        policy: the rules that are lived: without what a simulated account or the files lack.
        course: the market.
        approvals: the person.
        with_btc: prices of the coins and of BTC on the same days; None without BTC in the file.
        notes: what a reader should know, as finished sentences.
        inputs: (what, name, SHA-256) of every file.
    """

    asked: Asked
    policy: Policy
    course: Course
    approvals: Approvals
    with_btc: PriceMatrix | None
    notes: tuple[str, ...]
    inputs: tuple[tuple[str, str, str], ...]

    @property
    def window(self) -> Window:
        """The evaluated days."""
        return _window_of(self.course)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A finished backtest with what stands beside it.

    Attributes:
        prepared: what it was made from.
        backtest: the policy's own.
        metrics: of the policy first, then of the comparisons.
        difference: of the policy to fixed bands; None where the days are too few.
        notes: what a reader should know, as finished sentences.
        code: what tells this code from any other.
    """

    prepared: Prepared
    backtest: Backtest
    metrics: tuple[Metrics, ...]
    difference: Interval | None
    notes: tuple[str, ...]
    code: str

    @property
    def config_hash(self) -> str:
        """Digest of the policy that was lived."""
        return policy_digest(self.prepared.policy)

    @property
    def sample(self) -> Sample:
        """Whether the rules had been chosen with these days in view."""
        return self.prepared.window.sample


def prepare(asked: Asked) -> Prepared:
    """Read and check everything that a backtest needs.

    Raises:
        InputInvalid: a file, a day or an option cannot be used; with the mend.
    """
    table = read_bars(asked.bars, may_be_empty=("high", "low", "volume"))
    readings = tuple(_readings(asked))
    policy, notes = _fitted(asked)
    course = course_of(table, policy, start=asked.start, end=asked.end, readings=readings)
    if asked.costs.impact:
        _refuse_unknown_volume(table, course)
    days = [course.asked_on(bar) for bar in range(len(course))]
    approvals, with_btc = approvals_of(asked.approvals, days), _with_btc(table, course)
    files = (("bars", asked.bars), ("index", asked.fear_greed), ("funding", asked.funding))
    return Prepared(
        asked,
        policy,
        course,
        approvals,
        with_btc,
        all_of(
            days_note(table, course, asked.end),
            sealed_note(_window_of(course), seal_of(table.ends_at)),
            notes,
            course.notes,
            answers_note(approvals, days),
            comparisons_note(asked.costs, has_btc=with_btc is not None),
        ),
        tuple((what, path.name, file_hash(path)) for what, path in files if path is not None),
    )


def tell(prepared: Prepared, show: Callable[[int, int], None]) -> Told:
    """Live the days, and the comparisons beside them.

    Args:
        prepared: what ``prepare`` returned.
        show: moves a progress bar: days lived, days in all.
    """
    asked, course = prepared.asked, prepared.course
    sizes: Counter[ProfileName] = Counter()

    def watch(lived: LivedDay) -> None:
        sizes[lived.decision.next_state.size_profile] += 1
        show(lived.bar + 1, len(course))

    backtest = run_backtest(
        course,
        prepared.policy,
        approvals=prepared.approvals,
        costs=asked.costs,
        tax_rate=asked.tax_rate,
        value=asked.value,
        name=POLICY,
        watch=watch,
    )
    runs = [backtest.run, *_comparisons(prepared)]
    fixed = next(run for run in runs if run.name == FIXED)
    return Told(
        prepared,
        backtest,
        tuple(_measured(run, course.matrix) for run in runs),
        _difference(backtest.run, fixed),
        all_of(prepared.notes, size_note(prepared.policy, sizes)),
        f"evenkeel {version('evenkeel')}, engine {ENGINE_VERSION}, {code_version()}",
    )


def _window_of(course: Course) -> Window:
    return Window(course.day(0), course.day(len(course) - 1))


def _readings(asked: Asked) -> Iterable[ReadingSeries]:
    if asked.fear_greed is not None:
        yield read_fear_greed(asked.fear_greed)
    if asked.funding is not None:
        yield from read_funding(asked.funding)


def _fitted(asked: Asked) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy without what a simulated account or the files lack, and what that was."""
    policy, notes = asked.policy, []
    known = _EVER_KNOWN | ({Family.SENTIMENT} if asked.fear_greed is not None else set())
    silent = [family.value for family in policy.stress.families if family not in known]
    if silent:
        kept = tuple(family for family in policy.stress.families if family in known)
        stress = replace(policy.stress, families=kept, venue_risk=False)
        policy = replace(policy, stress=stress)
        notes.append(
            f"Evidence that no file tells of is off here: {', '.join(silent)}. Live it may pause "
            "more often."
        )
    if policy.regime.onchain_weight:
        policy = replace(policy, regime=replace(policy.regime, onchain_weight=ZERO))
        notes.append("On-chain readings are off here: their history was restated.")
    if policy.cold or policy.excluded:
        policy = replace(policy, cold=(), excluded=())
        notes.append("Cold and excluded coins of the policy are left out: this account is made up.")
    if policy.tilt.is_on and asked.funding is None:
        notes.append("Without a file of funding rates, crowded funding tilts nothing here.")
    return policy, tuple(notes)


def _refuse_unknown_volume(table: BarTable, course: Course) -> None:
    """Refuse impact without volumes: every order would be held back, and nobody told why."""
    lacking = [
        bars.asset
        for bars in table.series
        if bars.asset in course.matrix.assets and not (bars.volumes > 0.0).any()
    ]
    if lacking:
        raise InputInvalid(
            f"--impact is worked out from volumes, and {table.source} has none of "
            f"{', '.join(lacking)}; add the column volume, or leave --impact out"
        )


def _with_btc(table: BarTable, course: Course) -> PriceMatrix | None:
    """Return the prices of the coins and of BTC; None where BTC lacks some of the days."""
    matrix = course.matrix
    if BTC in matrix.assets:
        return matrix
    days, starts = in_days(table), matrix.starts
    own = days.bars_of(BTC)
    if own is None or starts[0] not in own.starts or own.starts[-1] < starts[-1]:
        return None
    return matrix_of(days, (*matrix.assets, BTC), course.starts_at, course.ends_at)


def _comparisons(prepared: Prepared) -> Iterable[SimulatedRun]:
    asked = prepared.asked
    costs = replace(asked.costs, impact=False)
    terms = Terms(prepared.course.matrix, prepared.policy, costs, asked.value, asked.tax_rate)
    yield drift(terms)
    if prepared.with_btc is not None:
        yield hold(replace(terms, matrix=prepared.with_btc))
    yield fixed_bands(terms, name=FIXED)
    yield calendar(terms, Calendar.MONTHLY)


def _measured(run: SimulatedRun, matrix: PriceMatrix) -> Metrics:
    return measure(run, prices=matrix if run.assets == matrix.assets else None)


def _difference(run: SimulatedRun, fixed: SimulatedRun) -> Interval | None:
    try:
        return paired_interval(daily_log_returns(run), daily_log_returns(fixed), seed=SEED)
    except ValueError:  # too few days to say how sure it is
        return None
