"""Lines over days with their names at their ends, and strips under them that share the days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bot.charts.drawing.dayaxis import DAY_AXIS, paint_days
from bot.charts.drawing.lanes import Lane
from bot.charts.drawing.page import (
    MARGIN,
    PLAIN,
    RIGHT,
    Look,
    Page,
    widest,
)
from bot.charts.drawing.palette import SOLID, type_dash
from bot.charts.drawing.scale import Scale, known
from bot.charts.drawing.spread import spread
from bot.charts.drawing.ticks import spaced

_PLOT = 560.0
_LEADER = 34.0
_SAMPLE = 46.0
_BESIDE = 12.0
_LABEL_GAP = 10.0
_LABEL_LINE = PLAIN.size * 1.16
_MARKER = 15.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One line over the days.

    Attributes:
        values: one a day; None and what is not finite is a gap.
        label: what stands at its end, line by line; nothing for no label.
        thick: pixels.
    """

    values: tuple[float | None, ...]
    label: tuple[str, ...] = ()
    colour: str = ""
    dash: type_dash = SOLID
    marker: str = ""
    thick: float = 4.0

    @property
    def height(self) -> float:
        """Return how much room its label takes."""
        return len(self.label) * _LABEL_LINE + _LABEL_GAP if self.label else 0.0


@dataclass(frozen=True, slots=True)
class Guide:
    """A line across the plot at one value."""

    value: float
    colour: str
    dash: type_dash = SOLID
    thick: float = 2.5


@dataclass(frozen=True, slots=True)
class TimePlot:
    """The plot as a block.

    Attributes:
        days: growing, two at least.
        wash: two values between which the ground is tinted.
        stems: days with a thin line from top to bottom.
        whole_days: each day takes its whole width, as ribbons need it.
        plot: least height of the part with the lines.
    """

    look: Look
    days: tuple[date, ...]
    scale: Scale
    curves: Sequence[Curve]
    guides: Sequence[Guide] = ()
    wash: tuple[float, float] | None = None
    stems: Sequence[date] = ()
    lanes: Sequence[Lane] = ()
    whole_days: bool = False
    plot: float = _PLOT
    _known: list[Curve] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the curves that have something to show."""
        shown = [curve for curve in self.curves if known(curve.values)]
        object.__setattr__(self, "_known", shown)

    @property
    def height(self) -> float:
        """Return plot, strips and the labels of the days together."""
        lanes = sum(lane.height + 8 for lane in self.lanes)
        return self._plot_height + lanes + DAY_AXIS

    @property
    def _plot_height(self) -> float:
        return max(self.plot, sum(curve.height for curve in self._known))

    @property
    def _left(self) -> float:
        texts = [text for tick in self.scale.ticks for text in tick.texts]
        return MARGIN + widest(texts) + 14

    @property
    def _right(self) -> float:
        """Return where the plot ends and the labels begin."""
        labels = widest([text for curve in self._known for text in curve.label])
        taken = labels + _LEADER + _SAMPLE + _BESIDE if labels else 0
        return self.look.width - MARGIN - taken

    @property
    def _ends(self) -> tuple[float, float]:
        air = 0.5 if self.whole_days else 0.0
        return self.days[0].toordinal() - air, self.days[-1].toordinal() + air

    def paint(self, page: Page, top: float) -> None:
        """Paint everything, the strips from the plot downwards."""
        left, width = self._left, self._right - self._left
        axes = page.axes(left, top, width, self._plot_height)
        axes.set_xlim(*self._ends)
        self.scale.apply(axes)
        self._paint_ground(page, axes, top)
        for curve in sorted(self._known, key=lambda curve: -curve.thick):
            self._paint_curve(axes, curve)
        self._paint_labels(page, axes, top)
        bottom = top + self._plot_height
        for lane in self.lanes:
            lane.paint(page, (left, bottom + 8, width), self._ends)
            bottom += lane.height + 8
        paint_days(page, axes, self.look, (self.days, bottom))

    def _paint_ground(self, page: Page, axes: Axes, top: float) -> None:
        if self.wash is not None:
            axes.axhspan(*self.wash, color=page.palette.wash, linewidth=0, zorder=0)

        def place(value: float) -> float:
            return _place(page, axes, value)

        for tick in spaced(self.scale.ticks, place, PLAIN.line):
            middle = min(max(place(tick.value), top), top + self._plot_height)
            axes.axhline(tick.value, color=page.palette.grid, linewidth=2, zorder=1)
            edge = middle - PLAIN.line / 2
            page.text(self._left - 14, edge, tick.texts[0], RIGHT, page.palette.muted)
        for day in self.stems:
            axes.axvline(day.toordinal(), color=page.palette.grid, linewidth=2.5, zorder=1)
        for guide in self.guides:
            axes.axhline(
                guide.value,
                color=guide.colour,
                linestyle=guide.dash,
                linewidth=guide.thick,
                zorder=2,
            )

    def _paint_curve(self, axes: Axes, curve: Curve) -> None:
        days = np.array([day.toordinal() for day in self.days], dtype=np.float64)
        values = array_of(curve.values)
        axes.plot(
            days,
            values,
            color=curve.colour,
            linestyle=curve.dash,
            linewidth=curve.thick,
            solid_joinstyle="round",
            dash_joinstyle="round",
            zorder=3,
        )
        alone = lone_points(values)
        axes.plot(
            days[alone],
            values[alone],
            color=curve.colour,
            linestyle="none",
            marker="o",
            markersize=curve.thick * 1.6,
            zorder=4,
            clip_on=False,
        )

    def _paint_labels(self, page: Page, axes: Axes, top: float) -> None:
        labelled = [curve for curve in self._known if curve.label]
        ends = [self._end(page, axes, curve) for curve in labelled]
        middles = spread(
            [end[1] for end in ends],
            [curve.height for curve in labelled],
            top,
            top + self._plot_height,
        )
        for curve, end, middle in zip(labelled, ends, middles, strict=True):
            self._paint_label(page, curve, end, middle)

    def _paint_label(
        self, page: Page, curve: Curve, end: tuple[float, float], middle: float
    ) -> None:
        start = self._right + _LEADER
        path = [(end[0], end[1]), (max(end[0], self._right), end[1]), (start, middle)]
        page.sheet.plot(*zip(*path, strict=True), color=page.palette.muted, linewidth=1.2)
        page.sheet.plot(
            [start, start + _SAMPLE],
            [middle, middle],
            color=curve.colour,
            linestyle=curve.dash,
            linewidth=curve.thick,
        )
        dots = ([end[0], start + _SAMPLE / 2], [end[1], middle])
        page.sheet.plot(
            *dots,
            linestyle="none",
            marker=curve.marker,
            markersize=_MARKER,
            color=curve.colour,
            markeredgecolor=page.palette.ground,
            markeredgewidth=1.5,
        )
        edge = middle - len(curve.label) * _LABEL_LINE / 2 - (PLAIN.line - _LABEL_LINE) / 2
        for text in curve.label:
            page.text(start + _SAMPLE + _BESIDE, edge, text)
            edge += _LABEL_LINE

    def _end(self, page: Page, axes: Axes, curve: Curve) -> tuple[float, float]:
        """Return where the last known point of a line stands on the page."""
        values = array_of(curve.values)
        last = int(np.flatnonzero(np.isfinite(values))[-1])
        x, y = axes.transData.transform((self.days[last].toordinal(), values[last]))
        return float(x), page.height - float(y)


def _place(page: Page, axes: Axes, value: float) -> float:
    """Return the height of a value on the page, downwards."""
    return page.height - float(axes.transData.transform((axes.get_xlim()[0], value))[1])


def array_of(values: Sequence[float | None]) -> NDArray[np.float64]:
    """Return ``values`` with NaN for what is not known."""
    array = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    array[~np.isfinite(array)] = np.nan
    return array


def lone_points(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which known points have no known neighbour, so that no line shows them."""
    there = np.isfinite(values)
    before = np.concatenate(([False], there[:-1]))
    after = np.concatenate((there[1:], [False]))
    return there & ~before & ~after
