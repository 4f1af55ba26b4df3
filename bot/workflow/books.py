"""The books beside the account, kept from what was stored: one step for each daily evaluation.

Nothing here touches a proposal. The decision and its inputs are on disk before the books look at
them, so a step that fails, or that a crash cut off, is made later from the very same inputs; what
the books say does not depend on when that was.
"""

import json
import logging
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from bot.ports.journal import JournalEntry
from bot.ports.messages import NoticeCode
from bot.ports.records import StoredDecision, Transaction
from bot.workflow.check import EVALUATED_ON
from bot.workflow.desk import Desk, notify
from core.codec import decode
from core.domain.errors import BooksCorrupt, StoreCorrupt
from core.domain.policy import Policy
from core.domain.portfolio import Flow
from core.domain.snapshot import Occasion
from core.domain.units import Asset
from core.simulation.book_values import prices_of
from core.simulation.books import Before, BookDay, ShadowBook, Step, begin_books, step_books

log = logging.getLogger(__name__)

TRIED_FOR = "books:tried_for"
"""The newest evaluation the books were to be kept for; one that failed waits for the next."""

DECIDED, FLOWED = "decision.made", "flow.booked"


def keep_books(desk: Desk) -> int:
    """Take every daily evaluation that is not in the books yet into them; return how many.

    They begin with the first evaluation after they came to be, and anew when the quote currency
    changes. A second evaluation of one day changes nothing.

    Raises:
        BooksCorrupt: the books are not those that were kept, or cannot be read.
        StoreCorrupt: what a decision was made from cannot be read.
    """
    with desk.store.transaction() as tx:
        tx.memory.put(TRIED_FOR, tx.memory.get(EVALUATED_ON) or "")
    kept = 0
    while _keep_next(desk):
        kept += 1
    return kept


def safely_keep_books(desk: Desk) -> None:
    """Keep the books; where they are damaged tell people, once a week, and leave them as they are.

    Raises:
        StoreCorrupt: what a decision was made from cannot be read.
    """
    try:
        keep_books(desk)
    except BooksCorrupt as error:
        tell_of_damage(desk, error)


def tell_of_damage(desk: Desk, error: BooksCorrupt) -> None:
    """Leave a trace of damaged books, and tell people once a week what mends them."""
    log.error("the books are damaged", exc_info=error)
    now = desk.clock.now()
    year, week, _ = now.isocalendar()
    with desk.store.transaction() as tx:
        tx.journal.append("job.failed", "engine", {"job": "books", "why": str(error)}, at=now)
        notify(tx, desk, NoticeCode.BOOKS_DAMAGED, key=f"books:{year}-{week}")


def are_books_behind(desk: Desk) -> bool:
    """Tell cheaply whether there was an evaluation that the books were never kept for."""
    with desk.store.reading() as tx:
        evaluated = tx.memory.get(EVALUATED_ON)
        return evaluated is not None and tx.memory.get(TRIED_FOR) != evaluated


def _keep_next(desk: Desk) -> bool:
    # In one transaction: books that somebody mends meanwhile are not those that were read.
    with desk.store.transaction() as tx:
        latest = tx.books.latest()
        entries = _entries(tx, latest, desk.clock.now())
        due = _next_due(entries, latest)
        if due is None:
            return False
        stored = _stored(tx, due)
        books = tx.books.current()
        before = None if latest is None else _before(tx, latest, stored)
        flows = [row for row in entries if row.kind == FLOWED and row.seq < due.seq]
        day, after = day_of(stored, books, before, flows=flows, decided=due.seq)
        return tx.books.add(day, after)


def day_of(
    stored: StoredDecision,
    books: Sequence[ShadowBook],
    before: Before | None,
    *,
    flows: Sequence[JournalEntry],
    decided: int,
) -> tuple[BookDay, Sequence[ShadowBook]]:
    """Return the day of a stored evaluation and the books after it.

    Args:
        stored: the evaluation with its inputs.
        books: as the day before left them.
        before: policy and prices of the day before; None where the books begin.
        flows: the journal's entries of flows that are in no day yet, up to the decision.
        decided: the number of the decision's entry.
    """
    as_of = stored.snapshot.as_of
    late = next((row.seq for row in flows if row.at > as_of), decided + 1)
    seen = [_flow(row) for row in flows if row.seq < late]
    step = _step(books, stored, before, seen)
    return _day(step, stored, is_first=before is None, flows_to=late - 1), step.books


def _entries(tx: Transaction, latest: BookDay | None, now: datetime) -> Sequence[JournalEntry]:
    """Return the decisions and flows that may not be in the books yet, oldest first."""
    kinds = (DECIDED, FLOWED)
    if latest is not None:
        return tx.journal.entries(kinds=kinds, after=latest.flows_to)
    return tx.journal.entries(kinds=kinds, since=datetime.combine(now.date(), time(), now.tzinfo))


def _next_due(entries: Sequence[JournalEntry], latest: BookDay | None) -> JournalEntry | None:
    after = date.min if latest is None else latest.day
    for entry in entries:
        if entry.kind == DECIDED and entry.at.date() > after:
            said = json.loads(entry.payload)
            if said.get("occasion") == Occasion.DAILY.value and said["value"] is not None:
                return entry
    return None


def _stored(tx: Transaction, entry: JournalEntry) -> StoredDecision:
    decision_id = json.loads(entry.payload)["decision_id"]
    stored = tx.decisions.get(decision_id)
    if stored is None:
        raise StoreCorrupt(f"decision {decision_id[:12]} is in the journal and not in the store")
    return stored


def _before(tx: Transaction, latest: BookDay, stored: StoredDecision) -> Before | None:
    """Return where the books stood; None when they begin anew, in another currency."""
    if latest.quote != stored.policy.quote:
        return None
    return Before(_policy_of(tx, latest, stored), latest.prices)


def _policy_of(tx: Transaction, latest: BookDay, stored: StoredDecision) -> Policy:
    known = tx.decisions.stored(latest.decision_id)
    if known is not None and known[0].policy_digest == stored.decision.policy_digest:
        return stored.policy
    older = tx.decisions.get(latest.decision_id)
    if older is None:
        raise StoreCorrupt(f"decision {latest.decision_id[:12]} is in the books, not in the store")
    return older.policy


def _step(
    books: Sequence[ShadowBook],
    stored: StoredDecision,
    before: Before | None,
    flows: Sequence[Flow],
) -> Step:
    if before is None:
        return begin_books(stored.snapshot, stored.policy, stored.state)
    return step_books(
        books, stored.snapshot, stored.policy, account=stored.state, flows=flows, before=before
    )


def _day(step: Step, stored: StoredDecision, *, is_first: bool, flows_to: int) -> BookDay:
    snapshot = stored.snapshot
    prices: dict[Asset, Decimal] = prices_of(snapshot)
    return BookDay(
        day=snapshot.as_of.date(),
        marked_at=snapshot.as_of,
        decision_id=stored.decision.decision_id,
        quote=stored.policy.quote,
        is_first=is_first,
        prices=tuple(sorted(prices.items())),
        flows_to=flows_to,
        marks=step.marks,
    )


def _flow(entry: JournalEntry) -> Flow:
    flow: Flow = decode(Flow, json.loads(entry.payload))
    return flow
