"""Plans that a stress pause held back: kept, told, and later held against the market."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.messages import NoticeCode
from bot.ports.records import Transaction
from bot.ports.withheld import MARK_DAYS, Mark, Withheld, gain_of
from bot.workflow.desk import Desk, notify
from core.domain.decision import Decision, Gate, GateResult, NoTrade, Plan, ReasonCode
from core.domain.market import Quote
from core.domain.proposal import Proposal
from core.domain.units import ZERO, Asset, exact, text_of

A_DAY = timedelta(days=1)

SLACK = timedelta(hours=1)
"""The daily run is never on the second: one that comes a moment early must not cost a day."""

MOST_LATE = 7
"""A mark is given up when it is this many days late, or as late again as it is old."""

CENT = Decimal("0.01")


def keep_withheld(tx: Transaction, desk: Desk, decision: Decision) -> bool:
    """Keep and tell the plan a person would have been asked about, but for the market's stress.

    Called in the transaction that records the decision. One plan is kept per pause.

    Returns:
        Whether it was kept.
    """
    plan = _held_back(decision)
    if plan is None or not _keep(tx, decision, plan):
        return False
    notify(
        tx,
        desk,
        NoticeCode.WITHHELD,
        key=f"withheld:{decision.decision_id}",
        what=_in_short(plan),
        value=text_of(plan.cost),
    )
    return True


def keep_withdrawn(tx: Transaction, desk: Desk, decision: Decision, proposal: Proposal) -> bool:
    """Keep the plan of the open proposal that ``decision``, by entering a pause, withdrew.

    It is the withheld plan of that pause. Nothing is said here: its card tells that it ended.

    Returns:
        Whether it was kept.
    """
    del desk
    return _keep(tx, decision, proposal.plan)


async def mark_withheld(desk: Desk) -> Sequence[Mark]:
    """Hold every withheld plan that is 1, 7 or 30 days old against today's prices, and tell it.

    A plan with a coin that has no price today is tried again tomorrow. What is too late is left
    unmarked for ever: a price of another day would tell something else.

    Returns:
        The marks that were made.

    Raises:
        FeedUnavailable: the market gave nothing; nothing was marked.
    """
    now = desk.clock.now()
    with desk.store.reading() as tx:
        due = [
            (row, days)
            for row in tx.withheld.unmarked()
            for days in MARK_DAYS
            if _is_due(row, days, now)
        ]
    if not due:
        return ()
    assets = sorted({trade.asset for row, _ in due for trade in row.plan.trades})
    quotes = await desk.market.quotes(assets)
    prices: dict[Asset, Decimal] = {
        quote.asset: quote.mid for quote in quotes if _is_believable(desk, quote, now)
    }
    with desk.store.transaction() as tx:
        return tuple(_mark_each(tx, desk, due, prices=prices, now=now))


def _held_back(decision: Decision) -> Plan | None:
    """Return the plan that nothing but stress held back, or None."""
    outcome = decision.outcome
    if not isinstance(outcome, NoTrade) or outcome.gate is not Gate.PAUSE:
        return None
    others = [gate for gate in decision.gates if gate.gate is not Gate.PAUSE]
    if not (_is_by_stress(decision.gates) and all(gate.passed for gate in others)):
        return None
    return outcome.withheld


def _is_by_stress(gates: Sequence[GateResult]) -> bool:
    return any(
        reason.code is ReasonCode.PAUSED_STRESS
        for gate in gates
        if gate.gate is Gate.PAUSE
        for reason in gate.reasons
    )


def _keep(tx: Transaction, decision: Decision, plan: Plan) -> bool:
    pause_on = decision.next_state.stress.since
    if pause_on is None:
        return False
    return tx.withheld.add(Withheld(decision.decision_id, pause_on, decision.decided_at, plan))


def _is_due(withheld: Withheld, days: int, now: datetime) -> bool:
    if any(mark.days == days for mark in withheld.marks):
        return False
    late = now + SLACK - withheld.withheld_at - days * A_DAY
    return timedelta() <= late < min(days, MOST_LATE) * A_DAY + 2 * SLACK


def _is_believable(desk: Desk, quote: Quote, now: datetime) -> bool:
    age = now - quote.observed_at
    return ZERO < quote.bid <= quote.ask and age <= desk.policy.data.held_quote_max_age


@exact
def _mark_each(
    tx: Transaction,
    desk: Desk,
    due: Sequence[tuple[Withheld, int]],
    *,
    prices: dict[Asset, Decimal],
    now: datetime,
) -> list[Mark]:
    marks = []
    for withheld, days in due:
        gained = gain_of(withheld.plan, prices)
        if gained is None:
            continue
        mark = Mark(days, now, gained)
        tx.withheld.mark(withheld.decision_id, mark)
        _tell(tx, desk, withheld, mark)
        marks.append(mark)
    return marks


def _tell(tx: Transaction, desk: Desk, withheld: Withheld, mark: Mark) -> None:
    amount = mark.gained.quantize(CENT)
    outcome = "even" if not amount else "cost" if amount > ZERO else "saved"
    notify(
        tx,
        desk,
        NoticeCode.WITHHELD_MARKED,
        key=f"withheld:{withheld.decision_id}:{mark.days}",
        what=_in_short(withheld.plan),
        # A late mark says its true age.
        days=str((mark.marked_at + SLACK - withheld.withheld_at).days),
        amount=text_of(abs(amount)),
        outcome=outcome,
    )


def _in_short(plan: Plan) -> str:
    """Return a plan in a few words: ``sell 0.031 BTC, buy 0.62 ETH``."""
    return ", ".join(
        f"{trade.side.lower()} {text_of(trade.quantity)} {trade.asset}" for trade in plan.trades
    )
