"""Bars for the tests: made up from a seed, and bitcoin's own."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from pyarrow import parquet

from core.codec import bar_series
from core.domain.market import BarSeries
from core.domain.units import Asset

BTC = Asset("BTC")
FIRST = datetime(2020, 1, 1, tzinfo=UTC)

PRICES = ("opens", "highs", "lows", "closes")
COLUMNS = (*PRICES, "volumes")

Column = Sequence[float]


def series(
    closes: Column,
    *,
    opens: Column | None = None,
    highs: Column | None = None,
    lows: Column | None = None,
    volumes: Column | None = None,
) -> BarSeries:
    """Return daily bars from 2020 on; what is not given opens at the last close, one coin a day."""
    start = list(opens) if opens is not None else [closes[0], *closes[:-1]]
    pairs = list(zip(start, closes, strict=True))
    return bar_series(
        BTC,
        "made",
        FIRST + timedelta(days=len(closes) - 1),
        opens=start,
        highs=highs if highs is not None else [max(pair) for pair in pairs],
        lows=lows if lows is not None else [min(pair) for pair in pairs],
        closes=closes,
        volumes=volumes if volumes is not None else [1.0] * len(closes),
    )


def random_bars(seed: int, count: int, *, drift: float = 0.0, sigma: float = 0.03) -> BarSeries:
    """Return a random walk with calm and wild months, ranges and volumes."""
    draw = np.random.default_rng(seed)
    wild = np.exp(0.5 * np.sin(np.arange(count) / 40))
    returns = draw.normal(drift, sigma, count) * wild
    closes = 20_000 * np.exp(np.cumsum(returns))
    opens = np.concatenate([[20_000.0], closes[:-1]])
    reach = np.exp(np.abs(draw.normal(0, sigma / 2, (2, count))))
    return series(
        closes.tolist(),
        opens=opens.tolist(),
        highs=(np.maximum(opens, closes) * reach[0]).tolist(),
        lows=(np.minimum(opens, closes) / reach[1]).tolist(),
        volumes=np.exp(draw.normal(8, 0.6, count)).tolist(),
    )


def cut(bars: BarSeries, start: int, end: int) -> BarSeries:
    """Return the bars from ``start`` to before ``end``."""
    rows = {name: getattr(bars, name)[start:end] for name in COLUMNS}
    newest = bars.opened_at - timedelta(days=len(bars.closes) - end)
    return bar_series(bars.asset, bars.source, newest, **rows)


def changed(bars: BarSeries, **columns: Mapping[int, float]) -> BarSeries:
    """Return the bars with some cells of some columns replaced."""
    rows = {name: list(getattr(bars, name)) for name in COLUMNS}
    for name, cells in columns.items():
        for index, value in cells.items():
            rows[name][index] = value
    return bar_series(bars.asset, bars.source, bars.opened_at, **rows)


def scaled(bars: BarSeries, factor: float, *, names: Sequence[str], start: int = 0) -> BarSeries:
    """Return the bars with some columns multiplied from ``start`` on."""
    columns = {
        name: {i: getattr(bars, name)[i] * factor for i in range(start, len(bars.closes))}
        for name in names
    }
    return changed(bars, **columns)


def with_gaps(bars: BarSeries, days: Sequence[int]) -> BarSeries:
    """Return bars on some days of which nothing came: the previous close and no volume."""
    closes = list(bars.closes)
    for index in sorted(days):
        closes[index] = closes[index - 1]
    held = {index: closes[index] for index in days}
    lost = dict.fromkeys(days, math.nan)
    return changed(bars, opens=held, highs=held, lows=held, closes=held, volumes=lost)


def yahoo_bars(folder: Path) -> BarSeries:
    """Return bitcoin's daily bars of 2014 to 2024; volume in coins is volume in dollars / close."""
    table = parquet.read_table(
        folder / "spot_1d.parquet", filters=[("asset", "=", "BTC"), ("source", "=", "yahoo")]
    )
    rows = {name: table.column(name).to_pylist() for name in table.column_names}
    volumes = [
        value / close for value, close in zip(rows["volume_quote"], rows["close"], strict=True)
    ]
    return bar_series(
        BTC,
        "yahoo",
        rows["ts"][-1],
        opens=rows["open"],
        highs=rows["high"],
        lows=rows["low"],
        closes=rows["close"],
        volumes=volumes,
    )
