"""A record that came out of a backup: what happened since then is not in it, so nothing hurries.

The owner's own account went on after the backup was made, and its orders are not forgotten at the
venue. So such a record begins halted, what waited for a person is taken back, and an order that was
meant and not sent yet is asked for as if it had been. Flows since then come in as always, because
they are read from where the record ends.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports.messages import MessageType, NoticeCode
from bot.ports.records import Store, Transaction
from bot.workflow.controls import take_back
from bot.workflow.desk import Desk, notify
from core.domain.proposal import OrderState, Proposal, ProposalState
from core.domain.state import Halt
from core.lifecycle import OrderEvent, ProposalEvent

RESTORED_AT = "restored:at"
BACKUP_AT = "restored:backup_at"
ADOPTED = "restored:adopted"

_NOT_BEGUN = frozenset({ProposalState.PROPOSED, ProposalState.APPROVED})


def why_halted(backup_at: datetime) -> str:
    """Return why a restored record of the owner's own account begins halted."""
    return f"restored from a backup of {backup_at:%Y-%m-%d}; look for missing orders at the venue"


def mark_restored(
    store: Store, by: str, *, backup_at: datetime, at: datetime, is_real_account: bool
) -> None:
    """Write into a restored record that it is one; that of the owner's account is halted too.

    Args:
        store: the record, before a bot begins to work with it.
        by: who restored it.
        backup_at: when the backup was made.
        at: the present instant.
        is_real_account: the account is the owner's own; a paper account came out of the same
            backup, so there nothing is missing.
    """
    with store.transaction() as tx:
        tx.memory.put(RESTORED_AT, at.isoformat())
        tx.memory.put(BACKUP_AT, backup_at.isoformat())
        tx.journal.append("record.restored", by, {"backup_at": backup_at}, at=at)
        if not is_real_account:
            tx.memory.put(ADOPTED, at.isoformat())
            return
        state, why = tx.memory.state(), why_halted(backup_at)
        if state.halt is not None:
            why = f"{why} (it was halted before: {state.halt.reason})"
        tx.memory.save(replace(state, halt=Halt(at, why)))
        tx.journal.append("halt.begun", by, {"why": why}, at=at)


def adopt_restored(desk: Desk) -> None:
    """At the first start on a restored record: settle what it left open, and say what it is."""
    with desk.store.reading() as tx:
        restored_at = tx.memory.get(RESTORED_AT)
        if restored_at is None or tx.memory.get(ADOPTED) == restored_at:
            return
    with desk.store.transaction() as tx:
        live = tx.proposals.live()
        if live is not None and live.state in _NOT_BEGUN:
            note = "the record was restored from a backup"
            take_back(tx, desk, live, note=note, event=ProposalEvent.WITHDRAW)
        elif live is not None:
            _ask_for_unsent(tx, desk, live)
        halt = tx.memory.state().halt
        if halt is not None:
            key = f"halt:{restored_at}"
            kind = MessageType.ALARM
            notify(tx, desk, NoticeCode.HALTED, key=key, kind=kind, why=halt.reason)
        tx.memory.put(ADOPTED, restored_at)


def _ask_for_unsent(tx: Transaction, desk: Desk, live: Proposal) -> None:
    """Treat intents as sent: after the backup they may have been, so the venue is asked."""
    now = desk.clock.now()
    for order in tx.orders.of(live.proposal_id):
        if order.state is OrderState.NEW:
            past = now - timedelta(seconds=1)
            tx.orders.move(order.client_id, OrderEvent.SEND, at=now, deadline_at=past)
