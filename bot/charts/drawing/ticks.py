"""Where an axis is labelled, and with what: linear, log, around zero, and days."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from matplotlib.ticker import MaxNLocator

from bot.charts.drawing.page import PLAIN, Look, width_of

_MOST_TICKS = 6
_LOG_FROM = 3.0
_MANTISSAS = (
    (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0),
    (1.0, 2.0, 3.0, 5.0),
    (1.0, 2.0, 5.0),
    (1.0, 3.0),
    (1.0,),
)
_BETWEEN_DAYS = 26.0
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """One labelled place of an axis; ``texts`` stand under each other."""

    value: float
    texts: tuple[str, ...]


def linear_ticks(low: float, high: float, most: int = _MOST_TICKS) -> list[float]:
    """Return round values within ``low`` to ``high``, ``most`` steps at the outside."""
    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10])
    slack = (high - low) * 1e-9
    found = [float(value) for value in locator.tick_values(low, high)]
    return [value for value in found if low - slack <= value <= high + slack]


def step_of(ticks: Sequence[float]) -> float:
    """Return the distance of neighbouring ticks, 1 where there is none."""
    return min((after - before for before, after in pairwise(ticks)), default=1.0)


def log_ticks(low: float, high: float, most: int = _MOST_TICKS) -> list[float]:
    """Return round values within ``low`` to ``high``, both above zero, for a log axis."""
    if high < low * _LOG_FROM:
        return linear_ticks(low, high, most)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for mantissas in _MANTISSAS:
        found = _of_decades(range(first, last + 1), mantissas, low, high)
        if len(found) <= most:
            return found
    stride = math.ceil((last - first + 1) / most)
    return _of_decades(range(first, last + 1, stride), (1.0,), low, high)


def _of_decades(
    decades: Sequence[int], mantissas: Sequence[float], low: float, high: float
) -> list[float]:
    values = (mantissa * 10.0**decade for decade in decades for mantissa in mantissas)
    return [value for value in values if low <= value <= high]


def spaced(ticks: Sequence[Tick], place: Callable[[float], float], gap: float) -> list[Tick]:
    """Return those of ``ticks``, first come first served, that stand ``gap`` pixels apart."""
    kept: list[Tick] = []
    for tick in ticks:
        here = place(tick.value)
        if all(abs(here - place(other.value)) >= gap for other in kept):
            kept.append(tick)
    return kept


def day_ticks(days: Sequence[date], look: Look, room: float) -> list[Tick]:
    """Return as many labelled days as fit side by side into ``room`` pixels.

    Years stand under the first label and where they change.
    """
    for candidates in _ladder(days[0], days[-1]):
        ticks = _labelled(candidates, look)
        if _fit(ticks, days, room):
            return ticks
    return _labelled([days[0]], look)


def _ladder(first: date, last: date) -> list[list[date]]:
    """Return sets of days to label, the densest first."""
    span = (last - first).days
    rungs = [
        [first + timedelta(days=offset) for offset in range(0, span + 1, step)]
        for step in (1, 2, 3, 5, 7, 10, 14, 21)
        if span <= step * 2 * _MOST_TICKS
    ]
    if span > 2 * 31:
        rungs += [_months(first, last, step) for step in (1, 2, 3, 6, 12, 24, 60, 120)]
    return [rung for rung in rungs if len(rung) > 1]


def _months(first: date, last: date, step: int) -> list[date]:
    count = first.year * _MONTHS_A_YEAR + first.month - 1
    end = last.year * _MONTHS_A_YEAR + last.month - 1
    starts = (divmod(month, _MONTHS_A_YEAR) for month in range(count, end + 1) if month % step == 0)
    return [day for year, month in starts if (day := date(year, month + 1, 1)) >= first]


def _labelled(days: Sequence[date], look: Look) -> list[Tick]:
    """Return the ticks: months alone for firsts of a month, years alone for 1 Jan."""
    ticks, year = [], 0
    only_months = len(days) > 1 and all(day.day == 1 for day in days)
    only_years = only_months and all(day.month == 1 for day in days)
    for day in days:
        month = look.months[day.month - 1]
        text = month if only_months else look.date.format(day=day.day, month=month)
        if only_years:
            texts: tuple[str, ...] = (str(day.year),)
        else:
            texts = (text, str(day.year)) if day.year != year else (text,)
        year = day.year
        ticks.append(Tick(day.toordinal(), texts))
    return ticks


def _fit(ticks: Sequence[Tick], days: Sequence[date], room: float) -> bool:
    span = max(1, days[-1].toordinal() - days[0].toordinal())
    edges = []
    for tick in ticks:
        wide = max(width_of(text, PLAIN) for text in tick.texts)
        middle = (tick.value - days[0].toordinal()) / span * room
        edges.append((middle - wide / 2, middle + wide / 2))
    return all(after[0] - before[1] >= _BETWEEN_DAYS for before, after in pairwise(edges))
