"""Pause, resume and halt: what a person can switch, and what survives a restart."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.ports.messages import MessageType, NoticeCode
from bot.ports.records import Store, Transaction
from bot.workflow.cards import close, end_card
from bot.workflow.desk import Desk, notify
from core.domain.errors import EvenkeelError
from core.domain.proposal import Proposal, ProposalState
from core.domain.state import Halt, ManualPause, StressOverride
from core.domain.stress import Family, Stress
from core.lifecycle import ProposalEvent
from core.planning.guards import BROKEN

OVERRIDE_LASTS = timedelta(hours=24)
_LIFTED_AFTER = "halt:lifted_after"


class ResumeResult(StrEnum):
    """What ``/resume`` came to."""

    RESUMED = "resumed"
    NOT_PAUSED = "not_paused"
    NEEDS_REASON = "needs_reason"
    OVERRIDDEN = "overridden"
    HALTED = "halted"
    OFF_PEG = "off_peg"


def pause(desk: Desk, by: str) -> bool:
    """Hold new proposals back and withdraw the open one; False when already paused."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        state = tx.memory.state()
        if state.pause is not None:
            return False
        tx.memory.save(replace(state, pause=ManualPause(now, by)))
        tx.journal.append("pause.begun", by, {}, at=now)
        withdraw_open(tx, desk, note="paused")
        notify(tx, desk, NoticeCode.PAUSED, key=f"pause:{now.isoformat()}", by=by)
    return True


def resume(desk: Desk, by: str, *, reason: str = "", is_second_tap: bool = False) -> ResumeResult:
    """End a pause made by hand; during a stress pause take a second tap and a reason, for 24 hours.

    A halt, unsafe data and a broken peg cannot be overridden here.
    """
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        state = tx.memory.state()
        if state.halt is not None:
            return ResumeResult.HALTED
        if state.pause is not None:
            tx.memory.save(replace(state, pause=None))
            tx.journal.append("pause.ended", by, {}, at=now)
            notify(tx, desk, NoticeCode.RESUMED, key=f"resume:{now.isoformat()}", by=by)
            return ResumeResult.RESUMED
        if state.stress.phase is not Stress.PAUSED:
            return ResumeResult.NOT_PAUSED
        if state.stress.points_of(Family.QUOTE) == BROKEN:
            return ResumeResult.OFF_PEG
        if not (reason and is_second_tap):
            return ResumeResult.NEEDS_REASON
        override = StressOverride(now + OVERRIDE_LASTS, by, reason)
        tx.memory.save(replace(state, override=override))
        payload = {"reason": reason, "until": override.until}
        tx.journal.append("stress.overridden", by, payload, at=now)
        notify(tx, desk, NoticeCode.RESUMED, key=f"resume:{now.isoformat()}", by=by)
    return ResumeResult.OVERRIDDEN


def halt(desk: Desk, by: str, *, why: str) -> bool:
    """Stop everything until it is lifted at the machine; False when already halted.

    Proposals are withdrawn, approvals refused, and the executor sends nothing more.

    Raises:
        EvenkeelError: something of that could not be done; it is halted all the same wherever that
            can be written down.
    """
    try:
        with desk.store.transaction() as tx:
            return halt_in(tx, desk, by, why=why)
    except EvenkeelError:
        with desk.store.transaction() as tx:
            _begin(tx, desk, by, why=why)
        raise


def halt_in(tx: Transaction, desk: Desk, by: str, *, why: str) -> bool:
    """Halt inside a transaction that is under way."""
    now = desk.clock.now()
    if not _begin(tx, desk, by, why=why):
        return False
    withdraw_open(tx, desk, note="halted")
    key = f"halt:{now.isoformat()}"
    notify(tx, desk, NoticeCode.HALTED, key=key, kind=MessageType.ALARM, by=by, why=why)
    return True


def _begin(tx: Transaction, desk: Desk, by: str, *, why: str) -> bool:
    """Remember the halt, with its trace; False when there is one already."""
    now, state = desk.clock.now(), tx.memory.state()
    if state.halt is not None:
        return False
    tx.memory.save(replace(state, halt=Halt(now, why)))
    tx.journal.append("halt.begun", by, {"why": why}, at=now)
    return True


def unhalt(store: Store, by: str, *, at: datetime) -> bool:
    """Lift a halt; only the command line calls this. False when there was none."""
    with store.transaction() as tx:
        state = tx.memory.state()
        if state.halt is None:
            return False
        tx.memory.save(replace(state, halt=None))
        entry = tx.journal.append("halt.lifted", by, {}, at=at)
        tx.memory.put(_LIFTED_AFTER, str(entry.seq))
    return True


def lifted_after(tx: Transaction) -> int:
    """Return the journal's entry by which the last halt was lifted, 0 when none ever was."""
    return int(tx.memory.get(_LIFTED_AFTER) or 0)


def withdraw_open(tx: Transaction, desk: Desk, *, note: str) -> None:
    """Take back the proposal that waits for a person, if there is one."""
    live = tx.proposals.live()
    if live is not None and live.state is ProposalState.PROPOSED:
        take_back(tx, desk, live, note=note, event=ProposalEvent.WITHDRAW)


def take_back(
    tx: Transaction, desk: Desk, live: Proposal, *, note: str, event: ProposalEvent
) -> None:
    """End a proposal of which nothing was sent, and say so on its card."""
    ended = tx.proposals.move(
        live.proposal_id, event, at=desk.clock.now(), actor="engine", note=note
    )
    end_card(tx, desk, ended)
    close(tx, ended)
