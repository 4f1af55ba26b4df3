"""The engine's state, the policy in force, and small facts that survive a restart."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.settings.redaction import redacted
from bot.store.decisions import keep_policy
from bot.store.documents import document_of, value_of
from bot.store.journal import SqliteJournal
from bot.store.kinds import POLICY_USED
from bot.store.message_tables import MEMORY
from bot.store.tables import POLICY
from bot.store.unit_of_work import UnitOfWork
from core.domain.errors import InvariantBroken
from core.domain.policy import Policy
from core.domain.state import EngineState

_STATE = "engine/state"
_POLICY = "engine/policy"
_RESERVED = "engine/"

_GET = select(MEMORY.c.value).where(MEMORY.c.name == bindparam("name"))
_ADD = insert_or_keep(MEMORY)
_PUT = _ADD.on_conflict_do_update(index_elements=["name"], set_={"value": _ADD.excluded.value})
_IN_FORCE = select(POLICY.c.document).where(
    POLICY.c.digest == select(MEMORY.c.value).where(MEMORY.c.name == _POLICY).scalar_subquery()
)


class SqliteMemory:
    """``bot.ports.records.Memory`` on the memory and policy tables."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each policy in ``journal``."""
        self._work = work
        self._journal = journal

    def state(self) -> EngineState:
        """Return the engine's state; a fresh one at the very start."""
        row = self._work.row(_GET, {"name": _STATE})
        return EngineState() if row is None else value_of(EngineState, row["value"])

    def save(self, state: EngineState) -> None:
        """Replace the engine's state."""
        self._work.change(_PUT, {"name": _STATE, "value": document_of(EngineState, state)})

    def policy(self) -> Policy | None:
        """Return the policy that was last in force, or None."""
        row = self._work.row(_IN_FORCE)
        return None if row is None else value_of(Policy, row["document"])

    def use_policy(self, policy: Policy, *, at: datetime, actor: str) -> None:
        """Record the policy now in force, with a journal entry."""
        digest = keep_policy(self._work, policy)
        self._work.change(_PUT, {"name": _POLICY, "value": digest})
        payload = {
            "policy_digest": digest,
            "quote": policy.quote,
            "targets": dict(policy.targets),
        }
        self._journal.append(POLICY_USED, actor, payload, at=at)

    def get(self, name: str) -> str | None:
        """Return a small fact, e.g. ``job:daily:last``."""
        row = self._work.row(_GET, {"name": _small(name)})
        return None if row is None else str(row["value"])

    def put(self, name: str, value: str) -> None:
        """Store a small fact."""
        self._work.change(_PUT, {"name": _small(name), "value": redacted(value)})


def _small(name: str) -> str:
    if name.startswith(_RESERVED):
        raise InvariantBroken(f"{name} is the store's own name; choose one outside {_RESERVED}")
    return name
