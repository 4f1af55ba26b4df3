"""What 90 days of watching came to: the checklist for going live, as values.

A line is met, not met, or not known yet; whoever shows it says which. Nothing here says what a
person should do.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from bot.ports.journal import JournalEntry
from bot.ports.messages import Mode
from bot.ports.records import Store, Transaction
from bot.ports.reviews import Check, CheckName, Learned
from bot.workflow.account_trouble import UNREADABLE
from bot.workflow.desk import Desk, JournalMark
from bot.workflow.flows import unexplained
from core.domain.scorecard import LEARNED_AFTER, Answered, Scorecard
from core.simulation.books import BookDay
from core.simulation.scorecard import Material, marked_in, score

WANTED_DAYS = 90.0
WANTED_EVALUATED = 0.9
"""A tenth of the days without an evaluation leaves every fifth confirmation broken."""
WANTED_ANSWERED = 0.5
"""Whoever leaves most questions unanswered does not follow the rule, whatever it earns."""
WANTED_FAILURES = 0.1
"""Days on which data or account could not be used, as a fraction of all days."""
WANTED_COST_RATIO = 1.5
"""From here on costs are estimated anew. Source: METHODS 5.2."""
FEWEST_ANSWERS = 3
"""Questions, and measured legs, before a line that rests on them can be met."""

_FAILED = ("feed.unavailable", "account.problem")
_DECIDED = "decision.made"
_BROKEN = "journal.broken"
_MOST_LEGS = 1_000_000
_PAGE = 2_000


async def learn(desk: Desk, material: Material) -> Learned | None:
    """Return what was learned by watching; None in live mode and before 90 days are over.

    Args:
        desk: the bot.
        material: everything the scorecard of the whole time is made of.
    """
    days, now = marked_in(material.days, None), desk.clock.now()
    if desk.mode is Mode.LIVE or not days:
        return None
    watched = now - days[0].marked_at
    if watched < LEARNED_AFTER:
        return None
    reconciled = await _reconciled(desk)
    # A copy, for the loop moves the mark while the thread works.
    followed = replace(desk.followed)
    checks = await asyncio.to_thread(_checks, desk.store, material, now, (reconciled, followed))
    return Learned(watched, checks)


def _checks(
    store: Store, material: Material, now: datetime, known: tuple[Check, JournalMark]
) -> tuple[Check, ...]:
    """Return every line; what only the loop could find out is known already."""
    days, (reconciled, followed) = marked_in(material.days, None), known
    watched = now - days[0].marked_at
    card = score(material, until=now)
    with store.aside() as tx:
        found = (_failures(tx, days, watched), _journal(tx, followed), reconciled, _costs(tx))
    return (*_watched(days, watched), *_answers(card), *found)


def _watched(days: Sequence[BookDay], watched: timedelta) -> tuple[Check, ...]:
    span = watched.total_seconds() / 86_400
    calendar = (days[-1].day - days[0].day).days + 1
    share = len(days) / calendar
    return (
        Check(CheckName.DAYS_WATCHED, span >= WANTED_DAYS, span, len(days), WANTED_DAYS),
        Check(
            CheckName.DAYS_EVALUATED,
            share >= WANTED_EVALUATED,
            share,
            calendar,
            WANTED_EVALUATED,
        ),
    )


def _answers(card: Scorecard) -> tuple[Check, ...]:
    """Return how many questions had an answer, and how fast; those of a person only."""
    asked = [
        row
        for row in card.proposals
        if row.answered in (Answered.APPROVED, Answered.REJECTED, Answered.EXPIRED)
        and not row.is_auto
    ]
    seconds = [
        row.answered_after.total_seconds() for row in asked if row.answered_after is not None
    ]
    share = len(seconds) / len(asked) if asked else None
    is_met = None
    if share is not None and len(asked) >= FEWEST_ANSWERS:
        is_met = share >= WANTED_ANSWERED
    # How long a person thinks is told and not judged.
    is_known = len(seconds) >= FEWEST_ANSWERS
    return (
        Check(CheckName.PROPOSALS_ANSWERED, is_met, share, len(asked), WANTED_ANSWERED),
        Check(
            CheckName.ANSWER_TIME,
            True if is_known else None,
            median(seconds) if seconds else None,
            len(seconds),
            None,
        ),
    )


def _failures(tx: Transaction, days: Sequence[BookDay], watched: timedelta) -> Check:
    """Return on how many days data or account could not be used."""
    entries = tx.journal.entries(kinds=(*_FAILED, _DECIDED), since=days[0].marked_at)
    failed = len({entry.at.date() for entry in entries if _is_failure(entry)})
    share = failed / max(watched / timedelta(days=1), 1.0)
    is_met = share <= WANTED_FAILURES
    return Check(CheckName.DATA_FAILURES, is_met, share, failed, WANTED_FAILURES)


def _is_failure(entry: JournalEntry) -> bool:
    """Tell whether nothing could be decided: no snapshot, or one that could not be believed."""
    return entry.kind != _DECIDED or json.loads(entry.payload)["value"] is None


def _journal(tx: Transaction, followed: JournalMark) -> Check:
    """Return whether the chain holds: up to where this run followed it, and from there on."""
    seq, newest, problem = follow_journal(tx, followed)
    is_met = not problem and not tx.journal.entries(kinds=(_BROKEN,), limit=1)
    return Check(CheckName.JOURNAL, is_met, float(seq), newest, None)


def follow_journal(tx: Transaction, followed: JournalMark) -> tuple[int, int, str]:
    """Return up to which entry the chain holds, the newest one, and what speaks against the next.

    What this run has followed before is not followed again.
    """
    seq, head = followed.seq, followed.head
    newest, _ = tx.journal.head()
    problem = ""
    while seq < newest and not problem:
        found = tx.journal.follow(seq, head, limit=_PAGE)
        seq, head, problem = found.seq, found.head, found.problem
    return seq, newest, problem


async def _reconciled(desk: Desk) -> Check:
    """Return whether start, flows, trades and fees make today's balances; unknown without them."""
    try:
        async with desk.executing:  # an order on its way changes balances before its flows
            rows = await unexplained(desk)
    except UNREADABLE:
        return Check(CheckName.RECONCILIATION, None, None, 0, 0.0)
    return Check(CheckName.RECONCILIATION, not rows, float(len(rows)), len(rows), 0.0)


def _costs(tx: Transaction) -> Check:
    """Return what trading cost over what was expected; unknown while too little was traded."""
    legs = tx.shortfalls.latest(_MOST_LEGS)
    ratios = [ratio for leg in legs if (ratio := leg.ratio) is not None]
    value = float(median(ratios)) if ratios else None
    is_met = None
    if value is not None and len(ratios) >= FEWEST_ANSWERS:
        is_met = value <= WANTED_COST_RATIO
    return Check(CheckName.COST_RATIO, is_met, value, len(ratios), WANTED_COST_RATIO)
