"""Every decision with the inputs it was made from, complete enough to make it again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.ports.records import StoredDecision
from bot.store.documents import (
    digest_of_document,
    document_of,
    packed_columns,
    parsed,
    rebuilt,
    series_of,
    value_of,
)
from bot.store.journal import SqliteJournal
from bot.store.kinds import DECISION_MADE, STORE_ACTOR
from bot.store.tables import BAR_SERIES, DECISION, POLICY
from bot.store.unit_of_work import Record, UnitOfWork
from core.domain.decision import Decision, NoTrade
from core.domain.errors import StoreCorrupt
from core.domain.market import BarSeries
from core.domain.policy import Policy
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState

MIN_PREFIX = 6

_KNOWN = select(DECISION.c.seq).where(DECISION.c.decision_id == bindparam("decision_id"))
_INSERT = insert(DECISION)
_ADD_POLICY = insert_or_keep(POLICY).on_conflict_do_nothing()
_ADD_BARS = insert_or_keep(BAR_SERIES).on_conflict_do_nothing()
_BY_PREFIX = (
    select(DECISION, POLICY.c.document)
    .join(POLICY)
    .where(DECISION.c.decision_id >= bindparam("first"))
    .where(DECISION.c.decision_id < bindparam("last"))
    .limit(2)
)
_NEWEST = select(DECISION.c.decision).order_by(DECISION.c.seq.desc())
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
        self._keep_bars(snapshot.bars)
        columns = {
            "decision_id": decision.decision_id,
            "decided_at": decision.decided_at,
            "verdict": decision.verdict,
            "policy": keep_policy(self._work, policy),
            "snapshot": document_of(Snapshot, snapshot),
            "state": document_of(EngineState, state),
            "decision": document_of(Decision, decision),
        }
        self._work.change(_INSERT, columns)
        payload = {**_payload(decision), "occasion": snapshot.occasion}
        self._journal.append(DECISION_MADE, STORE_ACTOR, payload, at=decision.decided_at)
        return True

    def get(self, decision_id: str) -> StoredDecision | None:
        """Return one decision by its id or an unambiguous prefix of at least 6 characters."""
        if len(decision_id) < MIN_PREFIX:
            return None
        rows = self._work.rows(_BY_PREFIX, {"first": decision_id, "last": decision_id + "\uffff"})
        return self._stored(rows[0]) if len(rows) == 1 else None

    def latest(self, count: int = 1, *, since: datetime | None = None) -> Sequence[Decision]:
        """Return the newest decisions, newest first."""
        statement = _NEWEST.limit(count)
        if since is not None:
            statement = statement.where(DECISION.c.decided_at >= since)
        return [value_of(Decision, row["decision"]) for row in self._work.rows(statement)]

    def ids(self) -> Sequence[str]:
        """Return the ids of all decisions, oldest first."""
        return [row["decision_id"] for row in self._work.rows(_IDS)]

    def _keep_bars(self, bars: Sequence[BarSeries]) -> None:
        digests = [series.digest for series in bars]
        stored = select(BAR_SERIES.c.digest).where(BAR_SERIES.c.digest.in_(digests))
        known = {row["digest"] for row in self._work.rows(stored)}
        for series in bars:
            if series.digest not in known:
                self._work.change(_ADD_BARS, _bars_row(series))

    def _stored(self, row: Record) -> StoredDecision:
        document = parsed(row["snapshot"])
        return StoredDecision(
            decision=value_of(Decision, row["decision"]),
            snapshot=rebuilt(Snapshot, document, self._bars_of(document)),
            policy=value_of(Policy, row["document"]),
            state=value_of(EngineState, row["state"]),
        )

    def _bars_of(self, document: Any) -> Mapping[str, BarSeries]:  # noqa: ANN401  # a snapshot's JSON
        digests = document.get("bars") if isinstance(document, dict) else None
        if not isinstance(digests, list):
            raise StoreCorrupt("a stored Snapshot does not name its bars")
        wanted = select(BAR_SERIES).where(BAR_SERIES.c.digest.in_(digests))
        return {row["digest"]: series_of(row) for row in self._work.rows(wanted)}


def _bars_row(series: BarSeries) -> dict[str, object]:
    return {
        "digest": series.digest,
        "asset": series.asset,
        "source": series.source,
        "opened_at": series.opened_at,
        "columns": packed_columns(series),
    }


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
