"""Start-up and crash recovery in one: settle by asking, finish what was approved, check books."""

from datetime import datetime

from bot.ports.messages import MessageType, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.account_trouble import forget_account_problem, note_account_problem
from bot.workflow.adopting import adopt, is_adoption_asked
from bot.workflow.controls import take_back
from bot.workflow.desk import Desk, notify
from bot.workflow.execute import carry_out
from bot.workflow.expire import expire_due
from bot.workflow.flows import unexplained
from bot.workflow.halts import check_journal, heed_halt_file
from bot.workflow.reporting import tell_owed
from bot.workflow.restored import adopt_restored
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.proposal import OrderState, Proposal, ProposalState
from core.domain.units import text_of
from core.lifecycle import OrderEvent, ProposalEvent

POLICY_CHANGED_AT = "policy:changed_at"
LAST_MODE = "mode:last"


async def recover(desk: Desk) -> None:
    """Bring everything to rest that a stop left under way; safe to call at any time.

    Orders whose outcome is open are settled by asking, approved plans go on, what is past its time
    expires, and a policy that changed while the bot was off supersedes what was proposed under it.
    """
    adopt_restored(desk)
    heed_halt_file(desk)
    check_journal(desk)
    adopt_mode(desk)
    adopt_policy(desk)
    expire_due(desk)
    await tidy(desk)


async def tidy(desk: Desk) -> None:
    """Go on with what an execution left open, and check the books; runs every hour as well.

    An order whose outcome was unknown is asked for again here until the venue can tell.
    """
    with desk.store.reading() as tx:
        live = tx.proposals.live()
    is_open = live is not None and live.state is not ProposalState.PROPOSED
    if live is not None and is_open and not desk.executing.locked():
        await carry_out(desk, live.proposal_id)
    await tell_owed(desk)
    await check_books(desk)


def adopt_mode(desk: Desk) -> None:
    """Record the mode in force; a card of another mode is taken back.

    A card that was shown while watching would otherwise become an order by going live.
    """
    with desk.store.transaction() as tx:
        before = tx.memory.get(LAST_MODE)
        if before == desk.mode:
            return
        tx.memory.put(LAST_MODE, desk.mode)
        live = tx.proposals.live()
        if before is None or live is None:
            return
        if live.state in (ProposalState.PROPOSED, ProposalState.APPROVED):
            event = ProposalEvent.SUPERSEDE
            take_back(tx, desk, live, note="the mode changed", event=event)
        cancel_unsent(tx, live, at=desk.clock.now(), why="the mode changed")


def cancel_unsent(tx: Transaction, live: Proposal, *, at: datetime, why: str) -> None:
    """Leave out what an approved plan has not sent yet: it was agreed to under other rules."""
    for order in tx.orders.of(live.proposal_id):
        if order.state is OrderState.NEW:
            tx.orders.move(order.client_id, OrderEvent.CANCEL, at=at, note=why)


def adopt_policy(desk: Desk) -> None:
    """Record the policy in force; a changed one takes back the open proposal, and says so."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        before = tx.memory.policy()
        if before == desk.policy:
            return
        tx.memory.use_policy(desk.policy, at=now, actor="owner")
        if before is None:
            return
        tx.memory.put(POLICY_CHANGED_AT, now.isoformat())
        live = tx.proposals.live()
        # Also what was approved and not begun: a person agreed to it under other rules.
        if live is not None and live.state in (ProposalState.PROPOSED, ProposalState.APPROVED):
            event = ProposalEvent.SUPERSEDE
            take_back(tx, desk, live, note="the policy changed", event=event)
        if live is not None:
            cancel_unsent(tx, live, at=now, why="the policy changed")
        notify(tx, desk, NoticeCode.POLICY_CHANGED, key=f"policy:{now.isoformat()}")


async def check_books(desk: Desk) -> None:
    """Tell people, once a day and asset, of a balance that the recorded flows do not explain."""
    try:
        # Between a trade and its entry in the books nothing agrees, so wait for an execution.
        async with desk.executing:
            rows = await unexplained(desk)
    except AccountProblem as problem:
        note_account_problem(desk, problem)
        return
    except FeedUnavailable:
        return
    with desk.store.transaction() as tx:
        forget_account_problem(tx, desk)
        is_asked = is_adoption_asked(tx)
    if not rows and not is_asked:
        return
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        if adopt(tx, desk, rows):
            return
        for row in rows:
            notify(
                tx,
                desk,
                NoticeCode.UNEXPLAINED,
                key=f"unexplained:{row.asset}:{now.date()}",
                kind=MessageType.ALARM,
                asset=row.asset,
                amount=text_of(row.unexplained),
            )
