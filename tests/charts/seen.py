"""What stands on a picture: its texts and where they stand, as matplotlib would set them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from bot.charts.drawing.paint import drawn, look_of
from bot.charts.look import ChartFormat, Theme
from bot.charts.reports import ReportPicture
from bot.charts.words import ENGLISH, ChartWords
from bot.ports.pictures import Picture


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture's texts, with boxes ``left, bottom, right, top`` in pixels.

    Attributes:
        texts: what is written.
        boxes: texts x 4.
        sizes: of the letters, pixels.
        inks: colours of the letters.
        grounds: colours of what the letters stand on: the page, or a filled cell.
        size: width and height of the picture.
    """

    texts: tuple[str, ...]
    boxes: NDArray[np.float64]
    sizes: tuple[float, ...]
    inks: tuple[str, ...]
    grounds: tuple[str, ...]
    size: tuple[float, float]

    def overlapping(self) -> list[tuple[str, str]]:
        """Return the pairs of texts whose boxes share more than a hair."""
        left, bottom, right, top = self.boxes.T
        wide = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
        high = np.minimum(top[:, None], top) - np.maximum(bottom[:, None], bottom)
        touching = np.triu((wide > 0.5) & (high > 0.5), k=1)
        return [(self.texts[one], self.texts[two]) for one, two in np.argwhere(touching)]

    def outside(self) -> list[str]:
        """Return the texts that are not wholly on the picture."""
        left, bottom, right, top = self.boxes.T
        out = (left < 0) | (bottom < 0) | (right > self.size[0]) | (top > self.size[1])
        return [self.texts[at] for at in np.flatnonzero(out)]


def seen(
    picture: Picture | ReportPicture,
    *,
    theme: Theme = Theme.LIGHT,
    words: ChartWords = ENGLISH,
    formats: ChartFormat | None = None,
    width: int = 1080,
) -> Seen:
    """Return what stands on ``picture``."""
    look = look_of(theme=theme, words=words, formats=formats or ChartFormat(), width=width)
    with drawn(picture, look) as figure:
        return _measured(figure)


def _measured(figure: Figure) -> Seen:
    canvas = FigureCanvasAgg(figure)
    found = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    shown = [text for text in found if text.get_text() and text.get_visible()]
    on_page = [text for text in shown if text.figure is not None and text in figure.texts]
    renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
    boxes = [_extents(text, renderer) for text in on_page]
    areas = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return Seen(
        tuple(text.get_text() for text in on_page),
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
        tuple(float(text.get_fontsize()) for text in on_page),
        tuple(str(text.get_color()) for text in on_page),
        tuple(_ground(figure, areas, box) for box in boxes),
        (float(canvas.get_width_height()[0]), float(canvas.get_width_height()[1])),
    )


def _ground(
    figure: Figure, areas: Sequence[Rectangle], box: tuple[float, float, float, float]
) -> str:
    """Return the colour of the last filled area that holds the middle of ``box``, or the page's."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    for area in reversed(areas):
        if area.get_fill() and area.get_window_extent().contains(*middle):
            return to_hex(area.get_facecolor())
    return to_hex(figure.get_facecolor())


def _extents(text: Text, renderer: RendererBase) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(edge) for edge in text.get_window_extent(renderer).extents)
    return left, bottom, right, top
