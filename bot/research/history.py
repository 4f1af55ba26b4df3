"""The cache of price history: one bar file per venue, pair and interval, only ever added to.

A candle that is stored stays as it is stored, whatever is told later: what was computed from it can
be computed again. A gap stays a gap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.research.bars import read_asset_bars
from bot.research.replacing import replacing
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL
from core.domain.units import Asset
from core.simulation.bar_table import AssetBars, instant

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "history"
INTERVALS = {"1d": timedelta(days=1), "1h": timedelta(hours=1)}

# A venue prints eight digits or so; closer than this is the same number.
_SAME = 1e-9
_FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, order=True)
class Track:
    """Whose history, in what, how long a candle is: ``1d`` or ``1h``."""

    venue: str
    asset: Asset
    quote: Asset
    interval: str

    @property
    def length(self) -> timedelta:
        """The length of a candle."""
        return INTERVALS[self.interval]

    @property
    def title(self) -> str:
        """The track in a few words."""
        return f"{self.venue} {self.asset}/{self.quote} {self.interval}"

    def path_in(self, data: Path) -> Path:
        """Return where this track is kept below the data folder."""
        return data / FOLDER / self.venue / f"{self.asset}-{self.quote}-{self.interval}.parquet"


@dataclass(frozen=True, slots=True)
class Gap:
    """Candles that nobody told: ``missing`` of them between two that are there."""

    after_at: datetime
    before_at: datetime
    missing: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored candle that is told differently now; the stored one is kept."""

    opened_at: datetime
    field: str
    stored: float
    told: float


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge led to: all bars, how many are new, and what is told differently."""

    bars: AssetBars
    added: int
    differences: tuple[Difference, ...]


def load(track: Track, data: Path) -> AssetBars | None:
    """Return what is stored, None when there is nothing.

    Raises:
        InputInvalid: the file is damaged; the message says how to go on.
    """
    path = track.path_in(data)
    if not path.exists():
        return None
    try:
        return read_asset_bars(path)
    except InputInvalid as error:
        raise InputInvalid(
            f"{error}; or move the file away, and fetch or import its history again",
            code=error.code,
        ) from None


def save(track: Track, data: Path, bars: AssetBars) -> None:
    """Replace the stored file by one with these bars, at once or not at all.

    Raises:
        InputInvalid: it cannot be written.
    """
    from pyarrow import parquet  # noqa: PLC0415  # files are the only thing that needs it

    path = track.path_in(data)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            parquet.write_table(arrow_table(bars), file, compression="zstd")
    except OSError as error:
        raise InputInvalid(
            f"{path} cannot be written ({error}); what was stored before is still there. Make "
            "room, or choose another folder with --data"
        ) from None


def arrow_table(bars: AssetBars) -> "pa.Table":
    """Return bars as the rows of a bar file."""
    import pyarrow as pa  # noqa: PLC0415  # files are the only thing that needs it

    return pa.table(
        {
            "asset": pa.repeat(str(bars.asset), len(bars)),
            "ts": pa.array(bars.starts * 1000).cast(pa.timestamp("ms", "UTC")),
            **dict(zip(_FIELDS, map(pa.array, columns_of(bars)), strict=True)),
        }
    )


def merged(stored: AssetBars | None, told: AssetBars) -> Merged:
    """Add the bars that are not stored yet; where both have one, the stored one stays."""
    if stored is None:
        return Merged(told, len(told), ())
    differences = tuple(_differences(stored, told))
    is_new = ~np.isin(told.starts, stored.starts)
    starts = np.concatenate((stored.starts, told.starts[is_new]))
    order = np.argsort(starts, kind="stable")
    columns = (
        np.concatenate((old, new[is_new]))[order]
        for old, new in zip(columns_of(stored), columns_of(told), strict=True)
    )
    opens, highs, lows, closes, volumes = columns
    bars = AssetBars(stored.asset, starts[order], opens, highs, lows, closes, volumes)
    return Merged(bars, int(is_new.sum()), differences)


def gaps(bars: AssetBars, length: timedelta) -> tuple[Gap, ...]:
    """Return every hole between the first and the last bar, oldest first."""
    seconds = int(length.total_seconds())
    steps = np.diff(bars.starts)
    return tuple(
        Gap(
            instant(int(bars.starts[row])),
            instant(int(bars.starts[row + 1])),
            int(steps[row]) // seconds - 1,
        )
        for row in np.flatnonzero(steps > seconds).tolist()
    )


def stored_tracks(data: Path) -> Sequence[Track]:
    """Return every track that has a file, sorted."""
    found = (_track_of(path) for path in (data / FOLDER).glob("*/*.parquet"))
    return sorted(track for track in found if track is not None)


def _track_of(path: Path) -> Track | None:
    match path.stem.split("-"):
        case [asset, quote, interval] if (
            interval in INTERVALS and SYMBOL.fullmatch(asset) and SYMBOL.fullmatch(quote)
        ):
            return Track(path.parent.name, Asset(asset), Asset(quote), interval)
    return None


def columns_of(bars: AssetBars) -> tuple[np.ndarray, ...]:
    """Return open, high, low, close and volume of every bar."""
    return (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)


def _differences(stored: AssetBars, told: AssetBars) -> Iterator[Difference]:
    common, here, there = np.intersect1d(
        stored.starts, told.starts, assume_unique=True, return_indices=True
    )
    pairs = zip(_FIELDS, columns_of(stored), columns_of(told), strict=True)
    rows = [(name, old[here].tolist(), new[there].tolist()) for name, old, new in pairs]
    for row, start in enumerate(common.tolist()):
        for name, old, new in rows:
            both_empty = old[row] != old[row] and new[row] != new[row]  # NaN
            if not both_empty and not isclose(old[row], new[row], rel_tol=_SAME):
                yield Difference(instant(start), name, old[row], new[row])
                break
