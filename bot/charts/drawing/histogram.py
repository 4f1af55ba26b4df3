"""What a null world gives as a histogram, and where the observed figure stands."""

from dataclasses import dataclass

import numpy as np

from bot.charts.drawing.across import AXIS, across
from bot.charts.drawing.blocks import Legend, Swatch, heading, line_swatch
from bot.charts.drawing.page import MARGIN, Block, Look, Page
from bot.charts.drawing.palette import Fill
from bot.charts.drawing.scale import Scale, known, padded, unit_axis
from bot.charts.reports import Distribution

_HEIGHT = 420.0
_LEAST_BINS, _MOST_BINS = 8, 40


def histogram_blocks(look: Look, picture: Distribution) -> list[Block]:
    """Return the bars of the draws, the mark, and what both are."""
    draws = known(picture.draws)
    low, high = padded(min([*draws, picture.observed]), max([*draws, picture.observed]))
    scale = unit_axis(low, high, look.figures, picture.unit)
    observed = look.figures.unit(picture.observed, picture.unit, signed=True)
    entries = [
        (Swatch(fill=Fill(_grey(look))), picture.draws_name),
        (line_swatch(look.palette.alarm), f"{picture.observed_name} {observed}"),
    ]
    return [
        *heading(look, picture.title, picture.note),
        _Histogram(look, tuple(draws), picture.observed, scale),
        Legend(look, entries),
    ]


def _grey(look: Look) -> str:
    return look.palette.regimes["ranging"].colour


@dataclass(frozen=True, slots=True)
class _Histogram:
    look: Look
    draws: tuple[float, ...]
    observed: float
    scale: Scale

    @property
    def height(self) -> float:
        return _HEIGHT + AXIS

    def paint(self, page: Page, top: float) -> None:
        bins = min(max(int(len(self.draws) ** 0.5) * 2, _LEAST_BINS), _MOST_BINS)
        counts, edges = np.histogram(
            np.array(self.draws), bins=np.linspace(self.scale.low, self.scale.high, bins + 1)
        )
        axes = across(page, (MARGIN, top, self.look.room, _HEIGHT), self.scale, 1)
        axes.set_ylim(0, float(counts.max()) * 1.08)
        axes.bar(
            edges[:-1],
            counts,
            width=np.diff(edges),
            align="edge",
            color=_grey(self.look),
            edgecolor=page.palette.ground,
            linewidth=2,
        )
        axes.axhline(0, color=page.palette.muted, linewidth=2.5, clip_on=False)
        axes.axvline(self.observed, color=page.palette.alarm, linewidth=7, clip_on=False)
