"""Instants and lengths of time -> English text, as seen from the moment of sending."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from bot.explain.wording.en.words import listed

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_SECONDS_BELOW = timedelta(minutes=2)
_MINUTES_BELOW = timedelta(hours=2)
_HOURS_BELOW = timedelta(days=2)


def instant(at: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Return an instant: "today 21:00", "tomorrow 06:10", "Sun 22 Nov 21:00".

    The zone is named when it is UTC, which is rarely the reader's own. A year other than the
    present one is written out. Minutes are cut, so that an end is never told too late.

    Args:
        at: an aware instant.
        now: the moment of sending, aware.
        zone: the reader's time zone.
    """
    there, here = at.astimezone(zone), now.astimezone(zone)
    name = " UTC" if str(zone) in ("UTC", "Etc/UTC") else ""
    day = _NEAR.get((there.date() - here.date()).days)
    if day is None:
        day = f"{WEEKDAYS[there.weekday()]} {there.day} {MONTHS[there.month - 1]}"
        if there.year != here.year:
            day = f"{day} {there.year}"
    return f"{day} {there:%H:%M}{name}"


def day(at: datetime, *, now: datetime) -> str:
    """Return a UTC day: "yesterday", "today", "tomorrow", "12 Oct", "3 Nov 2025".

    Days of the market begin and end at midnight UTC everywhere, so no time zone moves them.

    Args:
        at: an instant of that day, aware.
        now: the moment of sending, aware.
    """
    there, here = at.astimezone(UTC).date(), now.astimezone(UTC).date()
    near = _NEAR.get((there - here).days)
    if near is not None:
        return near
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there.day} {MONTHS[there.month - 1]}{year}"


def span(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit, cut: "45 s", "12 h", "3 days"."""
    if length < _SECONDS_BELOW:
        return f"{length // timedelta(seconds=1)} s"
    if length < _MINUTES_BELOW:
        return f"{length // timedelta(minutes=1)} min"
    if length < _HOURS_BELOW:
        return f"{length // timedelta(hours=1)} h"
    return f"{length // timedelta(days=1)} days"


def days(counts: Sequence[int]) -> str:
    """Return one or more numbers of days: "1 day", "7 and 30 days"."""
    unit = "day" if [*counts] == [1] else "days"
    return f"{listed([str(count) for count in counts])} {unit}"


def ahead(length: timedelta) -> str:
    """Return how far off something is: "in 12 h", "now" when it is not in the future."""
    return f"in {span(length)}" if length > timedelta() else "now"
