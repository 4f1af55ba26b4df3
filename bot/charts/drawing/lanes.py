"""Narrow strips under a plot that share its days: decisions as markers, states as ribbons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Protocol

from matplotlib.axes import Axes

from bot.charts.drawing.blocks import Legend, Swatch
from bot.charts.drawing.page import PLAIN, Look, Page, shortened
from bot.charts.drawing.palette import DECISION_MARKERS, Fill
from bot.ports.pictures import DayMark

_LANE = 34.0
_STRIP = 50.0
_MARKER = 20.0
_OTHER_MARKER = "D"


class Lane(Protocol):
    """A strip of a certain height."""

    @property
    def height(self) -> float:
        """Return the height in pixels."""

    def paint(self, page: Page, box: tuple[float, float, float], days: tuple[float, float]) -> None:
        """Paint between ``days``, the ends of the axis, into ``box``: left, top, width."""


@dataclass(frozen=True, slots=True)
class MarkLane:
    """The decisions of one kind."""

    marks: tuple[DayMark, ...]
    colour: str
    marker: str
    height: float = _LANE

    def paint(self, page: Page, box: tuple[float, float, float], days: tuple[float, float]) -> None:
        """Paint one marker a decision."""
        axes = _strip(page, box, _LANE, days)
        axes.plot(
            [mark.day.toordinal() for mark in self.marks],
            [0.5] * len(self.marks),
            linestyle="none",
            marker=self.marker,
            markersize=_MARKER,
            color=self.colour,
            markeredgecolor=page.palette.ground,
            markeredgewidth=1.5,
            clip_on=False,
        )


def mark_lanes(look: Look, marks: Sequence[DayMark], days: Sequence[date]) -> list[MarkLane]:
    """Return one lane a kind of decision, in the order of the words, of those within ``days``."""
    kinds = [*look.words.marks]
    inside = [mark for mark in marks if days[0] <= mark.day <= days[-1]]
    kinds += sorted({mark.kind for mark in inside} - {*kinds})
    lanes = []
    for kind in kinds:
        if chosen := tuple(mark for mark in inside if mark.kind == kind):
            colour = look.palette.marks.get(kind, look.palette.ink)
            lanes.append(MarkLane(chosen, colour, DECISION_MARKERS.get(kind, _OTHER_MARKER)))
    return lanes


def mark_legend(look: Look, lanes: Sequence[MarkLane]) -> Legend:
    """Return what the markers mean."""
    return Legend(
        look,
        [
            (Swatch(lane.colour, marker=lane.marker), _worded(look.words.marks, lane.marks[0].kind))
            for lane in lanes
        ],
    )


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The state of every day, with its name above."""

    look: Look
    name: str
    days: tuple[date, ...]
    states: tuple[str, ...]
    fills: Mapping[str, Fill]
    height: float = PLAIN.line + _STRIP + 6

    def paint(self, page: Page, box: tuple[float, float, float], days: tuple[float, float]) -> None:
        """Paint the name and, under it, one area per run of equal states."""
        left, top, width = box
        page.text(left, top, shortened(self.name, width), ink=page.palette.muted)
        axes = _strip(page, (left, top + PLAIN.line + 4, width), _STRIP, days)
        for state in sorted({*self.states}):
            fill = _fill(self.fills, state)
            axes.broken_barh(
                self._spans(state),
                (0, 1),
                facecolors=fill.colour,
                hatch=fill.hatch,
                edgecolor=fill.pattern,
                linewidth=0,
            )
        edge = axes.axhline
        for height in (0, 1):
            edge(height, color=page.palette.muted, linewidth=1.5, clip_on=False)

    def legend(self, words: Mapping[str, str]) -> Legend:
        """Return what the areas mean: the states that occur, in the order of the words."""
        present = [state for state in words if state in self.states]
        present += sorted({*self.states} - {*present})
        return Legend(
            self.look,
            [(Swatch(fill=_fill(self.fills, state)), _worded(words, state)) for state in present],
            head=self.name,
        )

    def _spans(self, wanted: str) -> list[tuple[float, float]]:
        spans = []
        dated = zip(self.days, self.states, strict=True)
        for state, run in groupby(dated, key=lambda pair: pair[1]):
            members = [day.toordinal() for day, _ in run]
            if state == wanted:
                spans.append((members[0] - 0.5, members[-1] - members[0] + 1.0))
        return spans


def _fill(fills: Mapping[str, Fill], state: str) -> Fill:
    return fills.get(state, Fill("#808080", "++"))


def _worded(words: Mapping[str, str], code: str) -> str:
    return words.get(code, code)


def _strip(
    page: Page, box: tuple[float, float, float], height: float, days: tuple[float, float]
) -> Axes:
    axes = page.axes(*box, height)
    axes.set_xlim(*days)
    axes.set_ylim(0, 1)
    return axes
