from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import Decision, NoTrade, Propose, Reason, ReasonCode
from core.domain.errors import InvariantBroken
from core.domain.market import Side
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import ProposalState
from core.domain.units import Asset, Money, Weight
from core.engine import decide
from core.facts import (
    REASON_UNITS,
    FactTable,
    Polarity,
    Unit,
    about,
    decision_facts,
    digest_facts,
    ended_facts,
    facts_digest,
    figures_of,
)
from core.facts.standings import closest, landing_of, place_of
from tests.core.tables import check_shape, number_in, value_in
from tests.dsl import MORNING, decide_daily, decide_on, portfolio
from tests.explain.executions import proposal_in
from tests.explain.rarer import every
from tests.explain.samples import Sample, worked
from tests.strategies import World, worlds

USD = Asset("USD")
SAMPLES = every()
IDS = [sample.name for sample in SAMPLES]


def _facts_of(decision: Decision, quote: Asset = USD) -> FactTable:
    return decision_facts(decision, quote=quote)


def test_the_samples_show_every_reason_the_engine_knows() -> None:
    """No reason code exists that the samples, and so the sentences, have not met."""
    seen = {reason.code for sample in SAMPLES for reason in sample.decision.reasons}
    assert seen == set(ReasonCode)


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_table_has_at_most_thirty_rows_with_proper_unique_ids(sample: Sample) -> None:
    """Every table obeys the form that METHODS 7.2 gives it."""
    check_shape(_facts_of(sample.decision, Asset(sample.quote)))


@given(worlds(), st.integers(1, 2))
def test_any_decision_has_a_proper_table(world: World, days: int) -> None:
    """Whatever the engine decides, its facts can be stated, and every value has a unit."""
    decision = decide_daily(world.situation, days, world.state)
    table = _facts_of(decision, world.situation.policy.quote)
    check_shape(table)
    expected = "propose" if isinstance(decision.outcome, Propose) else "no_trade"
    assert table.topic == expected
    assert table.codes == tuple((r.code.value, about(r)) for r in decision.reasons)


@given(worlds())
def test_a_proposal_always_states_its_trades_and_its_cost(world: World) -> None:
    """However many rows are dropped, every shown trade and the cost stay in the table."""
    decision = decide_daily(world.situation, 2, world.state)
    if not isinstance(decision.outcome, Propose):
        return
    table, plan = _facts_of(decision), decision.outcome.plan
    assert value_in(table, "cost") == plan.cost
    stated = {(fact.subject, fact.polarity, fact.value) for fact in table.of_kind("trade")}
    trades = {(t.asset, Polarity(t.side.value.lower()), t.quantity) for t in plan.trades}
    assert stated == trades


def test_every_value_the_engine_states_has_a_unit() -> None:
    """A reason's values and their units stand in one table, and the table holds nothing else."""
    stated: dict[ReasonCode, set[str]] = {}
    for sample in SAMPLES:
        for reason in sample.decision.reasons:
            stated.setdefault(reason.code, set()).update(name for name, _ in reason.values)
    units = {code: set(REASON_UNITS.get(code, {})) for code in ReasonCode}
    assert stated == units


def test_a_value_without_a_unit_is_our_bug() -> None:
    """A new value in the engine cannot slip past the facts unnoticed."""
    odd = Reason(ReasonCode.NO_BREACH, "", (("surprise", 1),))
    with pytest.raises(InvariantBroken, match="'surprise', which has no unit"):
        figures_of(odd, value=None)


def test_equal_decisions_have_equal_digests_whatever_the_order_of_assets() -> None:
    """A table is named by what it says, not by how the account was listed."""
    one = worked()
    turned = replace(one.snapshot, balances=one.snapshot.balances[::-1])
    first = _facts_of(decide(one.snapshot, one.policy, decide_on(one).next_state))
    second = _facts_of(decide(turned, one.policy, decide_on(one).next_state))
    assert first == second
    assert facts_digest(first) == facts_digest(second)
    assert facts_digest(first) != facts_digest(replace(first, topic="digest"))
    assert facts_digest(first) != facts_digest(replace(first, facts=first.facts[1:]))


def test_the_worked_example_states_its_drift_room_and_landing() -> None:
    """BTC at 62 % of 50 +- 10: 12 points above, 10 allowed, half-way between after the trade."""
    table = _facts_of(decide_daily(worked(), 2))
    drift = table.find("drift_btc")
    assert drift is not None
    assert (drift.polarity, drift.unit) == (Polarity.UP, Unit.POINTS)
    assert round(number_in(table, "drift_btc"), 4) == Decimal("0.1200")
    assert number_in(table, "room_btc") == Decimal("0.1")
    assert value_in(table, "landing_btc") == "halfway"
    assert value_in(table, "sell_btc") == Decimal("0.03195")
    assert value_in(table, "buy_eth") == Decimal("0.62")
    assert value_in(table, "place_eth") == "furthest_below"
    assert number_in(table, "outside_after") == 0


def test_swapping_two_assets_swaps_their_facts() -> None:
    """What is said of one asset is never said of another (L3)."""
    mirrored = portfolio(
        "ETH 0.28182 @ 110000 -> 50", "BTC 2.6190 @ 4200 -> 30, step 0.0001", cash="8000 -> 20"
    )
    first, second = (_facts_of(decide_daily(one, 2)) for one in (worked(), mirrored))
    names = {"BTC": "ETH", "ETH": "BTC"}
    swapped = {(names.get(f.subject, f.subject), f.kind, str(f.value)) for f in first.facts}
    found = {(f.subject, f.kind, str(f.value)) for f in second.facts}
    assert {row for row in swapped if row[1] != "asset"} == {
        row for row in found if row[1] != "asset"
    }


@pytest.mark.parametrize(
    ("name", "landing"),
    [
        ("one breach", "halfway"),
        ("cold limited", "inside"),
        ("guarded", "nearer"),
        ("an exit", "gone"),
    ],
)
def test_a_landing_is_named_for_where_the_plan_really_leads(name: str, landing: str) -> None:
    """Half-way is said of a plan that ends half-way, never of a policy that wished so."""
    decision = next(sample.decision for sample in SAMPLES if sample.name == name)
    (fact,) = _facts_of(decision).of_kind("landing")
    assert fact.value == landing


@pytest.mark.parametrize(
    ("after", "landing"),
    [
        ("0.501", "target"),
        ("0.551", "halfway"),
        ("0.58", "inside"),
        ("0.61", "nearer"),
        ("0.63", "outside"),
        ("0.43", "inside"),
    ],
)
def test_every_landing_has_its_name(after: str, landing: str) -> None:
    """From 62 % with a target of 50 +- 10: where the plan ends decides what is said of it."""
    decision = decide_daily(worked(), 2)
    standing = next(row for row in decision.standings if row.asset == "BTC")
    assert landing_of(standing, Weight(Decimal(after))) == landing


def test_the_place_of_an_asset_is_told_among_all() -> None:
    """Only the one that used most of its band is called the furthest."""
    standings = decide_daily(worked(), 2).standings
    assert {row.asset: place_of(row, standings) for row in standings} == {
        "BTC": "furthest_above",
        "ETH": "furthest_below",
        "USD": "below",
    }
    level = [replace(row, weight=row.target, drift=Decimal(0)) for row in standings]
    assert {place_of(row, level) for row in level} == {"at"}
    assert closest(level) is None


def test_the_closest_asset_comes_with_its_edge_and_margin() -> None:
    """Doing nothing says what would be next: 27 % of USD, and it trades at 28 %."""
    decision = next(sample.decision for sample in SAMPLES if sample.name == "nothing")
    table = _facts_of(decision)
    assert value_in(table, "closest") == "USD"
    assert number_in(table, "edge_usd") == Decimal("0.28")
    margin = table.find("margin_usd")
    assert margin is not None
    assert margin.polarity is Polarity.UP
    assert margin.value == number_in(table, "edge_usd") - number_in(table, "weight_usd")


def test_a_refusal_for_cost_states_money_not_rates() -> None:
    """A person reads what less drift is worth in money (METHODS 5.5)."""
    decision = next(s.decision for s in SAMPLES if s.name == "cost above benefit")
    assert isinstance(decision.outcome, NoTrade)
    assert decision.value is not None
    withheld = decision.outcome.withheld
    assert withheld is not None
    fact = _facts_of(decision).find("cost_gt_benefit_benefit")
    assert fact is not None
    assert fact.unit is Unit.MONEY
    assert fact.value == withheld.benefit * decision.value


def test_a_proposal_states_when_its_card_ends() -> None:
    """The expiry is a fact when the caller knows it."""
    decision, end = decide_daily(worked(), 2), MORNING + timedelta(hours=12)
    assert value_in(decision_facts(decision, quote=USD, expires_at=end), "expiry") == end
    assert _facts_of(decision).find("expiry") is None


def test_an_ended_proposal_states_who_when_and_why() -> None:
    """The rejection's person, instant and reason are facts; texts are marked as texts."""
    proposal = proposal_in(ProposalState.REJECTED, decided_by="42", note="rent is due")
    table = ended_facts(proposal, quote=USD)
    check_shape(table)
    by, note = table.find("by"), table.find("note")
    assert by is not None
    assert note is not None
    assert (by.value, by.unit) == ("42", Unit.TEXT)
    assert (note.value, note.unit) == ("rent is due", Unit.TEXT)
    assert value_in(table, "state") == "REJECTED"
    assert value_in(table, "at") == MORNING.replace(hour=8, minute=30)


def test_a_digest_states_what_happened_and_what_did_not() -> None:
    """Proposals are counted by their end, flows by what they were worth."""
    ended = [ProposalState.DONE, ProposalState.EXPIRED, ProposalState.EXPIRED]
    flows = [
        Flow(
            str(n),
            USD,
            kind,
            Decimal(amount),
            None if amount == 7 else Money(Decimal(amount)),
            MORNING,
        )
        for n, (kind, amount) in enumerate(
            [(FlowKind.DEPOSIT, 500), (FlowKind.DEPOSIT, 7), (FlowKind.WITHDRAWAL, -20)]
        )
    ]
    decision = next(sample.decision for sample in SAMPLES if sample.name == "nothing")
    proposals = [proposal_in(state) for state in ended]
    table = digest_facts([decision], proposals, flows, quote=USD)
    check_shape(table)
    assert number_in(table, "done") == 1
    assert number_in(table, "expired") == 2
    assert number_in(table, "deposits") == 500
    assert number_in(table, "withdrawals") == 20
    assert value_in(table, "closest") == "USD"
    assert value_in(table, "value") == decision.value
    assert table.find("open") is None


def test_a_digest_without_a_look_still_has_a_table() -> None:
    """A day on which the data could not be had is a digest, too."""
    table = digest_facts([], [proposal_in(ProposalState.PROPOSED)], quote=USD)
    assert number_in(table, "looks") == 0
    assert value_in(table, "open") == "7f3k9q2m"


def test_sides_and_polarities_agree() -> None:
    """A sale's facts say sell and a buy's facts say buy, everywhere."""
    for sample in SAMPLES:
        if isinstance(sample.decision.outcome, Propose):
            sides = {t.asset: t.side for t in sample.decision.outcome.plan.trades}
            for fact in _facts_of(sample.decision, Asset(sample.quote)).of_kind("trade"):
                is_sale = sides[Asset(fact.subject)] is Side.SELL
                assert fact.polarity is (Polarity.SELL if is_sale else Polarity.BUY)
                assert fact.fact_id.startswith("sell_" if is_sale else "buy_")
