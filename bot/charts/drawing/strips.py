"""The drift of many assets: a strip each, under each other, on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from matplotlib.axes import Axes

from bot.charts.drawing.dayaxis import DAY_AXIS, paint_days
from bot.charts.drawing.figures import NOT_KNOWN
from bot.charts.drawing.lanes import Lane
from bot.charts.drawing.page import BOLD, MARGIN, PLAIN, RIGHT, Look, Page, shortened, widest
from bot.charts.drawing.scale import Scale, known
from bot.charts.drawing.timeplot import Guide, array_of, lone_points
from bot.ports.pictures import DayLine

_TALL, _LOW = 84.0, 66.0
_MANY = 8
_BETWEEN = 8.0
_BESIDE = 18.0
_NAME = 0.24


@dataclass(frozen=True, slots=True)
class Strips:
    """One strip a line: its name, its course around zero, and its last figure.

    What lies beyond 1 in either direction is filled, so that it is seen without reading.
    """

    look: Look
    days: tuple[date, ...]
    lines: Sequence[DayLine]
    scale: Scale
    guides: Sequence[Guide]
    lanes: Sequence[Lane] = ()

    @property
    def height(self) -> float:
        """Return strips, lanes and the labels of the days together."""
        lanes = sum(lane.height + 8 for lane in self.lanes)
        return len(self.lines) * (self._strip + _BETWEEN) + lanes + DAY_AXIS

    @property
    def _strip(self) -> float:
        return _TALL if len(self.lines) <= _MANY else _LOW

    def paint(self, page: Page, top: float) -> None:
        """Paint everything from the first strip downwards."""
        names = [self._name(line) for line in self.lines]
        figures = [self._last(line) for line in self.lines]
        left = MARGIN + widest(names, BOLD) + _BESIDE
        width = page.width - MARGIN - widest(figures) - _BESIDE - left
        ends = (float(self.days[0].toordinal()), float(self.days[-1].toordinal()))
        bottom = top
        for line, name, figure in zip(self.lines, names, figures, strict=True):
            axes = page.axes(left, bottom, width, self._strip)
            axes.set_xlim(*ends)
            self.scale.apply(axes)
            self._paint_line(page, axes, line)
            edge = bottom + (self._strip - PLAIN.line) / 2
            page.text(MARGIN, edge, name, BOLD)
            page.text(page.width - MARGIN, edge, figure, RIGHT)
            bottom += self._strip + _BETWEEN
        for lane in self.lanes:
            lane.paint(page, (left, bottom + 8, width), ends)
            bottom += lane.height + 8
        paint_days(page, axes, self.look, (self.days, bottom))

    def _name(self, line: DayLine) -> str:
        name = self.look.words.names.get(line.name, line.name)
        return shortened(name, self.look.width * _NAME, BOLD)

    def _last(self, line: DayLine) -> str:
        figures = known(line.values)
        return self.look.figures.number(figures[-1], 1, signed=True) if figures else NOT_KNOWN

    def _paint_line(self, page: Page, axes: Axes, line: DayLine) -> None:
        axes.axhspan(-1, 1, color=page.palette.wash, linewidth=0, zorder=0)
        for guide in self.guides:
            axes.axhline(
                guide.value, color=guide.colour, linestyle=guide.dash, linewidth=2, zorder=1
            )
        days = np.array([day.toordinal() for day in self.days], dtype=np.float64)
        values = array_of(line.values)
        there = np.isfinite(values)
        for edge, beyond in ((1, np.fmax(values, 1)), (-1, np.fmin(values, -1))):
            axes.fill_between(
                days, edge, beyond, where=there, color=page.palette.alarm, linewidth=0, zorder=2
            )
        colour = page.palette.series[0]
        axes.plot(days, values, color=colour, linewidth=3.5, zorder=3)
        alone = lone_points(values)
        axes.plot(days[alone], values[alone], "o", color=colour, markersize=7, clip_on=False)
