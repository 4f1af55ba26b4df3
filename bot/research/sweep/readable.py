"""A bar file, an index and days -> what a sweep may look at; all that is sealed is cut off here."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.research.bars import read_bars
from bot.research.readings import read_fear_greed
from bot.research.seal import Seal, asked_window, seal_of
from bot.research.windows import Window
from core.codec import reading_series
from core.domain.errors import InputInvalid
from core.domain.readings import ReadingSeries
from core.simulation.bar_table import BarTable


@dataclass(frozen=True, slots=True, eq=False)
class Readable:
    """What a sweep may look at.

    Attributes:
        path: the bar file.
        table: its bars up to the last day, and nothing of what comes after.
        fear_greed: the index up to the same day, None without it.
        seal: on the newest months of the file.
        window: the days that are asked for; its first is the first of all days without ``--from``.
        mend: how more days can be had, as the end of a sentence.
    """

    path: Path
    table: BarTable
    fear_greed: ReadingSeries | None
    seal: Seal
    window: Window
    mend: str


@dataclass(frozen=True, slots=True)
class AskedDays:
    """Which days a person asks for.

    Attributes:
        first: None = as early as all policies can.
        last: None = the last that may be read.
        unseal: why the newest months are opened; None leaves them shut.
    """

    first: date | None = None
    last: date | None = None
    unseal: str | None = None


def read_up_to(bars: Path, fear_greed: Path | None, days: AskedDays) -> Readable:
    """Read the files, and cut off what may not be looked at.

    Raises:
        InputInvalid: a file cannot be used, or the days are sealed or hold no bar.
    """
    table = _bars(bars)
    seal = seal_of(table.ends_at, days.unseal)
    window, mend = asked_window(days.first, days.last, seal), seal.more_days(days.last)
    if table.ends_at > window.ends_at:
        table = table.before(window.ends_at)
    if not table.series:
        raise InputInvalid(f"{bars} holds no bar up to {window.last}; {mend}", code="SHORT_HISTORY")
    index = None if fear_greed is None else _until(read_fear_greed(fear_greed), window)
    return Readable(bars, table, index, seal, window, mend)


def _until(series: ReadingSeries, window: Window) -> ReadingSeries:
    kept = (row for row in series.readings if row.known_at < window.ends_at)
    return reading_series(
        series.kind, series.asset, series.source, kept, is_point_in_time=series.is_point_in_time
    )


def _bars(path: Path) -> BarTable:
    """Read the bars, and give back at once what reading them took."""
    import pyarrow as pa  # noqa: PLC0415  # only files need it

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        return read_bars(path)
    finally:
        pa.default_memory_pool().release_unused()
        pa.set_memory_pool(before)
