"""Spans of UTC days, and what the rules had already seen of them.

A day is in sample when the people who chose the rules had seen it. They had seen nearly all of what
is in reach today, so nearly every figure of a report is in sample; the words stand on each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from core.simulation.bar_table import DAY
from core.simulation.statistics import DAYS_A_YEAR, YEARLY_FROM

SEEN_FROM, SEEN_TO = date(2014, 9, 1), date(2026, 2, 28)
"""The days on which the rules were looked at while they were chosen. Source: METHODS 0.3."""

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
    def starts_at(self) -> datetime:
        """The midnight that begins its first day."""
        return _midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The midnight that ends its last day."""
        return _midnight(self.last + _A_DAY)

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


def day_of(seconds: int) -> date:
    """Return the UTC day of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC).date()


def epoch_day(day: date) -> int:
    """Return a UTC day as days since the epoch."""
    return int(_midnight(day).timestamp()) // DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
