from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.explain.required import LONGEST, MOST_FIGURES, fits
from bot.explain.telling import tell
from core.domain.decision import Gate, ReasonCode
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.units import Asset, Money
from core.facts import Fact, FactTable, Polarity, Unit, digest_facts
from tests.dsl import MORNING, decide_on
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.samples import worked
from tests.explain.told_samples import ENGLISH, named, words

USD = Asset("USD")


def _half_done() -> FactTable:
    proposal = proposal_in(ProposalState.PARTIAL)
    sell = order_for(proposal, 1, OrderState.PARTLY_FILLED)
    buy = order_for(proposal, 2, OrderState.REJECTED)
    return executed_facts(proposal, [sell, buy], [fill_of(sell, "0.02", "109900", fee="5.72")])


def test_an_execution_must_tell_every_fill_and_what_was_left() -> None:
    """Fills, quantities that were left with why, and the cost are required."""
    told = tell(ENGLISH, _half_done())
    assert told.required == (
        "sold_btc",
        "unfilled_btc",
        "why_btc",
        "unfilled_eth",
        "why_eth",
        "cost",
    )
    text = words(told)
    assert text["sold_btc"] == "sold 0.02 BTC"
    assert text["unfilled_btc"] == "0.01195 BTC not sold"
    assert text["why_eth"] == "the venue refused the order"
    assert text["average_btc"] == "$109,900 on average"
    assert text["fees"] == "$5.72 in fees"
    assert text["state"] == "was carried out in part"


def test_a_plan_must_tell_trades_trigger_cost_and_expiry() -> None:
    """What sets a plan off, what it trades, what it costs and until when it stands is required."""
    assert named("one breach").required == (
        "drift_btc",
        "room_btc",
        "sell_btc",
        "buy_eth",
        "cost",
        "expiry",
    )
    assert named("two breaches").required[:3] == ("drift_btc", "drift_eth", "room_btc")
    assert named("three breaches").required[:3] == ("drift_btc", "room_btc", "outside")
    first = named("all cash, first funding").required
    assert first == ("buy_btc", "buy_eth", "cost", "expiry")


def test_doing_nothing_must_tell_the_gate_and_its_figures() -> None:
    """The check that failed and its figures are required, and on a calm day the nearest edge."""
    assert named("nothing").required == ("gate", "closest", "margin_usd")
    waiting = ("gate", "await_confirmation_days", "await_confirmation_needed", "drift_btc")
    assert named("awaiting confirmation").required == waiting
    costs = ("gate", "cost", "cost_gt_benefit_benefit", "cost_gt_benefit_needed")
    assert named("cost above benefit").required == costs
    limit = named("turnover limit").required
    assert limit[1:] == tuple(f"turnover_limit_{name}" for name in ("used", "turnover", "limit"))
    assert named("halted").required == ("gate", "halted_since")


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


def _flows() -> Sequence[Flow]:
    return [
        Flow(f"f{number}", USD, kind, Decimal(500), Money(Decimal(500)), MORNING)
        for number, kind in enumerate((FlowKind.DEPOSIT, FlowKind.REWARD))
    ]


def test_a_day_must_tell_its_value_its_gate_and_what_moved() -> None:
    """The digest's opening holds the value, why nothing happened, and money in and out."""
    table = digest_facts([decide_on(worked())], [], _flows(), quote=USD)
    told = tell(ENGLISH, table)
    assert told.required == ("value", "gate", "deposits", "rewards")
    assert words(told)["deposits"] == "$500 of new money"
    waiting = digest_facts([decide_on(worked())], [proposal_in(ProposalState.PROPOSED)], quote=USD)
    assert tell(ENGLISH, waiting).required == ("value", "open", "expiry")


def test_a_table_that_needs_more_than_a_text_holds_does_not_fit() -> None:
    """A plan of many orders is told by the template, as a short text could not name them all."""
    told = named("one breach")
    trades = [fact for fact in told.facts if fact.kind == "trade"]
    wide = [replace(fact, fact_id=f"{fact.fact_id}_{n}") for n in range(8) for fact in trades]
    many = replace(told, facts=tuple(wide), required=tuple(fact.fact_id for fact in wide))
    assert sum(len(fact.text) for fact in wide) < LONGEST
    assert fits(replace(many, required=many.required[:8]))
    assert not fits(many)
