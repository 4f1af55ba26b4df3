"""Approvals as a part of the model: who says yes, and when. Source: METHODS 6.1."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from core.domain.decision import Gate, ReasonCode
from core.domain.errors import InputInvalid
from core.domain.units import ZERO, Money
from core.simulation.backtest import (
    ALWAYS,
    NEVER,
    Approvals,
    Backtest,
    CashFlow,
    Course,
    Fate,
    LivedDay,
    course_of,
    delayed,
    random_approvals,
    recorded,
    run_backtest,
)
from tests.simulation.backtest.worlds import THREE, day, market, plain

POLICY = plain(THREE, confirm=1)


def course(days: int = 300, without: Mapping[str, tuple[int, ...]] | None = None) -> Course:
    """Return a market in which a plain policy asks now and then."""
    return course_of(market(days, seed=8, without=without), POLICY)


def under(people: Approvals) -> tuple[Backtest, list[LivedDay]]:
    """Return a run under one person, and its evaluations."""
    found: list[LivedDay] = []
    return run_backtest(course(), POLICY, approvals=people, watch=found.append), found


def test_always_fills_at_the_next_open() -> None:
    """Every question is answered, and fills on the day it was asked, at that day's open."""
    test, _ = under(ALWAYS)
    assert len(test.proposals) >= 3
    assert {row.fate for row in test.proposals} == {Fate.EXECUTED}
    assert all(row.filled_on == row.asked_on for row in test.proposals)


def test_never_asks_again_and_trades_nothing() -> None:
    """What expires is over before the next evaluation: the same breach is asked about again."""
    test, days = under(NEVER)
    assert {row.fate for row in test.proposals} == {Fate.EXPIRED}
    assert len(test.proposals) > len(under(ALWAYS)[0].proposals)
    assert not any(row.state.open_proposal for row in days)


@pytest.mark.parametrize("late", [1, 2, 7])
def test_a_late_approval_fills_later_and_blocks_meanwhile(late: int) -> None:
    """Delayed by d, a plan fills at the open d days later, and nothing else is asked till then."""
    test, days = under(delayed(late))
    market_course = course()
    done = [row for row in test.proposals if row.fate is Fate.EXECUTED]
    assert len(done) >= 3
    for row in done:
        assert row.filled_on is not None
        assert (row.filled_on - row.asked_on).days == late
        place = market_course.matrix.assets.index(row.trades[0].asset)
        fill = market_course.matrix.fills[place, row.bar + late]
        assert float(row.trades[0].middle) == fill
        for waiting in range(1, late + 1):
            state = days[row.bar + waiting].state
            assert state.open_proposal == row.proposal_id
            assert not test.run.is_proposed[row.bar + waiting]
        if row.bar + late + 1 < len(days):
            assert not days[row.bar + late + 1].state.open_proposal


def test_a_plan_that_waits_at_the_end_stays_open() -> None:
    """A question whose fill lies beyond history is in the books, without a fill."""
    every = run_backtest(course(), POLICY)
    last = every.proposals[-1]
    cut = course_of(market(300, seed=8), POLICY, end=day(last.bar + 1))
    test = run_backtest(cut, POLICY)
    assert test.proposals[-1].fate is Fate.OPEN
    assert test.proposals[-1].decision_id == last.decision_id
    assert test.proposals[-1].trades == ()


def test_recorded_answers_are_given_on_their_days() -> None:
    """A yes executes, a no rejects, a day without an answer expires."""
    first = under(NEVER)[0].proposals[:3]
    answers: dict[date, bool] = {first[0].asked_on: False, first[1].asked_on: True}
    test, _ = under(recorded(answers))
    assert [row.fate for row in test.proposals[:2]] == [Fate.REJECTED, Fate.EXECUTED]
    assert {row.fate for row in test.proposals[2:]} <= {Fate.EXPIRED}


def test_random_answers_follow_the_share_and_the_seed() -> None:
    """The share of days with a yes is what was asked for; the draw belongs to the day."""
    days = [day(number).date() for number in range(4_000)]
    people = random_approvals(0.7, np.random.default_rng(4), days)
    assert sum(map(people.approves, days)) / len(days) == pytest.approx(0.7, abs=0.03)
    again = random_approvals(0.7, np.random.default_rng(4), days)
    assert people.answers == again.answers
    assert people.answers != random_approvals(0.7, np.random.default_rng(5), days).answers


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_that_is_no_probability_is_refused(share: float) -> None:
    """Only numbers from 0 to 1 are a share."""
    with pytest.raises(InputInvalid, match="from 0 to 1"):
        random_approvals(share, np.random.default_rng(1), [])


def test_an_answer_before_the_question_is_refused() -> None:
    """A delay below zero would be a look ahead."""
    with pytest.raises(InputInvalid, match="0 or more"):
        delayed(-1)


def test_a_needed_coin_without_a_next_bar_lets_the_plan_expire() -> None:
    """Where a coin of the plan has no bar at the next open, nothing of the plan is carried out."""
    asked = under(ALWAYS)[0].proposals[0]
    coin = asked.plan.trades[0].asset
    gap = course(without={coin: (asked.bar + 1,)})
    test = run_backtest(gap, POLICY)
    assert test.proposals[0].decision_id == asked.decision_id
    assert test.proposals[0].fate is Fate.EXPIRED
    assert test.coins[asked.bar + 1] == test.coins[asked.bar]


def test_a_day_without_a_bar_decides_nothing() -> None:
    """Gaps stay gaps: the data gate says no, the coin is marked with its last close."""
    gaps = course(without={"ETH": (100, 101)})
    days: list[LivedDay] = []
    test = run_backtest(gaps, POLICY, watch=days.append)
    assert [test.failed_gates[bar] for bar in (100, 101)] == [Gate.DATA, Gate.DATA]
    assert days[100].decision.has(ReasonCode.PRICE_MISSING)
    assert test.series.is_evaluated.tolist().count(False) == 2
    assert gaps.mark(101, test.run.assets[1]) == gaps.mark(99, test.run.assets[1])
    assert any("lacks 2 of 300 days" in note for note in gaps.notes)


def test_a_gap_begins_confirmation_anew() -> None:
    """A breach seen once before a gap needs two more evaluations after it."""
    policy = plain(THREE, confirm=2)
    table = market(300, seed=8)
    calm = run_backtest(course_of(table, policy), policy)
    first = calm.proposals[0].bar
    gap = market(300, seed=8, without={"ETH": (first,)})
    late = run_backtest(course_of(gap, policy), policy)
    assert late.proposals[0].bar >= first + 2


def test_new_money_is_placed_like_live() -> None:
    """A deposit is new money in the memory until a plan was carried out."""
    found: list[LivedDay] = []
    deposit = CashFlow(day(50).date(), Money(Decimal(4_000)))
    test = run_backtest(course(120), POLICY, flows=(deposit,), watch=found.append)
    assert found[48].state.new_money is None
    assert found[49].state.new_money == 4_000
    asked = next(row for row in test.proposals if row.bar >= 49)
    assert found[asked.bar].decision.has(ReasonCode.NEW_MONEY)
    assert found[asked.bar + 1].state.new_money is None


def test_money_that_is_not_there_cannot_go_out() -> None:
    """A withdrawal beyond the cash names the day, the amount and what there is."""
    gone = CashFlow(day(5).date(), Money(Decimal(-3_000)))
    with pytest.raises(
        InputInvalid, match="withdrawal of 3000 on 2014-01-06 is more than the 2000"
    ):
        run_backtest(course(20), POLICY, flows=(gone,))


@pytest.mark.parametrize("number", [0, 20, -4])
def test_a_flow_outside_the_days_is_refused(number: int) -> None:
    """A flow needs a close before it to arrive after."""
    flow = CashFlow(day(number).date(), Money(Decimal(10)))
    with pytest.raises(InputInvalid, match="2014-01-01 up to 2014-01-20"):
        run_backtest(course(20), POLICY, flows=(flow,))


def test_a_coin_that_ends_is_sold_at_half_and_its_cash_stays() -> None:
    """Delisting: half of the last price, once; no order in it ever after, and the rest goes on."""
    policy = plain({"BTC": "0.4", "ETH": "0.3", "LUNA": "0.2", "USD": "0.1"}, confirm=1)
    table = market(400, ("BTC", "ETH", "LUNA"), seed=8, ends={"LUNA": 150})
    ended = course_of(table, policy)
    test = run_backtest(ended, policy)
    (gone,) = test.delistings
    place = test.run.assets.index(gone.asset)
    assert gone.day == day(150).date()
    assert float(gone.price) == ended.matrix.closes[place, 149] / 2
    assert gone.quantity == test.coins[149][place] > ZERO
    assert {row[place] for row in test.coins[150:]} == {ZERO}
    assert test.cash[150] >= gone.quantity * gone.price
    assert all(row.asset != "LUNA" for row in test.trades if row.day >= gone.day)
    assert test.series.is_evaluated.all()
    assert any(row.bar > 150 for row in test.proposals)
    assert any("LUNA has no bars after 2014-05-30" in note for note in ended.notes)


def test_a_cut_inside_a_gap_ends_no_coin() -> None:
    """A history that is cut where a coin lacks some days does not sell it out."""
    table = market(300, seed=8, without={"ETH": tuple(range(100, 103))})
    cut = course_of(table, POLICY, end=day(102))
    assert cut.matrix.delisted_after == (-1, -1)
    assert run_backtest(cut, POLICY).delistings == ()
