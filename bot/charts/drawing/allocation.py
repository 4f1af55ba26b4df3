"""Weights against targets: one row an asset, the band as a whisker, the target as a mark."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bot.charts.drawing.across import AXIS, across
from bot.charts.drawing.blocks import Legend, Swatch, heading
from bot.charts.drawing.page import (
    BOLD,
    MARGIN,
    PLAIN,
    RIGHT,
    Block,
    Look,
    Page,
    Type,
    shortened,
    widest,
    width_of,
)
from bot.charts.drawing.palette import SOLID, Fill, Palette
from bot.charts.drawing.scale import known, linear
from bot.ports.pictures import Allocation, AllocationRow

_ROW_TALL, _ROW_LOW = 84.0, 66.0
_MANY = 8
_NAME = 0.24
_BAR = 0.46
_BETWEEN = 24.0
_WHOLE = 1e-6
_RIGHT_BOLD = Type(bold=True, align="right")
_UP, _DOWN = "▲", "▼"


def allocation_blocks(look: Look, picture: Allocation) -> list[Block]:
    """Return the bars with their two columns of figures, and what the marks mean."""
    words, palette = look.words, look.palette
    rows = _Bars(look, picture.rows)
    entries = []
    if any(is_inside(row) for row in picture.rows):
        entries.append((Swatch(fill=Fill(palette.calm)), words.inside))
    if not all(is_inside(row) for row in picture.rows):
        entries.append((Swatch(fill=_outside(palette)), words.outside))
    entries += [
        (Swatch(palette.ink, SOLID, capped=True), words.band),
        (Swatch(palette.ink, marker="D"), words.target),
    ]
    return [*heading(look, words.allocation, words.allocation_note), rows, Legend(look, entries)]


def is_inside(row: AllocationRow) -> bool:
    """Return whether an asset stands within its band; the edge itself is outside (METHODS 1.2)."""
    return row.low < row.weight < row.high or row.weight == row.target


def _outside(palette: Palette) -> Fill:
    return Fill(palette.alarm, "//", palette.ground)


@dataclass(frozen=True, slots=True)
class _Bars:
    look: Look
    rows: Sequence[AllocationRow]

    @property
    def height(self) -> float:
        return PLAIN.line + 8 + len(self.rows) * self._row + AXIS

    @property
    def _row(self) -> float:
        return _ROW_TALL if len(self.rows) <= _MANY else _ROW_LOW

    def paint(self, page: Page, top: float) -> None:
        names = [shortened(row.asset, self.look.width * _NAME) for row in self.rows]
        now, goal = self._columns()
        left = MARGIN + widest(names, BOLD) + _BETWEEN
        right = page.width - MARGIN - sum(now) - sum(goal)
        edge = page.width - MARGIN
        muted = page.palette.muted
        page.text(edge, top, self.look.words.goal, RIGHT, muted)
        page.text(edge - sum(goal), top, self.look.words.now, RIGHT, muted)
        top += PLAIN.line + 8
        axes = self._axes(page, (left, top, right - left))
        for at, (row, name) in enumerate(zip(self.rows, names, strict=True)):
            line = top + at * self._row + (self._row - PLAIN.line) / 2
            page.text(MARGIN, line, name, BOLD)
            page.text(edge, line, self._percent(row.target), RIGHT, muted)
            page.text(edge - sum(goal), line, self._now(row), _RIGHT_BOLD)
            _paint_row(page, axes, row, at)

    def _columns(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return width and gap of the columns ``now`` and ``goal``."""
        words = self.look.words
        now = [width_of(words.now), *(width_of(self._now(row), BOLD) for row in self.rows)]
        goal = [width_of(words.goal), *(width_of(self._percent(row.target)) for row in self.rows)]
        return (max(now), _BETWEEN), (max(goal), _BETWEEN)

    def _now(self, row: AllocationRow) -> str:
        sign = "" if is_inside(row) else _UP if row.weight > row.target else _DOWN
        return f"{sign} {self._percent(row.weight)}".strip()

    def _percent(self, share: float) -> str:
        return self.look.figures.unit(share, "percent")

    def _axes(self, page: Page, box: tuple[float, float, float]) -> Axes:
        """Return the room of the bars, with its scale of percent under it."""
        left, top, width = box
        height = len(self.rows) * self._row
        most = max(known(edge for row in self.rows for edge in (row.weight, row.target, row.high)))
        scale = linear(0, max(most, 0.01) * 1.04, lambda value, _: self._whole(value))
        axes = across(page, (left, top, width, height), scale, len(self.rows))
        axes.set_ylim(len(self.rows) - 0.5, -0.5)
        return axes

    def _whole(self, share: float) -> str:
        places = 0 if abs(share * 100 - round(share * 100)) < _WHOLE else 1
        return self.look.figures.percent(share, places)


def _paint_row(page: Page, axes: Axes, row: AllocationRow, at: int) -> None:
    palette = page.palette
    fill = Fill(palette.calm) if is_inside(row) else _outside(palette)
    axes.add_patch(
        Rectangle(
            (0, at - _BAR / 2),
            row.weight,
            _BAR,
            facecolor=fill.colour,
            hatch=fill.hatch,
            edgecolor=fill.pattern,
            linewidth=0,
            zorder=2,
        )
    )
    axes.hlines(at, row.low, row.high, colors=palette.ink, linewidth=4, zorder=3)
    axes.vlines(
        [row.low, row.high], at - 0.17, at + 0.17, colors=palette.ink, linewidth=4, zorder=3
    )
    axes.plot(
        [row.target],
        [at],
        marker="D",
        markersize=18,
        color=palette.ink,
        markeredgecolor=palette.ground,
        markeredgewidth=2.5,
        zorder=4,
        clip_on=False,
    )
