"""One figure over a grid of settings: a heat map, or a line where the grid has one row."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from bot.charts.drawing.blocks import Legend, Lines, Swatch, heading, paint_area
from bot.charts.drawing.page import (
    CENTRE,
    GAP,
    MARGIN,
    PLAIN,
    RIGHT,
    Block,
    Look,
    Page,
    shortened,
    widest,
    width_of,
)
from bot.charts.drawing.palette import SOLID, Fill, contrast
from bot.charts.drawing.scale import known, padded, unit_axis
from bot.charts.drawing.ticks import spaced
from bot.charts.reports import Plateau

_CELL = 84.0
_LOWEST_CELL = 46.0
_MOST = 900.0
_NAME = 0.26
_KEY = 40.0
_PLOT = 460.0
_MISSING = Fill("#9AA3AC", "xx")


def plateau_blocks(look: Look, picture: Plateau) -> list[Block]:
    """Return the grid with the default marked, and a key of its colours."""
    entries = []
    if picture.default is not None:
        is_line = len(picture.rows) == 1
        swatch = (
            Swatch(look.palette.alarm, marker="D")
            if is_line
            else Swatch(look.palette.alarm, SOLID, thick=9)
        )
        entries.append((swatch, look.words.default))
    if any(value is None for row in picture.values for value in row):
        entries.append((Swatch(fill=_MISSING), look.words.no_result))
    title = heading(look, picture.title, picture.note)
    if len(picture.rows) == 1:
        return [*title, _Line(look, picture), Legend(look, entries[:1])]
    return [
        *title,
        *_axes(look, picture),
        _Grid(look, picture),
        _Key(look, picture),
        Legend(look, entries),
    ]


def _axes(look: Look, picture: Plateau) -> list[Lines]:
    """Return what varies down and across, on one line where it fits."""
    down, across = f"↓ {picture.row_name}", f"→ {picture.column_name}"
    both = f"{down}, {across}"
    texts = [both] if width_of(both) <= look.room else [down, across]
    return [Lines(look, text, ink=look.palette.muted) for text in texts]


def _array(picture: Plateau) -> NDArray[np.float64]:
    return np.array(
        [[np.nan if value is None else value for value in row] for row in picture.values],
        dtype=np.float64,
    )


def _ends(picture: Plateau) -> tuple[float, float]:
    figures = known(value for row in picture.values for value in row)
    low, high = min(figures), max(figures)
    return (low, high) if high > low else padded(low, high)


def _colours(look: Look) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("plateau", list(look.palette.heat))


@dataclass(frozen=True, slots=True)
class _Grid:
    look: Look
    picture: Plateau

    @property
    def _cell(self) -> float:
        return max(min(_CELL, _MOST / len(self.picture.rows)), _LOWEST_CELL)

    @property
    def height(self) -> float:
        return self._cell * len(self.picture.rows) + PLAIN.line + GAP

    def paint(self, page: Page, top: float) -> None:
        picture, cell = self.picture, self._cell
        names = [shortened(name, self.look.width * _NAME) for name in picture.rows]
        left = MARGIN + widest(names) + 14
        width = (page.width - MARGIN - left) / len(picture.columns)
        for at, name in enumerate(names):
            line = top + (at + 0.5) * cell - PLAIN.line / 2
            page.text(left - 14, line, name, RIGHT, page.palette.muted)
        for row, values in enumerate(_array(picture)):
            for column, value in enumerate(values):
                box = (left + column * width, top + row * cell, width, cell)
                self._paint_cell(page, box, float(value))
        if picture.default is not None:
            row, column = picture.default
            _paint_default(page, (left + column * width, top + row * cell, width, cell))
        _paint_names(page, picture.columns, left, width, top + cell * len(names) + 6)

    def _paint_cell(self, page: Page, box: tuple[float, float, float, float], value: float) -> None:
        left, top, width, height = box
        if np.isnan(value):
            paint_area(page, _MISSING, box)
            return
        low, high = _ends(self.picture)
        colour = to_hex(_colours(self.look)((value - low) / (high - low))).upper()
        ground = page.palette.ground
        page.sheet.add_patch(
            Rectangle((left, top), width, height, facecolor=colour, edgecolor=ground, linewidth=2)
        )
        text = self.look.figures.unit(value, self.picture.unit).removesuffix(" %")
        if self._has_room(width):
            ink = max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, colour))
            middle = top + height / 2 - PLAIN.line / 2
            page.text(left + width / 2, middle, text, CENTRE, ink)

    def _has_room(self, width: float) -> bool:
        """Return whether every cell can hold its figure, so that all have one or none."""
        texts = [
            self.look.figures.unit(value, self.picture.unit).removesuffix(" %")
            for row in self.picture.values
            for value in row
            if value is not None
        ]
        return widest(texts) <= width - 10


def _paint_default(page: Page, box: tuple[float, float, float, float]) -> None:
    """Frame the default, with a second line around it so that it shows on every colour."""
    left, top, width, height = box
    for colour, thick in ((page.palette.ground, 15), (page.palette.alarm, 9)):
        page.sheet.add_patch(
            Rectangle(
                (left + 5, top + 5),
                width - 10,
                height - 10,
                fill=False,
                edgecolor=colour,
                linewidth=thick,
                joinstyle="miter",
            )
        )


def _paint_names(page: Page, names: tuple[str, ...], left: float, width: float, top: float) -> None:
    free = 0.0
    for at, name in enumerate(names):
        short = shortened(name, page.width * _NAME)
        half = width_of(short) / 2
        x = min(max(left + (at + 0.5) * width, MARGIN + half), page.width - MARGIN - half)
        if x - half >= free:
            page.text(x, top, short, CENTRE, page.palette.muted)
            free = x + half + GAP / 2


@dataclass(frozen=True, slots=True)
class _Key:
    """The colours from low to high."""

    look: Look
    picture: Plateau

    @property
    def height(self) -> float:
        return _KEY + GAP

    def paint(self, page: Page, top: float) -> None:
        low, high = _ends(self.picture)
        write = self.look.figures.unit
        texts = [write(value, self.picture.unit) for value in (low, high)]
        left = MARGIN + width_of(texts[0]) + 14
        right = left + 300
        middle = top + GAP
        page.text(MARGIN, middle - 4, texts[0], ink=page.palette.muted)
        page.text(right + 14, middle - 4, texts[1], ink=page.palette.muted)
        steps = 60
        colours = _colours(self.look)
        for at in range(steps):
            page.sheet.add_patch(
                Rectangle(
                    (left + at * 300 / steps, middle),
                    300 / steps + 0.5,
                    _KEY - 6,
                    facecolor=colours(at / (steps - 1)),
                    linewidth=0,
                )
            )


@dataclass(frozen=True, slots=True)
class _Line:
    look: Look
    picture: Plateau

    @property
    def height(self) -> float:
        return _PLOT + 2 * PLAIN.line + GAP

    def paint(self, page: Page, top: float) -> None:
        low, high = padded(*_ends(self.picture))
        scale = unit_axis(low, high, self.look.figures, self.picture.unit)
        left = MARGIN + widest([tick.texts[0] for tick in scale.ticks]) + 14
        width = page.width - MARGIN - left
        axes = page.axes(left, top, width, _PLOT)
        axes.set_xlim(-0.5, len(self.picture.columns) - 0.5)
        scale.apply(axes)

        def place(value: float) -> float:
            return page.height - float(axes.transData.transform((0, value))[1])

        for tick in spaced(scale.ticks, place, PLAIN.line):
            axes.axhline(tick.value, color=page.palette.grid, linewidth=2, zorder=0)
            edge = place(tick.value) - PLAIN.line / 2
            page.text(left - 14, edge, tick.texts[0], RIGHT, page.palette.muted)
        self._paint_line(page, axes)
        names = top + _PLOT + GAP * 0.8
        _paint_names(page, self.picture.columns, left, width / len(self.picture.columns), names)
        name = shortened(self.picture.column_name, width)
        page.text(left + width / 2, names + PLAIN.line, name, CENTRE, page.palette.muted)

    def _paint_line(self, page: Page, axes: Axes) -> None:
        values = _array(self.picture)[0]
        axes.plot(
            range(len(values)),
            values,
            marker="o",
            markersize=14,
            color=page.palette.series[0],
            linewidth=5,
            zorder=2,
        )
        if self.picture.default is not None:
            column = self.picture.default[1]
            axes.plot(
                [column],
                [values[column]],
                marker="D",
                markersize=28,
                color=page.palette.alarm,
                markeredgecolor=page.palette.ground,
                markeredgewidth=3,
                zorder=3,
            )
