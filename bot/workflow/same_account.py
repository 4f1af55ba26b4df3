"""A ledger that knows nothing of what was read from it before is another account's.

A key of another account, put in the place of the first one, would carry old approvals out there.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.ports.messages import Mode
from bot.workflow.desk import Desk
from bot.workflow.opening import seen_at_opening
from core.domain.errors import AccountProblem
from core.domain.portfolio import Flow, FlowKind


def check_same_account(desk: Desk, told: Iterable[Flow], since: datetime) -> None:
    """Refuse an answer of the ledger in which nothing is that has to be there.

    Args:
        desk: the bot.
        told: what the account tells from ``since`` on.
        since: where the question began.

    Raises:
        AccountProblem: the account is another one than before.
    """
    if desk.mode is Mode.PAPER:
        return
    with desk.store.reading() as tx:
        rows = tx.flows.all(since=since)
        known = {row.flow_id for row in rows if row.kind is not FlowKind.OPENING}
        known |= {name for name, at in seen_at_opening(tx).items() if at >= since}
    if known and known.isdisjoint(flow.flow_id for flow in told):
        raise AccountProblem(
            "The account's ledger knows nothing of what was read from it before, so this key "
            "belongs to another account. Put the earlier key back into .env; for another account "
            "begin new records with --data."
        )
