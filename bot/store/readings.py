"""Every reading ever received, in order of receipt: what was known when, and what was revised."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from bot.ports.feeds import FeedReading
from bot.store.journal import SqliteJournal
from bot.store.kinds import READINGS_RECEIVED, STORE_ACTOR
from bot.store.unit_of_work import Record, UnitOfWork
from bot.store.watching_tables import READING
from core.codec import digest, reading_series
from core.domain.errors import StoreCorrupt
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.units import Asset

KEPT_IN_VIEW = timedelta(days=400)
"""How much of a daily series a decision sees. Source: METHODS 0.2, every indicator's window."""

WITHIN_A_DAY = frozenset({ReadingKind.PEG, ReadingKind.VENUE, ReadingKind.DAY_AGO})
"""Kinds that are read every few minutes; 400 days of them would weigh on every snapshot."""

OF_WITHIN_A_DAY = timedelta(days=2)
"""How much of those a decision sees; what looks at them looks back some hours."""

IN_TIME = timedelta(days=3)
"""How long after its day a value may become known and still count as known in time."""

_A_DAY = timedelta(days=1)
_WITNESSED = ("kind", "asset", "source", "about", "value", "known_at", "is_append_only")

_ADD = insert(READING)
_OF_SOURCE = (
    READING.c.kind == bindparam("of_kind", type_=READING.c.kind.type),
    READING.c.asset == bindparam("of_asset"),
    READING.c.source == bindparam("of_source"),
)
_KNOWN = select(READING.c.about, READING.c.value).where(
    *_OF_SOURCE,
    READING.c.about >= bindparam("first", type_=READING.c.about.type),
    READING.c.about <= bindparam("last", type_=READING.c.about.type),
)
_NEWEST = select(func.max(READING.c.about, type_=READING.c.about.type).label("about")).where(
    *_OF_SOURCE
)
# SQLite takes the columns beside MIN from the very row that has the minimum: the first received.
_FIRST_KNOWN = (
    select(
        READING.c.about,
        READING.c.value,
        READING.c.known_at,
        READING.c.is_append_only,
        func.count().label("values"),
        func.min(READING.c.seq),
    )
    .where(*_OF_SOURCE, READING.c.about > bindparam("after", type_=READING.c.about.type))
    .group_by(READING.c.about)
    .order_by(READING.c.about)
)
_OF_ENTRY = (
    select(*(READING.c[name] for name in _WITNESSED))
    .where(READING.c.entry == bindparam("of_entry"))
    .order_by(READING.c.seq)
)


class SqliteReadings:
    """``bot.ports.feeds.Readings`` on the reading table."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness what is received in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, readings: Sequence[FeedReading], *, known_at: datetime) -> int:
        """Store values that are new and values that were revised; return how many.

        One journal entry bears their counts and digest; nothing new leaves no entry.
        """
        rows = [_row(reading, known_at) for reading in self._new_among(readings)]
        if not rows:
            return 0
        counts = Counter((row["kind"], row["asset"], row["source"]) for row in rows)
        payload = {
            "known_at": known_at,
            "counts": [
                {"kind": kind, "asset": asset, "source": source, "count": count}
                for (kind, asset, source), count in counts.items()
            ],
            "digest": _digest(rows),
        }
        entry = self._journal.append(READINGS_RECEIVED, STORE_ACTOR, payload, at=known_at)
        self._work.change_many(_ADD, [{**row, "entry": entry.seq} for row in rows])
        return len(rows)

    def series(self, kind: ReadingKind, asset: Asset, source: str) -> ReadingSeries | None:
        """Return the first value known for each time, the newest 400 days; None without any.

        Of a kind that is read within the day it is the newest 2 days.
        It is point-in-time when each value is of a source that only appends, and was in fact not
        revised, or was known within 3 days after the day it is about.
        """
        place = {"of_kind": kind, "of_asset": asset, "of_source": source}
        newest = self._work.row(_NEWEST, place)
        if newest is None or newest["about"] is None:
            return None
        after = newest["about"] - (OF_WITHIN_A_DAY if kind in WITHIN_A_DAY else KEPT_IN_VIEW)
        rows = self._work.rows(_FIRST_KNOWN, {**place, "after": after})
        return reading_series(
            kind,
            asset,
            source,
            (Reading(row["about"], row["value"], row["known_at"]) for row in rows),
            is_point_in_time=all(_is_point_in_time(row) for row in rows),
        )

    def first_damage(self) -> tuple[int, str] | None:
        """Return the first journal entry whose readings are not what it witnessed, and why."""
        for entry in self._journal.entries(kinds=[READINGS_RECEIVED]):
            try:
                stored = _digest(self._work.rows(_OF_ENTRY, {"of_entry": entry.seq}))
            except StoreCorrupt:
                stored = ""
            if stored != json.loads(entry.payload)["digest"]:
                return entry.seq, "the stored readings are not those that were received"
        return None

    def _new_among(self, readings: Sequence[FeedReading]) -> Iterator[FeedReading]:
        known: dict[tuple[Any, ...], set[tuple[Any, ...]]] = {}
        for reading in readings:
            place = (reading.kind, reading.asset, reading.source)
            if place not in known:
                known[place] = self._known(place, readings)
            value = (reading.about, reading.value)
            if value not in known[place]:
                known[place].add(value)
                yield reading

    def _known(
        self, place: tuple[Any, ...], readings: Sequence[FeedReading]
    ) -> set[tuple[Any, ...]]:
        kind, asset, source = place
        times = [row.about for row in readings if (row.kind, row.asset, row.source) == place]
        values = {"of_kind": kind, "of_asset": asset, "of_source": source}
        rows = self._work.rows(_KNOWN, {**values, "first": min(times), "last": max(times)})
        return {(row["about"], row["value"]) for row in rows}


def _row(reading: FeedReading, known_at: datetime) -> Record:
    return {
        "kind": reading.kind,
        "asset": reading.asset,
        "source": reading.source,
        "about": reading.about,
        "value": reading.value,
        "known_at": known_at,
        "is_append_only": reading.is_append_only,
    }


def _digest(rows: Sequence[Record]) -> str:
    return digest([[row[name] for name in _WITNESSED] for row in rows])


def _is_point_in_time(row: Record) -> bool:
    if row["is_append_only"] and row["values"] == 1:
        return True
    day = row["about"].astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return bool(row["known_at"] - (day + _A_DAY) <= IN_TIME)
