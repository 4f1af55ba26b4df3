"""The first day of a real account's books: what it holds is the opening, what comes after counts.

An account has a past of deposits and trades. Told from its beginning they would all be new money.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.ports.messages import Mode
from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from core.domain.errors import FeedUnavailable
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.readings import Trouble
from core.domain.units import ZERO

OPENED_AT = "flows:opened_at"
SEEN_AT_OPENING = "flows:seen_at_opening"
MOST_LOOKS = 3
# Balances and ledger may each be told late, and the venue's clock may differ from ours. So both
# must stand still for so long, and what the balances hold already is told by its id, not its time.
QUIET_FOR = timedelta(seconds=30)
LOOK_BACK = timedelta(days=1)


async def open_books(desk: Desk) -> None:
    """Write down once what the account holds; a paper account has its own opening.

    Raises:
        FeedUnavailable: the account cannot be read, or changed at every look.
        AccountProblem: the venue refuses the key, or shows what is not known.
    """
    if desk.mode is Mode.PAPER or opened_at(desk) is not None:
        return
    balances, flows = await _quiet_moment(desk)
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        tx.flows.add(tuple(_openings(balances, now)), at=now)
        tx.memory.put(SEEN_AT_OPENING, json.dumps(_times(flows)))
        tx.memory.put(OPENED_AT, now.isoformat())


def opened_at(desk: Desk) -> datetime | None:
    """Return when the books of a real account were opened, None before and on paper."""
    with desk.store.reading() as tx:
        text = tx.memory.get(OPENED_AT)
    return None if text is None else datetime.fromisoformat(text)


def seen_at_opening(tx: Transaction) -> Mapping[str, datetime]:
    """Return the changes that were in the opening balances already: their ids, and when."""
    told = json.loads(tx.memory.get(SEEN_AT_OPENING) or "{}")
    return {name: datetime.fromisoformat(at) for name, at in told.items()}


async def _quiet_moment(desk: Desk) -> tuple[Sequence[Balance], Sequence[Flow]]:
    """Return balances that stood still for a while together with the ledger, and its entries."""
    since = desk.clock.now() - LOOK_BACK
    before, held = await desk.account.flows(since), await desk.account.balances()
    for _ in range(MOST_LOOKS):
        await desk.clock.sleep(QUIET_FOR.total_seconds())
        balances, after = await desk.account.balances(), await desk.account.flows(since)
        if (balances, _ids(before)) == (held, _ids(after)):
            return balances, after
        before, held = after, balances
    raise FeedUnavailable(
        "the account keeps changing while it is read for the first time; it is tried again",
        trouble=Trouble.LATE,
    )


def _times(flows: Iterable[Flow]) -> dict[str, str]:
    return {flow.flow_id: flow.occurred_at.isoformat() for flow in flows}


def _ids(flows: Iterable[Flow]) -> set[str]:
    return {flow.flow_id for flow in flows}


def _openings(balances: Iterable[Balance], at: datetime) -> Iterable[Flow]:
    for row in balances:
        amount = row.free + row.locked + row.staked
        if amount != ZERO:
            yield Flow(f"opening:{row.asset}", row.asset, FlowKind.OPENING, amount, None, at)
