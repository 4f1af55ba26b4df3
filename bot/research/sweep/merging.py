"""The parts of a finished sweep -> one parquet file, a row per policy in the order of the grid.

The same rows become the same bytes, whatever the parts they came in.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.research.replacing import replacing
from bot.research.sweep.axes import Axis, Cell
from bot.research.sweep.grid import Grid, Points
from bot.research.sweep.parts import (
    Identity,
    Parts,
    Rows,
    arrow_numbers,
    check_same,
    identity_in,
    stamped,
)
from core.domain.errors import InputInvalid

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP: Final = 65_536
POINT: Final = "point"
_KEY: Final = b"evenkeel"


def merge(parts: Parts, grid: Grid, out: Path, identity: Identity) -> None:
    """Write every part into ``out``, which appears only when all of it is on the disk.

    Columns: ``point``, the number of the combination; one per setting that varies; the figures.

    Raises:
        InputInvalid: the disk takes no more, or a part is damaged; the parts stay.
    """
    from pyarrow import parquet  # noqa: PLC0415  # only files need it

    schema = _schema(parts, grid, identity)
    try:
        with (
            replacing(out) as file,
            parquet.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            for table in _row_groups(parts, grid, schema):
                writer.write_table(table, row_group_size=ROW_GROUP)
    except OSError as error:
        raise InputInvalid(
            f"{out} cannot be written: {error.strerror or error}. All {len(grid):,} policies are "
            f"kept in {parts.folder}; make room and run the same command again",
            code="NOT_WRITTEN",
        ) from None


def is_finished(out: Path, identity: Identity) -> bool:
    """Tell whether ``out`` is the result of this very sweep.

    Raises:
        InputInvalid: the file is something else.
    """
    from pyarrow import ArrowException, parquet  # noqa: PLC0415  # only files need it

    if not out.exists():
        return False
    try:
        metadata = parquet.read_schema(out).metadata or {}
    except (ArrowException, OSError):
        metadata = {}
    found = identity_in(metadata.get(_KEY))
    if found is None:
        raise InputInvalid(
            f"{out} is there already and is no result of a sweep; name another file with --out, or "
            "replace it with --anew",
            code="OTHER_SWEEP",
        )
    check_same(found, identity, out)
    return True


def _schema(parts: Parts, grid: Grid, identity: Identity) -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    kinds: dict[type[Cell], pa.DataType] = {
        bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string(),
    }  # fmt: skip
    settings = [(axis.name, kinds[type(axis.cells[0])]) for axis in grid.axes]
    figures = [(name, pa.float64()) for name in parts.columns]
    metadata = {_KEY: json.dumps(stamped(identity)).encode()}
    return pa.schema([(POINT, pa.int64()), *settings, *figures], metadata=metadata)


def _row_groups(parts: Parts, grid: Grid, schema: "pa.Schema") -> "Iterator[pa.Table]":
    """Yield tables of one size, so that the file does not tell how the work was cut."""
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    held, count = [], 0
    for rows, figures in parts.read(len(grid)):
        held.append(_table(rows, figures, grid, schema))
        count += len(rows)
        while count >= ROW_GROUP:
            whole = pa.concat_tables(held)
            yield whole.slice(0, ROW_GROUP).combine_chunks()
            held, count = [whole.slice(ROW_GROUP)], count - ROW_GROUP
    if count:
        yield pa.concat_tables(held).combine_chunks()


def _table(rows: Rows, figures: "pa.Table", grid: Grid, schema: "pa.Schema") -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    choices = grid.choices(rows.first, rows.end)
    settings = [
        _cells(axis, choices[:, at], schema.field(axis.name).type)
        for at, axis in enumerate(grid.axes)
    ]
    points = arrow_numbers(grid.points[rows.first : rows.end])
    return pa.table([points, *settings, *figures.columns], schema=schema)


def _cells(axis: Axis, choice: Points, kind: "pa.DataType") -> "pa.Array":
    """Return a setting's column, built from buffers: pyarrow's own ways would load pandas."""
    if isinstance(axis.cells[0], str):
        return _texts([str(cell) for cell in axis.cells]).take(arrow_numbers(choice))
    if isinstance(axis.cells[0], float):
        return arrow_numbers(np.array(axis.cells, dtype=np.float64)[choice])
    return arrow_numbers(np.array(axis.cells, dtype=np.int64)[choice]).cast(kind)


def _texts(texts: list[str]) -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    data = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, data)], dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(data))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)
