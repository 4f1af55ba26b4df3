"""A picture as a value -> its figure -> PNG and SVG bytes, the same for the same input.

Whatever a machine's matplotlibrc says, pictures use matplotlib's own defaults and what stands
here. matplotlib's settings are one for the whole process, so pictures are drawn one at a time.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from threading import Lock
from typing import Any, Final, assert_never

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from bot.charts.drawing.allocation import allocation_blocks
from bot.charts.drawing.bars import small_blocks, yearly_blocks
from bot.charts.drawing.blocks import Lines, heading
from bot.charts.drawing.figures import Figures
from bot.charts.drawing.forest import forest_blocks
from bot.charts.drawing.histogram import histogram_blocks
from bot.charts.drawing.lines import (
    books_blocks,
    drawdown_blocks,
    drift_blocks,
    growth_blocks,
)
from bot.charts.drawing.market import market_blocks
from bot.charts.drawing.page import Block, Look, stack
from bot.charts.drawing.palette import PALETTES
from bot.charts.drawing.plateau import plateau_blocks
from bot.charts.look import ChartFormat, Theme
from bot.charts.reports import (
    Distribution,
    GrowthLines,
    Intervals,
    Plateau,
    ReportPicture,
    SmallBars,
    YearlyBars,
)
from bot.charts.sense import NOTHING, lack_of
from bot.charts.words import ChartWords
from bot.ports.pictures import (
    Allocation,
    BookValues,
    Drawdowns,
    DriftHistory,
    MarketRibbon,
    Picture,
)

_SETTINGS: Final[dict[str, Any]] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "evenkeel",
    "hatch.linewidth": 2.5,
    "path.simplify": True,
    "path.simplify_threshold": 0.4,
    "axes.unicode_minus": True,
}
# A picture has some ten colours and their blends with the ground: 256 are enough to look the
# same, and make the file a third as large.
_COLOURS = 256
_IDS = re.compile(r'(\bid="|href="#|url\(#)')
_ONE_AT_A_TIME = Lock()


def png(
    picture: Picture | ReportPicture,
    *,
    theme: Theme,
    words: ChartWords,
    formats: ChartFormat,
    width: int,
) -> bytes:
    """Return the PNG of ``picture``; see ``bot.charts.draw``."""
    look = look_of(theme=theme, words=words, formats=formats, width=width)
    stream = BytesIO()
    with drawn(picture, look) as figure:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = Image.frombuffer(
            "RGBA",
            canvas.get_width_height(),
            canvas.buffer_rgba(),  # type: ignore[no-untyped-call]
            "raw",
            "RGBA",
            0,
            1,
        ).convert("RGB")
    few = pixels.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(stream, format="PNG")
    return stream.getvalue()


def svg(
    picture: Picture | ReportPicture,
    *,
    theme: Theme,
    words: ChartWords,
    formats: ChartFormat,
    width: int,
) -> str:
    """Return the SVG of ``picture``; see ``bot.charts.draw``."""
    look = look_of(theme=theme, words=words, formats=formats, width=width)
    stream = StringIO()
    none = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with drawn(picture, look) as figure:
        FigureCanvasSVG(figure)
        figure.savefig(stream, format="svg", metadata=none)
    text = stream.getvalue()
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    return _IDS.sub(rf"\1p{name}-", text)


def look_of(*, theme: Theme, words: ChartWords, formats: ChartFormat, width: int) -> Look:
    """Return everything about a picture that is not its figures."""
    return Look(
        PALETTES[theme], words, Figures(formats), formats.months, formats.date, float(width)
    )


def compose(picture: Picture | ReportPicture, look: Look) -> Figure:
    """Return the figure of ``picture``, or of the sentence in its place."""
    lack = lack_of(picture)
    if lack is not None:
        sentence = look.words.nothing if lack == NOTHING else look.words.too_short
        title = _title(look.words, picture)
        return stack(look, [*heading(look, title, ""), Lines(look, sentence)])
    return stack(look, _blocks(look, picture))


@contextmanager
def drawn(picture: Picture | ReportPicture, look: Look) -> Iterator[Figure]:
    """Give the figure while nobody else draws, under our settings."""
    with _ONE_AT_A_TIME, mpl.rc_context():
        mpl.rcdefaults()
        for name, value in _SETTINGS.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield compose(picture, look)


def _blocks(look: Look, picture: Picture | ReportPicture) -> list[Block]:
    match picture:
        case Allocation():
            return allocation_blocks(look, picture)
        case DriftHistory():
            return drift_blocks(look, picture)
        case BookValues():
            return books_blocks(look, picture)
        case MarketRibbon():
            return market_blocks(look, picture)
        case Drawdowns():
            return drawdown_blocks(look, picture)
        case _:
            return _report_blocks(look, picture)


def _report_blocks(look: Look, picture: ReportPicture) -> list[Block]:
    match picture:
        case Plateau():
            return plateau_blocks(look, picture)
        case Intervals():
            return forest_blocks(look, picture)
        case GrowthLines():
            return growth_blocks(look, picture)
        case Distribution():
            return histogram_blocks(look, picture)
        case YearlyBars():
            return yearly_blocks(look, picture)
        case SmallBars():
            return small_blocks(look, picture)
        case _:
            assert_never(picture)


def _title(words: ChartWords, picture: Picture | ReportPicture) -> str:
    match picture:
        case Allocation():
            return words.allocation
        case DriftHistory():
            return words.drift
        case BookValues():
            return words.books
        case MarketRibbon():
            return words.market.format(asset=picture.asset, quote=picture.quote)
        case Drawdowns():
            return words.drawdowns
        case _:
            return picture.title
