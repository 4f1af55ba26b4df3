"""Made-up daily bars of several coins, and the files they stand in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from core.codec import bar_series, reading_series
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.stress import Family
from core.domain.units import Asset
from core.domain.watching import StressRules
from core.simulation.bar_table import Floats
from core.simulation.walk import random_walk

FIRST = datetime(2014, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NAN = float("nan")
WATCHED = StressRules(families=(Family.PRICE, Family.SENTIMENT, Family.CORRELATION))
COLUMNS = ("opens", "highs", "lows", "closes", "volumes")


def made_up(
    days: int,
    seed: int = 1,
    *,
    asset: str = "BTC",
    skipped: Sequence[int] = (),
    ends_early: int = 0,
) -> BarSeries:
    """Return ``days`` days of a walk that ends ``ends_early`` days before the others.

    Args:
        days: how many days there would be without an early end.
        seed: of the walk.
        asset: the coin.
        skipped: days without a bar: the previous close stands in, without a volume.
        ends_early: how many of the last days are left out.
    """
    walk = random_walk(days, 0.04, np.random.default_rng(seed))
    columns: dict[str, Floats] = {name: np.array(getattr(walk, name)) for name in COLUMNS}
    for day in skipped:
        for name in COLUMNS:
            columns[name][day] = columns["closes"][day - 1]
        columns["volumes"][day] = NAN
    kept = {name: column[: days - ends_early].tolist() for name, column in columns.items()}
    newest = FIRST + (days - ends_early - 1) * DAY
    return bar_series(Asset(asset), "made up", newest, **kept)


def multiplied(bars: BarSeries, after: datetime, factor: float = 7.0) -> BarSeries:
    """Return the same bars with every price and volume after one day multiplied."""
    length = len(bars.closes)
    newest = bars.opened_at
    factors = [
        factor if newest - (length - 1 - row) * DAY > after else 1.0 for row in range(length)
    ]
    columns = {
        name: [value * by for value, by in zip(getattr(bars, name), factors, strict=True)]
        for name in COLUMNS
    }
    return bar_series(bars.asset, bars.source, newest, **columns)


def fear_greed(days: int, seed: int = 1, *, skipped: Sequence[int] = ()) -> ReadingSeries:
    """Return made-up values of the index, one a day, some days left out."""
    values = np.random.default_rng(seed).integers(5, 95, days).tolist()
    rows = [
        Reading(FIRST + day * DAY, Decimal(value), FIRST + day * DAY)
        for day, value in enumerate(values)
        if day not in skipped
    ]
    return reading_series(ReadingKind.FEAR_GREED, Asset(""), "made up", rows, is_point_in_time=True)


def bar_file(path: Path, series: Sequence[BarSeries], *, without: Sequence[str] = ()) -> Path:
    """Write bars to a parquet file, the cells of some columns left empty."""
    rows: dict[str, list[object]] = {"asset": [], "ts": []}
    rows |= {name.removesuffix("s"): [] for name in COLUMNS}
    for bars in series:
        length = len(bars.closes)
        rows["asset"] += [str(bars.asset)] * length
        rows["ts"] += [bars.opened_at - (length - 1 - row) * DAY for row in range(length)]
        for name in COLUMNS:
            column = name.removesuffix("s")
            values = [None] * length if column in without else list(getattr(bars, name))
            rows[column] += values
    ts = pa.array(rows.pop("ts"), pa.timestamp("ms", "UTC"))
    table = pa.table({"ts": ts, **{name: pa.array(cells) for name, cells in rows.items()}})
    parquet.write_table(table, path)
    return path


def fear_greed_file(path: Path, series: ReadingSeries) -> Path:
    """Write the index to a CSV file."""
    lines = [f"{row.about:%Y-%m-%d}T00:00:00Z,{row.value}" for row in series.readings]
    path.write_text("\n".join(["ts,value", *lines]) + "\n")
    return path
