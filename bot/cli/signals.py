"""``evenkeel signals``: regime and pause, day by day, from files. No database, no network."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, FearGreedFile
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL
from core.domain.stress import Family
from core.domain.units import Asset
from core.domain.watching import RegimeRules, StressRules

if TYPE_CHECKING:
    # The labelling needs numpy, which no other command should wait for.
    from core.domain.market import BarSeries
    from core.signals.history import DayLabel
    from core.simulation.bar_table import BarTable

DIFFERS = 1

_EVERY_DAY = 1_000_000
_PARTS = ("slope", "er", "adx", "vp")
_VOLATILITY = ("rank", "ratio", "z1")

BarFile = Annotated[
    Path,
    typer.Option(
        "--bars",
        metavar="FILE",
        help="Daily bars, parquet or CSV: asset, ts, open, high, low, close, volume. "
        "High, low and volume may be empty.",
    ),
]
DrivingAsset = Annotated[
    str,
    typer.Option(
        "--asset", metavar="COIN", help="The coin whose bars drive regime and price shocks."
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")]
CheckStreaming = Annotated[
    bool,
    typer.Option(
        "--check-streaming",
        metavar="",
        help="Also fold day by day, as live, and fail if any row differs.",
    ),
]


def signals(
    bars: BarFile,
    fear_greed: FearGreedFile = None,
    asset: DrivingAsset = "BTC",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    check_streaming: CheckStreaming = False,
) -> None:
    """Label every day of a bar file: the market's regime, and whether it is too rough to propose.

    The rules are those of the bot. The first 400 days only fill the window, the next 60 warm up.
    Without --json or --csv: what changed, and a summary.
    """
    from bot.research.bars import read_bars
    from bot.research.readings import read_fear_greed
    from core.signals.history import label_days

    if as_json and as_csv:
        raise InputInvalid("give either --json or --csv, not both")
    if not SYMBOL.fullmatch(asset):
        raise InputInvalid(f"--asset is {asset!r}; a symbol such as BTC is expected")
    table = read_bars(bars, may_be_empty=("high", "low", "volume"))
    index = None if fear_greed is None else read_fear_greed(fear_greed)
    is_watched = {Family.PRICE: True, Family.SENTIMENT: index is not None, Family.CORRELATION: True}
    families = tuple(family for family, watched in is_watched.items() if watched)
    rules, stress = RegimeRules(asset=Asset(asset)), StressRules(families=families)
    series = _daily_series(table, bars, Asset(asset), stress)
    for note in table.notes:
        print(note, file=sys.stderr)
    rows = label_days(series, asset=Asset(asset), fear_greed=index, regime=rules, stress=stress)
    if as_json:
        _print_json(rows)
    elif as_csv:
        _print_csv(rows, families)
    else:
        _print_table(rows, series, rules, stress)
    if check_streaming:
        from core.signals.history import label_days_streaming

        again = label_days_streaming(
            series, asset=Asset(asset), fear_greed=index, regime=rules, stress=stress
        )
        _compare(rows, again)


def _daily_series(
    table: "BarTable", path: Path, asset: Asset, stress: StressRules
) -> "list[BarSeries]":
    """Return the days of every coin that plays a part, up to the newest day of ``asset``."""
    from core.simulation.bar_table import CLOSING_DELAY, closed_days, daily, instant

    own = table.bars_of(asset)
    if own is None:
        raise InputInvalid(
            f"{path} has no bars of {asset}, only of {', '.join(table.assets)}; "
            "name one of them with --asset"
        )
    ends_at = instant(int(own.starts[-1])) + table.interval + timedelta(seconds=CLOSING_DELAY)
    every = (
        closed_days(daily(one), table.source, ends_at, most=_EVERY_DAY)
        for one in table.series
        if one.asset == asset or one.asset in stress.correlated
    )
    return [one for one in every if one is not None]


def _compare(rows: "Sequence[DayLabel]", again: "Sequence[DayLabel]") -> None:
    from core.signals.history import first_difference

    difference = first_difference(rows, again)
    if difference is not None:
        print(f"evenkeel: streaming and batch differ: {difference}", file=sys.stderr)
        sys.exit(DIFFERS)
    print(f"Day by day and in one batch: {len(rows):,} rows, all equal.", file=sys.stderr)


def _print_table(
    rows: "Sequence[DayLabel]",
    series: "Sequence[BarSeries]",
    rules: RegimeRules,
    stress: StressRules,
) -> None:
    import numpy as np

    from bot.cli.signals_summary import summary_lines
    from bot.cli.signals_table import change_lines
    from core.simulation.walk import daily_volatility

    own = next(one for one in series if one.asset == rules.asset)
    for line in change_lines(rows, rules, stress):
        print(line)
    for line in summary_lines(rows, daily_volatility(np.array(own.closes)), rules):
        print(line)


def _print_json(rows: "Iterable[DayLabel]") -> None:
    print("[")
    print(",\n".join(_json_row(row) for row in rows))
    print("]")


def _json_row(row: "DayLabel") -> str:
    # Written by hand, since a JSON library cannot print a number with all of its six decimals.
    points = ((family, "null" if count is None else str(count)) for family, count in row.points)
    members = {
        "date": f'"{row.day}"',
        "regime": f'"{row.regime}"',
        "score": _six(row.score),
        "parts": _object((name, _six(getattr(row, name)) or "null") for name in _PARTS),
        **{name: _six(getattr(row, name)) for name in _VOLATILITY},
        "pause": f'"{row.pause}"',
        "points": _object(points),
        "codes": "[" + ", ".join(f'"{code}"' for code in row.codes) + "]",
    }
    return _object(members.items())


def _object(members: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in members) + "}"


def _print_csv(rows: "Iterable[DayLabel]", families: Iterable[Family]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = ("date", "regime", "score", *_PARTS, *_VOLATILITY, "pause")
    writer.writerow((*names, *families, "codes"))
    writer.writerows(_csv_row(row) for row in rows)


def _csv_row(row: "DayLabel") -> Iterator[str]:
    yield from (str(row.day), row.regime, _six(row.score))
    yield from (_six(getattr(row, name)) for name in (*_PARTS, *_VOLATILITY))
    yield row.pause
    yield from ("" if points is None else str(points) for _, points in row.points)
    yield " ".join(row.codes)


def _six(number: Decimal | None) -> str:
    """Return a number with 6 decimals and no negative zero, an empty text for none."""
    return "" if number is None else f"{number + 0:.6f}"
