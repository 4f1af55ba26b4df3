"""Every change of a balance, classified from the first day."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.store.journal import SqliteJournal
from bot.store.kinds import FLOW_BOOKED, STORE_ACTOR
from bot.store.tables import FLOW
from bot.store.unit_of_work import UnitOfWork
from core.domain.portfolio import Flow

_COLUMNS = tuple(field.name for field in fields(Flow))
_ALL = select(*(FLOW.c[name] for name in _COLUMNS)).order_by(FLOW.c.occurred_at, FLOW.c.seq)
_ADD = insert_or_keep(FLOW).on_conflict_do_nothing()


class SqliteFlows:
    """``bot.ports.records.Flows`` on the flow table."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each flow in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, flows: Sequence[Flow], *, at: datetime) -> Sequence[Flow]:
        """Store flows with journal entries; return those that were new."""
        return [flow for flow in flows if self._add(flow, at)]

    def all(self, *, since: datetime | None = None) -> Sequence[Flow]:
        """Return flows, oldest first; with ``since``, those that occurred at or after it."""
        statement = _ALL if since is None else _ALL.where(FLOW.c.occurred_at >= since)
        return [Flow(**row) for row in self._work.rows(statement)]

    def _add(self, flow: Flow, at: datetime) -> bool:
        values = {name: getattr(flow, name) for name in _COLUMNS}
        if self._work.change(_ADD, values) == 0:
            return False
        self._journal.append(FLOW_BOOKED, STORE_ACTOR, values, at=at)
        return True
