"""A small market, a policy, a grid, and the files they stand in."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from core.simulation.bar_table import DAY
from core.simulation.walk import random_walk

COINS = ("ADA", "BTC", "ETH")
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


def bar_file(
    path: Path, days: int = 640, *, step: int = DAY, holes: Mapping[str, slice] | None = None
) -> Path:
    """Write bars of a made-up market; ``holes`` are taken out of single coins."""
    tables = []
    for seed, coin in enumerate(COINS, start=1):
        walk = random_walk(
            days * (DAY // step), 0.04 * (step / DAY) ** 0.5, np.random.default_rng(seed)
        )
        starts = walk.starts[0] + np.arange(len(walk)) * step
        kept = np.ones(len(walk), dtype=np.bool_)
        if holes and coin in holes:
            kept[holes[coin]] = False
        columns = {
            "open": walk.opens, "high": walk.highs, "low": walk.lows, "close": walk.closes,
            "volume": walk.volumes,
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
