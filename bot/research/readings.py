"""A file of the Fear & Greed index -> a series of readings, as the bot would have known them."""

from datetime import time
from pathlib import Path

from bot.research.reading_files import READING_FILE, read_readings
from core.codec import reading_series
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset

__all__ = ["read_fear_greed", "read_readings"]


def read_fear_greed(path: Path) -> ReadingSeries:
    """Read and check a file of the index, one value per UTC day.

    A value is about the day it is stamped with, and out at the start of that day.
    Source: METHODS 9a, "Pause".

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    rows = read_readings(path)
    for number, (about, _) in enumerate(rows, start=1):
        if about.timetz().replace(tzinfo=None) != time():
            raise READING_FILE.refusal(
                f"{path}, row {number}: {about:%Y-%m-%d %H:%M} UTC is not the start of a day; "
                "stamp each value with its UTC day"
            )
    readings = (Reading(about, value, known_at=about) for about, value in rows)
    return reading_series(
        ReadingKind.FEAR_GREED, Asset(""), path.name, readings, is_point_in_time=True
    )
