"""A file of daily index values -> checked rows, for replays and studies.

The file is parquet or CSV with the columns ``ts`` (aware time the value is about) and ``value``;
other columns are ignored. Rows stand in order of time. A missing day is a gap and stays one.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from bot.research.columns import ColumnFile, FileShape, read_columns

READING_FILE = FileShape("reading file", "READING_FILE", ("ts", "value"))

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOW, _HIGH = Decimal(0), Decimal(100)


def read_readings(
    path: Path | str, *, low: Decimal = _LOW, high: Decimal = _HIGH
) -> tuple[tuple[datetime, Decimal], ...]:
    """Read and check a file of readings.

    Args:
        path: the file; its ending says whether it is parquet or CSV.
        low: the least a value may be, by default that of a fear and greed index.
        high: the most.

    Returns:
        (time it is about, value), oldest first.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    file = read_columns(Path(path), READING_FILE)
    if not len(file):
        raise READING_FILE.refusal(f"{path} holds no readings; it needs at least one row")
    micros, _ = file.instants("ts")
    stamps = [_EPOCH + timedelta(microseconds=int(micro)) for micro in micros]
    _check_order(file, stamps)
    numbers = file.numbers("value")
    values = []
    for row, (at, number) in enumerate(zip(stamps, numbers, strict=True), start=1):
        place = f"{file.path}, row {row} ({at:%Y-%m-%d %H:%M} UTC)"
        if np.isnan(number):
            raise READING_FILE.refusal(f"{place} has no value; fill it in or remove the row")
        # The shortest text of a double is what the file said.
        value = Decimal(repr(float(number))) if np.isfinite(number) else None
        if value is None or not low <= value <= high:
            raise READING_FILE.refusal(
                f"{place} has the value {number:.12g}, which is not from {low} to {high}; "
                "correct the row or remove it"
            )
        values.append(value)
    return tuple(zip(stamps, values, strict=True))


def _check_order(file: ColumnFile, stamps: list[datetime]) -> None:
    for row in range(1, len(stamps)):
        if stamps[row] > stamps[row - 1]:
            continue
        what = "has the time of" if stamps[row] == stamps[row - 1] else "is older than"
        raise READING_FILE.refusal(
            f"{file.path}, row {row + 1} ({stamps[row]:%Y-%m-%d %H:%M} UTC) {what} row {row}; "
            "keep one row per day and sort them by time"
        )
