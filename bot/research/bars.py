"""Bar files -> a checked table of bars.

A bar file is parquet or CSV, tidy: ``asset, ts, open, high, low, close, volume``, one row per bar,
``ts`` the open time in UTC; other columns are ignored. Rows of one asset stand in order of time;
the assets may be mixed. A missing bar is a gap and stays one. An empty volume is an unknown one.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.research.bar_checks import PRICES, RawBars, checked_table, refusal
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.simulation.bar_table import BarTable, Floats, Seconds

COLUMNS = ("asset", "ts", *PRICES, "volume")

_CSV_ENDINGS = (".csv", ".csv.gz")
_PARQUET_ENDINGS = (".parquet", ".pq")
_EMPTY_CELLS = ["", "NA", "NaN", "nan", "null"]
_MICROSECONDS = 1_000_000


def read_bars(path: Path | str, *, assets: Collection[Asset] | None = None) -> BarTable:
    """Read and check a bar file.

    Args:
        path: the file; its ending says whether it is parquet or CSV.
        assets: the only ones wanted; None takes all. All rows are checked either way.

    Returns:
        The bars, with a note where times without a zone were read as UTC (CSV only).

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    path = Path(path)
    if not path.is_file():
        raise refusal(f"{path} is not there; check the path of the bar file")
    name = path.name.lower()
    if name.endswith(_PARQUET_ENDINGS):
        table = _parquet_table(path)
        raw = _raw(path, table, micros=_micros(path, _filled(path, table, "ts")), notes=())
    elif name.endswith(_CSV_ENDINGS):
        raw = _raw_csv(path)
    else:
        raise refusal(
            f"{path} ends neither in .parquet nor in .csv; name a bar file of either kind"
        )
    return _only(checked_table(raw), assets, path)


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


def _parquet_table(path: Path) -> Any:  # noqa: ANN401  # pyarrow ships no types
    import pyarrow as pa  # noqa: PLC0415  # reading files is the only thing that needs it
    from pyarrow import parquet  # noqa: PLC0415  # reading files is the only thing that needs it

    try:
        with parquet.ParquetFile(path) as file:
            _require_columns(path, file.schema_arrow.names)
            return file.read(columns=list(COLUMNS))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, "parquet", error) from error


def _raw_csv(path: Path) -> RawBars:
    import pyarrow as pa  # noqa: PLC0415  # reading files is the only thing that needs it
    from pyarrow import csv  # noqa: PLC0415  # reading files is the only thing that needs it

    # Everything arrives as text, so that a wrong cell can be named with its row.
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS, pa.string()),
        null_values=_EMPTY_CELLS,
        strings_can_be_null=True,
    )
    try:
        table = csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, "CSV", error) from error
    _require_columns(path, table.column_names)
    times = _filled(path, table, "ts").dictionary_encode()
    rows = _plain(times.indices)
    instants, naive = _parsed_times(path, times.dictionary.to_pylist(), rows)
    note = f"Times without a zone in {path.name} were read as UTC."
    micros = np.array(instants, dtype=np.int64)[rows] if instants else np.empty(0, np.int64)
    return _raw(path, table, micros=micros, notes=(note,) if naive else ())


def _parsed_times(
    path: Path,
    texts: list[str],
    rows: NDArray[np.int32],
) -> tuple[list[int], bool]:
    """Return epoch microseconds of each text, and whether any of them lacked a zone."""
    instants: list[int] = []
    naive = False
    for number, text in enumerate(texts):
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError:
            row = int(np.argmax(rows == number)) + 1
            raise refusal(
                f"{path}, row {row}: ts {text!r} is not a time; write it like 2024-01-31T13:00:00Z"
            ) from None
        if at.tzinfo is None:
            at, naive = at.replace(tzinfo=UTC), True
        instants.append(int(at.timestamp()) * _MICROSECONDS + at.microsecond)
    return instants, naive


def _raw(
    path: Path,
    table: Any,  # noqa: ANN401  # pyarrow ships no types
    *,
    micros: Seconds,
    notes: tuple[str, ...],
) -> RawBars:
    import pyarrow as pa  # noqa: PLC0415  # reading files is the only thing that needs it

    if not table.num_rows:
        raise refusal(f"{path} holds no bars; a bar file needs at least two rows per asset")
    names = _filled(path, table, "asset").cast(pa.string()).dictionary_encode()
    return RawBars(
        path=path,
        names=tuple(names.dictionary.to_pylist()),
        codes=_plain(names.indices),
        micros=micros,
        columns={name: _numbers(path, name, table.column(name)) for name in COLUMNS[2:]},
        notes=notes,
    )


def _filled(path: Path, table: Any, name: str) -> Any:  # noqa: ANN401  # pyarrow
    column = table.column(name).combine_chunks()
    if column.null_count:
        row = column.is_null().to_pylist().index(True) + 1
        raise refusal(f"{path}, row {row}: {name} is empty; fill it in or remove the row")
    return column


def _micros(path: Path, column: Any) -> Seconds:  # noqa: ANN401  # pyarrow ships no types
    import pyarrow as pa  # noqa: PLC0415  # reading files is the only thing that needs it

    if not pa.types.is_timestamp(column.type) or column.type.tz is None:
        raise refusal(
            f"{path}: ts is of type {column.type}, which has no time zone; "
            "store it as a timestamp in UTC"
        )
    whole = column.cast(pa.timestamp("us", "UTC"), safe=False)
    micros: Seconds = _plain(whole.cast(pa.int64()))
    return micros


def _numbers(path: Path, name: str, column: Any) -> Floats:  # noqa: ANN401  # pyarrow
    import pyarrow as pa  # noqa: PLC0415  # reading files is the only thing that needs it

    whole = column.combine_chunks()
    try:
        cells = whole.cast(pa.float64())
    except pa.ArrowException as error:
        row = next(row for row in range(len(whole)) if not _is_number(whole.slice(row, 1)))
        raise refusal(
            f"{path}, row {row + 1}: {name} {whole[row].as_py()!r} is not a number; "
            "correct the cell"
        ) from error
    if not cells.null_count:
        numbers: Floats = _plain(cells)
        return numbers
    # The value buffer of a column with holes, and NaN in the holes.
    values = np.frombuffer(cells.buffers()[1], dtype=np.float64)[cells.offset :][: len(cells)]
    holes = _plain(cells.is_null().cast(pa.int8())).astype(np.bool_)
    return np.where(holes, np.nan, values)


def _plain(cells: Any) -> Any:  # noqa: ANN401  # pyarrow ships no types
    # pyarrow's own to_numpy and fill_null import pandas, which takes longer than the reading.
    return np.from_dlpack(cells)


def _is_number(cell: Any) -> bool:  # noqa: ANN401  # pyarrow ships no types
    import pyarrow as pa  # noqa: PLC0415  # reading files is the only thing that needs it

    try:
        cell.cast(pa.float64())
    except pa.ArrowException:
        return False
    return True


def _require_columns(path: Path, names: Collection[str]) -> None:
    present = list(names)
    for name in COLUMNS:
        if present.count(name) != 1:
            count = "no column" if name not in present else "more than one column"
            raise refusal(
                f"{path} has {count} {name!r}, only {', '.join(present)}; "
                f"a bar file needs {', '.join(COLUMNS)}"
            )


def _unreadable(path: Path, kind: str, error: Exception) -> InputInvalid:
    reason = str(error).splitlines()[0].strip() if str(error).strip() else type(error).__name__
    return refusal(f"{path} cannot be read as {kind} ({reason}); check that the file is complete")
