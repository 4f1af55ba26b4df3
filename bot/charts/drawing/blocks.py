"""The parts every picture shares: its heading, its legend, a remark."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from bot.charts.drawing.page import (
    GAP,
    HEAD,
    MARGIN,
    PLAIN,
    Block,
    Look,
    Page,
    Type,
    shortened,
    width_of,
    wrapped,
)
from bot.charts.drawing.palette import SOLID, Fill, type_dash

_SWATCH = 58.0
_DOT = 26.0
_BESIDE = 14.0
_BETWEEN = 36.0
_MARKER = 17.0


class Lines:
    """Text over the whole width, broken into lines, with a gap under it."""

    def __init__(self, look: Look, text: str, kind: Type = PLAIN, *, ink: str = "") -> None:
        self._lines = wrapped(text, look.room, kind)
        self._kind, self._ink = kind, ink

    @property
    def height(self) -> float:
        """Return the height of all lines and the gap."""
        return len(self._lines) * self._kind.line + (GAP / 2 if self._lines else 0)

    def paint(self, page: Page, top: float) -> None:
        """Set the lines."""
        for at, line in enumerate(self._lines):
            page.text(MARGIN, top + at * self._kind.line, line, self._kind, self._ink)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing, so high."""

    height: float

    def paint(self, page: Page, top: float) -> None:
        """Paint nothing."""


def heading(look: Look, title: str, note: str) -> list[Block]:
    """Return the title and, quieter, the line under it."""
    return [Lines(look, title, HEAD), Lines(look, note, ink=look.palette.muted), Gap(GAP)]


@dataclass(frozen=True, slots=True)
class Swatch:
    """What a legend shows before a name: a line, a marker, or a filled area.

    Attributes:
        colour: of line and marker.
        dash: of the line; None for no line.
        marker: of matplotlib's; empty for none.
        fill: an area in place of both.
        thick: pixels of the line.
        capped: the line has a bar across each end.
    """

    colour: str = ""
    dash: type_dash | None = None
    marker: str = ""
    fill: Fill | None = None
    thick: float = 5.0
    capped: bool = False

    @property
    def width(self) -> float:
        """Return how many pixels it takes; a marker alone takes few."""
        return _SWATCH if self.dash is not None or self.fill is not None else _DOT


def paint_swatch(page: Page, swatch: Swatch, left: float, middle: float, width: float) -> None:
    """Paint a swatch of ``width`` pixels, its middle at the height ``middle``."""
    if swatch.fill is not None:
        paint_area(page, swatch.fill, (left, middle - 14, width, 28))
        return
    line = Line2D(
        [left, left + width],
        [middle, middle],
        color=swatch.colour,
        linewidth=swatch.thick,
        linestyle=swatch.dash if swatch.dash is not None else "none",
        solid_capstyle="butt",
    )
    page.sheet.add_line(line)
    for edge in (left, left + width) if swatch.capped else ():
        cap = Line2D([edge] * 2, [middle - 10, middle + 10], color=swatch.colour, linewidth=4)
        page.sheet.add_line(cap)
    if swatch.marker:
        dot = Line2D(
            [left + width / 2],
            [middle],
            color=swatch.colour,
            marker=swatch.marker,
            markersize=_MARKER,
            linestyle="none",
        )
        page.sheet.add_line(dot)


def paint_area(page: Page, fill: Fill, box: tuple[float, float, float, float]) -> None:
    """Paint a rectangle ``(left, top, width, height)`` with its pattern and a thin edge."""
    left, top, width, height = box
    corner = (left, top)
    filled = Rectangle(
        corner,
        width,
        height,
        facecolor=fill.colour,
        hatch=fill.hatch,
        edgecolor=fill.pattern,
        linewidth=0,
    )
    frame = Rectangle(
        corner, width, height, fill=False, edgecolor=page.palette.muted, linewidth=1.5
    )
    page.sheet.add_patch(filled)
    page.sheet.add_patch(frame)


class Legend:
    """Swatches with their names, side by side in as many rows as they need."""

    def __init__(self, look: Look, entries: Sequence[tuple[Swatch, str]], head: str = "") -> None:
        self._placed: list[tuple[float, int, Swatch | None, str]] = []
        left, row = 0.0, 0
        most = look.room - _SWATCH - _BESIDE
        named = [(swatch, shortened(text, most)) for swatch, text in entries]
        all_of_them: list[tuple[Swatch | None, str]] = [*named]
        if head and entries:
            all_of_them.insert(0, (None, shortened(head, most) + ":"))
        for swatch, text in all_of_them:
            wide = width_of(text) + (swatch.width + _BESIDE if swatch else 0)
            if left and left + wide > look.room:
                left, row = 0.0, row + 1
            self._placed.append((left, row, swatch, text))
            left += wide + _BETWEEN
        self._rows = row + 1 if self._placed else 0

    @property
    def height(self) -> float:
        """Return the height of all rows and the gap above."""
        return self._rows * PLAIN.line * 1.08 + (GAP * 0.7 if self._rows else 0)

    def paint(self, page: Page, top: float) -> None:
        """Paint the rows."""
        for left, row, swatch, text in self._placed:
            edge = top + GAP * 0.7 + row * PLAIN.line * 1.08
            x = MARGIN + left
            if swatch is not None:
                paint_swatch(page, swatch, x, edge + PLAIN.line * 0.56, swatch.width)
                x += swatch.width + _BESIDE
            page.text(x, edge, text, ink="" if swatch else page.palette.muted)


def line_swatch(colour: str, dash: type_dash = SOLID, marker: str = "") -> Swatch:
    """Return a swatch of a line."""
    return Swatch(colour, dash, marker)
