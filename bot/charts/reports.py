"""Pictures of the study report, as values: words come with them, numbers are floats.

``note`` is the line under the title; the place for "in sample" or "out of sample". ``unit`` tells
how figures are written: ``percent`` (0.12 is 12 %), ``points`` (0.12 is 12.0, no sign of percent),
``times`` (1.2 is x1.2) or ``number``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.ports.pictures import DayLine

Unit = Literal["percent", "points", "times", "number"]


@dataclass(frozen=True, slots=True)
class Plateau:
    """One figure over a grid of settings, with the default marked.

    One row only is drawn as a line over the columns, more as a heat map.

    Attributes:
        row_name, column_name: what varies down and across.
        rows, columns: the settings as text, in order.
        values: rows x columns; None where there is no result.
        default: place of the default as (row, column), from 0; None when it is not in the grid.
        unit: of the values.
    """

    title: str
    row_name: str
    rows: tuple[str, ...]
    column_name: str
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    default: tuple[int, int] | None
    unit: Unit = "percent"
    note: str = ""


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One effect with its 95 % interval; None where it could not be computed."""

    name: str
    effect: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Intervals:
    """Effects with their intervals around a line at zero (a forest plot), in the order given."""

    title: str
    rows: tuple[IntervalRow, ...]
    unit: Unit = "percent"
    note: str = ""


@dataclass(frozen=True, slots=True)
class GrowthLines:
    """Values over days on a log axis, as multiples of the start; the first line is the thick one.

    None is a gap; a value that is not above zero is left out.
    """

    title: str
    days: tuple[date, ...]
    lines: tuple[DayLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a null world gives, and where the observed figure stands among it.

    Attributes:
        draws: one figure per draw of the null world.
        observed: the figure that is judged.
        draws_name, observed_name: what the bars and the mark are called.
    """

    title: str
    draws: tuple[float, ...]
    observed: float
    draws_name: str
    observed_name: str
    unit: Unit = "percent"
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarSeries:
    """One policy's figures, one a group; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class YearlyBars:
    """A figure a year for several policies side by side."""

    title: str
    groups: tuple[str, ...]
    series: tuple[BarSeries, ...]
    unit: Unit = "percent"
    note: str = ""


@dataclass(frozen=True, slots=True)
class SmallBars:
    """One figure per policy as short bars with the figure beside them: turnover, proposals."""

    title: str
    rows: tuple[tuple[str, float | None], ...]
    unit: Unit = "number"
    note: str = ""


ReportPicture = Plateau | Intervals | GrowthLines | Distribution | YearlyBars | SmallBars
