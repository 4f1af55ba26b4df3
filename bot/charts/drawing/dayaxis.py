"""The labels of days under a plot."""

from collections.abc import Sequence
from datetime import date

from matplotlib.axes import Axes

from bot.charts.drawing.page import CENTRE, GAP, MARGIN, PLAIN, Look, Page, widest
from bot.charts.drawing.ticks import day_ticks

_UNDER = 22.0
DAY_AXIS = _UNDER + 2 * PLAIN.line


def paint_days(page: Page, axes: Axes, look: Look, under: tuple[Sequence[date], float]) -> None:
    """Label the days of ``axes``, which shows ``under[0]``, from the height ``under[1]`` down.

    It takes ``DAY_AXIS`` pixels. Labels stay on the page; one that would touch is left out.
    """
    days, bottom = under
    low, high = axes.get_xlim()
    left, _, width, _ = axes.get_position().bounds
    free = 0.0
    for tick in day_ticks(days, look, width * page.width):
        x = (left + (tick.value - low) / (high - low) * width) * page.width
        half = widest([*tick.texts]) / 2
        x = min(max(x, MARGIN + half), page.width - MARGIN - half)
        if x - half < free:
            continue
        free = x + half + GAP
        for row, text in enumerate(tick.texts):
            page.text(x, bottom + _UNDER + row * PLAIN.line, text, CENTRE, page.palette.muted)
