"""A question of a closed set -> an answer from the records, proved first and named at the end.

The narrator gets facts; of the question it gets nothing but its kind. Source: METHODS 7.7.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from bot.ports.messages import Explanation
from bot.ports.questions import Asked
from bot.workflow.desk import Desk
from bot.workflow.gathering import GATHER, Span
from core.domain.asked import Intent
from core.domain.errors import StoreCorrupt
from core.facts import FactTable, answer_facts

REACH: Final = timedelta(days=90)
"""How far back answers go. Source: METHODS 7.7."""

_USUAL_DAYS: Final = {Intent.COST: 30, Intent.PERFORMANCE: 30, Intent.WHAT_CHANGED: 7}
_FIXED: Final = frozenset({Intent.TAX, Intent.HOW_IT_WORKS})


class Outcome(StrEnum):
    """What became of a question."""

    TOLD = "told"
    FIXED = "fixed"
    NOTHING = "nothing"
    UNPROVED = "unproved"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, or why there is none.

    Attributes:
        outcome: told from records; a fixed text; no record; records that do not verify; not done.
        asked: what was understood, with the days the answer is really about.
        explanation: the words, when it was told.
        decisions, proposals: ids of the records it rests on.
        entries: first and last number of the journal entries that counts and sums rest on.
    """

    outcome: Outcome
    asked: Asked
    explanation: Explanation | None = None
    decisions: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    entries: tuple[int, int] | None = None


async def answer(desk: Desk, asked: Asked, *, name: Callable[[str], str] = str) -> Answered:
    """Return the answer to a question, told from records that the journal proves.

    Args:
        desk: the bot.
        asked: what somebody wants to know.
        name: who did something -> how they are called towards the reader, such as "you".
    """
    if asked.intent is Intent.UNSUPPORTED:
        return Answered(Outcome.UNSUPPORTED, asked)
    if asked.intent in _FIXED:
        return Answered(Outcome.FIXED, asked)
    span = _span(desk, asked)
    if span is None:
        return Answered(Outcome.NOTHING, asked)
    try:
        found = await GATHER[asked.intent](desk, span)
    except StoreCorrupt:
        return Answered(Outcome.UNPROVED, span.asked)
    if found is None:
        return Answered(Outcome.NOTHING, span.asked)
    table = answer_facts(asked.intent, found.evidence, quote=desk.policy.quote, asset=asked.asset)
    return Answered(
        Outcome.TOLD,
        span.asked,
        await desk.narrator.explain(_named(table, name)),
        found.decisions,
        found.proposals,
        found.entries,
    )


def _named(table: FactTable, name: Callable[[str], str]) -> FactTable:
    """Return a table in which people are called as the reader would; a model is told of none."""
    facts = (
        replace(fact, value=name(str(fact.value))) if fact.kind == "by" else fact
        for fact in table.facts
    )
    return replace(table, facts=tuple(facts))


def _span(desk: Desk, asked: Asked) -> Span | None:
    """Return the instants a question is about, as far back as answers go; None beyond that."""
    now = desk.clock.now()
    today = now.astimezone(desk.audience.zone).date()
    is_latest = asked.first is None or asked.last is None
    first, last = asked.first or today, min(asked.last or today, today)
    if is_latest:
        usual = _USUAL_DAYS.get(asked.intent)
        if usual is None:
            return Span(asked, now - REACH, now + timedelta(days=1), is_latest=True)
        first = today - timedelta(days=usual)
    if last < today - REACH or first > last:
        return None
    first = max(first, today - REACH)
    since, until = (_midnight(day, desk) for day in (first, last + timedelta(days=1)))
    return Span(replace(asked, first=first, last=last), since, until, is_latest)


def _midnight(day: date, desk: Desk) -> datetime:
    return datetime.combine(day, time(), tzinfo=desk.audience.zone)
