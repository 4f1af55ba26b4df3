"""Pictures of every kind with hostile contents: long names, gaps, flat lines, extreme values."""

from datetime import date, timedelta

import numpy as np
from hypothesis import strategies as st
from numpy.random import Generator

from bot.charts import reports as of_report
from bot.ports import pictures as of_chat

NAMES = (
    "BTC",
    "actual",
    "always",
    "A",
    "$USD$",
    "Konto mit einem sehr langen Namen, der nirgends hineinpasst",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "To target every month, with the fee of the venue and half of the spread taken out of it",
    "漢字 \U0001f600\u202e and\nlines",
    "",
)
FIRSTS = (date(2025, 12, 31), date(2024, 2, 29), date(2021, 1, 1), date(2026, 5, 17))
LENGTHS = (2, 3, 7, 30, 90, 200, 365, 400, 731, 1096)
KINDS = ("executed", "rejected", "expired", "withheld", "something new")
UNITS: tuple[of_report.Unit, ...] = ("percent", "points", "times", "number")

seeds = st.integers(0, 2**32 - 1)


def _days(chance: Generator) -> tuple[date, ...]:
    first = FIRSTS[int(chance.integers(len(FIRSTS)))]
    count = LENGTHS[int(chance.integers(len(LENGTHS)))]
    return tuple(first + timedelta(days=at) for at in range(count))


def _name(chance: Generator) -> str:
    return NAMES[int(chance.integers(len(NAMES)))]


def _level(chance: Generator) -> float:
    return float(chance.choice([0.0, 1e-9, 0.01, 1.0, 1.0, 3.7, 1000.0, 1e12]))


def _values(chance: Generator, count: int, sign: int = 1) -> tuple[float | None, ...]:
    """Return a constant, a walk or noise; with gaps, ends missing, all missing, or none."""
    level = _level(chance)
    course = chance.integers(3)
    if course == 0:
        values = np.full(count, level)
    elif course == 1:
        values = level * np.exp(np.cumsum(chance.normal(0, 0.05, count)))
    else:
        values = level * chance.standard_normal(count) ** 2
    known = np.ones(count, dtype=bool)
    gaps = chance.integers(5)
    if gaps == 1:
        known = chance.random(count) < 0.6
    elif gaps == 2:
        known[count // 2 :] = False
    elif gaps == 3 and chance.random() < 0.3:
        known[:] = False
    return tuple(sign * float(v) if k else None for v, k in zip(values, known, strict=True))


def _lines(chance: Generator, count: int, sign: int = 1) -> tuple[of_chat.DayLine, ...]:
    lines = int(chance.integers(1, 13))
    return tuple(of_chat.DayLine(_name(chance), _values(chance, count, sign)) for _ in range(lines))


def _marks(chance: Generator, days: tuple[date, ...]) -> tuple[of_chat.DayMark, ...]:
    return tuple(
        of_chat.DayMark(
            days[0] + timedelta(days=int(chance.integers(-3, len(days) + 3))),
            KINDS[int(chance.integers(len(KINDS)))],
        )
        for _ in range(int(chance.integers(0, 60)))
    )


def _allocation(chance: Generator) -> of_chat.Allocation:
    rows = []
    for _ in range(int(chance.integers(1, 13))):
        weight, target, low, high = (float(part) for part in chance.random(4))
        weight *= float(chance.choice([0, 1, 1, 1, 1000]))
        rows.append(
            of_chat.AllocationRow(_name(chance), weight, target, target * low, target + high)
        )
    return of_chat.Allocation(tuple(rows))


def _drift(chance: Generator) -> of_chat.DriftHistory:
    days = _days(chance)
    lines = tuple(
        of_chat.DayLine(
            line.name,
            tuple(None if v is None else v * float(chance.choice([-1, 1])) for v in line.values),
        )
        for line in _lines(chance, len(days))
    )
    return of_chat.DriftHistory(days, lines, _marks(chance, days))


def _market(chance: Generator) -> of_chat.MarketRibbon:
    days = _days(chance)
    regimes = ("up", "down", "ranging", "turbulent", "unknown", "never heard of")
    phases = ("NORMAL", "PAUSED", "GUARDED")
    runs = np.repeat(chance.integers(0, 6, len(days) // 9 + 1), 9)[: len(days)]
    return of_chat.MarketRibbon(
        _name(chance),
        "USDT",
        days,
        _values(chance, len(days)),
        tuple(regimes[run] for run in runs),
        tuple(phases[run % 3] for run in runs),
    )


def chat_picture(seed: int) -> of_chat.Picture:
    """Return one picture of the chat."""
    chance = np.random.default_rng(seed)
    kind = chance.integers(5)
    if kind == 0:
        return _allocation(chance)
    if kind == 1:
        return _drift(chance)
    if kind == 2:
        return _market(chance)
    days = _days(chance)
    if kind == 3:
        return of_chat.BookValues(days, _lines(chance, len(days)), _marks(chance, days))
    return of_chat.Drawdowns(days, _lines(chance, len(days), sign=-1))


def _plateau(chance: Generator) -> of_report.Plateau:
    rows, columns = int(chance.integers(1, 15)), int(chance.integers(1, 15))
    return of_report.Plateau(
        _name(chance),
        _name(chance),
        tuple(_name(chance) for _ in range(rows)),
        _name(chance),
        tuple(_name(chance) for _ in range(columns)),
        tuple(_values(chance, columns) for _ in range(rows)),
        (int(chance.integers(rows)), int(chance.integers(columns))),
        _unit(chance),
    )


def _intervals(chance: Generator) -> of_report.Intervals:
    rows = []
    for _ in range(int(chance.integers(1, 13))):
        low, effect, high = sorted(float(v) for v in chance.normal(0, 1, 3) * _level(chance))
        rows.append(of_report.IntervalRow(_name(chance), effect, low, high))
    rows.append(of_report.IntervalRow(_name(chance), None, None, None))
    return of_report.Intervals(_name(chance), tuple(rows), _unit(chance), _name(chance))


def _unit(chance: Generator) -> of_report.Unit:
    return UNITS[int(chance.integers(len(UNITS)))]


def report_picture(seed: int) -> of_report.ReportPicture:
    """Return one picture of the report."""
    chance = np.random.default_rng(seed)
    kind, count = chance.integers(6), int(chance.integers(1, 13))
    if kind == 0:
        return _plateau(chance)
    if kind == 1:
        return _intervals(chance)
    if kind == 2:
        draws = tuple(v for v in _values(chance, 200) if v is not None)
        return of_report.Distribution(
            "", draws, _level(chance), _name(chance), _name(chance), _unit(chance)
        )
    if kind == 3:
        groups = tuple(str(2010 + at) for at in range(count))
        series = tuple(
            of_report.BarSeries(_name(chance), _values(chance, count))
            for _ in range(int(chance.integers(1, 8)))
        )
        return of_report.YearlyBars(_name(chance), groups, series, _unit(chance))
    if kind == 4:
        rows = tuple((_name(chance), value) for value in _values(chance, count))
        return of_report.SmallBars(_name(chance), rows, _unit(chance))
    days = _days(chance)
    return of_report.GrowthLines(_name(chance), days, _lines(chance, len(days)))
