"""A horizontal axis of values under a room of rows."""

from matplotlib.axes import Axes

from bot.charts.drawing.page import CENTRE, GAP, MARGIN, PLAIN, Page, width_of
from bot.charts.drawing.scale import Scale

AXIS = PLAIN.line + 12


def across(page: Page, box: tuple[float, float, float, float], scale: Scale, rows: float) -> Axes:
    """Return a room whose x is ``scale`` and whose y counts ``rows`` downwards from 0.

    Labels that would touch are left out; the axis takes ``AXIS`` pixels under the room.

    Args:
        page: where to draw.
        box: left, top, width, height of the room.
        scale: of the values.
        rows: how many units high the room is.
    """
    left, top, width, height = box
    axes = page.axes(left, top, width, height)
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(rows, 0)
    free = 0.0
    for tick in scale.ticks:
        axes.axvline(tick.value, color=page.palette.grid, linewidth=2, zorder=0)
        half = width_of(tick.texts[0]) / 2
        x = left + (tick.value - scale.low) / (scale.high - scale.low) * width
        x = min(max(x, MARGIN + half), page.width - MARGIN - half)
        if x - half >= free:
            page.text(x, top + height + 6, tick.texts[0], CENTRE, page.palette.muted)
            free = x + half + GAP
    return axes
