import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.explain.prompts import narrator_question
from bot.explain.required import LONGEST, MOST_FIGURES, fits
from bot.explain.speech import Speech
from bot.explain.telling import tell
from bot.explain.told import Told
from bot.explain.wording import de, en
from core.domain.decision import Gate, ReasonCode
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.units import Asset, Money
from core.facts import (
    MAX_ROWS,
    Fact,
    FactTable,
    Polarity,
    Unit,
    decision_facts,
    digest_facts,
    ended_facts,
    figure_id,
)
from tests.dsl import MORNING, decide_daily, decide_on
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.injected import ORDER, TOKEN, injected_tables
from tests.explain.rarer import every
from tests.explain.samples import Sample, worked
from tests.strategies import World, states, worlds

BERLIN = ZoneInfo("Europe/Berlin")
USD = Asset("USD")
SAMPLES = every()
ENGLISH = Speech(en, MORNING + timedelta(minutes=2), BERLIN, "USD")
EXPIRES_AT = MORNING + timedelta(hours=12)
FACT_ID = re.compile(r"[a-z][a-z0-9_]{0,40}")


def _told_of(sample: Sample) -> Told:
    now = sample.decision.decided_at
    expires_at = now + timedelta(hours=12)
    table = decision_facts(sample.decision, quote=Asset(sample.quote), expires_at=expires_at)
    speech = replace(ENGLISH, now=now, quote=sample.quote)
    return tell(speech, table)


def _named(name: str) -> Told:
    return _told_of(next(sample for sample in SAMPLES if sample.name == name))


def _words(told: Told) -> dict[str, str]:
    return {fact.fact_id: fact.text for fact in told.facts}


def check_told(told: Told) -> None:
    """Insist on what every table in words keeps to."""
    ids = [fact.fact_id for fact in told.facts]
    assert len(ids) == len(set(ids)) <= MAX_ROWS
    assert all(FACT_ID.fullmatch(name) for name in ids)
    assert all(fact.text.strip() and not set("{}") & set(fact.text) for fact in told.facts)
    assert set(told.required) <= set(ids)
    assert len(told.required) == len(set(told.required))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_sample_is_told_in_finished_words(sample: Sample) -> None:
    """Every decision has facts with words, some of which a text must use, and they fit."""
    told = _told_of(sample)
    check_told(told)
    assert told.required
    assert told.language == "en"
    assert fits(told)


@given(worlds())
def test_any_decision_is_told(world: World) -> None:
    """Whatever the engine decides, telling it raises nothing and leaves nothing open."""
    decision = decide_daily(world.situation, 2, world.state)
    check_told(tell(ENGLISH, decision_facts(decision, quote=USD, expires_at=EXPIRES_AT)))
    check_told(tell(ENGLISH, digest_facts([decision], quote=USD)))


@given(states())
def test_any_memory_is_told(state: object) -> None:
    """Whatever people and feeds have written into the memory, telling it raises nothing."""
    decision = decide_on(worked(), state)  # type: ignore[arg-type]
    check_told(tell(ENGLISH, decision_facts(decision, quote=USD)))


def test_the_words_of_a_plan_fit_into_a_sentence() -> None:
    """A fact brings its own verb, direction and unit, so that prose can be built around it."""
    told = _words(_named("one breach"))
    assert told["sell_btc"] == "sell 0.03195 BTC (about $3,514)"
    assert told["buy_eth"] == "buy 0.62 ETH (about $2,604)"
    assert told["drift_btc"] == "12.0 points above target"
    assert told["room_btc"] == "10.0 points"
    assert told["after_btc"] == "55.0 % of the portfolio"
    assert told["edge_btc"] == "the upper edge of 60.0 %"
    assert told["cost"] == "about $26 in fees and spread"
    assert told["worth_per_cost"] == "16 times the cost"
    assert told["cash_change_usd"] == "about $884 more in cash"
    assert told["expiry"] == "today 13:06"
    assert "amount_btc" not in told, "the trade tells it already"


def test_german_words_come_from_the_same_facts() -> None:
    """The language of the words is the language that is asked of the model."""
    table = decision_facts(decide_daily(worked(), 2), quote=USD)
    told = tell(replace(ENGLISH, wording=de), table)
    assert told.language == "de"
    assert _words(told)["sell_btc"].startswith("0,03195 BTC")


def test_the_words_of_the_market_are_its_own() -> None:
    """Regime, stress and figures of reasons read like parts of a sentence, too."""
    rising, stress = _words(_named("rising, kept")), _words(_named("stress within a day"))
    assert rising["regime_label"] == "rising steadily"
    assert rising["plain_btc"] == "the usual 60.0 %"
    assert stress["stress"] == "on hold under stress"
    assert stress["stress_vote_price_family"] == "prices fell hard"
    assert stress["stress_vote_sentiment_points"] == "1 stress point"
    assert stress["stress_vote_sentiment_measured"] == "22 on the Fear & Greed index"
    assert stress["intraday_shock_change"] == "a fall of 17.1 % within a day"
    assert _words(_named("yearly limit"))["yearly_limit_limit"] == "at most 4 proposals in 365 days"
    waiting = _words(_named("awaiting confirmation"))
    assert waiting["await_confirmation_days"] == "1 daily look so far"
    assert waiting["await_confirmation_needed"] == "2 daily looks in a row"


def test_a_fact_points_only_where_it_says() -> None:
    """An edge, a shifted target or a delay licenses no direction; a place and a trend do."""
    plan, kept = (
        {fact.fact_id: fact.polarity for fact in _named(name).facts}
        for name in ("one breach", "rising, kept")
    )
    assert plan["drift_btc"] is plan["place_btc"] is kept["regime_label"] is Polarity.UP
    assert plan["sell_btc"] is Polarity.SELL
    assert plan["place_eth"] is Polarity.DOWN
    for name in ("edge_btc", "plain_btc", "edge_eth", "margin_eth"):
        assert kept[name] is Polarity.NONE


def test_a_row_that_names_a_coin_is_about_that_coin() -> None:
    """The coin nearest to an edge is the subject of its name, so no other's figure joins it."""
    told = _named("nothing")
    assert [(f.subject, f.text) for f in told.facts if f.fact_id == "closest"] == [("USD", "USD")]
    assert [f.subject for f in told.facts if f.fact_id == "quote"] == ["USD"]


def test_every_coin_with_a_figure_has_a_name() -> None:
    """A coin that only a reason speaks of can be named as well."""
    assert _words(_named("many stale prices"))["asset_sol"] == "SOL"


def test_that_nothing_is_outside_is_told_only_where_somebody_looked() -> None:
    """With bad data nobody knows who is outside its band, so a text cannot say that nobody is."""
    assert "outside" not in _words(_named("no prices"))
    assert "outside" not in _words(_named("stuck outside")), "what cannot be traded may be outside"
    assert _words(_named("nothing"))["outside"] == "no asset"
    assert _words(_named("three breaches"))["outside"] == "3 assets"


def _near(*facts: tuple[str, str, Unit]) -> FactTable:
    rows = [
        Fact(f"{kind}_btc", "BTC", Polarity.NONE, kind, Decimal(value), unit)
        for kind, value, unit in facts
    ]
    return FactTable("no_trade", tuple(rows), ())


def test_figures_that_differ_look_different() -> None:
    """Two weights that round to the same show the digit in which they differ."""
    table = _near(("weight", "0.59994", Unit.WEIGHT), ("edge", "0.60001", Unit.WEIGHT))
    told = _words(tell(ENGLISH, table))
    assert told["weight_btc"] == "59.99 % of the portfolio"
    assert told["edge_btc"] == "60.00 %"


def test_a_landing_on_target_needs_no_more_digits() -> None:
    """Where a plan ends a hair from its target, both are the same to a reader."""
    table = _near(("target", "0.5", Unit.WEIGHT), ("after", "0.5000001", Unit.WEIGHT))
    told = _words(tell(ENGLISH, table))
    assert told == {
        "target_btc": "a target of 50.0 %",
        "after_btc": "50.0 % of the portfolio",
        "asset_btc": "BTC",
    }


def _lone(kind: str, value: str, unit: Unit, subject: str = "portfolio") -> FactTable:
    return FactTable("answer", (Fact("x", subject, Polarity.NONE, kind, value, unit),), ())


@pytest.mark.parametrize(
    "table",
    [
        _lone("note", ORDER, Unit.TEXT),
        _lone("what", "crossed", Unit.TEXT),
        _lone("gate", ORDER, Unit.KEY),
        _lone("unheard_of", "data", Unit.KEY),
        _lone("open", ORDER, Unit.NAME),
        _lone("open", "7f3k9q2", Unit.NAME),
        _lone("open", "7f3k9q2mm", Unit.NAME),
        _lone("open", "ILLEGALO", Unit.NAME),
        _lone("closest", "visit-site.com", Unit.NAME),
        _lone("by", "ANA", Unit.NAME),
        _lone("asset", "btc", Unit.NAME, "btc"),
        _lone("drift", "{{cost}}", Unit.KEY),
    ],
    ids=lambda table: f"{table.facts[0].kind} {table.facts[0].value} {table.facts[0].unit}",
)
def test_what_somebody_wrote_is_no_fact(table: FactTable) -> None:
    """Free texts, unknown keys and names in no known form never come through."""
    assert tell(ENGLISH, table).facts == ()


def test_a_small_factor_does_not_read_as_zero() -> None:
    """A benefit far below the cost is told as such, not as no times the cost."""
    told = _words(_named("hard breach against the cost"))
    assert told["worth_per_cost"] == "far less than the cost"


def test_the_name_of_a_proposal_comes_through() -> None:
    """A name in the form that code gives is told."""
    assert _words(tell(ENGLISH, _lone("open", "7f3k9q2m", Unit.NAME))) == {"x": "proposal 7f3k9q2m"}


def test_l6_no_order_reaches_words_ids_or_prompt() -> None:
    """Whatever people, feeds and token names say, a model reads none of it."""
    tables = [*injected_tables()]
    assert len(tables) > 20
    for table in tables:
        told = tell(ENGLISH, table)
        question = narrator_question(told)
        shown = f"{told} {question.system} {question.user}".lower()
        for part in (*ORDER.split(), TOKEN.lower(), ORDER.replace(" ", "")):
            assert part not in shown, (part, table.topic)


def test_a_reason_about_something_unheard_of_is_no_fact() -> None:
    """What a reason is about is part of its ids, so it is a coin or a word of a closed set."""
    code = ReasonCode.COOLING_DOWN.value
    for about, count in (("price", 1), ("", 1), (ORDER, 0)):
        name = figure_id(code, about, "until")
        fact = Fact(name, "market", Polarity.NONE, "until", MORNING, Unit.DAY)
        told = tell(ENGLISH, FactTable("pause", (fact,), ((code, about),)))
        assert len(told.facts) == count


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
    text = _words(told)
    assert text["sold_btc"] == "sold 0.02 BTC"
    assert text["unfilled_btc"] == "0.01195 BTC not sold"
    assert text["why_eth"] == "the venue refused the order"
    assert text["average_btc"] == "$109,900 on average"
    assert text["fees"] == "$5.72 in fees"
    assert text["state"] == "was carried out in part"


def test_better_prices_than_expected_are_no_negative_cost() -> None:
    """Where prices made up for the fees, the cost reads as nothing rather than below zero."""
    proposal = proposal_in(ProposalState.DONE)
    sell = order_for(proposal, 1, OrderState.FILLED)
    table = executed_facts(proposal, [sell], [fill_of(sell, "0.03195", "112000", fee="1")])
    rows = [replace(f, value=Decimal(-3)) if f.fact_id == "cost" else f for f in table.facts]
    text = _words(tell(ENGLISH, replace(table, facts=tuple(rows))))
    assert text["cost"] == "nothing in all, as better prices made up for the fees"


def test_a_plan_must_tell_trades_trigger_cost_and_expiry() -> None:
    """What sets a plan off, what it trades, what it costs and until when it stands is required."""
    assert _named("one breach").required == (
        "drift_btc",
        "room_btc",
        "sell_btc",
        "buy_eth",
        "cost",
        "expiry",
    )
    assert _named("two breaches").required[:3] == ("drift_btc", "drift_eth", "room_btc")
    assert _named("three breaches").required[:3] == ("drift_btc", "room_btc", "outside")
    first = _named("all cash, first funding").required
    assert first == ("buy_btc", "buy_eth", "cost", "expiry")


def test_doing_nothing_must_tell_the_gate_and_its_figures() -> None:
    """The check that failed and its figures are required, and on a calm day the nearest edge."""
    assert _named("nothing").required == ("gate", "closest", "margin_usd")
    waiting = ("gate", "await_confirmation_days", "await_confirmation_needed", "drift_btc")
    assert _named("awaiting confirmation").required == waiting
    costs = ("gate", "cost", "cost_gt_benefit_benefit", "cost_gt_benefit_needed")
    assert _named("cost above benefit").required == costs
    limit = _named("turnover limit").required
    assert limit[1:] == tuple(f"turnover_limit_{name}" for name in ("used", "turnover", "limit"))
    assert _named("halted").required == ("gate", "halted_since")


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
    assert _words(told)["deposits"] == "$500 of new money"
    waiting = digest_facts([decide_on(worked())], [proposal_in(ProposalState.PROPOSED)], quote=USD)
    assert tell(ENGLISH, waiting).required == ("value", "open", "expiry")


def test_how_a_proposal_ended_is_told_as_an_answer() -> None:
    """A table whose topic no model writes about is told as an answer, without who and why."""
    table = ended_facts(proposal_in(ProposalState.WITHDRAWN, note="market stress"), quote=USD)
    told = tell(ENGLISH, table)
    assert told.topic == "answer"
    assert told.required[:2] == ("name", "state")
    assert _words(told)["state"] == "was withdrawn"


def test_a_table_that_needs_more_than_a_text_holds_does_not_fit() -> None:
    """A plan of many orders is told by the template, as a short text could not name them all."""
    told = _named("one breach")
    trades = [fact for fact in told.facts if fact.kind == "trade"]
    wide = [replace(fact, fact_id=f"{fact.fact_id}_{n}") for n in range(8) for fact in trades]
    many = replace(told, facts=tuple(wide), required=tuple(fact.fact_id for fact in wide))
    assert sum(len(fact.text) for fact in wide) < LONGEST
    assert fits(replace(many, required=many.required[:8]))
    assert not fits(many)
