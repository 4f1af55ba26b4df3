"""Files, bars and readings -> digests that tell them from any others."""

from hashlib import file_digest, sha256
from pathlib import Path

import numpy as np

from core.codec import canonical, digest
from core.domain.errors import InputInvalid
from core.domain.readings import ReadingSeries
from core.simulation.bar_table import BarTable


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        InputInvalid: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None


def bars_digest(table: BarTable) -> str:
    """Return the digest of bars: coins, times and prices, whatever the file and its form."""
    hashed = sha256(canonical([str(table.interval), *table.assets]))
    for bars in table.series:
        hashed.update(f"{len(bars)}".encode())
        hashed.update(np.ascontiguousarray(bars.starts, dtype="<i8").data)
        for column in (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes):
            hashed.update(np.ascontiguousarray(column, dtype="<f8").data)
    return hashed.hexdigest()


def readings_digest(series: ReadingSeries) -> str:
    """Return the digest of readings: times and values, whatever the file."""
    return digest([[row.about, row.value] for row in series.readings])
