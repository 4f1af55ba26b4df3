"""Effects with their intervals, one under the other, around a line at zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from bot.charts.drawing.across import AXIS, across
from bot.charts.drawing.blocks import Legend, Swatch, heading
from bot.charts.drawing.figures import NOT_KNOWN
from bot.charts.drawing.page import MARGIN, PLAIN, RIGHT, Block, Look, Page, width_of, wrapped
from bot.charts.drawing.palette import SOLID
from bot.charts.drawing.scale import Scale, known, padded, unit_axis
from bot.charts.reports import IntervalRow, Intervals

_STRIP = 46.0
_BETWEEN = 26.0
_NO_FILL = "none"


def forest_blocks(look: Look, picture: Intervals) -> list[Block]:
    """Return one row an effect: its name, its figures, and under them the interval."""
    figures = known(edge for row in picture.rows for edge in (row.effect, row.low, row.high, 0.0))
    scale = unit_axis(*padded(min(figures), max(figures)), look.figures, picture.unit)
    rows = [_Row(look, row, picture.unit) for row in picture.rows]
    palette, words, entries = look.palette, look.words, []
    shown = [row for row in picture.rows if row.effect is not None]
    if any(_holds_zero(row) for row in shown):
        entries.append((Swatch(palette.muted, SOLID, "o"), words.covers))
    if not all(_holds_zero(row) for row in shown):
        entries.append((Swatch(palette.series[0], SOLID, "D", thick=7), words.clear))
    return [
        *heading(look, picture.title, picture.note),
        _Forest(look, rows, scale),
        Legend(look, entries),
    ]


def _holds_zero(row: IntervalRow) -> bool:
    return row.low is None or row.high is None or row.low <= 0 <= row.high


class _Row:
    """The texts of one row, measured."""

    def __init__(self, look: Look, row: IntervalRow, unit: str) -> None:
        self.row = row
        self.figures = _figures(look, row, unit)
        beside = look.room - width_of(self.figures) - _BETWEEN
        self.names = wrapped(row.name, beside, most=1)
        self.is_beside = width_of(row.name) <= beside
        if not self.is_beside:
            self.names = wrapped(row.name, look.room, most=3)

    @property
    def text(self) -> float:
        lines = len(self.names) if self.is_beside else len(self.names) + 1
        return max(lines, 1) * PLAIN.line

    @property
    def height(self) -> float:
        return self.text + _STRIP


def _figures(look: Look, row: IntervalRow, unit: str) -> str:
    if row.effect is None:
        return NOT_KNOWN
    write = look.figures.unit
    effect, low, high = (
        write(value, unit, signed=True) for value in (row.effect, row.low, row.high)
    )
    return f"{effect}  [{low} … {high}]"


@dataclass(frozen=True, slots=True)
class _Forest:
    look: Look
    rows: Sequence[_Row]
    scale: Scale

    @property
    def height(self) -> float:
        return sum(row.height for row in self.rows) + AXIS

    def paint(self, page: Page, top: float) -> None:
        edge = top
        for row in self.rows:
            for at, name in enumerate(row.names):
                page.text(MARGIN, edge + at * PLAIN.line, name)
            last = edge + row.text - PLAIN.line
            page.text(page.width - MARGIN, last, row.figures, RIGHT, page.palette.muted)
            box = (MARGIN, edge + row.text, self.look.room, _STRIP)
            _paint_interval(page, self._axes(page, box, is_last=row is self.rows[-1]), row.row)
            edge += row.height

    def _axes(self, page: Page, box: tuple[float, float, float, float], *, is_last: bool) -> Axes:
        """Return the strip of one row; only the last one carries the labels."""
        ticks = self.scale.ticks
        if is_last:
            return across(page, box, self.scale, 1)
        axes = across(page, box, Scale(self.scale.low, self.scale.high), 1)
        for tick in ticks:
            axes.axvline(tick.value, color=page.palette.grid, linewidth=2, zorder=0)
        return axes


def _paint_interval(page: Page, axes: Axes, row: IntervalRow) -> None:
    palette = page.palette
    axes.axvline(0, color=palette.ink, linewidth=3, zorder=1)
    if row.effect is None or row.low is None or row.high is None:
        return
    holds = _holds_zero(row)
    colour = palette.muted if holds else palette.series[0]
    thick = 5 if holds else 8
    axes.plot([row.low, row.high], [0.5, 0.5], color=colour, linewidth=thick, zorder=2)
    for end in (row.low, row.high):
        axes.plot([end, end], [0.28, 0.72], color=colour, linewidth=4, zorder=2)
    axes.plot(
        [row.effect],
        [0.5],
        marker="o" if holds else "D",
        markersize=20,
        color=colour,
        markeredgecolor=palette.ground,
        markeredgewidth=2.5,
        linestyle=_NO_FILL,
        zorder=3,
    )
