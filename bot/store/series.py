"""Bars and readings that decisions saw: each series stands in the file once per digest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.store.documents import bars_of, packed_columns, readings_document, readings_of
from bot.store.tables import BAR_SERIES
from bot.store.unit_of_work import Record, UnitOfWork
from bot.store.watching_tables import READING_SERIES
from core.codec import Series
from core.domain.errors import StoreCorrupt
from core.domain.market import BarSeries
from core.domain.readings import ReadingSeries
from core.domain.snapshot import Snapshot

_Reader = Callable[[Record], Series]
_PLACES: tuple[tuple[str, Table, _Reader], ...] = (
    ("bars", BAR_SERIES, bars_of),
    ("readings", READING_SERIES, readings_of),
)


def keep_series(work: UnitOfWork, snapshot: Snapshot) -> None:
    """Store every series of ``snapshot`` that is not stored yet."""
    _keep(work, BAR_SERIES, snapshot.bars, _bars_row)
    _keep(work, READING_SERIES, snapshot.readings, _readings_row)


def series_named_by(work: UnitOfWork, document: Any) -> Mapping[str, Series]:  # noqa: ANN401  # any JSON value
    """Return the series that a snapshot's parsed document names, by digest.

    Raises:
        StoreCorrupt: the document names none, or a stored one is not what was recorded.
    """
    found: dict[str, Series] = {}
    for name, table, read in _PLACES:
        digests = named(document, name)
        if digests:
            wanted = select(table).where(table.c.digest.in_(digests))
            found |= {row["digest"]: read(row) for row in work.rows(wanted)}
    return found


def named(document: Any, name: str) -> list[str]:  # noqa: ANN401  # any JSON value
    """Return the digests that stand under ``name`` in a snapshot's parsed document.

    Raises:
        StoreCorrupt: the document has another shape.
    """
    digests = document.get(name) if isinstance(document, dict) else None
    if digests is None and name == "readings" and isinstance(document, dict):
        return []  # revision 0001 knew no readings
    if not isinstance(digests, list):
        raise StoreCorrupt(f"a stored Snapshot does not name its {name}")
    return digests


def whole_series(work: UnitOfWork) -> frozenset[str]:
    """Return the digests of all series that are stored and are what was recorded."""
    whole: set[str] = set()
    for _, table, read in _PLACES:
        for digest in [row["digest"] for row in work.rows(select(table.c.digest))]:
            try:
                row = work.row(select(table).where(table.c.digest == digest))
                if row is not None:
                    whole.add(read(row).digest)
            except StoreCorrupt:
                continue
    return frozenset(whole)


def _keep(
    work: UnitOfWork,
    table: Table,
    series: Sequence[BarSeries] | Sequence[ReadingSeries],
    row_of: Callable[[Any], Record],
) -> None:
    if not series:
        return
    digests = [one.digest for one in series]
    stored = select(table.c.digest).where(table.c.digest.in_(digests))
    known = {row["digest"] for row in work.rows(stored)}
    fresh = [row_of(one) for one in series if one.digest not in known]
    work.change_many(insert_or_keep(table).on_conflict_do_nothing(), fresh)


def _bars_row(series: BarSeries) -> Record:
    return {
        "digest": series.digest,
        "asset": series.asset,
        "source": series.source,
        "opened_at": series.opened_at,
        "columns": packed_columns(series),
    }


def _readings_row(series: ReadingSeries) -> Record:
    return {"digest": series.digest, "document": readings_document(series)}
