"""A folder of market history -> everything the study reads, with a digest of every file.

Two layouts are understood: ``spot_1d.parquet`` with several sources in one file, beside it
``fear_greed_1d.parquet`` and ``funding.parquet``; or plain bar files, each of which is a venue of
its own. On-chain series are not read: their history was restated. Source: METHODS 6.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.research.bars import read_bars
from bot.research.digests import file_hash
from bot.research.readings import read_fear_greed
from bot.research.study.daily_prices import DAILY_PRICES, Venue, read_daily_prices
from bot.research.study.funding_rates import FUNDING, read_funding
from core.codec import digest
from core.domain.errors import InputInvalid
from core.domain.readings import ReadingSeries
from core.domain.units import Asset
from core.simulation.bar_table import DAY, AssetBars, BarTable, daily

FEAR_GREED = ("fear_greed_1d.parquet", "fear_greed_1d.csv")
NOT_PRICES = {DAILY_PRICES, FUNDING, *FEAR_GREED}

_BAR_ENDINGS = (".parquet", ".csv")
_A_DAY = timedelta(seconds=DAY)


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that was read, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class History:
    """All market history of one folder.

    Attributes:
        venues: prices by venue; none is ever mixed with another.
        fear_greed: the index, None without its file.
        funding: a series per coin, empty without its file.
        files: what was read, by name.
        notes: what a reader should know, as finished sentences.
    """

    venues: tuple[Venue, ...]
    fear_greed: ReadingSeries | None
    funding: tuple[ReadingSeries, ...]
    files: tuple[UsedFile, ...]
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over the names and digests of all files that were read."""
        return digest([[file.name, file.sha256] for file in self.files])

    @property
    def ends_at(self) -> datetime:
        """The end of the newest bar of any venue."""
        return max(venue.table.ends_at for venue in self.venues)

    @property
    def readings(self) -> tuple[ReadingSeries, ...]:
        """Everything beside prices."""
        index = () if self.fear_greed is None else (self.fear_greed,)
        return (*index, *self.funding)


def read_history(path: Path, *, quote: Asset) -> History:
    """Read a folder of history, or one bar file.

    Args:
        path: the folder or the file.
        quote: in which currency the prices of plain bar files are; they do not say.

    Raises:
        InputInvalid: nothing usable is there, or the first mistake in it.
    """
    if path.is_file():
        found: tuple[Path, ...] = (path,)
        return History((_bar_venue(path, quote),), None, (), tuple(map(_used, found)))
    if not path.is_dir():
        raise InputInvalid(f"{path} is not there; name the folder of the price history with --data")
    spot = path / DAILY_PRICES
    prices = (spot,) if spot.is_file() else tuple(_bar_files(path))
    if not prices:
        raise InputInvalid(
            f"{path} holds neither {DAILY_PRICES} nor any bar file (.parquet or .csv with asset, "
            "ts, open, high, low, close, volume); put one there, or name another folder with --data"
        )
    venues = read_daily_prices(spot) if spot.is_file() else _bar_venues(prices, quote)
    index = next((path / name for name in FEAR_GREED if (path / name).is_file()), None)
    funding = path / FUNDING if (path / FUNDING).is_file() else None
    beside = tuple(file for file in (index, funding) if file is not None)
    return History(
        venues=venues,
        fear_greed=None if index is None else read_fear_greed(index),
        funding=() if funding is None else read_funding(funding),
        files=tuple(_used(file) for file in (*prices, *beside)),
        notes=tuple(_notes(path, has_index=index is not None, has_funding=funding is not None)),
    )


def _notes(path: Path, *, has_index: bool, has_funding: bool) -> Iterator[str]:
    if not has_index:
        yield (
            f"{path.name} holds no {FEAR_GREED[0]}, so the pause watched prices and correlation "
            "only."
        )
    if not has_funding:
        yield f"{path.name} holds no {FUNDING}, so no tilt was ever caused by funding."


def _bar_files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.iterdir()):
        if file.name not in NOT_PRICES and file.suffix in _BAR_ENDINGS and file.is_file():
            yield file


def _bar_venues(files: tuple[Path, ...], quote: Asset) -> tuple[Venue, ...]:
    for one, other in pairwise(sorted(files, key=lambda path: path.stem)):
        if one.stem == other.stem:
            raise InputInvalid(
                f"{one.parent} holds {one.name} and {other.name}; each file is a venue of its own, "
                f"and both would be called {one.stem}. Rename one of them, or take it away"
            )
    return tuple(_bar_venue(file, quote) for file in files)


def _bar_venue(path: Path, quote: Asset) -> Venue:
    table = read_bars(path)
    if table.interval > _A_DAY:
        raise InputInvalid(f"the bars of {path} are longer than a day; daily or shorter is needed")
    return Venue(table.source, quote, table if table.interval == _A_DAY else _daily_table(table))


def _daily_table(table: BarTable) -> BarTable:
    return replace(
        table, interval=_A_DAY, series=tuple(_days_that_were(bars) for bars in table.series)
    )


def _days_that_were(bars: AssetBars) -> AssetBars:
    """Return UTC days, without those on which there was no bar at all: a gap stays a gap."""
    days = daily(bars)
    kept = np.isin(days.starts // DAY, bars.starts // DAY)
    columns = (days.opens, days.highs, days.lows, days.closes, days.volumes)
    return AssetBars(bars.asset, days.starts[kept], *(column[kept] for column in columns))


def _used(path: Path) -> UsedFile:
    return UsedFile(path.name, file_hash(path))
