"""Entering and leaving a stress pause: what is withdrawn, what is kept, and what people hear."""

from datetime import UTC, date, datetime, time

from bot.ports.messages import Explanation, MessageType, Notice, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.controls import withdraw_open
from bot.workflow.desk import Desk, notify, post
from bot.workflow.withheld import keep_withdrawn, keep_withheld
from core.domain.decision import Decision
from core.domain.proposal import ProposalState
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.stress import Stress, StressState
from core.signals.stress import exits_on, long_silent

WITHDRAWN = "market stress"


def follow_stress(  # a change, what it comes from and how it is told
    tx: Transaction,
    desk: Desk,
    decision: Decision,
    *,
    was: EngineState,
    snapshot: Snapshot,
    explanation: Explanation | None,
) -> None:
    """Do what a change of the pause asks for; called where the decision is recorded.

    The memory of the decision must be saved already. A pause by hand is another thing and is not
    touched here.
    """
    before, after = was.stress, decision.next_state.stress
    if after.phase is not before.phase:
        _tell_change(tx, desk, decision, before=before.phase, explanation=explanation)
    keep_withheld(tx, desk, decision)
    silent = long_silent(after, desk.policy.stress)
    if silent:
        key = f"silent:{snapshot.as_of.date()}"
        notify(tx, desk, NoticeCode.FEEDS_SILENT, key=key, what=", ".join(silent))


def _tell_change(
    tx: Transaction,
    desk: Desk,
    decision: Decision,
    *,
    before: Stress,
    explanation: Explanation | None,
) -> None:
    stress, now = decision.next_state.stress, decision.decided_at
    payload = {"from": before.value, "to": stress.phase.value, "total": stress.total}
    tx.journal.append("stress.changed", "engine", payload, at=now)
    until = exits_on(stress, desk.policy.stress)
    key = f"stress:{stress.phase}:{now.isoformat()}"
    ends = "" if until is None else _instant(until)

    def tell(code: NoticeCode, kind: MessageType = MessageType.NOTICE, **values: str) -> None:
        message = Notice(desk.mode, code, values=tuple(values.items()), explanation=explanation)
        post(tx, desk, kind, key=key, message=message)

    match stress.phase:
        case Stress.PAUSED:
            _begin(tx, desk, decision)
            why = _families(stress)
            kind = MessageType.ALARM
            tell(NoticeCode.STRESS_BEGAN, kind=kind, why=why, until=ends)
        case Stress.GUARDED:
            tell(NoticeCode.STRESS_GUARDED, until=ends)
        case Stress.NORMAL:
            tell(NoticeCode.STRESS_ENDED)


def _begin(tx: Transaction, desk: Desk, decision: Decision) -> None:
    """Take the open proposal back; what it would have traded is kept for the record."""
    live = tx.proposals.live()
    if live is None or live.state is not ProposalState.PROPOSED:
        return
    keep_withdrawn(tx, desk, decision, live)
    withdraw_open(tx, desk, note=WITHDRAWN)


def _families(stress: StressState) -> str:
    """Return which kinds of evidence speak, with their points: ``price 2, sentiment 1``."""
    spoken = [f"{vote.family} {vote.points}" for vote in stress.votes if vote.points]
    if stress.shock is not None:
        spoken = ["a fall within the day", *spoken]
    return ", ".join(spoken)


def _instant(day: date) -> str:
    return datetime.combine(day, time(), tzinfo=UTC).isoformat()
