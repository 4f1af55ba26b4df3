"""The first words of a run on a real account: what it may touch, and what it may not."""

from collections.abc import Sequence

from bot.ports.messages import Answer, MessageType
from bot.workflow.desk import Desk, post

HEADING = {"WATCH": "Evenkeel watches your account", "LIVE": "Evenkeel trades your account"}


def tell_start(desk: Desk, notes: Sequence[str]) -> None:
    """Write down for everybody what this run may do; it leaves once the chat is there."""
    now = desk.clock.now()
    message = Answer(f"{desk.mode} · {HEADING[desk.mode.value]}", tuple(notes))
    with desk.store.transaction() as tx:
        payload = {"mode": desk.mode.value, "notes": list(notes)}
        tx.journal.append("run.started", "engine", payload, at=now)
        post(tx, desk, MessageType.NOTICE, key=f"start:{now.isoformat()}", message=message)
