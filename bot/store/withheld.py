"""Plans that a pause held back, one per pause, and what became of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.ports.withheld import MARK_DAYS, Mark, Withheld
from bot.store.documents import digest_of_document, document_of, value_of
from bot.store.journal import SqliteJournal
from bot.store.kinds import STORE_ACTOR, WITHHELD_KEPT, WITHHELD_MARKED
from bot.store.unit_of_work import Record, UnitOfWork
from bot.store.watching_tables import WITHHELD, WITHHELD_MARK
from core.domain.decision import Plan
from core.domain.units import Money

_ADD = insert_or_keep(WITHHELD).on_conflict_do_nothing(index_elements=["pause_on"])
_MARK = insert_or_keep(WITHHELD_MARK).on_conflict_do_nothing()
_NEWEST = select(WITHHELD).order_by(WITHHELD.c.seq.desc())
_MARKS = (
    select(WITHHELD_MARK)
    .where(WITHHELD_MARK.c.decision_id == bindparam("of_decision"))
    .order_by(WITHHELD_MARK.c.days)
)


def _lacks(days: int) -> ColumnElement[bool]:
    mark = WITHHELD_MARK.c
    return ~exists().where(mark.decision_id == WITHHELD.c.decision_id, mark.days == days)


_UNMARKED = select(WITHHELD).where(or_(*map(_lacks, MARK_DAYS))).order_by(WITHHELD.c.seq)


class SqliteWithheld:
    """``bot.ports.withheld.WithheldPlans`` on the tables of withheld plans and their marks."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each plan and mark in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, withheld: Withheld) -> bool:
        """Store it with a journal entry; False when this pause has one already.

        The decision it names must be stored before. Marks are added by ``mark``.
        """
        document = document_of(Plan, withheld.plan)
        values = {
            "decision_id": withheld.decision_id,
            "pause_on": withheld.pause_on,
            "withheld_at": withheld.withheld_at,
            "plan": document,
        }
        if self._work.change(_ADD, values) == 0:
            return False
        payload = _payload(withheld) | {"plan_digest": digest_of_document(document)}
        self._journal.append(WITHHELD_KEPT, STORE_ACTOR, payload, at=withheld.withheld_at)
        return True

    def mark(self, decision_id: str, mark: Mark) -> None:
        """Add a mark with a journal entry; a second one for the same days changes nothing."""
        values = {"decision_id": decision_id, "days": mark.days, "gained": mark.gained}
        if self._work.change(_MARK, {**values, "marked_at": mark.marked_at}) == 1:
            self._journal.append(WITHHELD_MARKED, STORE_ACTOR, values, at=mark.marked_at)

    def latest(self, count: int) -> Sequence[Withheld]:
        """Return the newest, newest first."""
        return [self._withheld(row) for row in self._work.rows(_NEWEST.limit(count))]

    def unmarked(self) -> Sequence[Withheld]:
        """Return those that still wait for a mark, oldest first."""
        return [self._withheld(row) for row in self._work.rows(_UNMARKED)]

    def _withheld(self, row: Record) -> Withheld:
        marks = self._work.rows(_MARKS, {"of_decision": row["decision_id"]})
        return Withheld(
            decision_id=row["decision_id"],
            pause_on=row["pause_on"],
            withheld_at=row["withheld_at"],
            plan=value_of(Plan, row["plan"]),
            marks=tuple(
                Mark(mark["days"], mark["marked_at"], Money(mark["gained"])) for mark in marks
            ),
        )


def _payload(withheld: Withheld) -> dict[str, object]:
    trades = [
        {
            "asset": trade.asset,
            "side": trade.side,
            "quantity": trade.quantity,
            "mid": trade.mid,
        }
        for trade in withheld.plan.trades
    ]
    return {
        "decision_id": withheld.decision_id,
        "pause_on": withheld.pause_on,
        "cost": withheld.plan.cost,
        "trades": trades,
    }
