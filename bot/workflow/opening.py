"""The first day of a real account's books: what it holds is the opening, what comes after counts.

An account has a past of deposits and trades. Told from its beginning they would all be new money.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.ports.messages import Mode
from bot.workflow.desk import Desk
from core.domain.errors import FeedUnavailable
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.readings import Trouble
from core.domain.units import ZERO

OPENED_AT = "flows:opened_at"
MOST_LOOKS = 3
# Whatever the venue books late of the time before must be seen on both sides of the balances.
LOOK_BACK = timedelta(hours=1)


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
    # The venue's clock may be ahead of ours: what it has booked already is in the balances.
    opened = max([now, *(flow.occurred_at for flow in flows)])
    with desk.store.transaction() as tx:
        tx.flows.add(tuple(_openings(balances, opened)), at=now)
        tx.memory.put(OPENED_AT, opened.isoformat())


def opened_at(desk: Desk) -> datetime | None:
    """Return when the books of a real account were opened, None before and on paper."""
    with desk.store.reading() as tx:
        text = tx.memory.get(OPENED_AT)
    return None if text is None else datetime.fromisoformat(text)


async def _quiet_moment(desk: Desk) -> tuple[Sequence[Balance], Sequence[Flow]]:
    """Return balances that nothing changed while they were read, and the latest changes."""
    since = desk.clock.now() - LOOK_BACK
    before = await desk.account.flows(since)
    for _ in range(MOST_LOOKS):
        balances = await desk.account.balances()
        after = await desk.account.flows(since)
        if _ids(before) == _ids(after):
            return balances, after
        before = after
    raise FeedUnavailable(
        "the account keeps changing while it is read for the first time; it is tried again",
        trouble=Trouble.LATE,
    )


def _ids(flows: Iterable[Flow]) -> set[str]:
    return {flow.flow_id for flow in flows}


def _openings(balances: Iterable[Balance], at: datetime) -> Iterable[Flow]:
    for row in balances:
        amount = row.free + row.locked + row.staked
        if amount != ZERO:
            yield Flow(f"opening:{row.asset}", row.asset, FlowKind.OPENING, amount, None, at)
