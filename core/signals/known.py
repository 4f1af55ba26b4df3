"""What feeds said -> what was known at the instant of a decision, and is a number at all.

A value that is no number, is about a time to come or became known only later is as good as silent.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from core.codec import reading_series
from core.domain.readings import Reading, ReadingSeries
from core.domain.snapshot import Snapshot

_LARGEST = Decimal("1e15")  # far above all that is measured, far below what 34 digits hold


def as_known(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with nothing in its readings that nobody could know or believe then.

    A series of which nothing is left stays, empty.

    Source: METHODS 0.1: what is known at one instant.
    """
    kept = tuple(_until(series, snapshot.as_of) for series in snapshot.readings)
    same = all(one is other for one, other in zip(kept, snapshot.readings, strict=True))
    return snapshot if same else replace(snapshot, readings=kept)


def all_prices(closes: Sequence[float]) -> bool:
    """Tell at a glance that every close is a finite number above zero; False = look again, closely.

    A hole or an infinity shows in the sum, which years of sound closes stay far from.
    """
    return math.isfinite(sum(closes)) and min(closes, default=1.0) > 0


def _until(series: ReadingSeries, now: datetime) -> ReadingSeries:
    newest = _newest(series)
    if not series.readings or (newest is not None and newest <= now):
        return series
    kept = [
        row for row in series.readings if _is_sound(row) and max(row.about, row.known_at) <= now
    ]
    return reading_series(
        series.kind, series.asset, series.source, kept, is_point_in_time=series.is_point_in_time
    )


@lru_cache(maxsize=32)  # series stay what they are from one look to the next
def _newest(series: ReadingSeries) -> datetime | None:
    """Return the latest instant in a series; None when it is empty or a value is unsound."""
    if not all(_is_sound(row) for row in series.readings):
        return None
    return max((max(row.about, row.known_at) for row in series.readings), default=None)


def _is_sound(row: Reading) -> bool:
    is_aware = all(at.utcoffset() is not None for at in (row.about, row.known_at))
    return is_aware and row.value.is_finite() and abs(row.value) <= _LARGEST
