"""Journal entries -> the records they witness, each held against what is stored of it.

What is proved: every entry that is handed out, and all entries after the oldest of them, are linked
by their hashes up to the journal's present end; that chain runs through the entry which this
process last saw hold, where there is one; and each decision and plan is stored as the very text
whose digest its entry witnessed. Of a span of time the chain is followed from before its beginning,
so that nothing can be missing from it either. What came earlier is handed to nobody: no answer
rests on it. Source: METHODS 7.7 and 8.8.
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.ports.journal import JournalEntry
from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from core.codec import GENESIS
from core.domain.asked import Cause
from core.domain.decision import Decision, Gate, ReasonCode, Verdict
from core.domain.errors import StoreCorrupt
from core.domain.proposal import Proposal, ProposalState
from core.domain.snapshot import Occasion
from core.engine import ENGINE_VERSION, decide

DECIDED = "decision.made"
DRAFTED = "proposal.drafted"
FATES = tuple(
    f"proposal.{name}"
    for name in (
        "shown",
        "approved",
        "rejected",
        "expired",
        "superseded",
        "withdrawn",
        "rechecked",
        "executing",
        "done",
        "partial",
        "failed",
    )
)
NOTED = "proposal.noted"
ABOUT_PROPOSALS = (DRAFTED, *FATES, NOTED)

_LOOKS = frozenset({Occasion.DAILY.value, Occasion.INTRADAY.value})
_DECIDING = frozenset({"proposal.approved", "proposal.rejected"})
_PAGE = 2_000
_NEAR = 500
"""Entries before a proposal's draft among which its decision is; usually it is the last one."""

_LEEWAY = timedelta(days=1)
"""Some entries bear the time of what they tell, which is a little older than they are."""

_STATES = {"shown": "PROPOSED", "drafted": "DRAFT"}
_CAUSES = {
    Gate.DATA: Cause.DATA,
    Gate.HALT: Cause.HALTED,
    Gate.PAUSE: Cause.STRESS,
    Gate.BREACH: Cause.WAITING,
    Gate.PLAN: Cause.ORDERS,
    Gate.ORDERS: Cause.ORDERS,
    Gate.BENEFIT: Cause.COSTS,
    Gate.LIMITS: Cause.LIMITS,
}
_BY_CODE = {
    ReasonCode.PAUSED_BY_HAND: Cause.PAUSED,
    ReasonCode.NO_BREACH: Cause.INSIDE,
    ReasonCode.PROPOSAL_OPEN: Cause.OPEN,
}


@dataclass(frozen=True, slots=True)
class Look:
    """A decision as the journal tells of it.

    Attributes:
        entry: where it stands.
        payload: what the entry says.
    """

    entry: JournalEntry
    payload: dict[str, Any]

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.entry.at

    @property
    def is_daily(self) -> bool:
        """Tell whether it counts towards confirmation."""
        return bool(self.payload["occasion"] == Occasion.DAILY.value)

    @property
    def cause(self) -> Cause:
        """What it came to, in one word."""
        if self.payload["verdict"] == Verdict.PROPOSE.value:
            return Cause.PROPOSED
        codes = {code for code, _ in self.payload["codes"]}
        named = next((cause for code, cause in _BY_CODE.items() if code in codes), None)
        gate = Gate(self.payload["gate"])
        is_named = named is not None and gate in (Gate.PAUSE, Gate.BREACH, Gate.LIMITS)
        return named if is_named and named is not None else _CAUSES.get(gate, Cause.ORDERS)


@dataclass(frozen=True, slots=True)
class Story:
    """A proposal as the journal tells of it: its entries, oldest first; the first is its draft."""

    entries: tuple[JournalEntry, ...]

    @property
    def drafted(self) -> JournalEntry:
        """How it began."""
        return self.entries[0]

    @property
    def payload(self) -> dict[str, Any]:
        """What was put before a person."""
        return said(self.drafted)

    @property
    def state(self) -> ProposalState:
        """Where it stands, by its entries."""
        fate = next((e for e in reversed(self.entries) if e.kind in FATES), self.drafted)
        name = fate.kind.removeprefix("proposal.")
        return ProposalState(_STATES.get(name, name.upper()))


def said(entry: JournalEntry) -> dict[str, Any]:
    """Return an entry's payload.

    Raises:
        StoreCorrupt: it is no JSON object.
    """
    try:
        payload = json.loads(entry.payload)
    except ValueError as error:
        raise StoreCorrupt(f"entry {entry.seq} cannot be read: {error}") from error
    if not isinstance(payload, dict):
        raise StoreCorrupt(f"entry {entry.seq} says nothing that can be read")
    return payload


def looks_in(entries: Iterable[JournalEntry]) -> list[Look]:
    """Return the looks among journal entries; a check before an execution is none."""
    looks = (Look(entry, said(entry)) for entry in entries if entry.kind == DECIDED)
    return [look for look in looks if look.payload.get("occasion") in _LOOKS]


def stories_in(entries: Iterable[JournalEntry]) -> list[Story]:
    """Return the proposals that were drafted among journal entries, with all that came of them."""
    told: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        if entry.kind in ABOUT_PROPOSALS:
            name = said(entry)["proposal_id"]
            if entry.kind == DRAFTED:
                told[name] = [entry]
            elif name in told:
                told[name].append(entry)
    return [Story(tuple(rows)) for rows in told.values()]


async def proved_entries(
    desk: Desk, kinds: Collection[str], since: datetime
) -> Sequence[JournalEntry]:
    """Return the entries of some kinds since an instant: none was changed, and none is missing.

    Raises:
        StoreCorrupt: that cannot be shown.
    """
    with desk.store.reading() as tx:
        entries = tx.journal.entries(kinds=kinds, since=since)
        # Of all kinds, and from before: an entry that was given another kind or time is found too.
        around = tx.journal.entries(since=since - _LEEWAY, limit=1)
        first = around[0].seq if around else tx.journal.head()[0]
        before = tx.journal.entries(after=first - 2, limit=1) if first > 1 else ()
    if before and before[0].seq != first - 1:
        raise StoreCorrupt(f"the entry before entry {first} is gone")
    await _prove(desk, before[0] if before else None)
    return entries


async def proved_look(desk: Desk, decision_id: str, *, before: int) -> Look:
    """Return the entry of a decision, looked for among those shortly before another entry.

    Raises:
        StoreCorrupt: it is not there, or not as it was sealed.
    """
    with desk.store.reading() as tx:
        start = max(0, before - 1 - _NEAR)
        entries = tx.journal.entries(kinds=(DECIDED,), after=start, limit=_NEAR)
    for entry in reversed(entries):
        if entry.seq < before and said(entry).get("decision_id") == decision_id:
            await _prove(desk, entry)
            return Look(entry, said(entry))
    raise StoreCorrupt(f"decision {decision_id[:12]} has no entry before entry {before}")


async def _prove(desk: Desk, oldest: JournalEntry | None) -> None:
    """Follow the chain to the journal's end, from an entry on; from the beginning without one.

    Raises:
        StoreCorrupt: it does not hold.
    """
    seq, head = (0, GENESIS) if oldest is None else (oldest.seq - 1, oldest.prev)
    first = seq + 1
    while True:
        with desk.store.reading() as tx:
            newest, _ = tx.journal.head()
            held = tx.journal.follow(seq, head, limit=_PAGE)
        seq, head = held.seq, held.head
        if held.problem:
            raise StoreCorrupt(held.problem)
        if seq >= newest:
            break
        await asyncio.sleep(0)  # a long journal keeps nobody else waiting
    _meet_witness(desk, first)


def _meet_witness(desk: Desk, first: int) -> None:
    """Check that the chain runs through the entry that this process last saw hold."""
    mark = desk.followed
    if mark.seq < first:
        return
    with desk.store.reading() as tx:
        found = tx.journal.entries(after=mark.seq - 1, limit=1)
    if not found or (found[0].seq, found[0].hash) != (mark.seq, mark.head):
        raise StoreCorrupt(f"entry {mark.seq} is not the one that was seen to hold")


def proved_decision(tx: Transaction, look: Look) -> Decision:
    """Return a decision that is stored as its entry witnessed it.

    Raises:
        StoreCorrupt: it is not, or it is gone.
    """
    name = look.payload["decision_id"]
    stored = tx.decisions.stored(name)
    if stored is None:
        raise StoreCorrupt(f"decision {name[:12]} is gone")
    decision, digest = stored
    witnessed = look.payload.get("decision_digest")
    is_same = _is_made_again(tx, name, decision) if witnessed is None else digest == witnessed
    if decision.decision_id != name or not is_same:
        raise StoreCorrupt(f"decision {name[:12]} is not stored as it was made")
    return decision


def _is_made_again(tx: Transaction, name: str, decision: Decision) -> bool:
    """Tell whether a decision from before its digest was witnessed follows from its inputs."""
    whole = tx.decisions.get(name)
    if whole is None or decision.engine_version != ENGINE_VERSION:
        return False
    return decide(whole.snapshot, whole.policy, whole.state) == decision


def proved_proposal(tx: Transaction, story: Story) -> Proposal:
    """Return a proposal that is stored as its entries witnessed it; the note is the journal's own.

    Raises:
        StoreCorrupt: it is not, or it is gone.
    """
    payload = story.payload
    name = payload["proposal_id"]
    stored = tx.proposals.stored(name)
    if stored is None:
        raise StoreCorrupt(f"proposal {name} is gone")
    proposal, digest = stored
    decided = next((e for e in reversed(story.entries) if e.kind in _DECIDING), None)
    pairs = (
        (digest, payload["plan_digest"]),
        (proposal.plan_digest, payload["plan_digest"]),
        (proposal.decision_id, payload["decision_id"]),
        (proposal.created_at, story.drafted.at),
        (proposal.expires_at, datetime.fromisoformat(payload["expires_at"])),
        (proposal.state, story.state),
        (proposal.decided_by, "" if decided is None else decided.actor),
        (proposal.decided_at, None if decided is None else decided.at),
    )
    if any(found != witnessed for found, witnessed in pairs):
        raise StoreCorrupt(f"proposal {name} is not stored as it was witnessed")
    return replace(proposal, note=_note_in(story.entries))


def _note_in(entries: Sequence[JournalEntry]) -> str:
    notes = (str(said(entry).get("note", "")) for entry in reversed(entries))
    return next((note for note in notes if note), "")
