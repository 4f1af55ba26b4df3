"""How often a person may be asked (METHODS 1.8, 5.5, 9a)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.domain.decision import Gate, NoTrade, Verdict
from core.domain.ids import proposal_id
from core.domain.policy import BandRules, ProfileName
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, Turnover
from core.domain.units import Money, Weight
from tests.core.worked import plan_of
from tests.dsl import MORNING, Situation, codes_of, decide_on, portfolio, snapshot

TODAY = MORNING.date()
ONCE = BandRules(confirm=1)
OVER = portfolio("BTC 0.62 @ 100000 -> 50", cash="38000 -> 50", bands=ONCE)
HARD = portfolio("BTC 0.75 @ 100000 -> 50", cash="25000 -> 50", bands=ONCE)
POOR = portfolio("BTC 0.029 @ 100000 -> 50", cash="1100 -> 50", bands=ONCE)
POOR_HARD = portfolio("BTC 0.0212 @ 100000 -> 20", cash="1880 -> 80", bands=ONCE)


def limits(situation: Situation, state: EngineState) -> list[str]:
    """Return the codes of the limits gate."""
    decision = decide_on(situation, state)
    return [code for gate in decision.gates if gate.gate is Gate.LIMITS for code in codes_of(gate)]


def spent(share: str, days_ago: int, *, seconds: int = 0) -> EngineState:
    """Return a memory of one execution long ago enough not to matter by itself."""
    at = MORNING - timedelta(days=days_ago, seconds=seconds)
    return EngineState(turnovers=(Turnover(at, Weight(Decimal(share))),))


def test_an_open_proposal_keeps_the_next_one_back() -> None:
    """At most one waits for a person at a time."""
    assert limits(OVER, EngineState(open_proposal="7f3k9q2m")) == ["PROPOSAL_OPEN"]


def test_one_proposal_a_utc_day() -> None:
    """Asked today means not again today, hard breach or not; tomorrow is a new day."""
    asked = EngineState(proposed_on=(TODAY,))
    assert limits(OVER, asked) == ["ONE_A_DAY"]
    assert limits(HARD, asked) == ["ONE_A_DAY"]
    assert limits(OVER, EngineState(proposed_on=(TODAY - timedelta(days=1),))) == ["WITHIN_LIMITS"]


def test_the_day_is_the_utc_day_not_24_hours() -> None:
    """Ten minutes before and after midnight are two days."""
    late = decide_on(OVER, day=0, occasion=Occasion.DAILY)
    evening = snapshot(OVER, minutes=23 * 60 + 50 - 6)
    assert evening.as_of.date() == TODAY
    memory = replace(late.next_state, open_proposal="")
    assert limits(OVER, memory) == ["ONE_A_DAY"]
    assert decide_on(OVER, memory, day=1).verdict is Verdict.PROPOSE


def test_a_proposal_is_remembered_with_its_day_and_id() -> None:
    """The memory after a proposal names it; without one it names nothing."""
    decision = decide_on(OVER)
    assert decision.next_state.proposed_on == (TODAY,)
    assert decision.next_state.open_proposal == proposal_id(decision.decision_id, 0)
    quiet = portfolio("BTC 0.5 @ 100000 -> 50", cash="50000 -> 50")
    assert decide_on(quiet).next_state.proposed_on == ()


def test_proposals_older_than_a_year_are_forgotten() -> None:
    """The memory stays small: 366 days, no more."""
    old = tuple(TODAY - timedelta(days=days) for days in (367, 366, 10))
    after = decide_on(OVER, EngineState(proposed_on=old)).next_state
    assert after.proposed_on == (*old[1:], TODAY)


@pytest.mark.parametrize(
    ("hours", "expected"), [(71.99, ["AFTER_EXECUTION"]), (72, ["WITHIN_LIMITS"])]
)
def test_three_days_of_quiet_after_an_execution(hours: float, expected: list[str]) -> None:
    """To the second, and then it is over."""
    memory = EngineState(executed_at=MORNING - timedelta(hours=hours))
    assert limits(OVER, memory) == expected


def test_a_hard_breach_ends_the_quiet_after_an_execution() -> None:
    """Risk does not wait three days."""
    assert limits(HARD, EngineState(executed_at=MORNING - timedelta(hours=1))) == ["WITHIN_LIMITS"]


def test_turnover_is_the_larger_of_buys_and_sells() -> None:
    """Two sales of 7 and one buy of 12.5 points are 14 points one way, not 26."""
    plan = plan_of(decide_on(OVER))
    assert plan is not None
    sold = sum(t.quantity * t.mid for t in plan.trades if t.side.value == "SELL")
    assert plan.turnover == sold / plan.value


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (spent("0.229", 10), ["WITHIN_LIMITS"]),
        (spent("0.24", 10), ["TURNOVER_LIMIT"]),
        (spent("0.24", 29), ["TURNOVER_LIMIT"]),
        (spent("0.24", 30), ["WITHIN_LIMITS"]),
        (spent("0.24", 29, seconds=86_399), ["TURNOVER_LIMIT"]),
    ],
    ids=["below", "above", "in the window", "30 days ago", "a second less"],
)
def test_at_most_30_percent_one_way_in_30_days(state: EngineState, expected: list[str]) -> None:
    """Seven points more fit into 30 only while enough of it is left."""
    assert limits(OVER, state) == expected


def test_a_hard_breach_keeps_to_the_turnover_limit() -> None:
    """20 points are wanted, 15 were used: not now, even though it is far outside."""
    assert limits(HARD, spent("0.15", 10)) == ["TURNOVER_LIMIT"]


def test_the_turnover_limit_holds_at_a_recheck_too() -> None:
    """The last look before the orders counts again."""
    decision = decide_on(OVER, spent("0.29", 1), occasion=Occasion.RECHECK)
    assert isinstance(decision.outcome, NoTrade)
    assert decision.outcome.gate is Gate.LIMITS


def asked(*days_ago: int) -> tuple[date, ...]:
    """Return dates of proposals, oldest first."""
    return tuple(sorted(TODAY - timedelta(days=days) for days in days_ago))


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        ((300, 200, 100, 50), ["YEARLY_LIMIT"]),
        ((300, 200, 100), ["WITHIN_LIMITS"]),
        ((366, 300, 200, 100), ["WITHIN_LIMITS"]),
        ((365, 300, 200, 100), ["WITHIN_LIMITS"]),
        ((364, 300, 200, 100), ["YEARLY_LIMIT"]),
    ],
)
def test_a_tiny_portfolio_is_asked_four_times_a_year(
    days_ago: tuple[int, ...], expected: list[str]
) -> None:
    """Below 5,000 the fifth question of 365 days waits."""
    assert limits(POOR, EngineState(proposed_on=asked(*days_ago))) == expected


def test_a_hard_breach_may_ask_a_fifth_time() -> None:
    """The yearly limit is for comfort, not for risk."""
    memory = EngineState(proposed_on=asked(300, 200, 100, 50))
    assert limits(POOR_HARD, memory) == ["WITHIN_LIMITS"]


def test_a_larger_portfolio_has_no_yearly_limit() -> None:
    """Above 5,000 the bands decide how often."""
    memory = EngineState(proposed_on=asked(*range(10, 300, 10)))
    assert limits(OVER, memory) == ["WITHIN_LIMITS"]


def test_every_limit_that_holds_is_named() -> None:
    """Not only the first one: a person asks why, and gets all of it."""
    memory = replace(
        spent("0.29", 1),
        open_proposal="7f3k9q2m",
        proposed_on=(TODAY,),
        executed_at=MORNING - timedelta(days=1),
    )
    expected = ["TURNOVER_LIMIT", "PROPOSAL_OPEN", "ONE_A_DAY", "AFTER_EXECUTION"]
    assert limits(OVER, memory) == expected


def test_a_tiny_portfolio_is_reminded_of_its_size_once_a_quarter() -> None:
    """The first daily evaluation says it, the next 90 days do not, the 91st does."""
    first = decide_on(POOR)
    assert "SIZE_REMINDER" in codes_of(first)
    assert first.next_state.size_reminded_at == MORNING
    memory = replace(first.next_state, open_proposal="")
    assert "SIZE_REMINDER" not in codes_of(decide_on(POOR, memory, day=90))
    assert "SIZE_REMINDER" in codes_of(decide_on(POOR, memory, day=91))
    assert "SIZE_REMINDER" not in codes_of(decide_on(POOR, occasion=Occasion.ASKED))


TURNED = Turnover(MORNING, Weight(Decimal("0.07")))


def test_after_an_execution_the_wait_begins_and_new_money_is_spent() -> None:
    """A whole plan clears streaks and deposits and books its turnover."""
    before = replace(decide_on(OVER).next_state, new_money=Money(Decimal(500)))
    after = before.after_execution(TURNED)
    assert after.executed_at == MORNING
    assert after.turnovers == (TURNED,)
    assert after.streaks == ()
    assert after.new_money is None
    assert after.size_profile is ProfileName.STANDARD


@pytest.mark.parametrize(("spent_money", "left"), [("200", "300"), ("500", None), ("900", None)])
def test_after_a_part_of_a_plan_the_rest_may_come_tomorrow(
    spent_money: str, left: str | None
) -> None:
    """Turnover counts, the wait does not begin, and unspent deposits stay new money."""
    before = replace(decide_on(OVER).next_state, new_money=Money(Decimal(500)))
    after = before.after_partial_execution(TURNED, spent=Money(Decimal(spent_money)))
    assert after.turnovers == (TURNED,)
    assert after.executed_at is None
    assert after.streaks == before.streaks
    assert after.new_money == (None if left is None else Decimal(left))
