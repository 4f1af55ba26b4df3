"""The pictures that are lines over days: drift, books, drawdowns, growth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from bot.charts.drawing.blocks import Legend, Lines, heading, line_swatch
from bot.charts.drawing.lanes import mark_lanes, mark_legend
from bot.charts.drawing.page import Block, Look, shortened, wrapped
from bot.charts.drawing.palette import DASHES, LINE_MARKERS, SOLID, type_dash
from bot.charts.drawing.scale import (
    above_zero,
    drift_scale,
    growth_scale,
    known,
    log,
    percent_scale,
)
from bot.charts.drawing.strips import Strips
from bot.charts.drawing.timeplot import Curve, Guide, TimePlot
from bot.charts.reports import GrowthLines
from bot.ports.pictures import BookValues, DayLine, Drawdowns, DriftHistory

_ACTUAL = "actual"
_THICK, _THIN, _FINE = 8.0, 4.0, 3.2
_FEW, _MANY = 5, 8
_LONG = 500
_LABEL = 0.29
_STEMS = 40
_EDGE: type_dash = (0, (4, 2))
_HARD_EDGE: type_dash = (0, (1, 1.6))


def drift_blocks(look: Look, picture: DriftHistory) -> list[Block]:
    """Return drift in band units between the edges of the band, with what was decided."""
    words, palette = look.words, look.palette
    lanes = mark_lanes(look, picture.marks, picture.days)
    executed = sorted(
        {mark.day for lane in lanes for mark in lane.marks if mark.kind == "executed"}
    )
    scale = drift_scale(_values(picture.lines), look.figures)
    guides = [
        *(Guide(edge, palette.muted, _EDGE, 3) for edge in (1, -1)),
        *(Guide(edge, palette.alarm, _HARD_EDGE, 3.5) for edge in (2, -2)),
    ]
    plot: Block = Strips(
        look, picture.days, picture.lines, replace(scale, kind="symlog"), guides, lanes
    )
    if len(picture.lines) <= _FEW:
        plot = TimePlot(
            look,
            picture.days,
            scale,
            _curves(look, picture.lines, lambda value: look.figures.number(value, 1, signed=True)),
            guides=guides,
            wash=(-1, 1),
            stems=executed if len(executed) <= _STEMS else (),
            lanes=lanes,
        )
    edges = Legend(
        look,
        [
            (line_swatch(palette.muted, _EDGE), words.edge),
            (line_swatch(palette.alarm, _HARD_EDGE), words.hard_edge),
        ],
    )
    return [
        *heading(look, words.drift, words.drift_note),
        plot,
        edges,
        mark_legend(look, lanes),
        *_without(look, picture.lines),
    ]


def books_blocks(look: Look, picture: BookValues) -> list[Block]:
    """Return the growth of the books since the first day, the actual one thick."""
    lanes = mark_lanes(look, picture.marks, picture.days)
    lines = _actual_first(picture.lines)
    scale = growth_scale(_values(lines), look.figures)
    write = look.figures.times if scale.kind == "log" else partial(_change, look)
    plot = TimePlot(
        look,
        picture.days,
        scale,
        _curves(look, lines, write, thick_first=True),
        guides=[Guide(1.0, look.palette.muted)],
        lanes=lanes,
    )
    return [
        *heading(look, look.words.books, look.words.books_note),
        plot,
        mark_legend(look, lanes),
        *_without(look, lines),
    ]


def drawdown_blocks(look: Look, picture: Drawdowns) -> list[Block]:
    """Return how far each line stands below its highest value, 0 on top."""
    lines = _actual_first(picture.lines)
    low = min([*_values(lines), -0.01])
    plot = TimePlot(
        look,
        picture.days,
        percent_scale(low, 0, look.figures, top=0.0),
        _curves(look, lines, lambda value: look.figures.percent(value, 1), thick_first=True),
        guides=[Guide(0.0, look.palette.muted)],
    )
    words = look.words
    return [*heading(look, words.drawdowns, words.drawdowns_note), plot, *_without(look, lines)]


def growth_blocks(look: Look, picture: GrowthLines) -> list[Block]:
    """Return multiples of the start on a log axis, the first line thick."""
    lines = [DayLine(line.name, above_zero(line.values)) for line in picture.lines]
    values = _values(lines)
    plot = TimePlot(
        look,
        picture.days,
        log(min([*values, 1.0]), max([*values, 1.0]), look.figures.times),
        _curves(look, lines, look.figures.times, thick_first=True),
        guides=[Guide(1.0, look.palette.muted)],
    )
    return [*heading(look, picture.title, picture.note), plot, *_without(look, lines)]


def _curves(
    look: Look,
    lines: Sequence[DayLine],
    write: Callable[[float], str],
    *,
    thick_first: bool = False,
) -> list[Curve]:
    """Return the lines with their styles, and at their ends their names and last figures."""
    curves = []
    for at, line in enumerate(lines):
        is_thick = thick_first and at == 0
        colour = look.palette.series[at % len(look.palette.series)]
        thin = _THIN if len(lines) <= _FEW else _FINE
        finer = 0.65 if len(line.values) > _LONG else 1.0
        curves.append(
            Curve(
                line.values,
                _label(look, line, write, len(lines)),
                colour,
                SOLID if at == 0 else DASHES[at % len(DASHES)],
                LINE_MARKERS[at % len(LINE_MARKERS)],
                (_THICK if is_thick else thin) * finer,
            )
        )
    return curves


def _label(look: Look, line: DayLine, write: Callable[[float], str], count: int) -> tuple[str, ...]:
    """Return a name of one or two lines with the last figure under it; one line among many."""
    name, room = _name(look, line), look.width * _LABEL
    if count > _MANY:
        return (shortened(name, room),)
    if count > _FEW:
        return tuple(wrapped(name, room, most=2))
    figures = known(line.values)
    return (*wrapped(name, room, most=2), *(write(value) for value in figures[-1:]))


def _name(look: Look, line: DayLine) -> str:
    return look.words.names.get(line.name, line.name)


def _actual_first(lines: Sequence[DayLine]) -> list[DayLine]:
    """Return the lines, the one of the account first; without one the order stays."""
    return sorted(lines, key=lambda line: line.name != _ACTUAL)


def _values(lines: Sequence[DayLine]) -> list[float]:
    return [value for line in lines for value in known(line.values)]


def _change(look: Look, value: float) -> str:
    return look.figures.percent(value - 1, 1, signed=True)


def _without(look: Look, lines: Sequence[DayLine]) -> list[Lines]:
    """Return one sentence that names the lines nothing is known of."""
    names = [_name(look, line) for line in lines if not known(line.values)]
    if not names:
        return []
    text = look.words.without.format(names=", ".join(names))
    return [Lines(look, text, ink=look.palette.muted)]
