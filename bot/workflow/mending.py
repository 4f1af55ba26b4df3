"""Damaged books made again: the same stored evaluations, stepped through once more.

The books follow from the decisions, their inputs and the flows on record, and the journal holds a
digest of every day of them. So what was damaged can be made again, and is put back only where every
day comes out as it was marked. Where it does not, because a decision is damaged as well or another
version decided then, nothing changes until a person lets the books begin anew. Neither touches the
account, plans or orders.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.ports.books import WitnessedDay
from bot.ports.journal import JournalEntry
from bot.ports.records import StoredDecision, Transaction
from bot.workflow.books import DECIDED, FLOWED, day_of, keep_books
from bot.workflow.desk import Desk, JournalMark
from bot.workflow.learning import follow_journal
from core.domain.errors import BooksCorrupt, EvenkeelError, InputInvalid, StoreCorrupt
from core.simulation.books import Before, BookDay, ShadowBook

_Made = tuple[Sequence[BookDay], Sequence[ShadowBook]]

_OF_BOOKS = ("books.marked", "books.restored", "books.begun_anew")
"""What changes the books; whoever was about to put them back looks again then."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of damaged books.

    Attributes:
        days: how many were made again, each as it was marked; 0 where that cannot be done.
        why: why it cannot be done; an empty text where it was.
        anew: whether the books begin anew instead.
    """

    days: int
    why: str = ""
    anew: bool = False


async def mend_books(desk: Desk, person: str, *, anew: bool = False) -> Mended | None:
    """Make damaged books again; None when nothing is wrong with them.

    Evaluations that could not be kept meanwhile are kept now. Years of days take some seconds, in
    a thread.

    Args:
        desk: whose books.
        person: who wants it.
        anew: whether they may begin anew where they cannot be made again as they were.

    Raises:
        StoreCorrupt: the journal does not hold, so nobody knows what the books were.
        InputInvalid: the database cannot be used now; nothing has changed.
    """
    return await asyncio.to_thread(_mend, desk, person, anew=anew)


def _mend(desk: Desk, person: str, *, anew: bool) -> Mended | None:
    while True:
        with desk.store.aside() as tx:
            seen, _, problem = follow_journal(tx, JournalMark())
            if problem:
                raise StoreCorrupt(problem)
            if not tx.books.damage():
                return None
            witnessed = tx.books.witnessed()
            entries = tx.journal.entries(kinds=(DECIDED, FLOWED))
        made, why = _tried(desk, witnessed, entries)
        with desk.store.transaction() as tx:
            if tx.journal.entries(kinds=_OF_BOOKS, after=seen, limit=1):
                continue  # a day was marked meanwhile, or somebody else has mended them
            mended = _put_back(tx, desk, made, why)
            if mended.why and anew:
                tx.books.begin_anew(mended.why, at=desk.clock.now(), actor=person)
                mended = replace(mended, anew=True)
        if mended.why and not mended.anew:
            return mended
        with suppress(StoreCorrupt):  # of a damaged decision; the next one is kept, or told of
            keep_books(desk)
        return mended


def _tried(
    desk: Desk, witnessed: Sequence[WitnessedDay], entries: Sequence[JournalEntry]
) -> tuple[_Made | None, str]:
    """Return what was made again, or why it cannot be.

    Raises:
        InputInvalid: a disk that refuses; it can be tried again.
    """
    try:
        return _made_again(desk, witnessed, entries), ""
    except InputInvalid:
        raise
    except EvenkeelError as error:
        return None, str(error)


def _put_back(tx: Transaction, desk: Desk, made: _Made | None, why: str) -> Mended:
    """Put the books back as they were marked; where they are not the same nothing changes."""
    if made is None:
        return Mended(0, why)
    days, books = made
    try:
        tx.books.restore(days, books, at=desk.clock.now())
    except BooksCorrupt as error:
        return Mended(0, str(error))
    return Mended(len(days))


def _made_again(
    desk: Desk, witnessed: Sequence[WitnessedDay], entries: Sequence[JournalEntry]
) -> _Made:
    """Return every day that was marked, made again, and the books after the last of them."""
    flows = [row for row in entries if row.kind == FLOWED]
    decided = {_decision(row): row.seq for row in entries if row.kind == DECIDED}
    days: list[BookDay] = []
    books: Sequence[ShadowBook] = ()
    was: StoredDecision | None = None
    for day in witnessed:
        stored = _stored(desk, day)
        seq = decided[stored.decision.decision_id]
        last = days[-1] if days else None
        new = [row for row in flows if row.seq < seq and _is_new(row, last, stored)]
        before = None
        if was is not None and last is not None and last.quote == stored.policy.quote:
            before = Before(was.policy, last.prices)
        made, books = day_of(stored, books, before, flows=new, decided=seq)
        days.append(made)
        was = stored
    return days, books


def _stored(desk: Desk, day: WitnessedDay) -> StoredDecision:
    with desk.store.reading() as tx:
        stored = tx.decisions.get(day.decision_id)
    if stored is None:
        raise StoreCorrupt(f"the decision of {day.day} is no longer stored")
    return stored


def _is_new(flow: JournalEntry, last: BookDay | None, stored: StoredDecision) -> bool:
    """Tell whether a flow is in no day yet; the first day has those of its own date."""
    if last is not None:
        return flow.seq > last.flows_to
    return flow.at.date() >= stored.snapshot.as_of.date()


def _decision(entry: JournalEntry) -> str:
    return str(json.loads(entry.payload)["decision_id"])
