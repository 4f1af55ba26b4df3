"""What each leg of every execution cost, measured once."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import bindparam, insert, select

from bot.store.journal import SqliteJournal
from bot.store.kinds import SHORTFALL_MEASURED, STORE_ACTOR
from bot.store.shortfall_table import SHORTFALL
from bot.store.unit_of_work import UnitOfWork
from core.domain.shortfall import Shortfall
from core.domain.units import ZERO, Asset

_NAMES = tuple(field.name for field in fields(Shortfall))
_LEGS = select(*(SHORTFALL.c[name] for name in _NAMES))
_OF = _LEGS.where(SHORTFALL.c.proposal_id == bindparam("of_proposal")).order_by(SHORTFALL.c.leg)
_TRADED = _LEGS.where(SHORTFALL.c.filled != ZERO).order_by(SHORTFALL.c.seq.desc())
_INSERT = insert(SHORTFALL)


class SqliteShortfalls:
    """``bot.ports.shortfalls.Shortfalls`` on the shortfall table."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each leg in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, legs: Sequence[Shortfall]) -> None:
        """Store the legs of an execution with journal entries.

        Raises:
            StoreConflict: a leg is stored already.
        """
        for leg in legs:
            values = {name: getattr(leg, name) for name in _NAMES}
            entry = self._journal.append(SHORTFALL_MEASURED, STORE_ACTOR, values, at=leg.ended_at)
            with self._work.conflict(
                f"the cost of leg {leg.leg} of proposal {leg.proposal_id} is stored already"
            ):
                self._work.change(_INSERT, {**values, "entry": entry.seq})

    def of(self, proposal_id: str) -> Sequence[Shortfall]:
        """Return the legs of one execution, in sending order; none before it has ended."""
        rows = self._work.rows(_OF, {"of_proposal": proposal_id})
        return [Shortfall(**row) for row in rows]

    def latest(
        self, count: int, *, asset: Asset | None = None, after: int = 0
    ) -> Sequence[Shortfall]:
        """Return the newest legs of which something was traded, newest first."""
        statement = _TRADED.where(SHORTFALL.c.entry > after).limit(count)
        if asset is not None:
            statement = statement.where(SHORTFALL.c.asset == asset)
        return [Shortfall(**row) for row in self._work.rows(statement)]
