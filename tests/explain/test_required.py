from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.explain.needs import MOST_FIGURES
from bot.explain.required import LONGEST, fits
from bot.explain.telling import tell
from bot.explain.told import Told
from core.domain.asked import Intent
from core.domain.decision import Gate, ReasonCode
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.domain.units import Asset, Money, Price, Weight
from core.facts import (
    Costs,
    Course,
    Evidence,
    Fact,
    FactTable,
    Polarity,
    Unit,
    answer_facts,
    digest_facts,
    pause_facts,
)
from core.planning.shortfall import Prices
from tests.dsl import MORNING, decide_on
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.market_samples import under
from tests.explain.samples import STATE, confirmed, worked
from tests.explain.told_samples import ENGLISH, SAMPLES, named, words

USD = Asset("USD")


def _prices_at(approved: str) -> dict[Asset, Prices]:
    """Return what BTC stood at when an order left, and after it."""
    price = Price(Decimal(approved))
    return {Asset("BTC"): Prices(price, price, is_end_fresh=True)}


def _half_done() -> FactTable:
    proposal = proposal_in(ProposalState.PARTIAL)
    sell = order_for(proposal, 1, OrderState.PARTLY_FILLED)
    buy = order_for(proposal, 2, OrderState.REJECTED)
    return executed_facts(proposal, [sell, buy], [fill_of(sell, "0.02", "109900", fee="5.72")])


def test_an_execution_must_tell_every_fill_and_what_was_left() -> None:
    """The outcome, fills, what was left with why, the cost and what was expected are required."""
    told = tell(ENGLISH, _half_done())
    assert told.required == (
        "state",
        "sold_btc",
        "unfilled_btc",
        "why_btc",
        "unfilled_eth",
        "why_eth",
        "cost",
        "estimate",
        "average_btc",
    )
    text = words(told)
    assert text["sold_btc"] == "sold 0.02 BTC"
    assert text["unfilled_btc"] == "0.01195 BTC not sold"
    assert text["why_eth"] == "the venue refused the order"
    assert text["average_btc"] == "$109,900 on average"
    assert text["fees"] == "$5.72 in fees"
    assert text["state"] == "was carried out in part"


def test_a_plan_must_tell_trades_trigger_cost_and_expiry() -> None:
    """What sets a plan off, what it trades and costs, and where that leads is required."""
    core = ("drift_btc", "room_btc", "sell_btc", "buy_eth", "cost", "expiry")
    assert named("one breach").required == (*core, "after_btc", "landing_btc", "kept_share")
    assert named("two breaches").required[:3] == ("drift_btc", "drift_eth", "room_btc")
    assert named("two breaches").required[-1] == "outside_after"
    assert named("three breaches").required[:3] == ("drift_btc", "room_btc", "outside")
    first = named("all cash, first funding").required
    assert first == ("quote", "buy_btc", "buy_eth", "cost", "expiry", "after_usd")


@pytest.mark.parametrize(
    ("sample", "name", "text"),
    [
        (
            "hard breach",
            "below_min_link_amount",
            "left out, as an order of $5.10 would be too small",
        ),
        ("market halted", "market_halted_eth_status", "left out, as its market is halted"),
        ("cold limited", "cold_limited_btc_hot", "only 0.02 BTC that may be sold here"),
        ("new money", "new_money_amount", "$5,944 of new money"),
        ("guarded", "stress", "back on, in small steps"),
    ],
)
def test_a_plan_must_tell_its_note(sample: str, name: str, text: str) -> None:
    """What the template's note tells is required, in words that cannot be turned round."""
    told = named(sample)
    assert name in told.required
    assert words(told)[name] == text


def test_a_hard_breach_must_tell_that_no_second_day_is_waited_for() -> None:
    """How far out it is comes with what that means."""
    told = named("hard breach")
    assert "stretch_btc" in told.required
    assert words(told)["stretch_btc"].endswith("so no second day is waited for")
    assert words(named("one breach"))["stretch_btc"].endswith("as far as it may drift")


def test_doing_nothing_must_tell_the_gate_and_its_figures() -> None:
    """The check that failed and its figures are required, and on a calm day the nearest edge."""
    assert named("nothing").required == ("gate", "closest", "weight_usd", "edge_usd")
    waited = ("await_confirmation_days", "await_confirmation_needed")
    assert named("awaiting confirmation").required == ("gate", "drift_btc", "room_btc", *waited)
    costs = ("gate", "drift_btc", "cost", "cost_gt_benefit_benefit", "cost_gt_benefit_needed")
    assert named("cost above benefit").required == costs
    limit = named("turnover limit").required
    assert limit[2:] == tuple(f"turnover_limit_{name}" for name in ("used", "turnover", "limit"))
    pause = named("stress pause").required
    assert pause[1:4] == ("stress", "stress_since", "paused_stress_until")
    assert pause[4:] == tuple(
        f"stress_vote_{family}_family" for family in ("price", "sentiment", "correlation")
    )


@pytest.mark.parametrize("name", ["halted", "no prices", "one a day", "stuck outside"])
def test_where_no_fact_says_why_the_template_speaks(name: str) -> None:
    """A halt's reason is a person's, some reasons have no figure: nobody but code tells those."""
    told = named(name)
    assert told.required == ()
    assert not fits(told)


def test_no_reason_is_told_by_half() -> None:
    """Where not all figures of a gate fit, whole reasons go, the last ones first."""
    names = ("ADA", "BTC", "DOGE", "ETH", "LINK")
    codes = tuple((ReasonCode.SHORT_HISTORY.value, name) for name in names)
    facts = [Fact("gate", "portfolio", Polarity.NONE, "gate", Gate.DATA.value, Unit.KEY)]
    facts += [
        Fact(f"short_history_{name}_{kind}".lower(), name, Polarity.NONE, kind, 3, Unit.COUNT)
        for name in names
        for kind in ("have", "needed")
    ]
    required = tell(ENGLISH, FactTable("no_trade", tuple(facts), codes)).required
    assert len(required) == 1 + MOST_FIGURES
    assert required[1:3] == ("short_history_ada_have", "short_history_ada_needed")


def test_a_delay_must_be_told_where_the_template_tells_it() -> None:
    """From a quarter of the expected cost on, what prices did before is part of the report."""
    proposal = proposal_in(ProposalState.DONE)
    orders = [order_for(proposal, leg, OrderState.FILLED) for leg in (1, 2)]
    fills = [
        fill_of(order, str(order.quantity), price, fee="5")
        for order, price in zip(orders, ("109950", "4203"), strict=True)
    ]
    for approved, is_told in (("109999", False), ("109000", True)):
        table = executed_facts(proposal, orders, fills, prices=_prices_at(approved))
        required = tell(ENGLISH, table).required
        assert ("delay" in required) is is_told
        assert required[0] == "state"
        assert not any(name.startswith("average") for name in required)


def _flows() -> Sequence[Flow]:
    return [
        Flow(f"f{number}", USD, kind, Decimal(500), Money(Decimal(500)), MORNING)
        for number, kind in enumerate((FlowKind.DEPOSIT, FlowKind.REWARD))
    ]


def test_a_day_must_tell_its_value_its_gate_and_what_moved() -> None:
    """The digest's opening holds the value, why nothing happened, and money in and out."""
    table = digest_facts([decide_on(worked())], [], _flows(), quote=USD)
    told = tell(ENGLISH, table)
    assert told.required[:3] == ("value", "gate", "drift_btc")
    assert told.required[-2:] == ("deposits", "rewards")
    assert words(told)["deposits"] == "$500 of new money"
    waiting = digest_facts([decide_on(worked())], [proposal_in(ProposalState.PROPOSED)], quote=USD)
    required = tell(ENGLISH, waiting).required
    assert required == ("value", "drift_btc", "room_btc", "open", "expiry")
    assert not fits(tell(ENGLISH, digest_facts([], quote=USD)))


def _answer(intent: Intent, evidence: Evidence) -> Told:
    return tell(ENGLISH, answer_facts(intent, evidence, quote=USD))


def test_an_answer_about_costs_must_tell_all_of_it() -> None:
    """How many plans, fees, slippage and the sum; where there was none, that there was none."""
    paid = _answer(Intent.COST, Evidence(costs=Costs(3, Money(Decimal(41)), Money(Decimal(6)))))
    assert paid.required == ("executions", "fees", "slippage", "cost")
    none = _answer(Intent.COST, Evidence(costs=Costs(0, Money(Decimal(0)), Money(Decimal(0)))))
    assert none.required == ("executions",)
    assert words(none)["executions"] == "no plan carried out"


def _course(coins: int, *, are_flows_priced: bool = True) -> Course:
    names = [Asset(f"COIN{number}") for number in range(coins)]
    moved = tuple((name, Weight(Decimal("0.1")), Weight(Decimal("0.2"))) for name in names)
    return Course(
        began_at=MORNING - timedelta(days=7),
        ended_at=MORNING,
        before=Money(Decimal(48_000)),
        after=Money(Decimal(50_000)),
        weights=moved,
        deposits=Money(Decimal(2500)),
        taken_out=Money(Decimal(300)),
        rewards=Money(Decimal(42)),
        are_flows_priced=are_flows_priced,
    )


@pytest.mark.parametrize("intent", [Intent.PERFORMANCE, Intent.WHAT_CHANGED])
def test_an_answer_about_the_value_must_tell_both_ends_and_what_came_between(
    intent: Intent,
) -> None:
    """Both values with their days, money in and out, and what is left; weights as they fit."""
    told = _answer(intent, Evidence(course=_course(3)))
    ends = ("began", "ended", "value_before", "value_after")
    flows = ("deposits", "withdrawals", "rewards")
    assert told.required[:8] == (*ends, *flows, "difference")
    moved = {name for name in told.required if name.startswith("weight_")}
    assert bool(moved) is (intent is Intent.WHAT_CHANGED)
    assert len(moved) % 2 == 0
    assert fits(told)


def test_where_nobody_can_tell_the_rest_the_template_says_so() -> None:
    """Without a price of what came in, a text about the values alone would pass as a result."""
    told = _answer(Intent.PERFORMANCE, Evidence(course=_course(1, are_flows_priced=False)))
    assert told.required == ()


def test_an_answer_about_a_pause_or_the_market_must_tell_what_and_since_when() -> None:
    """The pause with its days and signs, the market's state with its day; else the template."""
    decisions = {sample.name: sample.decision for sample in SAMPLES}
    pause = _answer(Intent.WHY_PAUSED, Evidence(decisions=(decisions["stress pause"],)))
    assert pause.required[:4] == ("as_of", "stress", "stress_since", "paused_stress_until")
    assert "stress_vote_price_family" in pause.required
    market = _answer(Intent.WHY_REGIME, Evidence(decisions=(decisions["rising, kept"],)))
    assert market.required[:3] == ("as_of", "regime_label", "regime_since")
    for name in ("nothing", "paused", "halted"):
        assert not fits(_answer(Intent.WHY_PAUSED, Evidence(decisions=(decisions[name],))))


def test_an_answer_about_a_plan_must_tell_its_trades_and_its_end() -> None:
    """When it was made, what set it off, what it was to trade, what became of it and when."""
    planned = confirmed(worked())
    done = replace(
        proposal_in(ProposalState.DONE, decided_by="owner"), decision_id=planned.decision_id
    )
    evidence = Evidence((planned,), (done,), fates=((ProposalState.DONE, 2),))
    assert _answer(Intent.WHY_TRADE, evidence).required == (
        "proposals",
        "made",
        "drift_btc",
        "room_btc",
        "sell_btc",
        "buy_eth",
        "cost",
        "name",
        "state",
        "at",
    )


def test_a_pause_that_ends_must_tell_what_was_and_since_when() -> None:
    """What is so now, what was so before, and since when."""
    before = replace(STATE, stress=under(Stress.GUARDED, since=7))
    told = tell(ENGLISH, pause_facts(decide_on(worked(), EngineState()), before))
    assert told.required == ("stress", "was", "was_since")


def test_where_nothing_must_be_told_the_template_speaks() -> None:
    """A text that has to tell nothing could pass without telling anything."""
    assert not fits(replace(named("one breach"), required=()))
    assert fits(named("one breach"))


def test_a_table_that_needs_more_than_a_text_holds_does_not_fit() -> None:
    """A plan of many orders is told by the template, as a short text could not name them all."""
    told = named("one breach")
    trades = [fact for fact in told.facts if fact.kind == "trade"]
    wide = [replace(fact, fact_id=f"{fact.fact_id}_{n}") for n in range(8) for fact in trades]
    many = replace(told, facts=tuple(wide), required=tuple(fact.fact_id for fact in wide))
    assert sum(len(fact.text) for fact in wide) < LONGEST
    assert fits(replace(many, required=many.required[:8]))
    assert not fits(many)
