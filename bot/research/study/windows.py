"""Which days a study may look at: the sealed end, and what the rules had already seen.

A day is in sample when the people who chose the rules had seen it. They had seen nearly all of what
is in reach today, so nearly every figure of a study is in sample; the words stand on each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from core.domain.errors import InputInvalid
from core.simulation.bar_table import DAY
from core.simulation.statistics import DAYS_A_YEAR, YEARLY_FROM

SEEN_FROM, SEEN_TO = date(2014, 9, 1), date(2026, 2, 28)
"""The days on which the rules were looked at while they were chosen. Source: METHODS 0.3."""

SEALED_MONTHS = 12
"""The newest months, kept shut until a release opens them once. Source: METHODS 6.2."""

LEAST_DAYS = 180
LEAST_SAMPLE = 30
YEARLY_FROM_YEARS = 3
"""A shorter window has no yearly figures. Source: METHODS 6.5."""

_A_DAY = timedelta(days=1)


class Sample(StrEnum):
    """Whether the rules had been chosen with these days in view."""

    IN = "in sample"
    OUT = "out of sample"


@dataclass(frozen=True, slots=True)
class Window:
    """Whole UTC days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def years(self) -> float:
        """From its first close to its last, in years of 365.25 days."""
        return (self.last - self.first).days / DAYS_A_YEAR

    @property
    def has_years(self) -> bool:
        """Whether yearly figures may be told of it: the rule of the figures themselves."""
        return (self.last - self.first).days >= YEARLY_FROM

    @property
    def sample(self) -> Sample:
        """Out of sample only if none of its days had been seen."""
        is_unseen = self.first > SEEN_TO or self.last < SEEN_FROM
        return Sample.OUT if is_unseen else Sample.IN

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def shared_with(self, other: "Window") -> "Window | None":
        """Return the days of both, None without any."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Window(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class Seal:
    """The newest months of a data set, and whether this study opened them.

    Attributes:
        first: the first sealed day.
        last: the last day of the data.
        reason: why they were opened; empty while they are shut.
    """

    first: date
    last: date
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether this study reads the sealed days."""
        return bool(self.reason)

    @property
    def last_day_read(self) -> date:
        """The newest day this study reads."""
        return self.last if self.is_open else self.first - _A_DAY


def samples_of(window: Window) -> tuple[Window, ...]:
    """Return a window cut where the rules had not seen the days any more, oldest part first.

    A part shorter than 30 days says nothing and is left out.
    """
    return tuple(part for part in _parts(window) if part.days >= LEAST_SAMPLE)


def _parts(window: Window) -> Iterator[Window]:
    edges = (
        (date.min, SEEN_FROM - _A_DAY),
        (SEEN_FROM, SEEN_TO),
        (SEEN_TO + _A_DAY, date.max),
    )
    for first, last in edges:
        part = window.shared_with(Window(first, last))
        if part is not None:
            yield part


def seal_of(ends_at: datetime, reason: str | None) -> Seal:
    """Return the seal on the last twelve months of data that end at ``ends_at``.

    Raises:
        InputInvalid: they are to be opened without a reason.
    """
    if reason is not None and not reason.strip():
        raise InputInvalid("--unseal needs a reason, since every opening is logged; write one")
    last = (ends_at - timedelta(seconds=1)).date()
    after = last + _A_DAY
    try:
        first = after.replace(year=after.year - SEALED_MONTHS // 12)
    except ValueError:  # the data end on a 28 February of a leap year
        first = after.replace(year=after.year - SEALED_MONTHS // 12, day=28)
    return Seal(first, last, (reason or "").strip())


def day_of(seconds: int) -> date:
    """Return the UTC day of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC).date()


def asked_window(first: str | None, last: str | None, seal: Seal) -> Window:
    """Return the days that ``--from`` and ``--to`` ask for, as far as they may be read.

    Raises:
        InputInvalid: a text is no day, the days are the wrong way round, or they are sealed.
    """
    begin = date.min if first is None else _day(first, "--from")
    end = seal.last_day_read if last is None else _day(last, "--to")
    if begin > end:
        given = f"--from {begin} and --to {end}" if last else f"--from {begin}"
        raise InputInvalid(
            f"{given} leave no day to look at; the study reads days up to {seal.last_day_read}"
        )
    if end >= seal.first and not seal.is_open:
        raise InputInvalid(
            f"--to is {end}, and the days from {seal.first} on are sealed; end at "
            f'{seal.last_day_read}, or open them with --unseal "why"'
        )
    return Window(begin, min(end, seal.last))


def epoch_day(day: date) -> int:
    """Return a UTC day as days since the epoch."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // DAY


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid(
            f"{option} is {text!r}; a UTC day such as 2023-12-31 is expected"
        ) from None
