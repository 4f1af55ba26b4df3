"""The scorecard of a span, from the store alone, and the review that is made of it."""

import asyncio
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.ports.journal import JournalEntry
from bot.ports.pictures import BookValues, DayLine, DayMark
from bot.ports.records import Transaction
from bot.ports.reviews import SPANS, Gap, Review
from bot.ports.withheld import Withheld
from bot.workflow.desk import Desk
from bot.workflow.learning import learn
from core.domain.errors import InvariantBroken
from core.domain.proposal import Proposal
from core.domain.scorecard import Answered, BookName, Scorecard
from core.domain.stress import Stress
from core.simulation.books import BookDay
from core.simulation.outcomes import Dealt, HeldBack, PauseSpan
from core.simulation.scorecard import Material, log_growth, marked_in, score

MONTHLY_SPAN = 90
"""What the first digest of a month looks back over."""

LONGEST_SILENCE = 2
"""Marks this many days apart are one day missed; what is further apart is told by its dates."""

A_DAY = timedelta(days=1)
_MOST = 1_000_000
_CHANGED = "stress.changed"
_KINDS = {Answered.REJECTED: "rejected", Answered.EXPIRED: "expired"}


async def compose_review(desk: Desk, span: int | None) -> Review:
    """Return the review of the last ``span`` days, or of all since the books began.

    Nothing is written but flows that were found on the way, where balances are to be reconciled:
    that is after 90 days of watching.

    Raises:
        InvariantBroken: a span that is not offered.
        BooksCorrupt: the books are not those that were kept, or cannot be read.
        StoreCorrupt: something else that is stored cannot be read.
    """
    if span is not None and span not in SPANS:
        raise InvariantBroken(f"a review looks back 30 days, 90, or to the first; not {span}")
    now = desk.clock.now()
    # Years of marks take a while to read and to reckon; a halt does not wait for that.
    material, review = await asyncio.to_thread(_composed, desk, span, now)
    return replace(review, learned=await learn(desk, material))


def _composed(desk: Desk, span: int | None, now: datetime) -> tuple[Material, Review]:
    with desk.store.aside() as tx:
        material = _material(tx, desk)
    back = None if span is None else timedelta(days=span)
    card = score(material, until=now, span=back)
    days = marked_in(material.days, None if back is None else (now - back).date())
    return material, Review(span, now, card, _picture(days, card), None, _gaps(days, now))


def _material(tx: Transaction, desk: Desk) -> Material:
    # The days may be whole while no further one can be kept: that is told as well.
    tx.books.current()
    return Material(
        quote=desk.policy.quote,
        days=tx.books.days(),
        dealt=[_dealt(tx, row, desk) for row in tx.proposals.latest(_MOST)],
        pauses=_pauses(tx.journal.entries(kinds=(_CHANGED,))),
        held=[_held(row) for row in reversed(tx.withheld.latest(_MOST))],
    )


def _gaps(days: Sequence[BookDay], now: datetime) -> tuple[Gap, ...]:
    """Return the stretches of days without a mark, today left out: it may have its own yet."""
    if not days:
        return ()
    marked = [row.day for row in days]
    ends = [*pairwise(marked), (marked[-1], now.date())]
    return tuple(
        Gap(first + A_DAY, last - A_DAY)
        for first, last in ends
        if (last - first).days > LONGEST_SILENCE
    )


def _dealt(tx: Transaction, proposal: Proposal, desk: Desk) -> Dealt:
    legs = tx.shortfalls.of(proposal.proposal_id)
    fills = () if legs else tx.orders.fills_of(proposal.proposal_id)
    return Dealt(proposal, legs, fills, desk.policy.quote)


def _held(row: Withheld) -> HeldBack:
    return HeldBack(row.withheld_at, row.plan, {mark.days: mark.gained for mark in row.marks})


def _pauses(entries: Iterable[JournalEntry]) -> Sequence[PauseSpan]:
    """Return the pauses, newest first; a guarded time after one is no part of it."""
    spans: list[PauseSpan] = []
    began: datetime | None = None
    for entry in entries:
        is_paused = json.loads(entry.payload)["to"] == Stress.PAUSED.value
        if is_paused and began is None:
            began = entry.at
        elif not is_paused and began is not None:
            spans.append(PauseSpan(began, entry.at))
            began = None
    if began is not None:
        spans.append(PauseSpan(began, None))
    return spans[::-1]


def _picture(days: Sequence[BookDay], card: Scorecard) -> BookValues | None:
    if len(days) < 2:  # noqa: PLR2004  # a line has two ends
        return None
    lines = tuple(DayLine(name.value, _grown(days, name)) for name in BookName)
    return BookValues(tuple(day.day for day in days), lines, _marks(days, card))


def _grown(days: Sequence[BookDay], name: BookName) -> tuple[float | None, ...]:
    """Return the growth of a book since the first day, which is 1."""
    return (1.0, *(math.exp(grown) for grown in log_growth(days, name).cumsum().tolist()))


def _marks(days: Sequence[BookDay], card: Scorecard) -> tuple[DayMark, ...]:
    """Return what was decided, on the days it was asked."""
    marks = []
    for row in card.proposals:
        kind = "executed" if row.is_traded else _KINDS.get(row.answered)
        if kind is not None:
            marks.append(DayMark(row.created_at.date(), kind))
    kept = (row.withheld_at for row in card.pauses if row.withheld_at is not None)
    marks += [DayMark(at.date(), "withheld") for at in kept]
    first, last = days[0].day, days[-1].day
    inside = [mark for mark in marks if first <= mark.day <= last]
    return tuple(sorted(inside, key=lambda mark: (mark.day, mark.kind)))
