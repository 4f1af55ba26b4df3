"""Facts about the market: the pause, what moved an edge or a target, the plan held back."""

from decimal import Decimal

import pytest

from core.domain.decision import Reason, ReasonCode
from core.domain.units import Asset
from core.facts import MAX_ROWS, Fact, FactTable, Polarity, Unit, decision_facts, figures_of
from tests.core.tables import number_in, value_in
from tests.dsl import MORNING
from tests.explain.rarer import every

SAMPLES = every()


def test_reasons_of_one_code_keep_their_facts_apart() -> None:
    """Each family, feed and tilt has rows of its own, however many speak at once."""
    decisions = [sample.decision for sample in SAMPLES]
    for decision in decisions:
        for gate in decision.gates:
            facts = [f for r in gate.reasons for f in figures_of(r, value=decision.value)]
            assert len({fact.fact_id for fact in facts}) == len(facts)
    votes = _named("stress of every kind").subjects_of(ReasonCode.STRESS_VOTE)
    assert votes == ("price", "sentiment", "correlation", "flows", "quote", "venue")
    reason = Reason(
        ReasonCode.FEED_TROUBLE,
        "",
        (("kind", "exchange_balance ETH"), ("source", "coinmetrics.io"), ("trouble", "down")),
    )
    ids = {fact.fact_id for fact in figures_of(reason, value=None)}
    assert len(ids) == 3
    assert all(len(name) <= 41 for name in ids)


def _named(name: str) -> FactTable:
    return decision_facts(
        next(sample.decision for sample in SAMPLES if sample.name == name), quote=Asset("USD")
    )


def _found(table: FactTable, name: str) -> Fact:
    fact = table.find(name)
    assert fact is not None
    return fact


def test_what_is_off_par_or_fell_is_told_by_how_much() -> None:
    """The words say which way; the figure has no sign."""
    table = _named("stress within a day")
    assert number_in(table, "intraday_shock_change") == Decimal("0.171")
    assert _found(table, "intraday_shock_change").polarity is Polarity.DOWN
    assert number_in(_named("quote coin off par"), "off_peg_gap") == Decimal("0.0062")
    decision = next(s.decision for s in SAMPLES if s.name == "stress of every kind")
    facts = {fact.fact_id: fact for r in decision.reasons for fact in figures_of(r, value=None)}
    assert facts["stress_vote_quote_measured"].value == Decimal("0.0062")
    assert facts["stress_vote_price_measured"].value == Decimal("-0.162")
    assert facts["stress_vote_price_measured"].unit is Unit.RATE
    assert facts["stress_vote_sentiment_measured"].unit is Unit.NUMBER


def test_an_edge_the_market_moved_is_stated_with_where_it_would_be() -> None:
    """BTC's upper edge at 70 % in a rising market, 60 % without; cash has the factors reversed."""
    table = _named("rising, kept")
    plain = _found(table, "plain_btc")
    assert (plain.polarity, plain.unit) == (Polarity.UP, Unit.WEIGHT)
    assert number_in(table, "edge_btc") == Decimal("0.7")
    assert number_in(table, "plain_btc") == Decimal("0.6")
    assert value_in(table, "regime_label") == "up"
    cash = _named("falling, cash")
    assert number_in(cash, "edge_usd") == Decimal("0.36")
    assert number_in(cash, "plain_usd") == Decimal("0.28")


@pytest.mark.parametrize("name", ["falling, kept", "plain bands", "not known", "guarded"])
def test_an_edge_the_market_left_alone_is_not_stated_twice(name: str) -> None:
    """A factor of one, or none at all, is nothing to tell."""
    assert not _named(name).of_kind("plain")


def test_a_shifted_target_is_stated_with_the_persons_own() -> None:
    """The target as it is traded, the person's own, and which tilt lies between them."""
    table = _named("bull tilt")
    assert value_in(table, "tilt_eth") == "bull"
    assert number_in(table, "target_eth") == Decimal("0.35")
    assert number_in(table, "base_eth") == Decimal("0.30")
    assert value_in(_named("beside a crowded coin"), "tilt_btc") == "receiving"
    assert value_in(_named("fading, sold"), "tilt_btc") == "fading"


def test_a_withheld_plan_is_stated_only_when_the_pause_alone_holds_it() -> None:
    """What would have been proposed in a calm market, side by side with why it is not."""
    table = _named("stress pause, confirmed")
    assert value_in(table, "held_btc") == Decimal("0.03195")
    assert _found(table, "held_btc").polarity is Polarity.SELL
    assert value_in(table, "stress") == "paused"
    assert value_in(table, "stress_since") == MORNING.replace(day=28, month=2, hour=0, minute=0)
    assert not _named("stress pause").of_kind("held")
    assert not _named("halted under stress").of_kind("held")


def test_a_full_table_keeps_what_the_market_moved() -> None:
    """Rows about the market's part give way last: they are what a reader would wonder about."""
    for name in ("bull tilt", "turbulent"):
        table = _named(name)
        assert len(table.facts) == MAX_ROWS
        assert table.of_kind("plain")
