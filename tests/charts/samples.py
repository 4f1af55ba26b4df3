"""Made-up pictures that look like real ones, for tests and for a person's eyes."""

from datetime import date, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from bot.charts import reports as of_report
from bot.ports import pictures as of_chat

ASSETS = ("BTC", "ETH", "SOL", "XRP", "ADA", "LINK", "DOT", "AVAX", "LTC", "ATOM", "UNI", "USD")
FIRST = date(2025, 3, 14)
BOOKS = ("actual", "always", "never", "plain")


def days_of(count: int, first: date = FIRST) -> tuple[date, ...]:
    """Return ``count`` days in a row."""
    return tuple(first + timedelta(days=at) for at in range(count))


def walk(chance: Generator, count: int, size: float = 0.03) -> NDArray[np.float64]:
    """Return a random walk of prices from 1, fat-tailed."""
    steps = chance.standard_t(4, count) * size / 1.4
    steps[0] = 0
    return np.exp(np.cumsum(steps))


def allocation() -> of_chat.Allocation:
    """Return six assets, one of them past its band."""
    rows = (
        ("BTC", 0.531, 0.40, 0.30, 0.50),
        ("ETH", 0.214, 0.25, 0.15, 0.35),
        ("SOL", 0.098, 0.12, 0.072, 0.168),
        ("LINK", 0.0, 0.05, 0.025, 0.075),
        ("USD", 0.157, 0.18, 0.108, 0.252),
    )
    return of_chat.Allocation(tuple(of_chat.AllocationRow(*row) for row in rows))


def drift_history(chance: Generator, count: int, assets: int) -> of_chat.DriftHistory:
    """Return drifts that come back when they pass an edge, with the decisions."""
    lines, marks = [], []
    for asset in ASSETS[:assets]:
        drift, values = 0.0, []
        for day in days_of(count):
            drift += float(chance.standard_normal()) * 0.16
            if abs(drift) > 1.15 and chance.random() < 0.4:
                kinds = ("executed", "executed", "rejected", "expired", "withheld")
                kind = kinds[int(chance.integers(5))]
                marks.append(of_chat.DayMark(day, kind))
                drift *= 0.5 if kind == "executed" else 1
            values.append(round(drift, 4))
        lines.append(of_chat.DayLine(asset, tuple(values)))
    return of_chat.DriftHistory(days_of(count), tuple(lines), tuple(marks))


def books(chance: Generator, count: int) -> of_chat.BookValues:
    """Return four books that part a little, decision by decision."""
    market = walk(chance, count)
    lines = [
        of_chat.DayLine(name, tuple(float(value) for value in market * walk(chance, count, 0.004)))
        for name in BOOKS
    ]
    marks = tuple(
        of_chat.DayMark(FIRST + timedelta(days=int(day)), kind)
        for day, kind in zip(
            np.sort(chance.integers(0, count, 9)),
            ("executed", "rejected", "executed", "executed", "expired") * 2,
            strict=False,
        )
    )
    return of_chat.BookValues(days_of(count), tuple(lines), marks)


def market(chance: Generator, count: int) -> of_chat.MarketRibbon:
    """Return a price with regimes of some weeks and pauses of some days."""
    prices = walk(chance, count) * 84_000
    labels = ("ranging", "up", "ranging", "down", "turbulent", "down", "ranging", "up")
    regimes = ["unknown"] * min(9, count)
    while len(regimes) < count:
        regimes += [labels[len(regimes) % 8]] * int(chance.integers(12, 60))
    phases: list[str] = []
    while len(phases) < count:
        phases += ["NORMAL"] * int(chance.integers(30, 120))
        phases += ["PAUSED"] * int(chance.integers(3, 14)) + ["GUARDED"] * 7
    return of_chat.MarketRibbon(
        "BTC",
        "USD",
        days_of(count),
        tuple(float(price) for price in prices),
        tuple(regimes[:count]),
        tuple(phases[:count]),
    )


def drawdowns(chance: Generator, count: int) -> of_chat.Drawdowns:
    """Return how far the books stand below their highest value."""
    lines = []
    for line in books(chance, count).lines:
        values = np.array(line.values, dtype=np.float64)
        below = values / np.maximum.accumulate(values) - 1
        lines.append(of_chat.DayLine(line.name, tuple(float(value) for value in below)))
    return of_chat.Drawdowns(days_of(count), tuple(lines))


def pictures(seed: int = 7) -> dict[str, of_chat.Picture]:
    """Return one of each picture of the chat, and some at the edge of what is usual."""
    chance = np.random.default_rng(seed)
    return {
        "allocation": allocation(),
        "allocation-12": of_chat.Allocation(
            tuple(
                of_chat.AllocationRow(asset, weight, 1 / 12, 0.05, 0.1166)
                for asset, weight in zip(ASSETS, chance.dirichlet([6] * 12), strict=True)
            )
        ),
        "drift": drift_history(chance, 120, 4),
        "drift-12": drift_history(chance, 365, 12),
        "books": books(chance, 150),
        "books-2": books(chance, 2),
        "market": market(chance, 365),
        "market-1000": market(chance, 1000),
        "drawdowns": drawdowns(chance, 400),
    }


def _plateau(chance: Generator) -> of_report.Plateau:
    rows, columns = ("10 %", "20 %", "30 %", "40 %", "60 %"), ("5", "7.5", "10", "12.5", "15", "20")
    values = [
        [
            0.31
            - 0.02 * (row - 2.4) ** 2 / 4
            - 0.01 * (column - 2.6) ** 2 / 3
            + float(chance.normal(0, 0.003))
            for column in range(len(columns))
        ]
        for row in range(len(rows))
    ]
    grid: list[tuple[float | None, ...]] = [tuple(row) for row in values]
    grid[4] = (None, *grid[4][1:])
    return of_report.Plateau(
        "Growth a year by band",
        "band, share of the target",
        rows,
        "cap, points",
        columns,
        tuple(grid),
        (3, 2),
        note="In sample, 30 settings",
    )


def report_pictures(seed: int = 7) -> dict[str, of_report.ReportPicture]:
    """Return one of each picture of the study report."""
    chance = np.random.default_rng(seed)
    grid = _plateau(chance)
    policies = (
        "Full policy",
        "Plain bands",
        "Fixed bands 10 points",
        "To target monthly",
        "Drift",
        "BTC hold",
    )
    market = walk(chance, 2_900, 0.02) * np.exp(np.linspace(0, 2.2, 2_900))
    lines = [
        of_chat.DayLine(name, tuple(float(value) for value in market * walk(chance, 2_900, 0.004)))
        for name in policies
    ]
    interval = (0.012, -0.004, 0.029), (0.031, 0.008, 0.052), (-0.007, -0.03, 0.016)
    return {
        "plateau": grid,
        "plateau-line": of_report.Plateau(
            "Growth a year by cap",
            "",
            ("",),
            grid.column_name,
            grid.columns,
            grid.values[:1],
            (0, 2),
            note="In sample",
        ),
        "intervals": of_report.Intervals(
            "Growth a year against fixed bands",
            (
                *(
                    of_report.IntervalRow(name, *values)
                    for name, values in zip(policies, interval * 2, strict=True)
                ),
                of_report.IntervalRow(
                    "Calendar quarterly on the third portfolio", None, None, None
                ),
            ),
            note="In sample, 95 % intervals",
        ),
        "growth": of_report.GrowthLines(
            "Eight years on five coins",
            days_of(2_900, date(2018, 1, 1)),
            tuple(lines),
            note="In sample, costs taken out",
        ),
        "distribution": of_report.Distribution(
            "Shifted labels against the real ones",
            tuple(float(value) for value in chance.normal(0, 0.01, 200)),
            0.0123,
            "200 shifted histories",
            "real labels",
            note="In sample",
        ),
        "yearly": of_report.YearlyBars(
            "Each year",
            tuple(str(year) for year in range(2018, 2027)),
            tuple(
                of_report.BarSeries(
                    name, tuple(float(value) for value in chance.normal(0.3, 0.5, 9))
                )
                for name in policies[:4]
            ),
            note="In sample",
        ),
        "turnover": of_report.SmallBars(
            "Proposals a year",
            tuple(zip(policies, (6.2, 5.1, 9.8, 12.0, 0.0, None), strict=True)),
            note="In sample",
        ),
    }
