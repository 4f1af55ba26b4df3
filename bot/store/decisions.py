"""Every decision with the inputs it was made from, complete enough to make it again.

Stored texts are checked against the digests that the decision bears; so a decision of an older
version, whose documents had other fields, is checked as well as one of today.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.ports.records import StoredDecision
from bot.store.documents import (
    digest_of_document,
    document_of,
    parsed,
    rebuilt,
    value_of,
)
from bot.store.journal import SqliteJournal
from bot.store.kinds import DECISION_MADE, STORE_ACTOR
from bot.store.series import keep_series, named, series_named_by, whole_series
from bot.store.tables import DECISION, POLICY
from bot.store.unit_of_work import Record, UnitOfWork
from core.domain.decision import Decision, NoTrade
from core.domain.errors import StoreCorrupt
from core.domain.policy import Policy
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState

MIN_PREFIX = 6

_KNOWN = select(DECISION.c.seq).where(DECISION.c.decision_id == bindparam("decision_id"))
_INSERT = insert(DECISION)
_ADD_POLICY = insert_or_keep(POLICY).on_conflict_do_nothing()
_BY_PREFIX = (
    select(DECISION, POLICY.c.document)
    .join(POLICY)
    .where(DECISION.c.decision_id >= bindparam("first"))
    .where(DECISION.c.decision_id < bindparam("last"))
    .limit(2)
)
_BY_ID = select(DECISION.c.decision).where(DECISION.c.decision_id == bindparam("decision_id"))
_NEWEST = select(DECISION.c.decision).order_by(DECISION.c.seq.desc())
_ANY = select(DECISION.c.seq).limit(1)
_TEXTS = ("snapshot", "policy", "state", "decision")
# Bytes as they stand in the file: what was damaged need not be a text any more.
_RAW = (
    "SELECT snapshot, CAST(document AS BLOB), state, decision FROM decision "
    "JOIN policy ON policy.digest = decision.policy WHERE decision_id = ?"
)
_IDS = select(DECISION.c.decision_id).order_by(DECISION.c.seq)


def keep_policy(work: UnitOfWork, policy: Policy) -> str:
    """Store ``policy`` unless it is stored, and return its digest."""
    document = document_of(Policy, policy)
    digest = digest_of_document(document)
    work.change(_ADD_POLICY, {"digest": digest, "document": document})
    return digest


class SqliteDecisions:
    """``bot.ports.records.Decisions`` on the decision, policy and bar series tables."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each decision in ``journal``."""
        self._work = work
        self._journal = journal

    def add(
        self, decision: Decision, snapshot: Snapshot, policy: Policy, state: EngineState
    ) -> bool:
        """Store it with its inputs and a journal entry; False when it is stored already."""
        if self._work.row(_KNOWN, {"decision_id": decision.decision_id}) is not None:
            return False
        keep_series(self._work, snapshot)
        columns: dict[str, Any] = {
            "decision_id": decision.decision_id,
            "decided_at": decision.decided_at,
            "verdict": decision.verdict,
            "policy": keep_policy(self._work, policy),
            "snapshot": document_of(Snapshot, snapshot),
            "state": document_of(EngineState, state),
            "decision": document_of(Decision, decision),
        }
        self._work.change(_INSERT, columns)
        payload = {
            **_payload(decision),
            "decision_digest": digest_of_document(columns["decision"]),
            "occasion": snapshot.occasion,
        }
        self._journal.append(DECISION_MADE, STORE_ACTOR, payload, at=decision.decided_at)
        return True

    def get(self, decision_id: str) -> StoredDecision | None:
        """Return one decision by its id or an unambiguous prefix of at least 6 characters."""
        if len(decision_id) < MIN_PREFIX:
            return None
        rows = self._work.rows(_BY_PREFIX, {"first": decision_id, "last": decision_id + "\uffff"})
        return self._stored(rows[0]) if len(rows) == 1 else None

    def stored(self, decision_id: str) -> tuple[Decision, str] | None:
        """Return a decision without its inputs, and the digest of its stored text; or None.

        Raises:
            StoreCorrupt: what is stored is no decision.
        """
        row = self._work.row(_BY_ID, {"decision_id": decision_id})
        if row is None:
            return None
        return value_of(Decision, row["decision"]), digest_of_document(row["decision"])

    def latest(self, count: int = 1, *, since: datetime | None = None) -> Sequence[Decision]:
        """Return the newest decisions, newest first."""
        statement = _NEWEST.limit(count)
        if since is not None:
            statement = statement.where(DECISION.c.decided_at >= since)
        return [value_of(Decision, row["decision"]) for row in self._work.rows(statement)]

    def ids(self) -> Sequence[str]:
        """Return the ids of all decisions, oldest first."""
        return [row["decision_id"] for row in self._work.rows(_IDS)]

    def first_damage(self) -> tuple[int, str] | None:
        """Return the first journal entry whose decision or inputs are not those stored, and why."""
        if self._work.row(_ANY) is None:
            return None
        whole = whole_series(self._work)
        for entry in self._journal.entries(kinds=[DECISION_MADE]):
            witnessed = json.loads(entry.payload)
            rows = self._work.raw(_RAW, (witnessed["decision_id"],))
            if rows and (problem := _damage(rows[0], witnessed, whole)):
                return entry.seq, f"{problem} of decision {witnessed['decision_id'][:12]}"
        return None

    def _stored(self, row: Record) -> StoredDecision:
        decision = value_of(Decision, row["decision"])
        witnessed = (
            ("snapshot", row["snapshot"], decision.snapshot_digest),
            ("policy", row["document"], decision.policy_digest),
            ("state", row["state"], decision.state_digest),
        )
        for name, document, digest in witnessed:
            if digest_of_document(document) != digest:
                raise StoreCorrupt(
                    f"the stored {name} of decision {decision.decision_id[:12]} is not the one "
                    "it was made from"
                )
        document = parsed(row["snapshot"])
        return StoredDecision(
            decision=decision,
            snapshot=rebuilt(Snapshot, document, series_named_by(self._work, document)),
            policy=value_of(Policy, row["document"]),
            state=value_of(EngineState, row["state"]),
        )


def _damage(row: tuple[Any, ...], witnessed: Mapping[str, str], whole: frozenset[str]) -> str:
    """Return what of a decision is not as it was witnessed, or an empty text."""
    texts = {}
    for name, stored in zip(_TEXTS, row, strict=True):
        if f"{name}_digest" not in witnessed:
            continue  # older versions did not witness the decision itself
        try:
            texts[name] = stored if name == "policy" else zlib.decompress(stored)
        except (zlib.error, TypeError):
            return f"the stored {name} cannot be read: that"
        if sha256(texts[name]).hexdigest() != witnessed[f"{name}_digest"]:
            return f"the stored {name} is not the one"
    document = parsed(texts["snapshot"].decode())
    for name in ("bars", "readings"):
        if not whole.issuperset(named(document, name)):
            return f"the stored {name} are not those"
    return ""


def _payload(decision: Decision) -> dict[str, object]:
    outcome = decision.outcome
    return {
        "decision_id": decision.decision_id,
        "snapshot_digest": decision.snapshot_digest,
        "policy_digest": decision.policy_digest,
        "state_digest": decision.state_digest,
        "engine_version": decision.engine_version,
        "decided_at": decision.decided_at,
        "verdict": decision.verdict,
        "gate": outcome.gate if isinstance(outcome, NoTrade) else None,
        "codes": [[reason.code, reason.subject] for reason in decision.reasons],
        "value": decision.value,
        "weights": {row.asset: row.weight for row in decision.standings},
    }
