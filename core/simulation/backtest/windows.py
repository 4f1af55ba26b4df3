"""Long series -> the part of each that was known on a day, with the digest the codec would give.

A backtest asks for a window of every series on every day. Values, packed bytes and canonical texts
are made once and sliced; only the hash over them is made anew. Digests are those of
``core.codec.bar_series`` and ``core.codec.reading_series`` over the same values.
"""

from bisect import bisect_right
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise

import numpy as np

from core.codec import canonical, instant_text, reading_series
from core.domain.market import BarSeries
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset
from core.simulation.bar_table import DAY, MAX_DAYS, AssetBars, daily, instant

_A_DAY = timedelta(days=1)

# What the live bot keeps in sight, and for the index what a cold start of 61 days asks for.
_MOST_READINGS = 400
_MOST_BY_KIND = {ReadingKind.FEAR_GREED: 100}


class BarWindows:
    """The closed days of one coin up to any day of a course, gaps carried as missing days.

    Attributes:
        asset: the coin.
        source: whose bars.
    """

    def __init__(self, bars: AssetBars, source: str, *, until: int) -> None:
        """Lay out the days.

        Args:
            bars: the coin's bars; intervals below a day are joined to UTC days.
            source: whose bars.
            until: open time of the last day asked for, epoch seconds; days after the last bar are
                missing days: the last close, no volume.
        """
        self.asset: Asset = bars.asset
        self.source = source
        self._identity = canonical([bars.asset, source])[:-1]
        days = daily(bars)
        self._first = int(days.starts[0]) // DAY
        self._has_bar = frozenset((bars.starts // DAY).tolist())
        missing = max(until // DAY - int(days.starts[-1]) // DAY, 0)
        last = float(days.closes[-1])
        tails = (last, last, last, last, np.nan)
        columns = (days.opens, days.highs, days.lows, days.closes, days.volumes)
        laid = [
            np.concatenate([column, np.full(missing, tail)])
            for column, tail in zip(columns, tails, strict=True)
        ]
        self._columns = tuple(tuple(column.tolist()) for column in laid)
        self._packed = tuple(column.astype("<f8").tobytes() for column in laid)

    def until(self, day: int, most: int = MAX_DAYS) -> BarSeries | None:
        """Return the newest ``most`` days up to the one that opens at ``day``, epoch seconds.

        None when there is none yet.
        """
        end = day // DAY - self._first + 1
        if end <= 0:
            return None
        begin = max(end - most, 0)
        opened_at = instant(day)
        head = f',"{instant_text(opened_at)}","{end - begin}"]'
        sealed = sha256(self._identity + head.encode())
        for packed in self._packed:
            sealed.update(packed[8 * begin : 8 * end])
        o, h, l, c, v = (column[begin:end] for column in self._columns)  # noqa: E741  # a bar's columns
        return BarSeries(
            self.asset, self.source, opened_at, o, h, l, c, v, digest=sealed.hexdigest()
        )

    def close_of(self, day: int) -> float | None:
        """Return the close of the day that opens at ``day``; None where there is no bar."""
        number = day // DAY
        return self._columns[3][number - self._first] if number in self._has_bar else None

    def count_until(self, day: int) -> int:
        """Return how many days there are up to the one that opens at ``day``, carried ones too."""
        return day // DAY - self._first + 1


class ReadingWindows:
    """The readings of one series that were known at any instant."""

    def __init__(self, series: ReadingSeries) -> None:
        """Lay out the readings and their texts."""
        self._series = series
        self._most = _MOST_BY_KIND.get(series.kind, _MOST_READINGS)
        self._known_at = [max(row.about, row.known_at) for row in series.readings]
        self._in_order = all(one <= other for one, other in pairwise(self._known_at))
        self._texts = [canonical([row.about, row.value, row.known_at]) for row in series.readings]
        identity = [series.kind, series.asset, series.source, series.is_point_in_time]
        self._head = canonical(identity)[:-1] + b",["
        self._held: tuple[int, ReadingSeries] | None = None

    def at(self, now: datetime) -> ReadingSeries:
        """Return the newest readings that were published by ``now``, oldest first."""
        if not self._in_order:
            return self._sifted(now)
        end = bisect_right(self._known_at, now)
        if self._held is None or self._held[0] != end:
            begin = max(end - self._most, 0)
            text = self._head + b",".join(self._texts[begin:end]) + b"]]"
            rows, sealed = self._series.readings[begin:end], sha256(text).hexdigest()
            self._held = end, replace(self._series, readings=rows, digest=sealed)
        return self._held[1]

    def _sifted(self, now: datetime) -> ReadingSeries:
        pairs = zip(self._series.readings, self._known_at, strict=True)
        known = [row for row, known_at in pairs if known_at <= now][-self._most :]
        one = self._series
        return reading_series(
            one.kind, one.asset, one.source, known, is_point_in_time=one.is_point_in_time
        )


def day_ago_reading(asset: Asset, source: str, now: datetime, close: float) -> ReadingSeries:
    """Return the price of 24 hours before ``now`` as the one reading it is live.

    Args:
        asset: the coin.
        source: whose price.
        now: the evaluation.
        close: of the day before the evaluated one, which was over 24 hours before.
    """
    about = now - _A_DAY
    reading = Reading(about, Decimal(repr(close)), known_at=now)
    return reading_series(ReadingKind.DAY_AGO, asset, source, (reading,), is_point_in_time=True)
