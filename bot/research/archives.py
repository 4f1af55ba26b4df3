"""Kraken's downloadable OHLCVT archive -> bars by track.

The archive is a zip file, or a folder it was unpacked to, of CSV files without a header, named by
Kraken's pair and the candle's minutes: ``XBTUSD_1440.csv``. The columns are time (epoch seconds),
open, high, low, close, volume, trades. A candle without a trade has no row.
"""
# ruff: noqa: PLC0415  # pyarrow takes longer to import than to read; only reading files needs it

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

import numpy as np

from bot.research.bar_checks import BAR_FILE, RawBars, checked_rows
from bot.research.columns import MICROSECONDS, ColumnFile, FileShape
from bot.research.history import INTERVALS, Track
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL
from core.domain.units import Asset
from core.simulation.bar_table import AssetBars

VENUE = "kraken"

_COLUMNS = ("time", "open", "high", "low", "close", "volume", "trades")
_SHAPE = FileShape("Kraken archive", "ARCHIVE", _COLUMNS)
_NAME = re.compile(r"([A-Z0-9]+)_(\d+)\.csv", re.IGNORECASE)
_MINUTES = {"1440": "1d", "60": "1h"}
# The longer name first, so that XBTUSDT is not taken for XBTUSD and a T.
_QUOTES = (
    *("PYUSD", "USDT", "USDC", "USDG", "USDQ", "USDR", "RLUSD", "EURR", "EURQ", "EUROP"),
    *("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "DAI", "XBT", "ETH", "DOT"),
)
_OUR_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_LAST_SECOND = 4_102_444_800  # the year 2100: a later time is in milliseconds


@dataclass(frozen=True, slots=True)
class Member:
    """One CSV file of an archive, with the track it belongs to."""

    archive: Path
    name: str
    track: Track

    @property
    def path(self) -> Path:
        """What the file is called in a message."""
        return self.archive if self.archive.suffix == ".csv" else self.archive / self.name


def members_of(archive: Path) -> Sequence[Member]:
    """Return the daily and hourly files of an archive, by track.

    Raises:
        InputInvalid: there is no such archive, it cannot be read, or it holds no such file.
    """
    members = sorted(
        (
            Member(archive, name, track)
            for name in _names(archive)
            if (track := _track_of(name)) is not None
        ),
        key=lambda member: (member.track, member.name),
    )
    if not members:
        raise _SHAPE.refusal(
            f"{archive} holds no daily or hourly file of Kraken's archive; their names are like "
            "XBTUSD_1440.csv or ETHUSD_60.csv"
        )
    return members


def read_member(member: Member) -> AssetBars | None:
    """Return the bars of one file, None when it holds none.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    import pyarrow as pa
    from pyarrow import csv

    text = _content(member)
    if not text.strip():
        return None
    try:
        table = csv.read_csv(
            BytesIO(text),
            read_options=csv.ReadOptions(column_names=list(_COLUMNS)),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(_COLUMNS, pa.string())),
        )
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise _SHAPE.refusal(
            f"{member.path} cannot be read as CSV with the columns {', '.join(_COLUMNS)} "
            f"({reason}); check that it is a file of Kraken's archive"
        ) from error
    return _bars(member, ColumnFile(member.path, _SHAPE, table, is_text=True))


def _bars(member: Member, file: ColumnFile) -> AssetBars:
    seconds = file.numbers("time")
    length = int(INTERVALS[member.track.interval].total_seconds())
    wrong = np.flatnonzero(~((seconds > 0) & (seconds < _LAST_SECOND) & (seconds % length == 0)))
    if len(wrong):
        row = int(wrong[0])
        raise _SHAPE.refusal(
            f"{file.path}, row {row + 1}: the time {seconds[row]:.12g} is not the start of a "
            f"{member.track.interval} candle in epoch seconds; remove the row"
        )
    raw = RawBars(
        path=file.path,
        names=(member.track.asset,),
        codes=np.zeros(len(file), dtype=np.int32),
        micros=seconds.astype(np.int64) * MICROSECONDS,
        columns={name: file.numbers(name) for name in BAR_FILE.columns[2:]},
        notes=(),
    )
    return checked_rows(raw)[0]


def _names(archive: Path) -> Iterator[str]:
    if archive.is_dir():
        yield from (path.relative_to(archive).as_posix() for path in archive.rglob("*.csv"))
    elif not archive.is_file():
        raise _SHAPE.refusal(f"{archive} is not there; check the path of the archive")
    elif archive.suffix.lower() == ".csv":
        yield archive.name
    else:
        try:
            with zipfile.ZipFile(archive) as file:
                yield from file.namelist()
        except (zipfile.BadZipFile, OSError) as error:
            raise _SHAPE.refusal(
                f"{archive} cannot be read as a zip file ({error}); download it again, or name "
                "the folder it was unpacked to"
            ) from None


def _content(member: Member) -> bytes:
    archive = member.archive
    try:
        if archive.is_dir():
            return (archive / member.name).read_bytes()
        if archive.suffix.lower() == ".csv":
            return archive.read_bytes()
        with zipfile.ZipFile(archive) as file:
            return file.read(member.name)
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise InputInvalid(
            f"{member.path} cannot be read ({error}); download the archive again", code="ARCHIVE"
        ) from None


def _track_of(name: str) -> Track | None:
    path = PurePosixPath(name)
    found = _NAME.fullmatch(path.name)
    if found is None or "__MACOSX" in path.parts:
        return None
    pair, interval = found[1].upper(), _MINUTES.get(found[2])
    quote = next((one for one in _QUOTES if pair.endswith(one) and pair != one), None)
    if interval is None or quote is None:
        return None
    asset, quote = (_OUR_NAMES.get(one, one) for one in (pair.removesuffix(quote), quote))
    if not SYMBOL.fullmatch(asset):
        return None
    return Track(VENUE, Asset(asset), Asset(quote), interval)
