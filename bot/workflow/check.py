"""The check cycle: snapshot, decide, record, propose; doing nothing is recorded too."""

from datetime import time

from bot.ports.messages import Explanation, MessageType, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.account_trouble import forget_account_problem, note_account_problem
from bot.workflow.agreeing import refuse_contradiction
from bot.workflow.desk import Desk, notify
from bot.workflow.flows import sync_flows
from bot.workflow.propose import propose
from bot.workflow.stress import follow_stress
from bot.workflow.words import find_words
from core.domain.decision import Decision, Propose, ReasonCode
from core.domain.errors import AccountProblem, FeedUnavailable, StoreConflict
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.engine import decide, needs_decision

# Source: METHODS 0.2: a bar is usable from its close + 5 minutes.
DAILY_AT = time(0, 6)
EVALUATED_ON = "daily:evaluated_on"

# A tap, a halt or a deposit may change the memory while words are written; decide again then.
MOST_TRIES = 5


async def check(desk: Desk, occasion: Occasion) -> Decision:
    """Make one decision, store it with its inputs, and post its proposal if there is one.

    Raises:
        FeedUnavailable: no snapshot could be taken; nothing was stored.
        AccountProblem: the account cannot be used; nothing was stored.
    """
    for attempt in range(MOST_TRIES):
        # Anew each time: what changed the memory may have changed the balances as well.
        await sync_flows(desk)
        snapshot = await desk.snapshots.take(occasion)
        refuse_contradiction(desk, snapshot)
        with desk.store.reading() as tx:
            state = tx.memory.state()
        decision = decide(snapshot, desk.policy, state)
        words = await find_words(desk, decision, state, at_once=attempt > 0)
        with desk.store.transaction() as tx:
            if tx.memory.state() != state:
                continue
            if _is_repeated_fault(tx, decision):
                return decision
            _record(tx, desk, decision, snapshot, was=state, pause=words.pause)
            if isinstance(decision.outcome, Propose) and words.card is not None:
                propose(
                    tx,
                    desk,
                    decision,
                    decision.outcome.plan,
                    snapshot=snapshot,
                    explanation=words.card,
                    expires_at=words.expires_at,
                )
        return decision
    raise StoreConflict(
        "the memory kept changing while a decision was made; the next run tries again"
    )


async def watch(desk: Desk) -> Decision | None:
    """Look between the daily evaluations; decide only on a hard breach or a fall within the day.

    Returns:
        The decision when it was worth a record: the first of its kind that day, or one that changes
        the pause. What a recheck saw of the market is on record, but not in the memory.
    """
    glance = await desk.snapshots.glance()
    with desk.store.reading() as tx:
        state = tx.memory.state()
    if not needs_decision(glance, desk.policy, state):
        return None
    decision = await look(desk, Occasion.INTRADAY)
    with desk.store.reading() as tx:
        latest = tx.decisions.latest(1)
    is_news = _pause_of(decision.next_state) != _pause_of(state)
    if latest and not is_news and _says_the_same(latest[0], decision):
        return None
    return await check(desk, Occasion.INTRADAY)


async def look(desk: Desk, occasion: Occasion = Occasion.ASKED) -> Decision:
    """Return what would be decided now; nothing is stored and nobody is asked."""
    snapshot = await desk.snapshots.take(occasion)
    with desk.store.reading() as tx:
        state = tx.memory.state()
    return decide(snapshot, desk.policy, state)


def lacks_today(desk: Desk) -> bool:
    """Tell whether today's evaluation is due and still missing: data that failed are tried again.

    Without it a feed that is down for an hour would cost the day's evaluation, and with it the
    confirmation of every breach.
    """
    now = desk.clock.now()
    if now.time() < DAILY_AT:
        return False
    with desk.store.reading() as tx:
        return tx.memory.get(EVALUATED_ON) != now.date().isoformat()


async def safely_check(desk: Desk, occasion: Occasion) -> Decision | None:
    """Check, and tell people when data or the account could not be had, once a day."""
    if desk.executing.locked():
        # The plan under way needs the account for itself; what is missed is made up for later.
        return None
    try:
        if occasion is Occasion.INTRADAY and not lacks_today(desk):
            return await watch(desk)
        return await check(desk, Occasion.DAILY if lacks_today(desk) else occasion)
    except AccountProblem as problem:
        note_account_problem(desk, problem)
        return None
    except FeedUnavailable as error:
        now = desk.clock.now()
        with desk.store.transaction() as tx:
            tx.journal.append("feed.unavailable", "engine", {"why": str(error)}, at=now)
            key = f"unsafe:{now.date()}"
            notify(tx, desk, NoticeCode.DATA_UNSAFE, key=key, what=str(error))
        return None


def _is_repeated_fault(tx: Transaction, decision: Decision) -> bool:
    """Tell whether unsafe data were found again: once a day is enough for the record."""
    latest = tx.decisions.latest(1)
    return decision.value is None and bool(latest) and _says_the_same(latest[0], decision)


def _record(  # a decision and what it was made from
    tx: Transaction,
    desk: Desk,
    decision: Decision,
    snapshot: Snapshot,
    *,
    was: EngineState,
    pause: Explanation | None,
) -> None:
    today = decision.decided_at.date()
    is_daily = snapshot.occasion is Occasion.DAILY
    if is_daily and decision.value is not None:
        tx.memory.put(EVALUATED_ON, today.isoformat())
    tx.decisions.add(decision, snapshot, desk.policy, was)
    tx.memory.save(decision.next_state)
    forget_account_problem(tx, desk)
    follow_stress(tx, desk, decision, was=was, snapshot=snapshot, explanation=pause)
    if decision.has(ReasonCode.SIZE_REMINDER):
        key = f"size:{today}"
        notify(tx, desk, NoticeCode.SIZE_REMINDER, key=key, value=str(decision.value))
    if decision.value is None:
        faults = decision.gates[0].reasons
        what = ", ".join(f"{r.code} {r.subject}".strip() for r in faults)
        kind = MessageType.NOTICE
        notify(tx, desk, NoticeCode.DATA_UNSAFE, key=f"unsafe:{today}", kind=kind, what=what)


def _says_the_same(before: Decision, now: Decision) -> bool:
    """Tell whether an intraday decision repeats the last one of the same day."""
    if before.decided_at.date() != now.decided_at.date() or before.verdict is not now.verdict:
        return False
    return _gates(before) == _gates(now)


def _pause_of(state: EngineState) -> tuple[Stress, bool]:
    return state.stress.phase, state.stress.shock is not None


def _gates(decision: Decision) -> tuple[tuple[str, bool, tuple[str, ...]], ...]:
    return tuple(
        (gate.gate, gate.passed, tuple(r.code for r in gate.reasons)) for gate in decision.gates
    )
