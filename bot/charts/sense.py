"""Whether a picture holds together, and whether it has anything to show; without matplotlib."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from bot.charts.reports import (
    Distribution,
    GrowthLines,
    Intervals,
    Plateau,
    ReportPicture,
    SmallBars,
    YearlyBars,
)
from bot.ports.pictures import (
    Allocation,
    BookValues,
    Drawdowns,
    DriftHistory,
    MarketRibbon,
    Picture,
)
from core.domain.errors import InputInvalid

NOTHING = "nothing"
TOO_SHORT = "too_short"
_LEAST_DAYS = 2


def lack_of(picture: Picture | ReportPicture) -> str | None:
    """Return why ``picture`` shows nothing: ``nothing``, ``too_short``, or None when it does.

    Raises:
        InputInvalid: days out of order, rows of different lengths, or figures that are none.
    """
    _check(picture)
    if isinstance(
        picture, Allocation | Distribution | Intervals | Plateau | SmallBars | YearlyBars
    ):
        return None if any(_is_figure(figure) for figure in _figures(picture)) else NOTHING
    if 0 < len(picture.days) < _LEAST_DAYS:
        return TOO_SHORT
    return None if any(_is_drawable(figure, picture) for figure in _figures(picture)) else NOTHING


def _is_figure(figure: float | None) -> bool:
    return figure is not None and math.isfinite(figure)


def _is_drawable(figure: float | None, picture: object) -> bool:
    """Return whether a figure can be drawn: on a log axis only what is above zero."""
    if figure is None or not math.isfinite(figure):
        return False
    return figure > 0 or not isinstance(picture, MarketRibbon | GrowthLines)


def _figures(picture: Picture | ReportPicture) -> Iterator[float | None]:
    match picture:
        case Allocation():
            yield from (row.weight for row in picture.rows)
        case Intervals():
            yield from (row.effect for row in picture.rows)
        case SmallBars():
            yield from (figure for _, figure in picture.rows)
        case Distribution():
            yield from picture.draws
        case Plateau():
            yield from (figure for row in picture.values for figure in row)
        case YearlyBars():
            yield from (figure for row in picture.series for figure in row.values)
        case MarketRibbon():
            yield from picture.prices
        case _:
            yield from (figure for line in picture.lines for figure in line.values)


def _check(picture: Picture | ReportPicture) -> None:
    name = type(picture).__name__
    for part, figures in _must_be_finite(picture):
        _finite(name, part, figures)
    for part, values, wanted in _lengths(picture):
        _long(name, part, values, wanted)
    if isinstance(picture, Intervals):
        for row in picture.rows:
            _together(name, row.name, (row.effect, row.low, row.high))
    if isinstance(picture, Plateau) and picture.default is not None:
        _within(name, picture.default, (len(picture.rows), len(picture.columns)))
    _growing(name, getattr(picture, "days", ()))


def _must_be_finite(picture: Picture | ReportPicture) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield the figures that must be there, and what they belong to."""
    if isinstance(picture, Allocation):
        for row in picture.rows:
            yield row.asset, (row.weight, row.target, row.low, row.high)
    if isinstance(picture, Distribution):
        yield picture.observed_name, (picture.observed,)


def _lengths(
    picture: Picture | ReportPicture,
) -> Iterator[tuple[str, Sequence[object], int]]:
    """Yield what must have a certain number of entries, and that number."""
    match picture:
        case Plateau():
            yield "values", picture.values, len(picture.rows)
            for at, values in enumerate(picture.values):
                yield f"row {at}", values, len(picture.columns)
        case YearlyBars():
            wanted = len(picture.groups)
            yield from ((series.name, series.values, wanted) for series in picture.series)
        case MarketRibbon():
            wanted = len(picture.days)
            yield from (("prices", picture.prices, wanted), ("regimes", picture.regimes, wanted))
            yield "phases", picture.phases, wanted
        case DriftHistory() | BookValues() | Drawdowns() | GrowthLines():
            wanted = len(picture.days)
            yield from ((line.name, line.values, wanted) for line in picture.lines)


def _growing(name: str, days: Sequence[date]) -> None:
    for before, after in pairwise(days):
        if after <= before:
            raise InputInvalid(
                f"{name}: the day {after} follows {before}. Days must grow; sort them, each once."
            )


def _long(name: str, part: str, values: Sequence[object], wanted: int) -> None:
    if len(values) != wanted:
        raise InputInvalid(
            f"{name}: {part} has {len(values)} entries, not {wanted}. Give one for each; "
            "where nothing is known, None."
        )


def _finite(name: str, part: str, figures: Iterable[float]) -> None:
    for figure in figures:
        if not math.isfinite(figure):
            raise InputInvalid(f"{name}: {part} has the figure {figure}. Give a finite number.")


def _within(name: str, place: tuple[int, int], size: tuple[int, int]) -> None:
    if not all(0 <= at < most for at, most in zip(place, size, strict=True)):
        raise InputInvalid(
            f"{name}: the default stands at {place} of a grid of {size[0]} x {size[1]}. "
            "Give its row and column, from 0, or None."
        )


def _together(name: str, part: str, figures: Sequence[float | None]) -> None:
    known = [_is_figure(figure) for figure in figures]
    if any(known) and not all(known):
        raise InputInvalid(
            f"{name}: {part} has an effect or an interval, but not both. Give all three or None."
        )
