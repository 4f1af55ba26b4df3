"""What a question is about -> the few records that answer it, proved, as evidence."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    flows_between,
    measured_in,
    switched,
)
from bot.workflow.proofs import (
    ABOUT_PROPOSALS,
    DECIDED,
    Look,
    Story,
    looks_in,
    proved_decision,
    proved_entries,
    proved_look,
    proved_proposal,
    said,
    stories_in,
)
from core.domain.asked import Cause, Intent
from core.domain.proposal import ProposalState
from core.domain.units import Asset, exact
from core.facts import Evidence

_HOLDING: Final = frozenset({Cause.HALTED, Cause.PAUSED, Cause.STRESS})
_RECENT: Final = timedelta(days=3)


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
    entries, looks = await _looked(desk, span, (DECIDED, *ABOUT_PROPOSALS, *SWITCHES))
    if not looks:
        return None
    days = [*by_day(looks, desk.audience.zone).values()]
    if span.is_latest or len(days) == 1:
        return _one_look(desk, span, looks[-1] if span.is_latest else days[0], entries)
    stories = _stories(span, entries)
    shown = _furthest(days, span.asked.asset, desk)
    with desk.store.reading() as tx:
        decision = proved_decision(tx, shown)
        proposals = tuple(proved_proposal(tx, story) for story in stories[-1:])
    evidence = Evidence((decision,), proposals, counted(days), _fates(stories))
    return _named(evidence, [*_entries_of(days), *_all_of(stories)])


def _one_look(desk: Desk, span: Span, look: Look, entries: Sequence[JournalEntry]) -> Found:
    """Return one look with its proposal, if it made one, and what was switched since then."""
    name = look.payload["decision_id"]
    stories = [s for s in stories_in(entries) if s.payload["decision_id"] == name][-1:]
    switches = [e for e in entries if e.kind in SWITCHES and e.seq > look.entry.seq]
    with desk.store.reading() as tx:
        decision = proved_decision(tx, look)
        proposals = tuple(proved_proposal(tx, story) for story in stories)
    if not span.is_latest:
        return _named(Evidence((decision,), proposals))
    reasons, lifted = switched(switches, now=desk.clock.now())
    return _named(Evidence((decision,), proposals, reasons=reasons, lifted=lifted), switches)


async def _why_trade(desk: Desk, span: Span) -> Found | None:
    stories: list[Story] = []
    for since in _beginnings(desk, span):
        stories = _stories(span, await proved_entries(desk, ABOUT_PROPOSALS, since))
        if stories:
            break
    if not stories:
        return None
    last = stories[-1]
    counted_in = [last] if span.is_latest else stories
    look = await proved_look(desk, last.payload["decision_id"], before=last.drafted.seq)
    with desk.store.reading() as tx:
        decision, proposal = proved_decision(tx, look), proved_proposal(tx, last)
    evidence = Evidence((decision,), (proposal,), fates=_fates(counted_in))
    return _named(evidence, _all_of(counted_in) if len(counted_in) > 1 else ())


async def _why_paused(desk: Desk, span: Span) -> Found | None:
    entries, looks = await _looked(desk, span, (DECIDED, *SWITCHES))
    if not looks:
        return None
    days = [*by_day(looks, desk.audience.zone).values()]
    if span.is_latest or len(days) == 1:
        return _one_look(desk, span, looks[-1] if span.is_latest else days[0], entries)
    held = [look for look in days if look.cause in _HOLDING]
    with desk.store.reading() as tx:
        decision = proved_decision(tx, (held or days)[-1])
    return _named(Evidence((decision,), days=counted(days)), _entries_of(days))


async def _why_regime(desk: Desk, span: Span) -> Found | None:
    _, looks = await _looked(desk, span, (DECIDED,), _has_value)
    if not looks:
        return None
    with desk.store.reading() as tx:
        decision = proved_decision(tx, looks[-1])
    return _named(Evidence((decision,)))


async def _cost(desk: Desk, span: Span) -> Found | None:
    entries = await proved_entries(desk, (DECIDED, MEASURED), span.since)
    entries = [entry for entry in entries if span.holds(entry.at)]
    if not entries:
        return None
    legs = measured_in(entries, span.asked.asset)
    evidence = Evidence(costs=costs_of(legs))
    proposals = tuple(dict.fromkeys(str(said(entry)["proposal_id"]) for entry in legs))
    return Found(evidence, (), proposals, (entries[0].seq, entries[-1].seq))


async def _course(desk: Desk, span: Span) -> Found | None:
    """Compare the last look before the span, else its first, with its last look."""
    kinds = (DECIDED, FLOWED, *ABOUT_PROPOSALS)
    entries = await proved_entries(desk, kinds, span.since - _RECENT)
    looks = [look for look in looks_in(entries) if _has_value(look) and look.at < span.until]
    before = [look for look in looks if look.at < span.since][-1:]
    looks = [*before, *(look for look in looks if look.at >= span.since)]
    if len(looks) < 2 or not span.holds(looks[-1].at):  # noqa: PLR2004  # before and after
        return None
    ends = (looks[0], looks[-1])
    with desk.store.reading() as tx:
        first, last = (proved_decision(tx, look) for look in ends)
    stories = [story for story in stories_in(entries) if span.holds(story.drafted.at)]
    flows = flows_between(entries, first.decided_at, last.decided_at)
    evidence = Evidence((first, last), fates=_fates(stories), course=course_of(first, last, flows))
    return _named(evidence, [*_entries_of(ends), *flows, *_all_of(stories)])


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


async def _looked(
    desk: Desk,
    span: Span,
    kinds: Collection[str],
    wanted: Callable[[Look], bool] = lambda _: True,
) -> tuple[Sequence[JournalEntry], list[Look]]:
    """Return the entries to tell a span from, and the looks in it."""
    looks: list[Look] = []
    entries: Sequence[JournalEntry] = ()
    for since in _beginnings(desk, span):
        entries = await proved_entries(desk, kinds, since)
        looks = [look for look in looks_in(entries) if span.holds(look.at) and wanted(look)]
        if looks:
            break
    return entries, looks


def _beginnings(desk: Desk, span: Span) -> Iterator[datetime]:
    """Yield from where to read: the newest record is seldom more than some days old."""
    if span.is_latest:
        yield max(span.since, desk.clock.now() - _RECENT)
    yield span.since


def _stories(span: Span, entries: Sequence[JournalEntry]) -> list[Story]:
    """Return the proposals that were drafted in a span and trade what is asked about."""
    return [
        story
        for story in stories_in(entries)
        if span.holds(story.drafted.at) and _trades(story, span.asked.asset)
    ]


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


def _entries_of(looks: Iterable[Look]) -> list[JournalEntry]:
    return [look.entry for look in looks]


def _all_of(stories: Iterable[Story]) -> list[JournalEntry]:
    return [entry for story in stories for entry in story.entries]


def _named(evidence: Evidence, used: Collection[JournalEntry] = ()) -> Found:
    """Return evidence with the names of its records, and from where to where entries were used."""
    numbers = [entry.seq for entry in used]
    return Found(
        evidence,
        tuple(decision.decision_id for decision in evidence.decisions),
        tuple(proposal.proposal_id for proposal in evidence.proposals),
        (min(numbers), max(numbers)) if numbers else None,
    )
