"""An approved plan on fresh data: begin to carry it out, show it again, or take it back."""

from collections.abc import Sequence
from dataclasses import replace

from bot.ports.messages import Explanation, Mode, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.account_trouble import UNREADABLE
from bot.workflow.agreeing import refuse_contradiction
from bot.workflow.cards import close, end_card
from bot.workflow.desk import Desk, notify
from bot.workflow.flows import sync_flows
from bot.workflow.last_gate import has_lapsed
from bot.workflow.propose import propose
from bot.workflow.shortfall import note_rechecked_prices
from core.domain.decision import Decision, PlannedTrade, ReasonCode
from core.domain.ids import client_order_id
from core.domain.proposal import Order, OrderState, Proposal
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import Price
from core.engine import decide
from core.facts import decision_facts
from core.lifecycle import ProposalEvent
from core.planning.pricing import limit_price
from core.planning.recheck import Recheck, RecheckAction, recheck

WATCHING = "watching only: nothing is ordered; trade by hand if you like"


async def begin(desk: Desk, proposal: Proposal) -> Proposal:
    """Take fresh quotes, run the same solver again, and act on what METHODS 8.3 says.

    Returns:
        The proposal: EXECUTING with its intents written, SUPERSEDED by a new card, WITHDRAWN, or
        unchanged when the memory changed meanwhile and the caller should ask again.
    """
    if why := _why_not_even_asked(desk, proposal):
        return _give_up(desk, proposal, why)
    try:
        await sync_flows(desk)
        snapshot = await desk.snapshots.take(Occasion.RECHECK)
        refuse_contradiction(desk, snapshot)
    except UNREADABLE as error:
        return _give_up(desk, proposal, f"no fresh data: {error}")
    with desk.store.reading() as tx:
        state = tx.memory.state()
    decision = decide(snapshot, desk.policy, state)
    verdict = _judge(desk, proposal, decision, snapshot)
    words = _words(desk, proposal, decision, verdict)
    with desk.store.transaction() as tx:
        if tx.memory.state() != state:
            # A pause, a halt or a deposit came in between: nothing was sent, so look again.
            return proposal
        tx.decisions.add(decision, snapshot, desk.policy, state)
        if verdict.action is RecheckAction.EXECUTE:
            return _write_intents(tx, desk, proposal, snapshot, verdict.trades)
        why = _why_no_new_card(desk, proposal, verdict)
        if words is None or verdict.plan is None or why:
            return _take_back(tx, desk, proposal, why)
        ended = _end(tx, desk, proposal, ProposalEvent.SUPERSEDE, "prices moved")
        fresh = propose(
            tx,
            desk,
            decision,
            verdict.plan,
            snapshot=snapshot,
            explanation=words,
            expires_at=proposal.expires_at,
            replaces=proposal,
        )
        _reopen(tx, fresh)
        return ended


def _words(
    desk: Desk, proposal: Proposal, decision: Decision, verdict: Recheck
) -> Explanation | None:
    """Return the words of a card that is shown again; the account is locked, so by template."""
    if verdict.action is not RecheckAction.SHOW_AGAIN:
        return None
    facts = decision_facts(decision, quote=desk.policy.quote, expires_at=proposal.expires_at)
    return desk.narrator.plainly(facts)


def _why_not_even_asked(desk: Desk, proposal: Proposal) -> str:
    """Return why a plan is taken back without a look at the market, or an empty text."""
    if desk.mode is Mode.WATCH:
        return WATCHING
    return "the approval is too old" if has_lapsed(proposal, desk.clock.now()) else ""


def _why_no_new_card(desk: Desk, proposal: Proposal, verdict: Recheck) -> str:
    """Return why the plan is taken back rather than shown again, or an empty text."""
    if verdict.action is RecheckAction.WITHDRAW or verdict.plan is None:
        return _why(verdict)
    if proposal.reshows >= desk.policy.approval.max_reshows:
        return "prices kept moving"
    if proposal.expires_at <= desk.clock.now():
        return "prices moved, and its time is over"
    return ""


def _judge(desk: Desk, proposal: Proposal, decision: Decision, snapshot: Snapshot) -> Recheck:
    """Compare the plans; a market beyond a printed price is a move that a person looks at again."""
    verdict = recheck(proposal.plan, decision, desk.policy.approval)
    if all(_limit(desk, snapshot, trade) is not None for trade in verdict.trades):
        return verdict
    return replace(verdict, action=RecheckAction.SHOW_AGAIN, trades=())


def _write_intents(
    tx: Transaction,
    desk: Desk,
    proposal: Proposal,
    snapshot: Snapshot,
    trades: Sequence[PlannedTrade],
) -> Proposal:
    """Mark the proposal EXECUTING and write one intent per leg, in one transaction."""
    now = desk.clock.now()
    orders = []
    for trade in trades:
        limit = _limit(desk, snapshot, trade)
        if limit is None:
            return _take_back(tx, desk, proposal, f"{trade.asset} is beyond the printed price")
        orders.append(
            Order(
                client_id=client_order_id(proposal.proposal_id, trade.leg, 1),
                proposal_id=proposal.proposal_id,
                leg=trade.leg,
                attempt=1,
                asset=trade.asset,
                side=trade.side,
                quantity=trade.quantity,
                limit_price=limit,
                state=OrderState.NEW,
                intent_at=now,
            )
        )
    for event in (ProposalEvent.RECHECK, ProposalEvent.EXECUTE):
        moved = tx.proposals.move(proposal.proposal_id, event, at=now, actor="executor")
    tx.orders.add(orders, at=now)
    note_rechecked_prices(tx, proposal.proposal_id, trades)
    return moved


def _limit(desk: Desk, snapshot: Snapshot, trade: PlannedTrade) -> Price | None:
    quote, market = snapshot.quote_of(trade.asset), snapshot.rules_of(trade.asset)
    if quote is None or market is None:
        return None
    rules = desk.policy.orders
    return limit_price(trade.side, quote, market, worst=trade.worst_price, rules=rules)


def _give_up(desk: Desk, proposal: Proposal, why: str) -> Proposal:
    with desk.store.transaction() as tx:
        return _take_back(tx, desk, proposal, why)


def _take_back(tx: Transaction, desk: Desk, proposal: Proposal, why: str) -> Proposal:
    return _end(tx, desk, proposal, ProposalEvent.WITHDRAW, why)


def _end(
    tx: Transaction, desk: Desk, proposal: Proposal, event: ProposalEvent, why: str
) -> Proposal:
    """End an approved proposal with nothing sent, and say so on its card and aloud."""
    now = desk.clock.now()
    ended = tx.proposals.move(proposal.proposal_id, event, at=now, actor="executor", note=why)
    end_card(tx, desk, ended)
    close(tx, ended)
    codes = {
        ProposalEvent.WITHDRAW: NoticeCode.WITHDRAWN,
        ProposalEvent.SUPERSEDE: NoticeCode.SUPERSEDED,
    }
    key = f"{event}:{proposal.proposal_id}"
    notify(tx, desk, codes[event], key=key, subject=proposal.proposal_id, why=why)
    return ended


def _reopen(tx: Transaction, fresh: Proposal) -> None:
    """Remember the successor as the open proposal; for the cadence it is the same question."""
    state = tx.memory.state()
    tx.memory.save(replace(state, open_proposal=fresh.proposal_id))


def _why(verdict: Recheck) -> str:
    """Return the gate that no longer passes, as the reason for taking a plan back."""
    gate = "nothing left to trade" if verdict.gate is None else f"gate {verdict.gate.value}"
    codes = ", ".join(
        f"{reason.code} {reason.subject}".strip()
        for reason in verdict.reasons
        if reason.code is not ReasonCode.MARGIN
    )
    return f"{gate}: {codes}" if codes else gate
