"""The fold by hand: what each book does on one evaluation, flow by flow and trade by trade."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import Propose
from core.domain.policy import BandRules, Policy
from core.domain.portfolio import FlowKind
from core.domain.scorecard import BookName
from core.domain.state import EngineState, Halt, ManualPause, StressOverride
from core.domain.stress import Family, Shock, Stress, StressState
from core.domain.units import ZERO, Asset, Money, Quantity, Weight
from core.domain.watching import StressRules
from core.engine import decide
from core.simulation.book_values import counted, flows_for_all, with_flows
from core.simulation.books import Step, begin_books, plain_policy
from tests.books.one_day import (
    BTC,
    DAY,
    DRIFTED,
    ETH,
    MORNING,
    POLICY,
    USD,
    XYZ,
    begun,
    book,
    d,
    flow,
    held,
    policy,
    snapshot,
    stepped,
    with_bars,
)
from tests.dsl import UNWATCHED


def test_all_four_begin_with_the_account() -> None:
    """The first mark of every book is the account's value, whatever is traded on that day."""
    step = begun()
    assert [mark.book for mark in step.marks] == list(BookName)
    value = decide(snapshot(), POLICY, EngineState()).value
    assert {mark.value for mark in step.marks} == {value}
    assert {mark.flow for mark in step.marks} == {ZERO}


def test_a_proposal_is_carried_out_at_once_at_its_cost() -> None:
    """``always`` holds what the plan says, to the last digit; ``never`` holds what it held."""
    outcome = decide(snapshot(), POLICY, EngineState()).outcome
    assert isinstance(outcome, Propose)
    step = begun()
    after = held(step, BookName.ALWAYS)
    for trade in outcome.plan.trades:
        moved = trade.side.sign * trade.received
        assert after[trade.asset] == d(DRIFTED[trade.asset]) + moved
    assert after[USD] == outcome.plan.cash_after
    assert counted(
        book(step, BookName.ALWAYS).balances, POLICY, {BTC: d("110000"), ETH: d("4200")}
    ) == (outcome.plan.value_after)
    assert book(step, BookName.ALWAYS).costs == outcome.plan.cost
    assert held(step, BookName.NEVER) == {asset: d(text) for asset, text in DRIFTED.items()}


def test_a_trade_shows_in_the_memory() -> None:
    """The book remembers its execution as live: nothing is open, and the waiting time begins."""
    memory = book(begun(), BookName.ALWAYS).state
    assert memory.open_proposal == ""
    assert memory.executed_at == MORNING
    assert memory.proposed_on == (MORNING.date(),)
    assert [row.executed_at for row in memory.turnovers] == [MORNING]


def test_what_a_person_switched_on_acts_on_the_account_only() -> None:
    """Halt, pause, override and a waiting proposal of the account do not hold the books back."""
    switched = EngineState(
        open_proposal="7f3k9q2m",
        halt=Halt(MORNING, "drill"),
        pause=ManualPause(MORNING, "ada"),
        override=StressOverride(MORNING + DAY, "ada", "because"),
    )
    assert begun(account=switched).books == begun().books
    later = stepped(begun(), snapshot(day=1), account=switched)
    assert later == stepped(begun(), snapshot(day=1))


def test_the_pause_of_the_account_holds_always_back_and_not_plain() -> None:
    """A fall within the day that only the account saw pauses ``always``; ``plain`` has no pause."""
    watched = policy(stress=StressRules(families=(Family.PRICE,)))
    newest = MORNING.date() - DAY
    calm = EngineState(stress=StressState(day=newest))
    shock = Shock(newest, d("-0.2"))
    fallen = replace(calm, stress=StressState(Stress.PAUSED, newest, newest, shock=shock))
    first = begin_books(with_bars(snapshot(btc="70000")), watched, calm)
    assert first.books[0].balances == first.books[1].balances

    def next_step(account: EngineState) -> Step:
        return stepped(first, with_bars(snapshot()), rules=watched, was=watched, account=account)

    assert held(next_step(calm), BookName.ALWAYS) != held(first, BookName.ALWAYS)
    assert held(next_step(fallen), BookName.ALWAYS) == held(first, BookName.ALWAYS)
    assert held(next_step(fallen), BookName.PLAIN) != held(first, BookName.PLAIN)
    # The account has folded a day that the book has not: the book goes on with its own memory.
    ahead = replace(fallen, stress=replace(fallen.stress, day=newest + DAY))
    assert held(next_step(ahead), BookName.ALWAYS) != held(first, BookName.ALWAYS)


def test_plain_is_the_same_bands_without_the_rest() -> None:
    """``plain`` differs from the policy by the three switches and by nothing else."""
    rules = plain_policy(policy(stress=StressRules()))
    assert (rules.regime.is_directional, rules.stress.families, rules.tilt.is_on) == (
        False,
        (),
        False,
    )
    assert (rules.bands, rules.targets, rules.cadence) == (
        POLICY.bands,
        POLICY.targets,
        POLICY.cadence,
    )


@pytest.mark.parametrize("kind", [FlowKind.DEPOSIT, FlowKind.REWARD, FlowKind.OPENING])
@pytest.mark.parametrize(("asset", "amount", "worth"), [(USD, "500", "500"), (ETH, "0.5", "2100")])
def test_what_comes_in_comes_into_every_book(
    kind: FlowKind, asset: Asset, amount: str, worth: str
) -> None:
    """Money and coins hit all books alike, count at the mark's prices, and are no growth."""
    richer = {**DRIFTED, asset: str(d(DRIFTED[asset]) + d(amount))}
    before = begun()
    after = stepped(before, snapshot(richer, day=1), flow(kind, asset, amount))
    assert {mark.flow for mark in after.marks} == {d(worth)}
    never = after.marks[2]
    assert never.value - never.flow == before.marks[2].value
    assert held(after, BookName.NEVER)[asset] == d(richer[asset])
    always = held(before, BookName.ALWAYS)[asset] + d(amount)
    assert held(after, BookName.ALWAYS)[asset] == always


def test_only_deposits_and_withdrawals_are_new_money() -> None:
    """A deposit of quote currency is to be placed first; a reward is not, as live."""
    before = begin_books(snapshot({BTC: "0.1", ETH: "1", USD: "6000"}), POLICY, EngineState())
    asked = [flow(FlowKind.DEPOSIT, USD, "40"), flow(FlowKind.REWARD, USD, "9")]
    after = stepped(before, snapshot(day=1), *asked)
    assert book(after, BookName.ALWAYS).state.new_money == d("40")
    gone = stepped(after, snapshot(day=2), flow(FlowKind.WITHDRAWAL, USD, "-50"))
    assert book(gone, BookName.ALWAYS).state.new_money is None


def test_a_coin_that_a_book_lacks_is_paid_for() -> None:
    """What leaves has the same value in every book: from cash first, then from all other coins."""
    prices = {BTC: d("100"), ETH: d("10")}
    own = ((BTC, Quantity(d("1"))), (ETH, Quantity(d("10"))), (USD, Quantity(d("50"))))
    less = dict(with_flows(own, [(BTC, d("-1.4"))], prices, USD))
    assert less == {BTC: 0, ETH: 10, USD: 10}
    least = dict(with_flows(own, [(BTC, d("-2"))], prices, USD))
    assert least == {BTC: 0, ETH: 5, USD: 0}
    both = dict(with_flows(own, [(USD, d("-150"))], prices, USD))
    assert both == {BTC: d("0.5"), ETH: 5, USD: 0}
    assert set(dict(with_flows(own, [(USD, d("-9999"))], prices, USD)).values()) == {ZERO}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([BTC, ETH, USD, XYZ]),
            st.decimals(-20, 20, places=3, allow_nan=False),
        ),
        max_size=5,
    )
)
def test_no_book_ever_owes(came: list[tuple[Asset, Decimal]]) -> None:
    """Whatever comes and goes: nothing falls below zero, and no value is made or lost."""
    prices = {BTC: d("100"), ETH: d("10")}
    own = ((BTC, Quantity(d("1"))), (ETH, Quantity(d("10"))), (USD, Quantity(d("50"))))
    after = dict(with_flows(own, came, prices, USD))
    unit = {**prices, USD: d("1"), XYZ: ZERO}
    value = sum((unit[asset] * amount for asset, amount in after.items()), ZERO)
    moved = sum((unit[asset] * amount for asset, amount in came), ZERO)
    assert all(amount >= 0 for amount in after.values())
    assert abs(value - max(250 + moved, ZERO)) < d("1e-20")


def test_fees_follow_what_they_belong_to() -> None:
    """The fee of a withdrawal hits every book; the fee of a trade is the account's own."""
    rows = [
        flow(FlowKind.WITHDRAWAL, BTC, "-0.1", flow_id="W1"),
        flow(FlowKind.FEE, BTC, "-0.001", flow_id="W1:fee"),
        flow(FlowKind.TRADE, BTC, "0.2", flow_id="T1"),
        flow(FlowKind.FEE, USD, "-3", flow_id="T1:fee"),
    ]
    assert flows_for_all(rows, {BTC, USD}, USD) == ((BTC, d("-0.1")), (BTC, d("-0.001")))


def test_trades_by_hand_are_the_account_s_own() -> None:
    """A coin bought by hand moves the account only; one that does not count is a withdrawal."""
    before = begun()
    rows = [
        flow(FlowKind.TRADE, BTC, "0.01", value=Money(d("1100"))),
        flow(FlowKind.TRADE, USD, "-1100", value=Money(d("-1100"))),
    ]
    bought = snapshot({**DRIFTED, BTC: "0.29182", USD: "6900"}, day=1)
    after = stepped(before, bought, *rows)
    assert {mark.flow for mark in after.marks} == {ZERO}
    assert held(after, BookName.NEVER) == held(before, BookName.NEVER)
    strange = [
        flow(FlowKind.TRADE, XYZ, "7", value=Money(d("1100"))),
        flow(FlowKind.TRADE, USD, "-1100", value=Money(d("-1100"))),
    ]
    gone = stepped(before, snapshot({**DRIFTED, USD: "6900", XYZ: "7"}, day=1), *strange)
    assert {mark.flow for mark in gone.marks} == {d("-1100")}
    assert held(gone, BookName.NEVER)[USD] == d("6900")


def test_coins_that_came_and_were_sold_on_one_day_are_a_flow() -> None:
    """A deposit counts as one although its coins are gone again by the mark."""
    rows = [
        flow(FlowKind.DEPOSIT, ETH, "3"),
        flow(FlowKind.TRADE, ETH, "-5.619", value=Money(d("-23599.8"))),
        flow(FlowKind.TRADE, USD, "23599.8", value=Money(d("23599.8"))),
    ]
    world = snapshot({BTC: "0.28182", USD: "31599.8"}, day=1)
    mark = stepped(begun(), world, *rows).marks[0]
    assert mark.flow == d("12600")
    assert mark.value - mark.flow == begun().marks[0].value


def test_rules_that_change_what_counts_are_a_flow() -> None:
    """Coins that begin or cease to count are no growth of any book."""
    cold = policy(cold=((BTC, Quantity(d("0.1"))),), excluded=((USD, Quantity(d("1000"))),))
    after = stepped(begun(), snapshot(day=1), rules=cold)
    assert {mark.flow for mark in after.marks} == {d("10000")}
    assert after.marks[2].value == begun().marks[2].value + 10_000
    back = stepped(after, snapshot(day=2), rules=POLICY, was=cold)
    assert {mark.flow for mark in back.marks} == {d("-10000")}


def test_a_coin_dropped_from_the_targets_left_at_its_last_price() -> None:
    """A coin without a quote, because nobody asks for it any more, went out and did not crash."""
    fewer = Policy(
        quote=USD,
        targets=((BTC, Weight(d("0.8"))), (USD, Weight(d("0.2")))),
        bands=BandRules(confirm=1),
        **UNWATCHED,
    )
    whole = snapshot(day=1)
    alone = replace(whole, quotes=whole.quotes[:1], rules=whole.rules[:1], books=whole.books[:1])
    mark = stepped(begun(), alone, rules=fewer).marks[2]
    assert mark.flow == d("2.619") * -4200
    assert mark.value - mark.flow == begun().marks[2].value


def test_what_is_staked_or_locked_is_out_of_reach_in_every_book() -> None:
    """A book sells no more than the account could, of coins it owns as the account does."""
    stuck = snapshot(held_back={BTC: ("0.08182", "0.2")})
    step = begin_books(stuck, POLICY, EngineState())
    assert held(step, BookName.ALWAYS)[BTC] == d("0.28182")
    assert step.marks[0].value == begun().marks[0].value


def test_an_empty_book_stays_empty() -> None:
    """A book that holds nothing is not evaluated, and nothing fails."""
    rows = [flow(FlowKind.WITHDRAWAL, a, f"-{text}") for a, text in DRIFTED.items()]
    step = stepped(begun(), snapshot({USD: "0"}, day=1), *rows)
    assert {mark.value for mark in step.marks} == {ZERO}
    assert all(amount == ZERO for row in step.books for _, amount in row.balances)
