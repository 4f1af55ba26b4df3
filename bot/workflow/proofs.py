"""Journal entries -> the records they witness, each held against what is stored of it.

What is proved: the entries an answer rests on, and all entries after them, are linked by their
hashes up to the journal's present end; that chain runs through the entry which this process last
saw hold, where there is one; and each decision and plan is stored as the very text whose digest its
entry witnessed. What came before the oldest entry used is not looked at: no answer rests on it.
Source: METHODS 7.7 and 8.8.
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.ports.journal import JournalEntry
from bot.ports.records import Transaction
from bot.workflow.desk import Desk
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


async def prove(desk: Desk, entries: Collection[JournalEntry]) -> None:
    """Follow the chain from the oldest of ``entries`` to the journal's end.

    Raises:
        StoreCorrupt: it does not hold.
    """
    if not entries:
        return
    first = min(entries, key=lambda entry: entry.seq)
    seq, head = first.seq - 1, first.prev
    while True:
        with desk.store.reading() as tx:
            newest, _ = tx.journal.head()
            found = tx.journal.follow(seq, head, limit=_PAGE)
        seq, head = found.seq, found.head
        if found.problem:
            raise StoreCorrupt(found.problem)
        if seq >= newest:
            break
        await asyncio.sleep(0)  # a long journal keeps nobody else waiting
    _meet_witness(desk, first.seq)


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
