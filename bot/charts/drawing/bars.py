"""Bars: a figure a year for several policies, and one figure per policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from bot.charts.drawing.blocks import Legend, Swatch, heading
from bot.charts.drawing.page import (
    CENTRE,
    GAP,
    MARGIN,
    PLAIN,
    RIGHT,
    Block,
    Look,
    Page,
    Type,
    widest,
    width_of,
    wrapped,
)
from bot.charts.drawing.palette import Fill
from bot.charts.drawing.scale import Scale, known, padded, unit_axis
from bot.charts.drawing.ticks import spaced
from bot.charts.reports import BarSeries, SmallBars, YearlyBars

_PLOT = 480.0
_HATCHES = ("", "//", "..", "\\\\", "xx", "--", "++")
_FILLED = 0.84
_BAR = 34.0
_NAME = 0.42
_FIGURE = Type(bold=True, align="right")


def yearly_blocks(look: Look, picture: YearlyBars) -> list[Block]:
    """Return the groups of bars, and which bar is whose."""
    figures = known(value for series in picture.series for value in series.values)
    low, high = padded(min([*figures, 0.0]), max([*figures, 0.0]))
    low = 0.0 if min(figures) >= 0 else low
    high = 0.0 if max(figures) <= 0 < -low else high
    scale = unit_axis(low, high, look.figures, picture.unit)
    entries = [
        (Swatch(fill=_fill(look, at)), series.name) for at, series in enumerate(picture.series)
    ]
    return [
        *heading(look, picture.title, picture.note),
        _Groups(look, picture.groups, picture.series, scale),
        Legend(look, entries),
    ]


def _fill(look: Look, at: int) -> Fill:
    colours = look.palette.series
    return Fill(colours[at % len(colours)], _HATCHES[at % len(_HATCHES)], look.palette.ground)


@dataclass(frozen=True, slots=True)
class _Groups:
    look: Look
    groups: tuple[str, ...]
    series: Sequence[BarSeries]
    scale: Scale

    @property
    def height(self) -> float:
        return _PLOT + PLAIN.line + GAP

    def paint(self, page: Page, top: float) -> None:
        left = MARGIN + widest([tick.texts[0] for tick in self.scale.ticks]) + 14
        width = page.width - MARGIN - left
        axes = page.axes(left, top, width, _PLOT)
        axes.set_xlim(0, len(self.groups))
        self.scale.apply(axes)
        self._paint_axis(page, axes, left, top)
        bar = _FILLED / len(self.series)
        for at, series in enumerate(self.series):
            fill = _fill(self.look, at)
            axes.bar(
                [group + (1 - _FILLED) / 2 + bar * at for group in range(len(self.groups))],
                [value if value is not None else 0.0 for value in series.values],
                width=bar,
                align="edge",
                color=fill.colour,
                hatch=fill.hatch,
                edgecolor=fill.pattern,
                linewidth=0,
                zorder=2,
            )
        axes.axhline(0, color=page.palette.ink, linewidth=2.5, zorder=3)
        self._paint_names(page, left, width, top + _PLOT + GAP * 0.8)

    def _paint_axis(self, page: Page, axes: Axes, left: float, top: float) -> None:
        def place(value: float) -> float:
            return page.height - float(axes.transData.transform((0, value))[1])

        for tick in spaced(self.scale.ticks, place, PLAIN.line):
            axes.axhline(tick.value, color=page.palette.grid, linewidth=2, zorder=0)
            middle = min(max(place(tick.value), top), top + _PLOT)
            edge = middle - PLAIN.line / 2
            page.text(left - 14, edge, tick.texts[0], RIGHT, page.palette.muted)

    def _paint_names(self, page: Page, left: float, width: float, top: float) -> None:
        free = 0.0
        for at, name in enumerate(self.groups):
            half = width_of(name) / 2
            x = left + (at + 0.5) * width / len(self.groups)
            x = min(max(x, MARGIN + half), page.width - MARGIN - half)
            if x - half >= free:
                page.text(x, top, name, CENTRE, page.palette.muted)
                free = x + half + GAP / 2


def small_blocks(look: Look, picture: SmallBars) -> list[Block]:
    """Return one bar per policy with its figure at the right."""
    return [*heading(look, picture.title, picture.note), _Small(look, picture)]


@dataclass(frozen=True, slots=True)
class _Small:
    look: Look
    picture: SmallBars

    @property
    def height(self) -> float:
        return sum(self._tall(names) for names in self._names)

    @property
    def _names(self) -> list[list[str]]:
        room = self.look.width * _NAME
        return [wrapped(name, room, most=2) for name, _ in self.picture.rows]

    @staticmethod
    def _tall(names: list[str]) -> float:
        return max(len(names), 1) * PLAIN.line + 16

    def paint(self, page: Page, top: float) -> None:
        names = self._names
        figures = [self._figure(value) for _, value in self.picture.rows]
        left = MARGIN + max(widest(lines) for lines in names) + GAP
        right = page.width - MARGIN - widest(figures, _FIGURE) - GAP
        values = known(value for _, value in self.picture.rows)
        low, high = min([*values, 0.0]), max([*values, 0.0])
        axes = page.axes(left, top, right - left, self.height)
        axes.set_xlim(low, high if high > low else low + 1)
        axes.set_ylim(self.height, 0)
        edge = 0.0
        for lines, figure, (_, value) in zip(names, figures, self.picture.rows, strict=True):
            tall = self._tall(lines)
            middle = edge + tall / 2
            first = top + middle - len(lines) * PLAIN.line / 2
            for at, line in enumerate(lines):
                page.text(MARGIN, first + at * PLAIN.line, line)
            page.text(page.width - MARGIN, top + middle - PLAIN.line / 2, figure, _FIGURE)
            axes.barh(middle, value or 0.0, height=_BAR, color=page.palette.calm)
            edge += tall
        axes.axvline(0, color=page.palette.muted, linewidth=2.5, clip_on=False)

    def _figure(self, value: float | None) -> str:
        return self.look.figures.unit(value, self.picture.unit)
