"""Bar files, policies and readings for the command."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from core.simulation.bar_table import BarTable

POLICY = """
quote = "USD"
profile = "standard"
venue = "simulated"

[targets]
BTC = 50
ETH = 30
USD = 20
"""


def policy_file(folder: Path, text: str = POLICY) -> Path:
    """Write a policy file."""
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def bar_file(path: Path, table: BarTable) -> Path:
    """Write a bar file with all bars of a table."""
    names = [bars.asset for bars in table.series for _ in range(len(bars))]
    stamps = [int(start) * 1_000 for bars in table.series for start in bars.starts]
    columns = {
        name: [float(cell) for bars in table.series for cell in getattr(bars, f"{name}s")]
        for name in ("open", "high", "low", "close", "volume")
    }
    times = pa.array(stamps, type=pa.timestamp("ms", tz="UTC"))
    parquet.write_table(pa.table({"asset": names, "ts": times, **columns}), path)
    return path


def index_file(path: Path, days: int) -> Path:
    """Write an index that stands at 50 from 2014-01-01 on."""
    first = 16_071
    stamps = [(first + number) * 86_400_000 for number in range(days)]
    times = pa.array(stamps, type=pa.timestamp("ms", tz="UTC"))
    parquet.write_table(pa.table({"ts": times, "value": [50.0] * days}), path)
    return path
