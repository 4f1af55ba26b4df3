"""A made-up folder of history in the layout of a study: prices of two venues, a mood, funding."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from core.simulation.bar_table import DAY

COINS = ("ADA", "BTC", "ETH", "LTC")
Columns = dict[str, np.ndarray]


def day_number(day: date) -> int:
    """Return a day as days since the epoch."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // DAY


def prices(days: int, seed: int, *, level: float = 100.0, drift: float = 0.0) -> Columns:
    """Return daily bars of one coin: a walk that shares its market with all others."""
    own, market = np.random.default_rng(seed), np.random.default_rng(1)
    steps = 0.025 * market.standard_t(5, days) + 0.02 * own.standard_normal(days) + drift
    closes = level * np.exp(np.cumsum(np.clip(steps, -0.3, 0.3)))
    opens = np.concatenate(([level], closes[:-1])) * np.exp(0.001 * own.standard_normal(days))
    wick = np.exp(np.abs(0.01 * own.standard_normal(days)))
    return {
        "open": opens,
        "high": np.maximum(opens, closes) * wick,
        "low": np.minimum(opens, closes) / wick,
        "close": closes,
        "volume": 1_000.0 * np.exp(0.3 * own.standard_normal(days)),
    }


def stamps(first: date, days: int) -> pa.Array:
    """Return so many UTC days as a column of times."""
    numbers = (day_number(first) + np.arange(days)) * DAY * 1000
    return pa.array(numbers).cast(pa.timestamp("ms", "UTC"))


def spot_rows(
    first: date, columns: Columns, *, asset: str, source: str, quote: str = "USD"
) -> pa.Table:
    """Return the rows of one coin of one source; yahoo knows its volume in money only."""
    days = len(columns["close"])
    coins, none = columns["volume"], np.full(days, np.nan)
    in_money = source == "yahoo"
    return pa.table(
        {
            "asset": [asset] * days,
            "source": [source] * days,
            "quote": [quote] * days,
            "ts": stamps(first, days),
            **{name: columns[name] for name in ("open", "high", "low", "close")},
            "volume_base": none if in_money else coins,
            "volume_quote": coins * columns["close"],
        }
    )


def spot_file(folder: Path, rows: Sequence[pa.Table]) -> Path:
    """Write the rows of all sources into one file."""
    parquet.write_table(pa.concat_tables(rows), folder / "spot_1d.parquet")
    return folder


def history_folder(
    folder: Path, *, first: date, days: int, sources: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """Write a whole folder: prices, the fear index, and funding of BTC and ETH."""
    folder.mkdir(exist_ok=True)
    rows = []
    for shift, (source, coins) in enumerate((sources or {"alpha": COINS}).items()):
        for coin in coins:
            seed = 10 + COINS.index(coin) + 100 * shift
            level = {"BTC": 30_000.0, "ETH": 2_000.0}.get(coin, 50.0) * (1 + shift)
            rows.append(
                spot_rows(first, prices(days, seed, level=level), asset=coin, source=source)
            )
    spot_file(folder, rows)
    mood = 50.0 + 30.0 * np.sin(np.arange(days) / 20.0)
    parquet.write_table(
        pa.table({"ts": stamps(first, days), "value": np.round(mood)}),
        folder / "fear_greed_1d.parquet",
    )
    parquet.write_table(funding_rows(first, days), folder / "funding.parquet")
    return folder


def funding_rows(first: date, days: int) -> pa.Table:
    """Return payments three times a day, of two coins at one venue and of one at another."""
    tables = []
    for venue, asset, rate in (
        ("binance", "BTC", 1e-4),
        ("binance", "ETH", 2e-4),
        ("bybit", "BTC", 9e-4),
    ):
        seconds = day_number(first) * DAY + np.arange(days * 3) * DAY // 3
        tables.append(
            pa.table(
                {
                    "venue": [venue] * len(seconds),
                    "asset": [asset] * len(seconds),
                    "ts": pa.array(seconds * 1000).cast(pa.timestamp("ms", "UTC")),
                    "rate": np.full(len(seconds), rate),
                }
            )
        )
    return pa.concat_tables(tables)
