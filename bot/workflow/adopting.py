"""A difference that the books will never explain, taken as it is because the owner says so.

It becomes a correction of the opening balance: neither profit nor a deposit.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.ports.messages import MessageType, Mode, NoticeCode, Reconciliation
from bot.ports.records import Store, Transaction
from bot.workflow.desk import Desk, notify
from core.domain.portfolio import Flow, FlowKind
from core.domain.units import text_of

_ASKED_BY = "books:adopt"


def ask_to_adopt(store: Store, by: str, *, at: datetime) -> None:
    """Ask the bot to adopt what its next check of the books cannot explain."""
    with store.transaction() as tx:
        tx.memory.put(_ASKED_BY, by)
        tx.journal.append("books.adoption_asked", by, {}, at=at)


def is_adoption_asked(tx: Transaction) -> bool:
    """Tell whether somebody asked for it, and has no answer yet."""
    return bool(tx.memory.get(_ASKED_BY))


def adopt(tx: Transaction, desk: Desk, rows: Sequence[Reconciliation]) -> bool:
    """Book the differences as corrections of the opening, if somebody asked for it.

    The question is answered once, also when there is nothing to correct. While the bot only watches
    nobody has to ask: not every venue tells of every change, and no order depends on it.

    Args:
        tx: the transaction under way.
        desk: the bot.
        rows: the assets whose balance the books do not explain.

    Returns:
        Whether it was done, so that nothing is unexplained any more.
    """
    by, now = tx.memory.get(_ASKED_BY), desk.clock.now()
    is_watching = desk.mode is Mode.WATCH
    if not by and not is_watching:
        return False
    tx.memory.put(_ASKED_BY, "")
    asked = {"by": by} if by else {}
    for row in rows:
        amount = row.unexplained
        name = f"adopted:{row.asset}:{now.isoformat()}"
        tx.flows.add([Flow(name, row.asset, FlowKind.OPENING, amount, None, now)], at=now)
        notify(
            tx,
            desk,
            NoticeCode.BOOKS_ADOPTED,
            key=name,
            kind=MessageType.NOTICE if is_watching else MessageType.ALARM,
            **asked,
            asset=row.asset,
            amount=text_of(amount),
        )
    differences = {row.asset: row.unexplained for row in rows}
    tx.journal.append("books.adopted", by or "engine", {"differences": differences}, at=now)
    return True
