"""What a study found -> the pictures of its report, each in a light and a dark form.

A picture stands for days that are all in sample, or all out of it, and says so under its title.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.charts.draw import draw
from bot.charts.look import Theme
from bot.charts.reports import (
    BarSeries,
    Distribution,
    GrowthLines,
    IntervalRow,
    Intervals,
    Plateau,
    ReportPicture,
    YearlyBars,
)
from bot.charts.words import ChartWords
from bot.ports.pictures import DayLine, Drawdowns, MarketRibbon, Picture
from bot.research.study.blueprints import BTC
from bot.research.study.claims import Claim, Evidence
from bot.research.study.findings import Effect, Measured, growth_by_year, part_of
from bot.research.study.living import TABLE, Name
from bot.research.study.plateaus import CAPS, DELTAS, FEES, Cell
from bot.research.study.study import Studied
from bot.research.windows import Window, day_of
from core.simulation.bar_table import Floats
from core.simulation.matrix import PriceMatrix
from core.simulation.runs import SimulatedRun

FEW = (Name.FULL, Name.FIXED, Name.DRIFT, Name.BTC)
"""The policies of a picture with room for four."""

_WEEK = 7
_POINTS = 100.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture of the report.

    Attributes:
        key: its place in the report, e.g. ``growth``; of a claim, what it is told in.
        value: what it shows.
        alt: the same in words, for those who do not see it.
        window: the days it stands for.
        words: what is written on it.
    """

    key: str
    value: Picture | ReportPicture
    alt: str
    window: Window
    words: ChartWords


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A picture as it lies inside the page: two addresses that hold the picture itself."""

    key: str
    alt: str
    window: Window
    light: str
    dark: str


def drawn(figure: Figure) -> DrawnFigure:
    """Draw a picture on a light and on a dark ground."""
    light, dark = (
        _address(draw(figure.value, theme=theme, words=figure.words))
        for theme in (Theme.LIGHT, Theme.DARK)
    )
    return DrawnFigure(figure.key, figure.alt, figure.window, light, dark)


def figures_of(one: Studied) -> Iterator[Figure]:
    """Yield all pictures of one portfolio."""
    runs = one.runs.by_name
    for found in one.measured:
        yield from _sample_figures(one, found)
    window = one.portfolio.window
    note = note_of(window)
    words = ChartWords(names={}, drawdowns_note=note)
    yield Figure("market", _ribbon(one), f"BTC, its regime and its pauses, {note}", window,
                  ChartWords(names={}, market_note=note))  # fmt: skip
    if window.has_years:
        bars = _yearly(one.portfolio.name, [runs[name] for name in FEW], note)
        yield Figure("yearly", bars, f"Growth by calendar year, {note}", window, words)
    for index, result in enumerate(one.placebos):
        picture = Distribution(
            f"{one.portfolio.name}: {result.what} at the wrong time",
            tuple(value / _POINTS for value in result.growths),
            result.result.observed / _POINTS,
            "labels moved in time",
            "labels as they were",
            "points",
            f"{note}; log points above plain",
        )
        yield Figure(
            f"placebo-{index}", picture, f"Placebo of {result.what}, {note}", window, words
        )
    yield from _plateau_figures(one, note, words)


def claim_figures(claim: Claim) -> Iterator[Figure]:
    """Yield the intervals of a claim: a picture for each sample and each unit it is held against.

    A short window has sums where longer ones have yearly figures; the two share no axis.
    """
    for sample, unit in dict.fromkeys((row.sample, row.unit) for row in claim.evidence):
        rows = [
            row
            for row in (*claim.evidence, *claim.beside)
            if (row.sample, row.unit) == (sample, unit)
        ]
        is_share = unit == "share"
        picture = Intervals(
            claim.title,
            tuple(_interval_row(row, 1.0 if is_share else _POINTS) for row in rows),
            "percent" if is_share else "points",
            f"{sample}; {unit}",
        )
        alt = f"{claim.title}: intervals, {sample}; {unit}"
        yield Figure(f"{sample}; {unit}", picture, alt, rows[0].window, ChartWords(names={}))


def note_of(window: Window) -> str:
    """Return what stands under a picture's title."""
    return f"{window.sample} · {window.first} to {window.last}"


def _interval_row(row: Evidence, scale: float) -> IntervalRow:
    low, value, high = (one / scale for one in (row.bounds.low, row.bounds.value, row.bounds.high))
    return IntervalRow(f"{row.portfolio.partition(':')[0]}: {row.what}", value, low, high)


def _sample_figures(one: Studied, found: Measured) -> Iterator[Figure]:
    window, note, name = found.window, note_of(found.window), one.portfolio.name
    words = ChartWords(names={}, drawdowns=f"{name}: below the high", drawdowns_note=note)
    days = _days(part_of(one.runs.by_name[Name.FULL], window))
    cut = {key: part_of(one.runs.by_name[key], window) for key in TABLE}
    lines = tuple(DayLine(key, _weekly(_multiples(cut[key]))) for key in TABLE)
    growth = GrowthLines(f"{name}: growth of every policy", days, lines, note)
    yield Figure("growth", growth, f"Growth of every policy, {note}", window, words)
    below = tuple(DayLine(key, _weekly(_depths(cut[key]))) for key in FEW)
    yield Figure(
        "drawdowns", Drawdowns(days, below), f"Falls below the high, {note}", window, words
    )
    for key, title, effects in (
        ("to-fixed", "against fixed bands", found.to_fixed),
        ("parts", "what each part adds to plain", found.parts),
        ("lateness", "late or missing approvals", found.lateness),
    ):
        if effects:
            picture = _forest(f"{name}: {title}", effects, note)
            yield Figure(key, picture, f"{title}, intervals, {note}", window, words)


def _plateau_figures(one: Studied, note: str, words: ChartWords) -> Iterator[Figure]:
    result, name, window = one.plateau, one.portfolio.name, one.portfolio.window
    rows, columns = tuple(map(str, CAPS)), tuple(map(str, DELTAS))
    for key, title, value in (
        ("plateau", "growth in all, log points", lambda cell: cell.log_points / _POINTS),
        ("approvals", "proposals in all", _proposals),
    ):
        picture = Plateau(
            f"{name}: {title}",
            "band width, points",
            rows,
            "destination, 0 = target",
            columns,
            tuple(tuple(value(cell) for cell in row) for row in result.cells),
            result.default,
            "points" if key == "plateau" else "number",
            note,
        )
        yield Figure(key, picture, f"{title} by band width and destination, {note}", window, words)
    fees = Plateau(
        f"{name}: growth in all by fee",
        "log points",
        ("growth",),
        "fee, percent",
        tuple(map(str, FEES)),
        (tuple(value / _POINTS for value in result.by_fee),),
        None if result.default_fee is None else (0, result.default_fee),
        "points",
        f"{note}; log points",
    )
    yield Figure("fees", fees, f"Growth by fee, {note}", window, words)


def _proposals(cell: Cell) -> float:
    return float(cell.proposals)


def _forest(title: str, effects: Sequence[Effect], note: str) -> Intervals:
    rows = tuple(
        IntervalRow(one.name, one.value / _POINTS, one.low / _POINTS, one.high / _POINTS)
        for one in effects
    )
    return Intervals(title, rows, "points", f"{note}; {effects[0].unit}")


def _yearly(name: str, runs: Sequence[SimulatedRun], note: str) -> YearlyBars:
    by_run = [growth_by_year(run) for run in runs]
    years = sorted(by_run[0])
    return YearlyBars(
        f"{name}: growth by calendar year",
        tuple(str(year) for year in years),
        tuple(
            BarSeries(run.name, tuple(found.get(year) for year in years))
            for run, found in zip(runs, by_run, strict=True)
        ),
        "percent",
        f"{note}; the first and the last may be parts of a year",
    )


def _ribbon(one: Studied) -> MarketRibbon:
    matrix, given = one.runs.matrix, one.runs.given
    closes = _btc(matrix)
    return MarketRibbon(
        "BTC",
        one.portfolio.venue.quote,
        tuple(day_of(int(start)) for start in matrix.starts),
        tuple(float(value) for value in closes),
        given.regimes,
        given.phases,
    )


def _btc(matrix: PriceMatrix) -> Floats:
    closes: Floats = matrix.closes[matrix.assets.index(BTC)]
    return closes


def _multiples(run: SimulatedRun) -> Floats:
    path: Floats = np.exp(np.concatenate(([0.0], np.cumsum(run.log_returns))))
    return path


def _depths(run: SimulatedRun) -> Floats:
    path = _multiples(run)
    depths: Floats = path / np.maximum.accumulate(path) - 1.0
    return depths


def _weekly(column: Floats) -> tuple[float, ...]:
    """Return every seventh value and the last: a picture has no room for more."""
    kept = np.unique(np.append(np.arange(0, len(column), _WEEK), len(column) - 1))
    return tuple(column[kept].tolist())


def _days(run: SimulatedRun) -> tuple[date, ...]:
    kept = np.unique(np.append(np.arange(0, len(run), _WEEK), len(run) - 1))
    return tuple(day_of(int(start)) for start in run.starts[kept])


def _address(png: bytes) -> str:
    """Return a picture as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(png).decode()
