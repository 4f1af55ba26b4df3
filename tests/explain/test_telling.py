import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from bot.explain.prompts import narrator_question
from bot.explain.required import fits
from bot.explain.telling import tell
from bot.explain.told import Told
from bot.explain.wording import de
from core.domain.asked import Intent
from core.domain.decision import ReasonCode
from core.domain.proposal import OrderState, ProposalState
from core.domain.units import Asset
from core.facts import (
    MAX_ROWS,
    Evidence,
    Fact,
    FactTable,
    Polarity,
    Unit,
    answer_facts,
    decision_facts,
    digest_facts,
    ended_facts,
    figure_id,
)
from tests.dsl import MORNING, decide_daily, decide_on
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.injected import ORDER, TOKEN, injected_tables
from tests.explain.samples import Sample, confirmed, worked
from tests.explain.told_samples import ENGLISH, SAMPLES, named, told_of, words
from tests.strategies import World, states, worlds

USD = Asset("USD")
EXPIRES_AT = MORNING + timedelta(hours=12)
FACT_ID = re.compile(r"[a-z][a-z0-9_]{0,40}")


def check_told(told: Told) -> None:
    """Insist on what every table in words keeps to."""
    ids = [fact.fact_id for fact in told.facts]
    assert len(ids) == len(set(ids)) <= MAX_ROWS
    assert all(FACT_ID.fullmatch(name) for name in ids)
    assert all(fact.text.strip() and not set("{}") & set(fact.text) for fact in told.facts)
    assert set(told.required) <= set(ids)
    assert len(told.required) == len(set(told.required))


LEFT_TO_THE_TEMPLATE = {
    "halted",
    "halted under stress",
    "one asset not listed",
    "stuck outside",
    "empty account",
    "no prices",
    "absurd balance",
    "impossible market rules",
    "unsettled data",
    "one a day",
}
"""No fact says why, or only a person's or a venue's words do."""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_sample_is_told_in_finished_words(sample: Sample) -> None:
    """Every decision has facts with words; those a text must use fit, or the template speaks."""
    told = told_of(sample)
    check_told(told)
    assert told.language == "en"
    assert fits(told) is (sample.name not in LEFT_TO_THE_TEMPLATE)
    assert bool(told.required) is fits(told)


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
    told = words(named("one breach"))
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
    assert words(told)["sell_btc"].startswith("0,03195 BTC")


def test_the_words_of_the_market_are_its_own() -> None:
    """Regime, stress and figures of reasons read like parts of a sentence, too."""
    rising, stress = words(named("rising, kept")), words(named("stress within a day"))
    assert rising["regime_label"] == "rising steadily"
    assert rising["plain_btc"] == "the usual 60.0 %"
    assert stress["stress"] == "on hold under stress"
    assert stress["stress_vote_price_family"] == "prices fell hard"
    assert stress["stress_vote_sentiment_points"] == "1 stress point"
    assert stress["stress_vote_sentiment_measured"] == "22 on the Fear & Greed index"
    assert stress["intraday_shock_change"] == "a fall of 17.1 % within a day"
    assert words(named("yearly limit"))["yearly_limit_limit"] == "at most 4 proposals in 365 days"
    waiting = words(named("awaiting confirmation"))
    assert waiting["await_confirmation_days"] == "1 daily look so far"
    assert waiting["await_confirmation_needed"] == "2 daily looks in a row"


def test_a_fact_points_only_where_it_says() -> None:
    """An edge, a shifted target or a delay licenses no direction; a place and a trend do."""
    plan, kept = (
        {fact.fact_id: fact.polarity for fact in named(name).facts}
        for name in ("one breach", "rising, kept")
    )
    assert plan["drift_btc"] is plan["place_btc"] is kept["regime_label"] is Polarity.UP
    assert plan["sell_btc"] is Polarity.SELL
    assert plan["place_eth"] is Polarity.DOWN
    for name in ("edge_btc", "plain_btc", "edge_eth", "margin_eth"):
        assert kept[name] is Polarity.NONE


def test_a_row_that_names_a_coin_is_about_that_coin() -> None:
    """The coin nearest to an edge is the subject of its name, so no other's figure joins it."""
    told = named("nothing")
    assert [(f.subject, f.text) for f in told.facts if f.fact_id == "closest"] == [("USD", "USD")]
    assert [f.subject for f in told.facts if f.fact_id == "quote"] == ["USD"]


def test_every_coin_with_a_figure_has_a_name() -> None:
    """A coin that only a reason speaks of can be named as well."""
    assert words(named("many stale prices"))["asset_sol"] == "SOL"


def test_that_nothing_is_outside_is_told_only_where_somebody_looked() -> None:
    """With bad data nobody knows who is outside its band, so a text cannot say that nobody is."""
    assert "outside" not in words(named("no prices"))
    assert "outside" not in words(named("stuck outside")), "what cannot be traded may be outside"
    assert words(named("nothing"))["outside"] == "no asset outside its band"
    assert words(named("three breaches"))["outside"] == "3 assets outside their bands"


def _near(*facts: tuple[str, str, Unit]) -> FactTable:
    rows = [
        Fact(f"{kind}_btc", "BTC", Polarity.NONE, kind, Decimal(value), unit)
        for kind, value, unit in facts
    ]
    return FactTable("no_trade", tuple(rows), ())


def test_figures_that_differ_look_different() -> None:
    """Two weights that round to the same show the digit in which they differ."""
    table = _near(("weight", "0.59994", Unit.WEIGHT), ("edge", "0.60001", Unit.WEIGHT))
    told = words(tell(ENGLISH, table))
    assert told["weight_btc"] == "59.99 % of the portfolio"
    assert told["edge_btc"] == "60.00 %"


def test_a_landing_on_target_needs_no_more_digits() -> None:
    """Where a plan ends a hair from its target, both are the same to a reader."""
    table = _near(("target", "0.5", Unit.WEIGHT), ("after", "0.5000001", Unit.WEIGHT))
    told = words(tell(ENGLISH, table))
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
    told = words(named("hard breach against the cost"))
    assert told["worth_per_cost"] == "far less than the cost"


def test_the_name_of_a_proposal_comes_through() -> None:
    """A name in the form that code gives is told."""
    assert words(tell(ENGLISH, _lone("open", "7f3k9q2m", Unit.NAME))) == {"x": "proposal 7f3k9q2m"}


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


def test_better_prices_than_expected_are_no_negative_cost() -> None:
    """Where prices made up for the fees, the cost reads as nothing rather than below zero."""
    proposal = proposal_in(ProposalState.DONE)
    sell = order_for(proposal, 1, OrderState.FILLED)
    table = executed_facts(proposal, [sell], [fill_of(sell, "0.03195", "112000", fee="1")])
    rows = [replace(f, value=Decimal(-3)) if f.fact_id == "cost" else f for f in table.facts]
    text = words(tell(ENGLISH, replace(table, facts=tuple(rows))))
    assert text["cost"] == "nothing in all, as better prices made up for the fees"


@pytest.mark.parametrize("state", ["DONE", "PARTIAL", "WITHDRAWN", "EXPIRED"])
def test_the_trades_of_a_settled_plan_are_past(state: str) -> None:
    """A plan that no longer waits was to trade, and where it would have led is left out."""
    planned = confirmed(worked())
    proposal = replace(proposal_in(ProposalState(state)), decision_id=planned.decision_id)
    evidence = Evidence(decisions=(planned,), proposals=(proposal,))
    told = tell(ENGLISH, answer_facts(Intent.WHY_TRADE, evidence, quote=USD))
    text = words(told)
    assert text["sell_btc"] == "was to sell 0.03195 BTC (about $3,514)"
    assert text["cost"] == "about $26 in fees and spread by the plan"
    assert not {"after", "landing", "outside_after", "kept_share"} & {f.kind for f in told.facts}
    assert {"state", "sell_btc", "buy_eth", "cost"} <= set(told.required)
    assert ("expiry" in text) is (state == "EXPIRED")


def test_the_trades_of_a_waiting_plan_are_to_come() -> None:
    """While a plan waits its trades read as they would be done, and until when it is open."""
    planned = confirmed(worked())
    proposal = replace(proposal_in(ProposalState.PROPOSED), decision_id=planned.decision_id)
    evidence = Evidence(decisions=(planned,), proposals=(proposal,))
    told = tell(ENGLISH, answer_facts(Intent.WHY_TRADE, evidence, quote=USD))
    assert words(told)["sell_btc"] == "sell 0.03195 BTC (about $3,514)"
    assert {"state", "expiry"} <= set(told.required)


def test_why_the_program_took_a_plan_back_is_told_and_nobody_elses_words() -> None:
    """A note of a closed vocabulary is a fact; any other leaves the answer to the template."""
    table = ended_facts(proposal_in(ProposalState.WITHDRAWN, note="market stress"), quote=USD)
    told = tell(ENGLISH, table)
    assert words(told)["why"] == "the market came under stress"
    assert "why" in told.required
    for state, note in (("WITHDRAWN", ORDER), ("REJECTED", "halted"), ("REJECTED", ORDER)):
        other = tell(ENGLISH, ended_facts(proposal_in(ProposalState(state), note=note), quote=USD))
        assert "why" not in words(other)
        assert not fits(other)


def test_what_a_check_found_reads_as_a_clause() -> None:
    """The reason why nothing is proposed is whole, so a text cannot turn it round."""
    gates = {name: words(named(name))["gate"] for name in ("nothing", "awaiting confirmation")}
    assert gates["nothing"] == "every asset is inside its band"
    assert gates["awaiting confirmation"] == "the drift has to be seen again first"
    assert words(named("proposal open"))["gate"] == "another plan is still open"


def test_how_a_proposal_ended_is_told_as_an_answer() -> None:
    """A table whose topic no model writes about is told as an answer, without who did it."""
    table = ended_facts(proposal_in(ProposalState.WITHDRAWN, note="market stress"), quote=USD)
    told = tell(ENGLISH, table)
    assert told.topic == "answer"
    assert {"name", "state"} <= set(told.required)
    assert words(told)["state"] == "was withdrawn"
