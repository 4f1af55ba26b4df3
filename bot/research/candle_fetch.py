"""A venue's candles, page by page, into the cache; stopped anywhere, it goes on from there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bot.ports.candles import Candle, CandleReader
from bot.research.history import Difference, Track, load, merged, save
from core.domain.errors import FeedUnavailable
from core.simulation.bar_table import AssetBars, instant

# No venue that can be asked keeps older candles of any coin.
EARLIEST = datetime(2013, 1, 1, tzinfo=UTC)

LATEST_ONLY = {"kraken": 720}
"""Venues that tell only their newest candles, and how many. Source: Kraken's OHLC endpoint."""

OVERLAP = 10
"""Stored candles that are asked for again, to see whether the venue still tells them so."""

_UNFINISHED = 1  # the running candle is one of the newest and is left out

OnPage = Callable[[datetime, datetime], None]


@dataclass(slots=True)
class Fetched:
    """What a fetch brought.

    Attributes:
        track: whose history.
        bars: everything that is stored now, None when the venue knows no such pair.
        added: how many candles are new.
        differences: stored candles that the venue tells differently now.
        is_cut_short: the venue tells only its newest candles, and older ones were wanted.
    """

    track: Track
    bars: AssetBars | None = None
    added: int = 0
    differences: list[Difference] = field(default_factory=list)
    is_cut_short: bool = False


async def fetch_history(
    reader: CandleReader,
    track: Track,
    data: Path,
    *,
    since: datetime | None = None,
    now: datetime | None = None,
    on_page: OnPage = lambda _begin, _newest: None,
) -> Fetched:
    """Bring one track up to date, and back to ``since``; every page is stored when it arrives.

    Args:
        reader: the venue.
        track: what to fetch.
        data: the data folder.
        since: how far back; None = as far as is stored, or as the venue goes.
        now: the present, which spares a question for what cannot have closed yet; None = ask.
        on_page: told after each page where this stretch began, and the newest candle reached.

    Raises:
        FeedUnavailable: the venue gave nothing, or nonsense; what came before is stored.
        InputInvalid: the stored file is damaged.
    """
    stored = load(track, data)
    told = Fetched(track, stored)
    fetch = _Fetch(reader, track, data, told, now, on_page)
    if stored is None:
        await fetch.walk(since or EARLIEST, None)
        return told
    oldest, newest = instant(int(stored.starts[0])), instant(int(stored.starts[-1]))
    if since is not None and since < oldest:
        await fetch.walk(since, oldest)
    await fetch.walk(newest - (OVERLAP - 1) * track.length, None)
    return told


def store_bars(track: Track, data: Path, bars: AssetBars) -> Fetched:
    """Merge bars from elsewhere, such as an archive, into what is stored of a track.

    Raises:
        InputInvalid: the stored file is damaged.
    """
    result = merged(load(track, data), bars)
    if result.added:
        save(track, data, result.bars)
    return Fetched(track, result.bars, result.added, list(result.differences))


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One run over one track."""

    reader: CandleReader
    track: Track
    data: Path
    told: Fetched
    now: datetime | None
    on_page: OnPage

    async def walk(self, start: datetime, end: datetime | None) -> None:
        """Store page after page from ``start`` until ``end`` is reached or nothing comes."""
        cursor = start
        while (end is None or cursor < end) and self._may_have_closed(cursor):
            page = await self.reader.candles(self.track.asset, self.track.length, cursor)
            if not page or page[-1].opened_at < cursor:
                return
            if cursor == start:
                self._note_limit(page, start)
            self._store(page)
            self.on_page(start, page[-1].opened_at)
            cursor = page[-1].opened_at + self.track.length

    def _may_have_closed(self, opened_at: datetime) -> bool:
        return self.now is None or opened_at + self.track.length <= self.now

    def _note_limit(self, page: Sequence[Candle], start: datetime) -> None:
        most = LATEST_ONLY.get(self.track.venue)
        if most is None or len(page) < most - _UNFINISHED:
            return
        if page[0].opened_at >= start + self.track.length:
            self.told.is_cut_short = True

    def _store(self, page: Sequence[Candle]) -> None:
        result = merged(self.told.bars, bars_of(self.track, page))
        self.told.bars = result.bars
        self.told.added += result.added
        known = {row.opened_at for row in self.told.differences}
        self.told.differences += [row for row in result.differences if row.opened_at not in known]
        if result.added:
            save(self.track, self.data, result.bars)


def bars_of(track: Track, page: Sequence[Candle]) -> AssetBars:
    """Return a page of candles as bars.

    Raises:
        FeedUnavailable: a candle contradicts itself, or they are not in order.
    """
    seconds = int(track.length.total_seconds())
    starts = np.array([int(row.opened_at.timestamp()) for row in page], dtype=np.int64)
    rows = np.array([(row.open, row.high, row.low, row.close, row.volume) for row in page])
    opens, highs, lows, closes, volumes = np.ascontiguousarray(rows.T, dtype=np.float64)
    good = (lows > 0) & (highs >= np.maximum(opens, closes)) & (lows <= np.minimum(opens, closes))
    good &= np.isfinite(highs) & np.isfinite(volumes) & (volumes >= 0)
    good &= (starts % seconds == 0) & (np.diff(starts, prepend=starts[0] - 1) > 0)
    if not good.all():
        row = page[int(np.argmin(good))]
        raise FeedUnavailable(
            f"{track.title}: the candle of {row.opened_at:%Y-%m-%d %H:%M} UTC cannot be right "
            f"(open {row.open}, high {row.high}, low {row.low}, close {row.close}, volume "
            f"{row.volume})",
            trouble="malformed",
        )
    return AssetBars(
        track.asset,
        starts,
        opens=opens.copy(),
        highs=highs.copy(),
        lows=lows.copy(),
        closes=closes.copy(),
        volumes=volumes.copy(),
    )
