"""``spot_1d.parquet`` -> one table of bars per venue; venues are never mixed.

The file is tidy, one row per coin, source and UTC day. A source that knows its volume in quote
currency only has it divided by the close. A missing day is a gap and stays one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.research.bar_checks import PRICES, RawBars, checked_table
from bot.research.columns import ColumnFile, FileShape, read_columns
from core.domain.units import Asset
from core.simulation.bar_table import BarTable, Floats

DAILY_PRICES = "spot_1d.parquet"

_VOLUMES = ("volume_base", "volume_quote")
_SHAPE = FileShape(
    "file of daily prices",
    "DAILY_PRICES",
    ("asset", "source", "quote", "ts", *PRICES, *_VOLUMES),
    optional=("volume_quote",),
)

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Venue:
    """One source of prices in one quote currency.

    Attributes:
        name: the source, e.g. ``kraken``.
        quote: the currency of all its prices.
        table: its bars.
    """

    name: str
    quote: Asset
    table: BarTable


@dataclass(frozen=True, slots=True, eq=False)
class _SourceRows(RawBars):
    """The rows of one source, which know where in the file they stand."""

    rows: Rows

    def place(self, row: int) -> str:
        at = RawBars.place(self, row)
        return at.replace(f"row {row + 1} ", f"row {int(self.rows[row]) + 1} ", 1)


def read_daily_prices(path: Path) -> tuple[Venue, ...]:
    """Read and check the file; venues by name, and by quote currency where one has several.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    file = read_columns(path, _SHAPE)
    if not len(file):
        raise _SHAPE.refusal(f"{path} holds no prices; it needs at least two days of one coin")
    return tuple(_venues(file))


def _venues(file: ColumnFile) -> Iterator[Venue]:
    sources, source_of = file.names("source")
    quotes, quote_of = file.names("quote")
    whole = _raw(file)
    pairs = sorted(
        {(sources[s], quotes[q], s, q) for s, q in zip(source_of, quote_of, strict=True)}
    )
    for source, quote, s, q in pairs:
        rows = np.flatnonzero((source_of == s) & (quote_of == q))
        table = checked_table(_only(whole, rows))
        yield Venue(source, Asset(quote), replace(table, source=source))


def _raw(file: ColumnFile) -> RawBars:
    micros, notes = file.instants("ts")
    names, codes = file.names("asset")
    columns = {name: file.numbers(name) for name in PRICES}
    columns["volume"] = _volumes(file, columns["close"])
    return RawBars(file.path, names, codes, micros, columns, notes)


def _volumes(file: ColumnFile, closes: Floats) -> Floats:
    coins, money = (file.numbers(name) for name in _VOLUMES)
    with np.errstate(divide="ignore", invalid="ignore"):
        volumes: Floats = np.where(np.isnan(coins), money / closes, coins)
    return volumes


def _only(whole: RawBars, rows: Rows) -> RawBars:
    present = np.unique(whole.codes[rows])
    codes = np.searchsorted(present, whole.codes[rows]).astype(np.int32)
    return _SourceRows(
        path=whole.path,
        names=tuple(whole.names[code] for code in present),
        codes=codes,
        micros=whole.micros[rows],
        columns={name: cells[rows] for name, cells in whole.columns.items()},
        notes=whole.notes,
        rows=rows,
    )
