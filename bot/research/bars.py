"""Bar files -> a checked table of bars.

A bar file is parquet or CSV, tidy: ``asset, ts, open, high, low, close, volume``, one row per bar,
``ts`` the open time in UTC; other columns are ignored. Rows of one asset stand in order of time;
the assets may be mixed. A missing bar is a gap and stays one. An empty volume is an unknown one.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from bot.research.bar_checks import BAR_FILE, RawBars, checked_rows, checked_table, refusal
from bot.research.columns import ColumnFile, read_columns
from core.domain.units import Asset
from core.simulation.bar_table import AssetBars, BarTable


def read_bars(
    path: Path | str,
    *,
    assets: Collection[Asset] | None = None,
    may_be_empty: Collection[str] = ("volume",),
) -> BarTable:
    """Read and check a bar file.

    Args:
        path: the file; its ending says whether it is parquet or CSV.
        assets: the only ones wanted; None takes all. All rows are checked either way.
        may_be_empty: of ``high``, ``low`` and ``volume``, those whose cells may be empty (NaN
            then). One that the reader allows beyond ``volume`` may also be absent altogether.

    Returns:
        The bars, with a note where times without a zone were read as UTC (CSV only), and one for
        every column that is absent.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    path = Path(path)
    optional = may_be_empty if set(may_be_empty) - {"volume"} else ()
    raw = _raw(read_columns(path, replace(BAR_FILE, optional=optional)))
    return _only(checked_table(raw, may_be_empty), assets, path)


def read_asset_bars(path: Path) -> AssetBars:
    """Read a bar file of one asset, whose interval the caller knows.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    raw = _raw(read_columns(path, BAR_FILE))
    series = checked_rows(raw)
    if len(series) != 1:
        raise refusal(f"{path} holds {', '.join(raw.names)}; one asset is expected here")
    return series[0]


def _only(table: BarTable, assets: Collection[Asset] | None, path: Path) -> BarTable:
    if assets is None:
        return table
    missing = sorted(set(assets) - set(table.assets))
    if missing:
        raise refusal(
            f"{path} has no bars of {', '.join(missing)}; it has {', '.join(table.assets)}"
        )
    series = tuple(bars for bars in table.series if bars.asset in set(assets))
    return BarTable(table.source, table.interval, series, table.notes)


def _raw(file: ColumnFile) -> RawBars:
    micros, notes = file.instants("ts")
    if not len(file):
        raise refusal(f"{file.path} holds no bars; a bar file needs at least two rows per asset")
    names, codes = file.names("asset")
    absent = [name for name in BAR_FILE.columns if not file.has(name)]
    lacking = (f"{file.path.name} has no column {name}; it counts as empty." for name in absent)
    return RawBars(
        path=file.path,
        names=names,
        codes=codes,
        micros=micros,
        columns={name: file.numbers(name) for name in BAR_FILE.columns[2:]},
        notes=(*notes, *lacking),
    )
