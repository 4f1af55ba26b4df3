"""A parquet or CSV file -> its columns as plain arrays, or what is wrong with it, once."""
# ruff: noqa: PLC0415  # pyarrow takes longer to import than to read; only reading files needs it
# ruff: noqa: ANN401  # pyarrow ships no types

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InputInvalid
from core.simulation.bar_table import Floats, Seconds

MICROSECONDS = 1_000_000

_CSV_ENDINGS = (".csv", ".csv.gz")
_PARQUET_ENDINGS = (".parquet", ".pq")
_EMPTY_CELLS = ["", "NA", "NaN", "nan", "null"]


@dataclass(frozen=True, slots=True)
class FileShape:
    """What a kind of file must hold.

    Attributes:
        name: what it is called in a message, e.g. ``bar file``.
        code: the code of its errors.
        columns: the columns that are read; any other is ignored.
        optional: those of them that the file may lack altogether.
    """

    name: str
    code: str
    columns: tuple[str, ...]
    optional: Collection[str] = ()

    def refusal(self, problem: str) -> InputInvalid:
        """Return the error of an unusable file."""
        return InputInvalid(problem, code=self.code)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnFile:
    """The wanted columns of a file, still in pyarrow's hands.

    Attributes:
        path: the file.
        shape: what it should hold.
        table: the columns; those of a CSV file are all text, so that a bad cell can be named.
        is_text: the file is CSV.
    """

    path: Path
    shape: FileShape
    table: Any
    is_text: bool

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def has(self, name: str) -> bool:
        """Tell whether a column is there."""
        return name in self.table.column_names

    def names(self, name: str) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """Return the different texts of a column, and for each row which of them it holds.

        Raises:
            InputInvalid: a cell is empty.
        """
        import pyarrow as pa

        cells = self._filled(name).cast(pa.string()).dictionary_encode()
        return tuple(cells.dictionary.to_pylist()), _plain(cells.indices)

    def instants(self, name: str) -> tuple[Seconds, tuple[str, ...]]:
        """Return a column of times as epoch microseconds, and a note if a zone was assumed.

        Raises:
            InputInvalid: a cell is empty or no time, or the column has no time zone (parquet).
        """
        cells = self._filled(name)
        if not self.is_text:
            return self._typed_instants(name, cells), ()
        cells = cells.dictionary_encode()
        rows = _plain(cells.indices)
        instants, is_naive = self._parsed_instants(name, cells.dictionary.to_pylist(), rows)
        micros = np.array(instants, dtype=np.int64)[rows] if instants else np.empty(0, np.int64)
        note = f"Times without a zone in {self.path.name} were read as UTC."
        return micros, (note,) if is_naive else ()

    def numbers(self, name: str) -> Floats:
        """Return a column of numbers, NaN where a cell is empty or the column is absent.

        Raises:
            InputInvalid: a cell holds something else.
        """
        import pyarrow as pa

        if not self.has(name):
            return np.full(len(self), np.nan)
        whole = self.table.column(name).combine_chunks()
        try:
            cells = whole.cast(pa.float64())
        except pa.ArrowException as error:
            row = next(row for row in range(len(whole)) if not _is_number(whole.slice(row, 1)))
            raise self.shape.refusal(
                f"{self.path}, row {row + 1}: {name} {whole[row].as_py()!r} is not a number; "
                "correct the cell"
            ) from error
        return _floats(cells)

    def _filled(self, name: str) -> Any:
        column = self.table.column(name).combine_chunks()
        if column.null_count:
            row = column.is_null().to_pylist().index(True) + 1
            raise self.shape.refusal(
                f"{self.path}, row {row}: {name} is empty; fill it in or remove the row"
            )
        return column

    def _typed_instants(self, name: str, column: Any) -> Seconds:
        import pyarrow as pa

        if not pa.types.is_timestamp(column.type) or column.type.tz is None:
            raise self.shape.refusal(
                f"{self.path}: {name} is of type {column.type}, which has no time zone; "
                "store it as a timestamp in UTC"
            )
        whole = column.cast(pa.timestamp("us", "UTC"), safe=False)
        micros: Seconds = _plain(whole.cast(pa.int64()))
        return micros

    def _parsed_instants(
        self, name: str, texts: list[str], rows: NDArray[np.int32]
    ) -> tuple[list[int], bool]:
        """Return epoch microseconds of each text, and whether any of them lacked a zone."""
        instants: list[int] = []
        is_naive = False
        for number, text in enumerate(texts):
            try:
                at = datetime.fromisoformat(text.strip())
            except ValueError:
                row = int(np.argmax(rows == number)) + 1
                raise self.shape.refusal(
                    f"{self.path}, row {row}: {name} {text!r} is not a time; "
                    "write it like 2024-01-31T13:00:00Z"
                ) from None
            if at.tzinfo is None:
                at, is_naive = at.replace(tzinfo=UTC), True
            instants.append(int(at.timestamp()) * MICROSECONDS + at.microsecond)
        return instants, is_naive


def read_columns(path: Path, shape: FileShape) -> ColumnFile:
    """Read the columns of ``shape``; the file's ending says whether it is parquet or CSV.

    Raises:
        InputInvalid: the file is not there, cannot be read, or lacks a column.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise shape.refusal(f"{path} {what}; check the path of the {shape.name}")
    name = path.name.lower()
    if name.endswith(_PARQUET_ENDINGS):
        return ColumnFile(path, shape, _parquet_table(path, shape), is_text=False)
    if name.endswith(_CSV_ENDINGS):
        return ColumnFile(path, shape, _csv_table(path, shape), is_text=True)
    raise shape.refusal(
        f"{path} ends neither in .parquet nor in .csv; name a {shape.name} of either kind"
    )


def _parquet_table(path: Path, shape: FileShape) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            return file.read(columns=_present(path, shape, file.schema_arrow.names))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, shape, "parquet", error) from error


def _csv_table(path: Path, shape: FileShape) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    options = csv.ConvertOptions(
        column_types=dict.fromkeys(shape.columns, pa.string()),
        null_values=_EMPTY_CELLS,
        strings_can_be_null=True,
    )
    try:
        table = csv.read_csv(path, convert_options=options)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, shape, "CSV", error) from error
    return table.select(_present(path, shape, table.column_names))


def _present(path: Path, shape: FileShape, names: Collection[str]) -> list[str]:
    """Return the wanted columns that are there once; refuse the file when one is not."""
    there = list(names)
    for name in shape.columns:
        count = there.count(name)
        if count == 1 or (count == 0 and name in shape.optional):
            continue
        problem = "no column" if not count else "more than one column"
        raise shape.refusal(
            f"{path} has {problem} {name!r}, only {', '.join(there)}; "
            f"a {shape.name} needs {', '.join(shape.columns)}"
        )
    return [name for name in shape.columns if name in there]


def _floats(cells: Any) -> Floats:
    import pyarrow as pa

    if not cells.null_count:
        numbers: Floats = _plain(cells)
        return numbers
    if cells.null_count == len(cells):
        return np.full(len(cells), np.nan)
    # The value buffer of a column with holes, and NaN in the holes.
    values = np.frombuffer(cells.buffers()[1], dtype=np.float64)[cells.offset :][: len(cells)]
    holes = _plain(cells.is_null().cast(pa.int8())).astype(np.bool_)
    return np.where(holes, np.nan, values)


def _plain(cells: Any) -> Any:
    # pyarrow's own to_numpy and fill_null import pandas, which takes longer than the reading.
    return np.from_dlpack(cells)


def _is_number(cell: Any) -> bool:
    import pyarrow as pa

    try:
        cell.cast(pa.float64())
    except pa.ArrowException:
        return False
    return True


def _unreadable(path: Path, shape: FileShape, kind: str, error: Exception) -> InputInvalid:
    reason = str(error).splitlines()[0].strip() if str(error).strip() else type(error).__name__
    return shape.refusal(
        f"{path} cannot be read as {kind} ({reason}); check that the file is complete"
    )
