"""The door to the pictures: a value in, PNG or SVG out; matplotlib is loaded at the first call.

Drawing takes some tenths of a second, so asynchronous callers use a thread. Calls from several
threads wait for each other.
"""

from bot.charts.look import ChartFormat, Theme
from bot.charts.reports import ReportPicture
from bot.charts.sense import lack_of
from bot.charts.words import ENGLISH, ChartWords
from bot.ports.pictures import Picture

WIDTH = 1080
_ENGLISH_FORMAT = ChartFormat()


def draw(
    picture: Picture | ReportPicture,
    *,
    theme: Theme = Theme.LIGHT,
    words: ChartWords = ENGLISH,
    formats: ChartFormat = _ENGLISH_FORMAT,
    width: int = WIDTH,
) -> bytes:
    """Return a PNG of ``picture``; equal inputs give equal bytes.

    A picture without figures, or of fewer than two days, becomes a calm sentence.

    Args:
        picture: what to show.
        theme: light or dark ground.
        words: the words of the reader's language.
        formats: how that language writes figures and days.
        width: pixels across; text keeps its size, so more pixels make it look smaller.

    Raises:
        InputInvalid: days out of order, or rows of different lengths.
    """
    from bot.charts.drawing.paint import png  # noqa: PLC0415 - matplotlib only when needed

    return png(picture, theme=theme, words=words, formats=formats, width=width)


def draw_svg(
    picture: Picture | ReportPicture,
    *,
    theme: Theme = Theme.LIGHT,
    words: ChartWords = ENGLISH,
    formats: ChartFormat = _ENGLISH_FORMAT,
    width: int = WIDTH,
) -> str:
    """Return ``picture`` as an SVG document; as ``draw`` otherwise.

    Letters are shapes, so that it looks the same everywhere and needs no font. It carries no
    date, and ids that depend on the picture, so that several fit into one page.
    """
    from bot.charts.drawing.paint import svg  # noqa: PLC0415 - matplotlib only when needed

    return svg(picture, theme=theme, words=words, formats=formats, width=width)


def can_draw(picture: Picture | ReportPicture) -> bool:
    """Return whether ``picture`` has something to show: two days or more, and a figure.

    Raises:
        InputInvalid: as ``draw``.
    """
    return lack_of(picture) is None
