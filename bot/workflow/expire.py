"""Proposals whose time is over, and the silent reminders somebody asked for."""

from datetime import datetime

from bot.ports.messages import Loudness, MessageType, Notice, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.cards import close, end_card
from bot.workflow.desk import Desk, notify, post, reminder
from core.domain.proposal import ProposalState
from core.lifecycle import ProposalEvent


def expire_due(desk: Desk) -> bool:
    """End the open proposal if its time is over: buttons off, and how to get a fresh one."""
    with desk.store.reading() as tx:
        if not _is_due(tx, desk.clock.now()):
            return False
    with desk.store.transaction() as tx:
        return expire_in(tx, desk)


def expire_in(tx: Transaction, desk: Desk) -> bool:
    """Do the same inside a transaction: what was once seen to be over never comes back."""
    now, live = desk.clock.now(), tx.proposals.live()
    if live is None or not _is_due(tx, now):
        return False
    ended = tx.proposals.move(live.proposal_id, ProposalEvent.EXPIRE, at=now, actor="engine")
    end_card(tx, desk, ended)
    close(tx, ended)
    key = f"expired:{ended.proposal_id}"
    notify(tx, desk, NoticeCode.EXPIRED, key=key, subject=ended.proposal_id)
    return True


def _is_due(tx: Transaction, now: datetime) -> bool:
    live = tx.proposals.live()
    return live is not None and live.state is ProposalState.PROPOSED and live.expires_at <= now


def remind_due(desk: Desk) -> None:
    """Post the reminders that are due, silently, to the chats that asked."""
    now = desk.clock.now()
    with desk.store.reading() as tx:
        live = tx.proposals.live()
    if live is None or live.state is not ProposalState.PROPOSED:
        return
    with desk.store.transaction() as tx:
        for chat in desk.audience.approvers:
            asked = tx.memory.get(reminder(chat))
            if not asked:
                continue
            proposal, due = asked.split()
            if datetime.fromisoformat(due) > now:
                continue
            tx.memory.put(reminder(chat), "")
            if live.proposal_id != proposal:
                continue
            values = (("until", live.expires_at.isoformat()),)
            message = Notice(desk.mode, NoticeCode.REMINDER, proposal, values)
            key, kind = f"remind:{proposal}:{due}", MessageType.NOTICE
            post(tx, desk, kind, key=key, message=message, chats=(chat,), loudness=Loudness.SILENT)
