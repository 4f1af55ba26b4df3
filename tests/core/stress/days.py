"""Days, votes and readings, so that the tests of the pause read like a calendar."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from core.codec import reading_series
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.regime import Indicators
from core.domain.stress import Family, Silence, Stress, StressState, Vote
from core.domain.units import Asset
from core.domain.watching import StressRules
from core.signals.stress import step_stress

RULES = StressRules(families=tuple(Family))
"""The defaults with every family switched on."""

DAY_0 = date(2024, 3, 1)


def day(number: int) -> date:
    """Return the day with this number; day 0 is that of the first evaluation."""
    return DAY_0 + timedelta(days=number)


def start_of(moment: date) -> datetime:
    """Return 00:00 UTC of a day."""
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def votes(**points: int | None) -> tuple[Vote, ...]:
    """Return every family's vote; 0 for what is not named, and None for one that is silent."""
    given = {Family(name): value for name, value in points.items()}
    return tuple(vote(family, given.get(family, 0)) for family in Family)


def vote(family: Family, points: int | None) -> Vote:
    """Return one vote."""
    return Vote(family, points, Silence.LATE if points is None else None)


def fold(
    days: Iterable[Sequence[Vote] | None],
    *,
    state: StressState | None = None,
    rules: StressRules = RULES,
) -> list[StressState]:
    """Return the memory after each of consecutive days; None = a day without a bar."""
    reached, seen = state or StressState(), []
    first = 0 if reached.day is None else (reached.day - DAY_0).days + 1
    for number, cast in enumerate(days, start=first):
        given = votes(price=None) if cast is None else cast
        reached = step_stress(reached, day(number), given, rules, has_data=cast is not None)
        seen.append(reached)
    return seen


def phases(states: Sequence[StressState]) -> str:
    """Return one letter a day: ``.`` normal, ``P`` paused, ``G`` guarded."""
    letters = {Stress.NORMAL: ".", Stress.PAUSED: "P", Stress.GUARDED: "G"}
    return "".join(letters[state.phase] for state in states)


def paused(*, exited_on: date | None = None, rules: StressRules = RULES) -> StressState:
    """Return a pause that began on day 0 by a severe fall."""
    before = StressState(exited_on=exited_on)
    return fold([votes(price=3)], state=before, rules=rules)[0]


def indicators(z1: str = "0", r3: str = "0", z3: str = "0", *, missing: bool = False) -> Indicators:
    """Return one day's indicators; only those that the price's vote reads matter."""
    none = Decimal(0)
    return Indicators(
        day=DAY_0,
        z_slope=none,
        z_er=none,
        adx=None,
        direction=None,
        vp=None,
        rank=none,
        ratio=none,
        z1=Decimal(z1),
        r3=Decimal(r3),
        z3=Decimal(z3),
        is_missing=missing,
    )


def series(
    kind: ReadingKind,
    values: Iterable[tuple[datetime, str | int | Decimal]],
    *,
    source: str = "somebody",
    is_point_in_time: bool = True,
) -> ReadingSeries:
    """Return a series of (time, value), each known at once."""
    rows = [Reading(about, Decimal(value), about) for about, value in values]
    return reading_series(kind, Asset(""), source, rows, is_point_in_time=is_point_in_time)
