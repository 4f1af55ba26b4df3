"""An account or key that the venue refuses, or that shows what nobody knows: told, and remembered.

Nothing is proposed while it lasts, since without the account there is no snapshot.
"""

from bot.ports.messages import MessageType, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.desk import Desk, notify
from core.domain.errors import AccountProblem, FeedUnavailable

UNREADABLE = (FeedUnavailable, AccountProblem)
"""Why an account or a market could not be read: it may pass by itself, or a person must act."""

ACCOUNT_PROBLEM = "account:problem"


def note_account_problem(desk: Desk, problem: AccountProblem) -> None:
    """Remember what is wrong with the account, and tell people once a day."""
    now, why = desk.clock.now(), str(problem)
    with desk.store.transaction() as tx:
        if tx.memory.get(ACCOUNT_PROBLEM) != why:
            tx.memory.put(ACCOUNT_PROBLEM, why)
            tx.journal.append("account.problem", "engine", {"why": why}, at=now)
        notify(
            tx,
            desk,
            NoticeCode.ACCOUNT_PROBLEM,
            key=f"account:{now.date()}",
            kind=MessageType.ALARM,
            why=why,
        )


def forget_account_problem(tx: Transaction, desk: Desk) -> None:
    """Remember that the account can be read again."""
    if tx.memory.get(ACCOUNT_PROBLEM):
        tx.memory.put(ACCOUNT_PROBLEM, "")
        tx.journal.append("account.fine", "engine", {}, at=desk.clock.now())
