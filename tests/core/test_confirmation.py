"""For how long a breach must stand, and which occasion may ask (METHODS 1.8, 9a)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import Decision, Gate, NoTrade, ReasonCode, Verdict
from core.domain.market import Side
from core.domain.policy import BandRules
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, ManualPause, Streak
from core.domain.units import Asset
from core.planning.guards import update_streaks
from tests.dsl import MORNING, Situation, codes_of, decide_daily, decide_on, portfolio

BTC, ETH, USD = Asset("BTC"), Asset("ETH"), Asset("USD")
TODAY = MORNING.date()

OVER = portfolio("BTC 0.62 @ 100000 -> 50", cash="38000 -> 50")
UNDER = portfolio("BTC 0.38 @ 100000 -> 50", cash="62000 -> 50")
INSIDE = portfolio("BTC 0.5 @ 100000 -> 50", cash="50000 -> 50")
HARD = portfolio("BTC 0.75 @ 100000 -> 50", cash="25000 -> 50")


def days(state: EngineState) -> list[tuple[str, str, int]]:
    """Return (asset, side, days) of every streak."""
    return [(row.asset, row.side.value, row.days) for row in state.streaks]


def gate_of(decision: Decision) -> Gate | None:
    """Return the gate that failed."""
    return decision.outcome.gate if isinstance(decision.outcome, NoTrade) else None


def walk(*steps: tuple[int, Situation], occasion: Occasion = Occasion.DAILY) -> Decision:
    """Decide on each (day, situation) in turn, carrying the memory."""
    memory, decision = EngineState(), None
    for day, situation in steps:
        decision = decide_on(situation, memory, day=day, occasion=occasion)
        memory = decision.next_state
    assert decision is not None
    return decision


def test_the_first_day_waits_and_says_how_long() -> None:
    """One of two evaluations: nothing is proposed, the plan that would have run is kept."""
    decision = decide_on(OVER)
    assert gate_of(decision) is Gate.BREACH
    reason = next(r for r in decision.reasons if r.code is ReasonCode.AWAIT_CONFIRMATION)
    assert dict(reason.values) == {"days": 1, "needed": 2}
    assert isinstance(decision.outcome, NoTrade)
    assert decision.outcome.withheld is not None


def test_the_second_day_in_a_row_proposes() -> None:
    """Two consecutive daily evaluations confirm a breach."""
    assert decide_daily(OVER, 2).verdict is Verdict.PROPOSE


def test_a_missing_day_begins_anew() -> None:
    """Monday and Wednesday are not two days in a row."""
    decision = walk((0, OVER), (2, OVER))
    assert gate_of(decision) is Gate.BREACH
    assert days(decision.next_state) == [("BTC", "SELL", 1), ("USD", "BUY", 1)]
    assert walk((0, OVER), (2, OVER), (3, OVER)).verdict is Verdict.PROPOSE


def test_a_day_with_unsafe_data_is_a_missing_day() -> None:
    """An evaluation that could not see is none."""
    blind = replace(OVER, snapshot=replace(OVER.snapshot, warnings=("UNKNOWN_BALANCE",)))
    decision = walk((0, OVER), (1, blind), (2, OVER))
    assert gate_of(decision) is Gate.BREACH


def test_the_same_day_counts_once() -> None:
    """Ten evaluations of one UTC day are one."""
    decision = walk(*[(0, OVER)] * 10)
    assert gate_of(decision) is Gate.BREACH
    assert days(decision.next_state)[0] == ("BTC", "SELL", 1)


def test_a_day_back_inside_begins_anew() -> None:
    """Over, inside, over: three days, no confirmation."""
    decision = walk((0, OVER), (1, INSIDE), (2, OVER))
    assert gate_of(decision) is Gate.BREACH


def test_the_other_side_begins_anew() -> None:
    """Above on Monday and below on Tuesday is not the same breach."""
    decision = walk((0, OVER), (1, UNDER))
    assert gate_of(decision) is Gate.BREACH
    assert days(decision.next_state) == [("BTC", "BUY", 1), ("USD", "SELL", 1)]


def test_another_asset_begins_anew() -> None:
    """BTC on Monday and ETH on Tuesday confirm nothing."""
    btc = portfolio("BTC 0.5 @ 100000 -> 39", "ETH 8 @ 4000 -> 39", cash="18000 -> 22")
    eth = portfolio("BTC 0.32 @ 100000 -> 39", "ETH 12.5 @ 4000 -> 39", cash="18000 -> 22")
    assert gate_of(walk((0, btc), (1, eth))) is Gate.BREACH
    assert walk((0, btc), (1, btc)).verdict is Verdict.PROPOSE


def test_a_hard_breach_needs_no_second_day() -> None:
    """At two half-widths the proposal comes at once."""
    assert decide_on(HARD).verdict is Verdict.PROPOSE


def test_a_longer_confirmation_can_be_asked_for() -> None:
    """With confirm = 4 it waits for the fourth day."""
    slow = OVER.ruled(bands=BandRules(confirm=4))
    assert decide_daily(slow, 3).verdict is Verdict.NO_TRADE
    assert decide_daily(slow, 4).verdict is Verdict.PROPOSE


def test_a_pause_does_not_stop_the_counting() -> None:
    """A breach seen on two paused days is confirmed when the pause ends."""
    paused = EngineState(pause=ManualPause(MORNING, "7"))
    seen = decide_on(OVER, paused, day=0)
    assert gate_of(seen) is Gate.PAUSE
    later = decide_on(OVER, replace(seen.next_state, pause=None), day=1)
    assert later.verdict is Verdict.PROPOSE


# Occasions.


def test_intraday_proposes_a_hard_breach() -> None:
    """Between two days only what is far outside may ask."""
    assert decide_on(HARD, occasion=Occasion.INTRADAY).verdict is Verdict.PROPOSE


def test_intraday_leaves_an_ordinary_breach_to_the_daily_evaluation() -> None:
    """Even a breach that was confirmed this morning waits for the next morning."""
    memory = EngineState(streaks=(Streak(BTC, Side.SELL, 5, TODAY),))
    decision = decide_on(OVER, memory, occasion=Occasion.INTRADAY)
    assert gate_of(decision) is Gate.BREACH


def test_intraday_neither_counts_nor_forgets_days() -> None:
    """The streaks are those of the daily evaluations."""
    memory = EngineState(streaks=(Streak(BTC, Side.SELL, 1, TODAY),))
    for situation in (OVER, INSIDE, HARD):
        after = decide_on(situation, memory, occasion=Occasion.INTRADAY).next_state
        assert after.streaks == memory.streaks


@pytest.mark.parametrize("occasion", [Occasion.ASKED, Occasion.RECHECK])
@pytest.mark.parametrize("situation", [OVER, INSIDE, HARD], ids=["over", "inside", "hard"])
def test_asking_and_rechecking_leave_no_trace(occasion: Occasion, situation: Situation) -> None:
    """The memory after them is the memory before them, whatever was seen."""
    memory = EngineState(streaks=(Streak(BTC, Side.SELL, 1, TODAY - timedelta(days=1)),))
    assert decide_on(situation, memory, occasion=occasion).next_state == memory


def test_asking_sees_the_days_that_were_counted() -> None:
    """On the day of the second evaluation /plan shows the proposal that stands."""
    memory = EngineState(streaks=(Streak(BTC, Side.SELL, 2, TODAY),))
    assert decide_on(OVER, memory, occasion=Occasion.ASKED).verdict is Verdict.PROPOSE
    stale = EngineState(streaks=(Streak(BTC, Side.SELL, 2, TODAY - timedelta(days=2)),))
    assert gate_of(decide_on(OVER, stale, occasion=Occasion.ASKED)) is Gate.BREACH


def test_a_recheck_needs_the_breach_but_no_second_confirmation() -> None:
    """An approved plan is confirmed already; a breach that is gone ends it."""
    assert decide_on(OVER, occasion=Occasion.RECHECK).verdict is Verdict.PROPOSE
    assert gate_of(decide_on(INSIDE, occasion=Occasion.RECHECK)) is Gate.BREACH


def test_a_recheck_is_no_new_question() -> None:
    """The open proposal, today's date and a fresh execution do not stop it."""
    memory = EngineState(
        proposed_on=(TODAY,), open_proposal="7f3k9q2m", executed_at=MORNING - timedelta(hours=1)
    )
    assert decide_on(OVER, memory, occasion=Occasion.RECHECK).verdict is Verdict.PROPOSE
    assert decide_on(HARD, memory).verdict is Verdict.NO_TRADE


# The counting itself.

breach = st.tuples(st.sampled_from([BTC, ETH, USD]), st.sampled_from(list(Side)))
evaluation = st.tuples(st.integers(0, 3), st.lists(breach, unique_by=lambda pair: pair[0]))


@given(st.lists(evaluation, min_size=1, max_size=12))
def test_a_streak_is_the_number_of_days_in_a_row(
    evaluations: list[tuple[int, list[tuple[Asset, Side]]]],
) -> None:
    """Against a plain model: the newest evaluation of each day decides that day."""
    streaks: tuple[Streak, ...] = ()
    model: dict[tuple[Asset, Side], tuple[int, int]] = {}
    today = 0
    for gap, breached in evaluations:
        today += gap
        streaks = update_streaks(streaks, breached, TODAY + timedelta(days=today))
        fresh = {}
        for pair in breached:
            count, last = model.get(pair, (0, -9))
            fresh[pair] = (count if last == today else count + 1 if last == today - 1 else 1, today)
        model = fresh
    found = {(row.asset, row.side): row.days for row in streaks}
    assert found == {pair: count for pair, (count, _) in model.items()}


def test_a_clock_that_jumps_back_confirms_nothing() -> None:
    """A streak from tomorrow is not yesterday's."""
    ahead = (Streak(BTC, Side.SELL, 5, TODAY + timedelta(days=1)),)
    assert update_streaks(ahead, [(BTC, Side.SELL)], TODAY)[0].days == 1


def test_the_waiting_reason_comes_after_the_breaches() -> None:
    """The reasons read: who is out, then what is being waited for."""
    found = codes_of(decide_on(OVER))
    start = found.index("BREACH:BTC")
    assert found[start : start + 3] == ["BREACH:BTC", "BREACH:USD", "AWAIT_CONFIRMATION"]
