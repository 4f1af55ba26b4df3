"""A small market, a policy, a grid, and the files they stand in."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from core.simulation.bar_table import DAY
from core.simulation.walk import random_walk

COINS = ("ADA", "BTC", "ETH")
FIRST = date(2014, 1, 1)
"""The day on which the made-up market begins."""

POLICY = """
quote = "USD"
start_cash = 60000

[targets]
ADA = 10
BTC = 40
ETH = 30
USD = 20
"""
GRID = """
profile = ["tight", "standard"]
"bands.delta" = [0, 0.25, 0.5, 0.75, 1]
"bands.confirm_days" = [1, 2, 3]
"costs.taker_fee" = [0.1, 0.4]
"""

VARIANTS = """
"tilt.enabled" = [true, false]
"pause.families" = [[], ["price"]]
"bands.delta" = [0, 1]

[targets.two]
BTC = 60
USD = 40

[targets.all]
ADA = 20
BTC = 30
ETH = 30
USD = 20
"""


def sealed_days(days: int) -> int:
    """Return how many days are sealed behind so many that may be read."""
    first = FIRST + timedelta(days=days)
    return (first.replace(year=first.year + 1) - first).days


def bar_file(
    path: Path,
    days: int = 640,
    *,
    step: int = DAY,
    holes: Mapping[str, slice] | None = None,
    sealed: float = 1.0,
) -> Path:
    """Write bars of a made-up market.

    Args:
        path: where.
        days: how many days may be read; as many as are sealed come after them.
        step: the length of a bar, seconds.
        holes: bars that are taken out of single coins.
        sealed: by what all prices behind the seal are multiplied.
    """
    tables = []
    for seed, coin in enumerate(COINS, start=1):
        count = (days + sealed_days(days)) * (DAY // step)
        walk = random_walk(count, 0.04 * (step / DAY) ** 0.5, np.random.default_rng(seed))
        starts = walk.starts[0] + np.arange(len(walk)) * step
        kept = np.ones(len(walk), dtype=np.bool_)
        if holes and coin in holes:
            kept[holes[coin]] = False
        level = np.where(starts < starts[0] + days * DAY, 1.0, sealed)
        columns = {
            "open": walk.opens * level, "high": walk.highs * level, "low": walk.lows * level,
            "close": walk.closes * level, "volume": walk.volumes,
        }  # fmt: skip
        tables.append(
            pa.table(
                {
                    "asset": pa.array([coin] * int(kept.sum())),
                    "ts": pa.array(starts[kept] * 1000).cast(pa.timestamp("ms", "UTC")),
                    **{name: pa.array(column[kept]) for name, column in columns.items()},
                }
            )
        )
    parquet.write_table(pa.concat_tables(tables), path)
    return path


def text_file(path: Path, text: str) -> Path:
    """Write a text."""
    path.write_text(text, encoding="utf-8")
    return path
