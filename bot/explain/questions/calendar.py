"""Words of time -> the local days they mean, as seen from today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.explain.questions.words import Words

DAY: Final = timedelta(days=1)
WEEK: Final = 7
MONTH: Final = 30
LONGEST_COUNT: Final = 3
"""Digits of "the last 30 days"."""

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The words of time of one language, folded.

    Attributes:
        days: word or phrase -> how many days before today.
        weekdays, months: name -> number, Monday 0, January 1.
        shy: names that are ordinary words too: they count after a preposition or as a capital.
        prepositions: what may stand before a name of the calendar.
        last, this, since, ago: words that turn what follows, or precede it.
        units: name of a unit -> "day", "week", "month", "year" or "weekend".
        numbers: number word -> number.
        lately: words for the last seven days.
        ordinal_of: what may stand between a day and its month.
        before_day: words after which a bare number is a day of a month.
        before_ordinal: words after which "5th" or "the 5th" is one.
    """

    days: Mapping[str, int]
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    shy: frozenset[str]
    prepositions: frozenset[str]
    last: frozenset[str]
    this: frozenset[str]
    since: frozenset[str]
    ago: frozenset[str]
    units: Mapping[str, str]
    numbers: Mapping[str, int]
    lately: frozenset[str]
    ordinal_of: frozenset[str]
    before_day: frozenset[str]
    before_ordinal: frozenset[str]


@dataclass(frozen=True, slots=True)
class Meant:
    """Which days a question means.

    Attributes:
        days: the first and the last; None when it names none.
        is_ahead: it speaks of days to come.
        is_wrong: it names a day that no calendar has.
    """

    days: Days | None = None
    is_ahead: bool = False
    is_wrong: bool = False


def days_meant(words: Words, calendar: Calendar, today: date) -> Meant:
    """Return which local days a question is about, as far as they have come."""
    reader = _Reader(words, calendar, today)
    found = [*reader.spans()]
    if reader.is_wrong or not found:
        return Meant(is_wrong=reader.is_wrong)
    first, last = min(start for start, _ in found), max(end for _, end in found)
    if reader.is_since and len(found) == 1:
        last = today
    if first > today:
        return Meant(is_ahead=True)
    return Meant((first, min(last, today)))


class _Reader:
    """Reads a question from left to right, one word of time after the other."""

    def __init__(self, words: Words, calendar: Calendar, today: date) -> None:
        self._words = words.folded
        self._capitals = {w.casefold() for w in words.said if w[:1].isupper() and not w.isupper()}
        self._calendar = calendar
        self._today = today
        self.is_since = not calendar.since.isdisjoint(words.folded)
        self.is_wrong = False

    def spans(self) -> Iterator[Days]:
        """Yield the days of each expression of time."""
        place = 0
        while place < len(self._words):
            span, used = self._at(place)
            if span is not None:
                yield span
            place += max(used, 1)

    def _at(self, place: int) -> tuple[Days | None, int]:
        """Return the days of the expression that begins here, and how many words it takes."""
        for read in (
            self._phrase,
            self._written,
            self._day_month,
            self._counted,
            self._relative,
            self._day_alone,
        ):
            span, used = read(place)
            if used:
                return span, used
        return self._named(place)

    def _word(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""

    def _phrase(self, place: int) -> tuple[Days | None, int]:
        """Read "today", "the day before yesterday", "lately"."""
        for phrase, back in self._calendar.days.items():
            parts = phrase.split()
            if list(self._words[place : place + len(parts)]) == parts:
                day = self._today - back * DAY
                return (day, day), len(parts)
        if self._word(place) in self._calendar.lately:
            return self._back(WEEK), 1
        return None, 0

    def _written(self, place: int) -> tuple[Days | None, int]:
        """Read "2026-02-12", "12.02.2026" and "12.2."."""
        word = self._word(place)
        parts = word.split("-") if "-" in word else word.split(".")[::-1] if "." in word else []
        if len(parts) != 3:  # noqa: PLR2004  # year, month, day
            return None, 0
        year, month, day = parts
        found = self._date(int(day), int(month), int(year) if year else None)
        return (None if found is None else (found, found)), 1

    def _day_month(self, place: int) -> tuple[Days | None, int]:
        """Read "12 Feb", "12th of February 2026", "Feb 12"."""
        months, used = self._calendar.months, 1
        day = _ordinal(self._word(place))
        if day is not None:
            used += self._word(place + 1) in self._calendar.ordinal_of
            month = months.get(self._word(place + used))
        else:
            month = months.get(self._word(place))
            day = _ordinal(self._word(place + 1))
        if day is None or month is None:
            return None, 0
        used += 1
        year = _year(self._word(place + used))
        found = self._date(day, month, year)
        return (None if found is None else (found, found)), used + (year is not None)

    def _day_alone(self, place: int) -> tuple[Days | None, int]:
        """Read "on the 5th" and "am 5.": of this month, or of the last one that has come so far."""
        word, before = self._word(place), (self._word(place - 1), self._word(place - 2))
        day, calendar = _ordinal(word), self._calendar
        is_bare = word.isdigit()
        leads = calendar.before_day if is_bare else calendar.before_ordinal
        if day is None or leads.isdisjoint(before[:1] if is_bare else before):
            return None, 0
        month = self._today.replace(day=1)
        if day > self._today.day:
            month = (month - DAY).replace(day=1)
        found = self._date(day, month.month, month.year)
        return (None if found is None else (found, found)), 1

    def _counted(self, place: int) -> tuple[Days | None, int]:
        """Read "the last 3 days", "two weeks ago", "vor 5 Tagen"."""
        count = self._count(self._word(place))
        unit = self._calendar.units.get(self._word(place + 1), "")
        length = {"hour": 1, "day": 1, "week": WEEK, "month": MONTH, "year": 365}.get(unit, 0)
        if count is None or not length:
            return None, 0
        days = (count + 23) // 24 if unit == "hour" else count * length
        around = (self._word(place - 1), self._word(place + 2))
        if not self._calendar.ago.isdisjoint(around):
            day = self._today - days * DAY
            return (day, day), 3 if around[1] in self._calendar.ago else 2
        return self._back(days), 2

    def _relative(self, place: int) -> tuple[Days | None, int]:
        """Read "last week", "this month", "the past year"."""
        which, unit = self._word(place), self._calendar.units.get(self._word(place + 1), "")
        if unit in ("", "hour", "day"):
            return None, 0
        if which in self._calendar.last:
            return self._last(unit), 2
        return (self._this(unit), 2) if which in self._calendar.this else (None, 0)

    def _named(self, place: int) -> tuple[Days | None, int]:
        """Read "on Monday", "in January", "in 2025", "the weekend"."""
        word, before = self._word(place), self._word(place - 1)
        if word in self._calendar.shy and not (
            before in self._calendar.prepositions or word in self._capitals
        ):
            return None, 1
        if word in self._calendar.weekdays:
            is_last = before in self._calendar.last
            back = (self._today.weekday() - self._calendar.weekdays[word]) % WEEK
            day = self._today - (back or WEEK * is_last) * DAY
            return (day, day), 1
        if word in self._calendar.months:
            year = _year(self._word(place + 1))
            return self._month(self._calendar.months[word], year), 1 + (year is not None)
        if self._calendar.units.get(word) == "weekend":
            return self._last("weekend"), 1
        year = _year(word)
        if year is not None and before in self._calendar.prepositions:
            return (date(year, 1, 1), date(year, 12, 31)), 1
        return None, 1

    def _count(self, word: str) -> int | None:
        if word.isascii() and word.isdigit() and len(word) <= LONGEST_COUNT:
            return int(word)
        return self._calendar.numbers.get(word)

    def _back(self, days: int) -> Days:
        return self._today - days * DAY, self._today

    def _last(self, unit: str) -> Days:
        today = self._today
        monday = today - today.weekday() * DAY
        if unit == "weekend":
            sunday = today if today.weekday() == WEEK - 1 else monday - DAY
            return sunday - DAY, sunday
        if unit == "week":
            return monday - WEEK * DAY, monday - DAY
        if unit == "month":
            end = today.replace(day=1) - DAY
            return end.replace(day=1), end
        return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)

    def _this(self, unit: str) -> Days:
        today = self._today
        first = {
            "week": today - today.weekday() * DAY,
            "month": today.replace(day=1),
            "year": today.replace(month=1, day=1),
        }.get(unit)
        return (first, today) if first is not None else self._last(unit)

    def _month(self, month: int, year: int | None) -> Days:
        first = date(year or self._today.year, month, 1)
        if year is None and first > self._today:
            first = first.replace(year=first.year - 1)
        return first, (first + timedelta(days=31)).replace(day=1) - DAY

    def _date(self, day: int, month: int, year: int | None) -> date | None:
        try:
            found = date(year or self._today.year, month, day)
            if year is None and found > self._today:
                found = found.replace(year=found.year - 1)
        except ValueError:
            self.is_wrong = True
            return None
        return found


def _ordinal(word: str) -> int | None:
    """Return the day of a month: "12", "12th"."""
    digits = word.removesuffix("st").removesuffix("nd").removesuffix("rd").removesuffix("th")
    is_day = digits.isascii() and digits.isdigit() and len(digits) <= 2  # noqa: PLR2004  # 1 to 31
    return int(digits) if is_day else None


def _year(word: str) -> int | None:
    is_year = len(word) == 4 and word.isascii() and word.isdigit() and word[:2] == "20"  # noqa: PLR2004  # digits
    return int(word) if is_year else None
