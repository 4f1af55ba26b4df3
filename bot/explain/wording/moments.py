"""Instants and lengths of time -> text in a language, as seen from the moment of sending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.explain.wording.lists import Lists

_SECONDS_BELOW = timedelta(minutes=2)
_MINUTES_BELOW = timedelta(hours=2)
_HOURS_BELOW = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Writes instants and lengths of time with one language's words.

    Attributes:
        weekdays: short names, Monday first.
        months: short names, January first.
        near: the words for the days next to now, by how many days they are away.
        date: a day of a month, gaps ``day`` and ``month``.
        spans: a length of time by unit (``s``, ``min``, ``h``, ``day``, ``days``), gap ``count``.
        soon: how far off something is by unit, without ``day``, gap ``count``.
        now: for what is not in the future.
        lists: how numbers are listed.
    """

    weekdays: Sequence[str]
    months: Sequence[str]
    near: Mapping[int, str]
    date: str
    spans: Mapping[str, str]
    soon: Mapping[str, str]
    now: str
    lists: Lists

    def instant(self, at: datetime, *, now: datetime, zone: tzinfo) -> str:
        """Return an instant: "today 21:00", "tomorrow 06:10", "Sun 22 Nov 21:00".

        The zone is named when it is UTC, which is rarely the reader's own. A year other than the
        present one is written out. Minutes are cut, so that an end is never told too late.

        Args:
            at: an aware instant.
            now: the moment of sending, aware.
            zone: the reader's time zone.
        """
        there, here = _seen(at, zone), _seen(now, zone)
        name = " UTC" if str(zone) in ("UTC", "Etc/UTC") else ""
        day = self.near.get((there.date() - here.date()).days)
        if day is None:
            year = "" if there.year == here.year else f" {there.year}"
            day = f"{self.weekdays[there.weekday()]} {self._date(there)}{year}"
        return f"{day} {there:%H:%M}{name}"

    def day(self, at: datetime, *, now: datetime) -> str:
        """Return a UTC day: "yesterday", "today", "tomorrow", "12 Oct", "3 Nov 2025".

        Days of the market begin and end at midnight UTC everywhere, so no time zone moves them.

        Args:
            at: an instant of that day, aware.
            now: the moment of sending, aware.
        """
        there, here = _seen(at, UTC), _seen(now, UTC)
        near = self.near.get((there.date() - here.date()).days)
        if near is not None:
            return near
        year = "" if there.year == here.year else f" {there.year}"
        return f"{self._date(there)}{year}"

    def span(self, length: timedelta) -> str:
        """Return a length of time in its largest fitting unit, cut: "45 s", "12 h", "3 days"."""
        unit, count = _measured(length)
        return self.spans[unit].format(count=count)

    def days(self, counts: Sequence[int]) -> str:
        """Return one or more numbers of days: "1 day", "7 and 30 days"."""
        unit = "day" if [*counts] == [1] else "days"
        return self.spans[unit].format(count=self.lists.listed([str(count) for count in counts]))

    def ahead(self, length: timedelta) -> str:
        """Return how far off something is: "in 12 h", "now" when it is not in the future."""
        if length <= timedelta():
            return self.now
        unit, count = _measured(length)
        return self.soon[unit].format(count=count)

    def _date(self, at: datetime) -> str:
        return self.date.format(day=at.day, month=self.months[at.month - 1])


def _measured(length: timedelta) -> tuple[str, int]:
    if length < _SECONDS_BELOW:
        return "s", length // timedelta(seconds=1)
    if length < _MINUTES_BELOW:
        return "min", length // timedelta(minutes=1)
    if length < _HOURS_BELOW:
        return "h", length // timedelta(hours=1)
    return "days", length // timedelta(days=1)


def _seen(at: datetime, zone: tzinfo) -> datetime:
    """Return an instant on the reader's clock; at the very ends of the calendar on its own."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at
