"""Proposals: every move is one compare-and-set, in one transaction with its journal entry."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, insert, select, update

from bot.ports.records import Claim
from bot.settings.redaction import redacted
from bot.store.documents import digest_of_document, document_of, value_of
from bot.store.journal import SqliteJournal
from bot.store.kinds import (
    PROPOSAL_DRAFTED,
    PROPOSAL_FIRST_TAP,
    PROPOSAL_KINDS,
    PROPOSAL_NOTED,
    PROPOSAL_RENEWED,
    STORE_ACTOR,
)
from bot.store.moves import moves_by_event
from bot.store.tables import PROPOSAL
from bot.store.unit_of_work import Record, UnitOfWork
from core.domain.decision import Plan
from core.domain.errors import InvariantBroken, StoreConflict
from core.domain.proposal import Proposal, ProposalState
from core.lifecycle import PROPOSAL_MOVES, ProposalEvent

_MOVES = moves_by_event(PROPOSAL_MOVES)
_DECIDING = frozenset({ProposalEvent.APPROVE, ProposalEvent.REJECT})
_WAITING = (ProposalState.PROPOSED,)
_ANY = tuple(ProposalState)
_NO_CLAIM = Claim()

_ALL = select(*(PROPOSAL.c[field.name] for field in fields(Proposal)))
_BY_ID = _ALL.where(PROPOSAL.c.proposal_id == bindparam("proposal_id"))
_LIVE = _ALL.where(PROPOSAL.c.live == 1)
_BY_DECISION = _ALL.where(PROPOSAL.c.decision_id == bindparam("decision_id")).order_by(
    PROPOSAL.c.seq
)
_SINCE = _ALL.where(PROPOSAL.c.created_at >= bindparam("since")).order_by(PROPOSAL.c.seq)
_NEWEST = _ALL.order_by(PROPOSAL.c.seq.desc())
# Bytes as they stand in the file: what was damaged need not be a text any more.
_RAW = "SELECT CAST(plan AS BLOB) FROM proposal WHERE proposal_id = ?"


class SqliteProposals:
    """``bot.ports.records.Proposals`` on the proposal table."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each change in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, proposal: Proposal, *, nonce_hash: str, actor: str) -> None:
        """Store a new proposal in state DRAFT, with a journal entry.

        Raises:
            StoreConflict: another proposal is live, or this id exists.
        """
        if proposal.state is not ProposalState.DRAFT:
            raise InvariantBroken(f"new proposal {proposal.proposal_id} is {proposal.state}")
        if (live := self.live()) is not None:
            raise StoreConflict(
                f"proposal {live.proposal_id} is {live.state}; only one can be open at a time"
            )
        values = {field.name: getattr(proposal, field.name) for field in fields(Proposal)}
        values |= {"plan": document_of(Plan, proposal.plan), "nonce_hash": nonce_hash}
        with self._work.conflict(f"proposal {proposal.proposal_id} is stored already"):
            self._work.change(insert(PROPOSAL).values(values))
        payload = _payload(proposal) | _offer(proposal)
        self._journal.append(PROPOSAL_DRAFTED, actor, payload, at=proposal.created_at)

    def get(self, proposal_id: str) -> Proposal | None:
        """Return one proposal, or None."""
        row = self._work.row(_BY_ID, {"proposal_id": proposal_id})
        return None if row is None else _proposal(row)

    def stored(self, proposal_id: str) -> tuple[Proposal, str] | None:
        """Return a proposal, and the digest of its plan's stored text; or None.

        Raises:
            StoreCorrupt: what is stored is no proposal.
        """
        row = self._work.row(_BY_ID, {"proposal_id": proposal_id})
        return None if row is None else (_proposal(row), digest_of_document(row["plan"]))

    def first_damage(self) -> tuple[int, str] | None:
        """Return the first journal entry whose proposal has another plan than stored, and why."""
        for entry in self._journal.entries(kinds=[PROPOSAL_DRAFTED]):
            witnessed = json.loads(entry.payload)
            rows = self._work.raw(_RAW, (witnessed["proposal_id"],))
            if rows and sha256(rows[0][0]).hexdigest() != witnessed["plan_digest"]:
                return entry.seq, f"the stored plan is not the one of {witnessed['proposal_id']}"
        return None

    def live(self) -> Proposal | None:
        """Return the one proposal that is neither ended nor a draft, or None."""
        row = self._work.row(_LIVE)
        return None if row is None else _proposal(row)

    def since(self, instant: datetime) -> Sequence[Proposal]:
        """Return proposals created at or after ``instant``, oldest first."""
        return self._many(_SINCE, {"since": instant})

    def latest(self, count: int) -> Sequence[Proposal]:
        """Return the newest proposals, newest first."""
        return self._many(_NEWEST.limit(count), {})

    def of_decision(self, decision_id: str) -> Sequence[Proposal]:
        """Return the proposals made from one decision, oldest first."""
        return self._many(_BY_DECISION, {"decision_id": decision_id})

    def move(
        self,
        proposal_id: str,
        event: ProposalEvent,
        *,
        at: datetime,
        actor: str,
        claim: Claim = _NO_CLAIM,
        note: str = "",
    ) -> Proposal:
        """Move by one compare-and-set, with its journal entry, and return the proposal as it is.

        Raises:
            StoreConflict: it no longer stood in a state from which ``event`` is legal, or the
                claim failed; the text says how it stands.
        """
        sources, target = _MOVES[event]
        changes: dict[str, object] = {"state": target}
        if event in _DECIDING:
            changes |= {"decided_by": actor, "decided_at": at}
        if note:
            changes["note"] = redacted(note)
        moved = self._compare_and_set(proposal_id, sources, claim, changes, f"cannot {event}")
        payload = _payload(moved) | {"note": note}
        self._journal.append(PROPOSAL_KINDS[event], actor, payload, at=at)
        return moved

    def tap_first(
        self, proposal_id: str, *, by: str, at: datetime, confirm_hash: str, claim: Claim
    ) -> Proposal:
        """Record the first tap of a two-step approval by the same kind of compare-and-set.

        Raises:
            StoreConflict: not PROPOSED any more, or the claim failed.
        """
        changes = {"first_tap_by": by, "first_tap_at": at, "confirm_hash": confirm_hash}
        tapped = self._compare_and_set(proposal_id, _WAITING, claim, changes, "takes no first tap")
        self._journal.append(PROPOSAL_FIRST_TAP, by, _payload(tapped), at=at)
        return tapped

    def renew(self, proposal_id: str, *, nonce_hash: str, at: datetime) -> Proposal:
        """Give a PROPOSED proposal a new nonce: older buttons are dead, a first tap is forgotten.

        Raises:
            StoreConflict: not PROPOSED any more.
        """
        changes = {
            "nonce_hash": nonce_hash,
            "confirm_hash": None,
            "first_tap_by": "",
            "first_tap_at": None,
        }
        renewed = self._compare_and_set(
            proposal_id, _WAITING, _NO_CLAIM, changes, "takes no new buttons"
        )
        self._journal.append(PROPOSAL_RENEWED, STORE_ACTOR, _payload(renewed), at=at)
        return renewed

    def note(self, proposal_id: str, note: str, *, at: datetime, actor: str) -> Proposal:
        """Attach a person's reason, with a journal entry.

        Raises:
            StoreConflict: there is no such proposal.
        """
        change = {"note": redacted(note)}
        noted = self._compare_and_set(proposal_id, _ANY, _NO_CLAIM, change, "takes no note")
        self._journal.append(PROPOSAL_NOTED, actor, _payload(noted) | {"note": note}, at=at)
        return noted

    def _many(self, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Proposal]:
        return [_proposal(row) for row in self._work.rows(statement, values)]

    def _compare_and_set(
        self,
        proposal_id: str,
        sources: Collection[ProposalState],
        claim: Claim,
        changes: Mapping[str, object],
        refusal: str,
    ) -> Proposal:
        """Change the row if it stands as expected; the one place where a proposal's row changes."""
        statement = (
            update(PROPOSAL)
            .where(PROPOSAL.c.proposal_id == proposal_id, PROPOSAL.c.state.in_(sources))
            .where(*(condition for condition, _ in _conditions(claim)))
            .values(changes)
            .returning(*_ALL.selected_columns)
        )
        with self._work.conflict("another proposal is live; only one can be at a time"):
            row = self._work.row(statement)
        if row is None:
            raise StoreConflict(self._why_not(proposal_id, sources, claim, refusal))
        return _proposal(row)

    def _why_not(
        self, proposal_id: str, sources: Collection[ProposalState], claim: Claim, refusal: str
    ) -> str:
        present = self.get(proposal_id)
        if present is None:
            return f"there is no proposal {proposal_id}"
        state = f"proposal {proposal_id} is {present.state}"
        if present.state not in sources:
            return f"{state} and {refusal}"
        for condition, reason in _conditions(claim):
            held = select(condition.label("held")).where(PROPOSAL.c.proposal_id == proposal_id)
            row = self._work.row(held)
            if row is None or not row["held"]:
                return f"{state}, but {reason}"
        raise InvariantBroken(f"{state} and {refusal}, yet nothing speaks against it")


def _conditions(claim: Claim) -> Iterator[tuple[ColumnElement[bool], str]]:
    """Yield what a claim insists on, each with the sentence for when it fails."""
    columns = PROPOSAL.c
    if claim.nonce_hash is not None:
        yield columns.nonce_hash == claim.nonce_hash, "this is not its newest button"
    if claim.confirm_hash is not None:
        yield columns.confirm_hash == claim.confirm_hash, "this is not its second step"
    if claim.unexpired_at is not None:
        yield columns.expires_at > claim.unexpired_at, "its time is over"
    if claim.first_tap_by is not None:
        yield columns.first_tap_by == claim.first_tap_by, "another person began"
    if claim.first_tap_before is not None:
        yield columns.first_tap_at <= claim.first_tap_before, "the second step came too soon"
    if claim.no_first_tap:
        yield columns.first_tap_by == "", "somebody began already"


def _proposal(row: Record) -> Proposal:
    return Proposal(**{**row, "plan": value_of(Plan, row["plan"])})


def _payload(proposal: Proposal) -> dict[str, object]:
    return {
        "proposal_id": proposal.proposal_id,
        "decision_id": proposal.decision_id,
        "plan_digest": proposal.plan_digest,
        "tier": proposal.tier,
    }


def _offer(proposal: Proposal) -> dict[str, object]:
    """Return what a person is asked to agree to."""
    trades = [
        {
            "leg": trade.leg,
            "asset": trade.asset,
            "side": trade.side,
            "quantity": trade.quantity,
            "mid": trade.mid,
            "worst_price": trade.worst_price,
        }
        for trade in proposal.plan.trades
    ]
    return {"expires_at": proposal.expires_at, "reshows": proposal.reshows, "trades": trades}
