"""What a question is about -> the few records that answer it, proved, as evidence."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from bot.ports.journal import JournalEntry
from bot.ports.questions import Asked
from bot.workflow.desk import Desk
from bot.workflow.evidence import (
    FLOWED,
    MEASURED,
    SWITCHES,
    by_day,
    costs_of,
    counted,
    course_of,
    measured_in,
    switched,
)
from bot.workflow.proofs import (
    ABOUT_PROPOSALS,
    DECIDED,
    Look,
    Story,
    looks_in,
    prove,
    proved_decision,
    proved_proposal,
    said,
    stories_in,
)
from core.domain.asked import Cause, Intent
from core.domain.errors import StoreCorrupt
from core.domain.proposal import ProposalState
from core.domain.units import Asset, exact
from core.facts import Evidence

_HOLDING: Final = frozenset({Cause.HALTED, Cause.PAUSED, Cause.STRESS})
_RECENT: Final = timedelta(days=3)
_BEFORE: Final = 500
"""Entries before a proposal's draft among which its decision is; usually it is the last one."""


@dataclass(frozen=True, slots=True)
class Span:
    """What is asked, and the instants it is about.

    Attributes:
        asked: the question.
        since, until: the first instant, and the first that no longer belongs to it.
        is_latest: no time was named; the newest record answers.
    """

    asked: Asked
    since: datetime
    until: datetime
    is_latest: bool

    def holds(self, at: datetime) -> bool:
        """Tell whether an instant belongs to the span."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer is told from, and the records it names.

    Attributes:
        evidence: the records, proved.
        decisions, proposals: their ids.
        entries: first and last journal entry that counts and sums rest on.
    """

    evidence: Evidence
    decisions: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    entries: tuple[int, int] | None = None


Gather = Callable[[Desk, Span], Awaitable[Found | None]]
"""Returns what answers a question, None without a record; StoreCorrupt when one does not verify."""


async def _why_no_trade(desk: Desk, span: Span) -> Found | None:
    entries = _read(desk, (DECIDED, *ABOUT_PROPOSALS, *SWITCHES), _near(desk, span))
    looks = [look for look in looks_in(entries) if span.holds(look.at)]
    if not looks:
        return await _again_further_back(desk, span, _why_no_trade)
    days = [*by_day(looks, desk.audience.zone).values()]
    stories = [story for story in stories_in(entries) if span.holds(story.drafted.at)]
    if span.is_latest or len(days) == 1:
        return await _one_look(desk, span, looks[-1] if span.is_latest else days[0], entries)
    stories = [story for story in stories if _trades(story, span.asked.asset)]
    shown = _furthest(days, span.asked.asset, desk)
    told = stories[-1:]
    await prove(desk, [look.entry for look in days])
    with desk.store.reading() as tx:
        decision = proved_decision(tx, shown)
        proposals = tuple(proved_proposal(tx, story) for story in told)
    evidence = Evidence((decision,), proposals, counted(days), _fates(stories))
    return _named(evidence, days)


async def _one_look(desk: Desk, span: Span, look: Look, entries: Sequence[JournalEntry]) -> Found:
    """Return one look with its proposal, if it made one, and what was switched since then."""
    name = look.payload["decision_id"]
    stories = [s for s in stories_in(entries) if s.payload["decision_id"] == name][-1:]
    switches = [e for e in entries if e.kind in SWITCHES and e.seq > look.entry.seq]
    await prove(desk, [look.entry])
    with desk.store.reading() as tx:
        decision = proved_decision(tx, look)
        proposals = tuple(proved_proposal(tx, story) for story in stories)
    reasons, lifted = (
        switched(switches, now=desk.clock.now()) if span.is_latest else ((), frozenset())
    )
    evidence = Evidence((decision,), proposals, reasons=reasons, lifted=lifted)
    return _named(evidence)


async def _why_trade(desk: Desk, span: Span) -> Found | None:
    entries = _read(desk, ABOUT_PROPOSALS, span.since)
    stories = [
        story
        for story in stories_in(entries)
        if span.holds(story.drafted.at) and _trades(story, span.asked.asset)
    ]
    if not stories:
        return None
    last = stories[-1]
    counted_in = [last] if span.is_latest else stories
    look = _decision_behind(desk, last)
    await prove(desk, [story.drafted for story in counted_in] + [look.entry])
    with desk.store.reading() as tx:
        decision, proposal = proved_decision(tx, look), proved_proposal(tx, last)
    return _named(Evidence((decision,), (proposal,), fates=_fates(counted_in)))


async def _why_paused(desk: Desk, span: Span) -> Found | None:
    entries = _read(desk, (DECIDED, *SWITCHES), _near(desk, span))
    looks = [look for look in looks_in(entries) if span.holds(look.at)]
    if not looks:
        return await _again_further_back(desk, span, _why_paused)
    days = [*by_day(looks, desk.audience.zone).values()]
    if span.is_latest or len(days) == 1:
        return await _one_look(desk, span, looks[-1] if span.is_latest else days[0], entries)
    held = [look for look in days if look.cause in _HOLDING]
    shown = (held or days)[-1]
    await prove(desk, [look.entry for look in days])
    with desk.store.reading() as tx:
        decision = proved_decision(tx, shown)
    return _named(Evidence((decision,), days=counted(days)), days)


async def _why_regime(desk: Desk, span: Span) -> Found | None:
    entries = _read(desk, (DECIDED,), _near(desk, span))
    looks = [look for look in looks_in(entries) if span.holds(look.at) and _has_value(look)]
    if not looks:
        return await _again_further_back(desk, span, _why_regime)
    await prove(desk, [looks[-1].entry])
    with desk.store.reading() as tx:
        decision = proved_decision(tx, looks[-1])
    return _named(Evidence((decision,)))


async def _cost(desk: Desk, span: Span) -> Found | None:
    entries = [
        entry for entry in _read(desk, (DECIDED, MEASURED), span.since) if span.holds(entry.at)
    ]
    if not entries:
        return None
    # From the first entry of the span on: so it is proved, too, that no cost was taken out.
    await prove(desk, entries[:1])
    legs = measured_in(entries, span.asked.asset)
    evidence = Evidence(costs=costs_of(legs))
    proposals = tuple(dict.fromkeys(str(said(entry)["proposal_id"]) for entry in legs))
    return Found(evidence, (), proposals, (entries[0].seq, entries[-1].seq))


async def _course(desk: Desk, span: Span) -> Found | None:
    """Compare the last look before the span, else its first, with its last look."""
    kinds = (DECIDED, FLOWED, *ABOUT_PROPOSALS)
    entries = _read(desk, kinds, span.since - _RECENT)
    looks = [look for look in looks_in(entries) if _has_value(look) and look.at < span.until]
    before = [look for look in looks if look.at < span.since][-1:]
    looks = [*before, *(look for look in looks if look.at >= span.since)]
    if len(looks) < 2 or not span.holds(looks[-1].at):  # noqa: PLR2004  # before and after
        return None
    ends = (looks[0], looks[-1])
    await prove(desk, [ends[0].entry])
    with desk.store.reading() as tx:
        first, last = (proved_decision(tx, look) for look in ends)
    stories = [story for story in stories_in(entries) if span.holds(story.drafted.at)]
    evidence = Evidence(
        (first, last), fates=_fates(stories), course=course_of(first, last, entries)
    )
    return _named(evidence, ends)


GATHER: Final[Mapping[Intent, Gather]] = MappingProxyType(
    {
        Intent.WHY_NO_TRADE: _why_no_trade,
        Intent.WHY_TRADE: _why_trade,
        Intent.WHY_PAUSED: _why_paused,
        Intent.WHY_REGIME: _why_regime,
        Intent.COST: _cost,
        Intent.WHAT_CHANGED: _course,
        Intent.PERFORMANCE: _course,
    }
)


def _read(desk: Desk, kinds: Collection[str], since: datetime) -> Sequence[JournalEntry]:
    with desk.store.reading() as tx:
        return tx.journal.entries(kinds=kinds, since=since)


def _near(desk: Desk, span: Span) -> datetime:
    """Return from where to read: the newest record is seldom more than some days old."""
    return max(span.since, desk.clock.now() - _RECENT) if span.is_latest else span.since


async def _again_further_back(desk: Desk, span: Span, gather: Gather) -> Found | None:
    """Look once more over the whole reach when the newest record is older than some days."""
    if not span.is_latest or span.since >= desk.clock.now() - _RECENT:
        return None
    with desk.store.reading() as tx:
        older = looks_in(tx.journal.entries(kinds=(DECIDED,), since=span.since))
    if not older:
        return None
    return await gather(desk, Span(span.asked, older[-1].at, span.until, is_latest=False))


def _decision_behind(desk: Desk, story: Story) -> Look:
    """Return the entry of the decision that a proposal comes from.

    Raises:
        StoreCorrupt: the journal has none before the proposal.
    """
    name, seq = story.payload["decision_id"], story.drafted.seq
    with desk.store.reading() as tx:
        entries = tx.journal.entries(kinds=(DECIDED,), after=max(0, seq - _BEFORE), limit=_BEFORE)
    for entry in reversed(entries):
        if entry.seq < seq and said(entry)["decision_id"] == name:
            return Look(entry, said(entry))
    raise StoreCorrupt(f"the decision behind proposal {story.payload['proposal_id']} is gone")


def _trades(story: Story, asset: Asset | None) -> bool:
    return asset is None or any(leg["asset"] == asset for leg in story.payload["trades"])


def _has_value(look: Look) -> bool:
    return look.payload["value"] is not None


@exact
def _furthest(days: Sequence[Look], asset: Asset | None, desk: Desk) -> Look:
    """Return the day on which a coin stood furthest from the person's target; else the last."""
    seen = [look for look in days if asset is not None and asset in look.payload["weights"]]
    if asset is None or not seen:
        return next((look for look in reversed(days) if _has_value(look)), days[-1])
    target = desk.policy.target_of(asset)

    def distance(look: Look) -> Decimal:
        return abs(Decimal(look.payload["weights"][asset]) - target)

    return max(seen, key=distance)


def _fates(stories: Iterable[Story]) -> tuple[tuple[ProposalState, int], ...]:
    return tuple(Counter(story.state for story in stories).items())


def _named(evidence: Evidence, looks: Sequence[Look] = ()) -> Found:
    """Return evidence with the names of its records; counted looks are named by their entries."""
    return Found(
        evidence,
        tuple(decision.decision_id for decision in evidence.decisions),
        tuple(proposal.proposal_id for proposal in evidence.proposals),
        (looks[0].entry.seq, looks[-1].entry.seq) if looks else None,
    )
