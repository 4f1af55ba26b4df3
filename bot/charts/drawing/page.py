"""A page in pixels from its top left corner: text that is measured first, and rooms to draw in.

Text never reads "$" as mathematics, and never holds a character that the font cannot show.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font

from bot.charts.drawing.figures import Figures
from bot.charts.drawing.palette import Palette
from bot.charts.words import ChartWords

# A picture 1,080 pixels wide is shown at 360 to 400 on a phone: 33 becomes 11 to 12 there.
SMALL = 33.0
TITLE = 45.0
LEADING = 1.3
MARGIN = 36.0
GAP = 20.0
_PIXELS_AN_INCH = 72
_ELLIPSIS = "…"
_NO_GLYPH = "□"
# The fonts that come with matplotlib, by weight; never the machine's own of the same name.
_FONTS = {
    is_bold: str(Path(mpl.get_data_path(), "fonts", "ttf", name))
    for is_bold, name in ((False, "DejaVuSans.ttf"), (True, "DejaVuSans-Bold.ttf"))
}
_SHEET, _ON_TOP = 5, 10


@dataclass(frozen=True, slots=True)
class Look:
    """All that a picture needs beside its figures; ``width`` in pixels."""

    palette: Palette
    words: ChartWords
    figures: Figures
    months: tuple[str, ...]
    date: str
    width: float

    @property
    def room(self) -> float:
        """Return the width between the margins."""
        return self.width - 2 * MARGIN


@dataclass(frozen=True, slots=True)
class Type:
    """How a line of text is set; ``align`` is the side of it that stands at its x."""

    size: float = SMALL
    bold: bool = False
    align: str = "left"

    @property
    def line(self) -> float:
        """Return the height of a line."""
        return self.size * LEADING


PLAIN = Type()
RIGHT = Type(align="right")
CENTRE = Type(align="center")
BOLD = Type(bold=True)
HEAD = Type(TITLE, bold=True)


class Page:
    """One figure, in pixels; ``sheet`` is a room as large as the page, its y downwards."""

    def __init__(self, look: Look, height: float) -> None:
        self.width, self.height = look.width, height
        self.palette = look.palette
        self.figure = Figure(
            figsize=(self.width / _PIXELS_AN_INCH, height / _PIXELS_AN_INCH),
            dpi=_PIXELS_AN_INCH,
            facecolor=look.palette.ground,
        )
        self.sheet = self.axes(0, 0, self.width, height)
        self.sheet.set_xlim(0, self.width)
        self.sheet.set_ylim(height, 0)
        self.sheet.set_zorder(_SHEET)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return a bare room to draw in, without ticks, frame or ground."""
        bottom = self.height - top - height
        axes = self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )
        axes.set_axis_off()
        return axes

    def text(self, x: float, top: float, text: str, kind: Type = PLAIN, ink: str = "") -> None:
        """Set one line of text; ``top`` is the upper edge of its line."""
        self.figure.text(
            x / self.width,
            1 - (top + kind.size) / self.height,
            readable(text),
            fontproperties=_font(kind.size, kind.bold),
            horizontalalignment=kind.align,
            verticalalignment="baseline",
            color=ink or self.palette.ink,
            parse_math=False,
            zorder=_ON_TOP,
        )


class Block(Protocol):
    """Something that is as wide as the page, knows its height and paints itself."""

    @property
    def height(self) -> float:
        """Return the height in pixels."""

    def paint(self, page: Page, top: float) -> None:
        """Paint with the upper edge at ``top``."""


def stack(look: Look, blocks: list[Block]) -> Figure:
    """Return the figure with ``blocks`` one under the other, as high as they need."""
    height = MARGIN * 2 + sum(block.height for block in blocks)
    page = Page(look, float(round(height)))
    top = MARGIN
    for block in blocks:
        block.paint(page, top)
        top += block.height
    return page.figure


@lru_cache(maxsize=4)
def _font(size: float, bold: bool) -> FontProperties:  # noqa: FBT001 - a key of the cache
    return FontProperties(fname=_FONTS[bold], size=size)


@lru_cache(maxsize=1)
def _measurer() -> RendererAgg:
    return RendererAgg(1, 1, _PIXELS_AN_INCH)  # type: ignore[no-untyped-call]


@lru_cache(maxsize=4096)
def width_of(text: str, kind: Type = PLAIN) -> float:
    """Return how wide a line of text is, in pixels."""
    text = readable(text)
    if not text:
        return 0.0
    font = _font(kind.size, kind.bold)
    measured = _measurer().get_text_width_height_descent  # untyped in matplotlib
    return float(measured(text, font, ismath=False)[0])  # type: ignore[no-untyped-call]


def widest(texts: list[str], kind: Type = PLAIN) -> float:
    """Return the width of the widest text, 0 for none."""
    return max((width_of(text, kind) for text in texts), default=0.0)


@lru_cache(maxsize=1024)
def readable(text: str) -> str:
    """Return ``text`` on one line, without what the font cannot show."""
    glyphs = get_font(_FONTS[False])
    kept = []
    for character in " ".join(text.split()):
        if unicodedata.category(character).startswith("C"):
            continue
        kept.append(character if glyphs.get_char_index(ord(character)) else _NO_GLYPH)
    return "".join(kept)


def shortened(text: str, room: float, kind: Type = PLAIN) -> str:
    """Return ``text``, its middle replaced by an ellipsis where it is wider than ``room``."""
    text = readable(text)
    if width_of(text, kind) <= room:
        return text
    for kept in range(len(text) - 1, 0, -1):
        front, back = (kept + 1) // 2, kept // 2
        short = text[:front].rstrip() + _ELLIPSIS + text[len(text) - back :].lstrip()
        if width_of(short, kind) <= room:
            return short
    return _ELLIPSIS


def wrapped(text: str, room: float, kind: Type = PLAIN, most: int = 6) -> list[str]:
    """Return ``text`` as lines no wider than ``room``; what passes ``most`` lines is shortened."""
    words, lines, line = readable(text).split(), list[str](), ""
    while words:
        longer = f"{line} {words[0]}".strip()
        if width_of(longer, kind) <= room:
            line = longer
            words.pop(0)
            continue
        if len(lines) == most - 1 or not line:
            rest = " ".join([line, *words]).strip() if len(lines) == most - 1 else words.pop(0)
            line = shortened(rest, room, kind)
            if len(lines) == most - 1:
                break
            continue
        lines.append(line)
        line = ""
    return [*lines, line] if line else lines
