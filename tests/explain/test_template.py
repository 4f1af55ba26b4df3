import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.explain.speech import Speech
from bot.explain.template import TemplateNarrator
from bot.explain.wording import en
from core.domain.decision import Decision, Gate, NoTrade, Propose
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.state import Halt, ManualPause
from core.domain.units import Asset, Money, Price, Weight
from core.facts import (
    FactTable,
    decision_facts,
    digest_facts,
    ended_facts,
    facts_digest,
)
from core.planning.shortfall import Prices
from tests.dsl import MORNING, decide_daily, decide_on, portfolio
from tests.explain.executions import ENDS_AT, executed_facts, fill_of, order_for, proposal_in
from tests.explain.rarer import every
from tests.explain.reading import check_text, check_tone
from tests.explain.samples import STATE, Sample, twelve, worked
from tests.explain.show import shown
from tests.explain.still_clock import StillClock
from tests.strategies import World, states, worlds

BERLIN = ZoneInfo("Europe/Berlin")
USD = Asset("USD")
SAMPLES = every()
MOST_LINES = 5
MOST_CHARACTERS = 700


def _narrator(minutes: int = 2) -> TemplateNarrator:
    return TemplateNarrator(clock=StillClock(MORNING + timedelta(minutes=minutes)), zone=BERLIN)


def _read(table: FactTable) -> tuple[str, ...]:
    lines = _narrator().lines(table)
    assert lines
    for line in lines:
        check_text(line)
        check_tone(line)
    return lines


def _text(decision: Decision) -> str:
    return "\n".join(_read(decision_facts(decision, quote=USD)))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_sample_reads_as_finished_text_of_at_most_five_lines(sample: Sample) -> None:
    """A card or an answer is short, finished, calm and promises nothing."""
    table = decision_facts(sample.decision, quote=Asset(sample.quote))
    lines = _read(table)
    assert len(lines) <= MOST_LINES
    assert len("\n".join(lines)) <= MOST_CHARACTERS


@given(worlds())
def test_any_decision_can_be_told(world: World) -> None:
    """Whatever the engine decides, the template has words for it, with any number of rows cut."""
    decision = decide_daily(world.situation, 2, world.state)
    _read(decision_facts(decision, quote=USD))
    _read(digest_facts([decision], quote=USD))


@given(states())
def test_any_memory_can_be_told(state: object) -> None:
    """Names and reasons that people typed end up as one clean line, whatever they hold."""
    decision = decide_on(worked(), state)  # type: ignore[arg-type]
    lines = _narrator().lines(decision_facts(decision, quote=USD))
    assert lines
    assert all(line.endswith(".") and "\n" not in line for line in lines)


def test_the_twelve_read_as_they_were_approved() -> None:
    """The words people will meet most often change only on purpose: see tests/explain/show.py."""
    approved = (Path(__file__).parent / "twelve.txt").read_text(encoding="utf-8")
    assert "\n\n".join(shown(sample, gates=False) for sample in twelve()) + "\n" == approved


async def test_an_explanation_names_its_source_and_its_facts() -> None:
    """Who wrote a text, and from which facts, is recorded with it."""
    table = decision_facts(decide_daily(worked(), 2), quote=USD)
    explanation = await _narrator().explain(table)
    assert explanation.source == "template"
    assert explanation.facts_digest == facts_digest(table)
    assert explanation.lines == _narrator().lines(table)
    assert explanation == await _narrator().explain(table)


def test_half_way_is_said_only_of_a_plan_that_ends_half_way() -> None:
    """With another destination in the policy the words name another place."""
    to_target = replace(worked().policy.bands, delta=Weight(Decimal(0)))
    assert "half-way" in _text(decide_daily(worked(), 2))
    text = _text(decide_daily(worked(bands=to_target), 2))
    assert "half-way" not in text
    assert "right at its target" in text


def test_the_money_goes_where_it_is_said_to_go() -> None:
    """The asset that is bought is named, and called the furthest below only when it is."""
    text = _text(decide_daily(worked(), 2))
    assert "ETH, the furthest below its target, gets most of the money" in text
    lower = portfolio("BTC 0.2820 @ 110000 -> 52", "ETH 2.6190 @ 4200 -> 22.2", cash="8000 -> 25.8")
    text = _text(decide_daily(lower, 2))
    assert "The money stays in USD, the furthest below its target." in text


def test_swapping_two_assets_swaps_them_in_the_text() -> None:
    """L3: a text never says of one asset what is true of another."""
    mirrored = portfolio(
        "ETH 0.28182 @ 110000 -> 50", "BTC 2.6190 @ 4200 -> 30, step 0.0001", cash="8000 -> 20"
    )
    swapped = _text(decide_daily(worked(), 2)).translate({ord("B"): "b"})
    swapped = swapped.replace("bTC", "?").replace("ETH", "BTC").replace("?", "ETH")
    assert _text(decide_daily(mirrored, 2)).translate({ord("b"): "B"}) == swapped.translate(
        {ord("b"): "B"}
    )


def test_the_side_of_two_is_said_once_when_it_is_the_same() -> None:
    """Two that stand on one side are told in one breath, two that do not each with its own."""
    same = portfolio(
        *("BTC 0.11 @ 100000 -> 20", "ETH 2.2 @ 5000 -> 20", "SOL 195 @ 200 -> 30"),
        cash="39000 -> 30",
    )
    assert "stands 9.0 points and" in _text(decide_on(same))
    assert " 9.0 points below target. Both are past" in _text(decide_on(same))
    apart = portfolio(
        *("BTC 0.11 @ 100000 -> 20", "ETH 5.8 @ 5000 -> 20", "SOL 150 @ 200 -> 30"),
        cash="30000 -> 30",
    )
    text = _text(decide_on(apart))
    assert "BTC stands 9.0 points below its target and ETH 9.0 points above. Both are past" in text


def test_a_breach_at_the_very_edge_is_not_called_past_it() -> None:
    """60.0 % of 50 +- 10 is as far as it may drift, and said so."""
    edge = portfolio("BTC 0.6 @ 100000 -> 50", "ETH 5 @ 5000 -> 30", cash="15000 -> 20")
    assert "as far as it may drift" in _text(decide_on(edge))


@pytest.mark.parametrize("gate", [gate for gate in Gate if gate not in (Gate.TARGETS, Gate.BANDS)])
def test_every_gate_that_can_fail_has_its_words(gate: Gate) -> None:
    """Whichever gate says no, the answer says why in words of its own."""
    told = {
        sample.decision.outcome.gate: _text(sample.decision)
        for sample in SAMPLES
        if isinstance(sample.decision.outcome, NoTrade)
    }
    if gate is Gate.PLAN:
        decision = next(s.decision for s in SAMPLES if s.name == "too small")
        assert isinstance(decision.outcome, NoTrade)
        told[gate] = _text(replace(decision, outcome=replace(decision.outcome, gate=gate)))
    assert told[gate] != en.SENTENCES["nothing.plan"][0]
    others = [text for other, text in told.items() if other is not gate]
    assert told[gate] not in others or gate is Gate.PLAN


def test_what_people_typed_is_quoted_cleanly() -> None:
    """A reason with line breaks, control characters and braces stays one harmless clause."""
    why = "odd {fill}\n<b>call</b>\x00 me!!! " + "x" * 200
    lines = _narrator().lines(
        decision_facts(decide_on(worked(), replace(STATE, halt=Halt(MORNING, why))), quote=USD)
    )
    assert lines[0].startswith("Trading has been halted since today 01:06: odd {fill} <b>call</b>")
    assert len(lines[0]) < 180
    paused = decide_on(worked(), replace(STATE, pause=ManualPause(MORNING, "4711")))
    assert "Person 4711 paused proposals today 01:06." in _text(paused)


EXECUTIONS = list(
    itertools.product(
        [ProposalState.DONE, ProposalState.PARTIAL, ProposalState.FAILED, ProposalState.EXECUTING],
        list(OrderState),
    )
)


@pytest.mark.parametrize(("state", "order_state"), EXECUTIONS)
def test_every_execution_reads_as_finished_text(
    state: ProposalState, order_state: OrderState
) -> None:
    """What was filled unless it is all, what was not and why, and what it cost."""
    proposal = proposal_in(state)
    orders = [order_for(proposal, 1, OrderState.FILLED), order_for(proposal, 2, order_state)]
    fills = [fill_of(orders[0], "0.03195", "109950", fee="14.05")]
    text = "\n".join(_read(executed_facts(proposal, orders, fills)))
    assert ("Sold 0.03195 BTC at $109,950 on average." in text) is (state is not ProposalState.DONE)
    assert "0.62 ETH was" in text or "0.62 ETH is" in text or order_state is OrderState.FILLED
    assert "It cost $15.65 in all; $15.11 was expected." in text or "It cost" in text


def test_better_prices_than_expected_are_no_cost() -> None:
    """A negative cost is put into words instead of a sign."""
    proposal = proposal_in(ProposalState.DONE)
    sell = order_for(proposal, 1, OrderState.FILLED)
    fills = [fill_of(sell, "0.03195", "111000", fee="14")]
    text = "\n".join(_read(executed_facts(proposal, [sell], fills)))
    assert "Fees were $14.00, and prices better than at the last check made up for them." in text


@pytest.mark.parametrize(
    ("approved", "expected"),
    [
        ("110000", ""),
        ("109900", ""),
        ("109000", "prices moved $31.95 against the plan. That is not part of the cost."),
        ("111000", "prices moved $31.95 in the plan's favour. That is not part of the cost."),
    ],
)
def test_a_move_of_prices_before_the_execution_is_told_apart(approved: str, expected: str) -> None:
    """What prices did while a person thought is told when it is much, and never as a cost."""
    proposal = proposal_in(ProposalState.DONE)
    sell = order_for(proposal, 1, OrderState.FILLED)
    price = Price(Decimal(approved))
    prices = {Asset("BTC"): Prices(price, price, is_end_fresh=True)}
    fills = [fill_of(sell, "0.03195", approved, fee="14")]
    text = "\n".join(_read(executed_facts(proposal, [sell], fills, prices)))
    assert "It cost $14.00 in all; $15.11 was expected." in text
    assert (expected in text) if expected else ("moved" not in text)


@pytest.mark.parametrize("state", list(ProposalState))
def test_every_end_of_a_proposal_reads_as_finished_text(state: ProposalState) -> None:
    """Rejected, expired, withdrawn, replaced: who, when, why, and that nothing was traded."""
    for proposal in (
        proposal_in(state),
        proposal_in(state, decided_by="Ana", note="rent is due."),
        proposal_in(state, decided_by="auto", note="gate data: PRICE_STALE BTC, PRICE_STALE ETH"),
    ):
        (line,) = _read(ended_facts(proposal, quote=USD))
        assert "7f3k9q2m" in line


def _flow(kind: FlowKind, amount: int) -> Flow:
    return Flow("f", USD, kind, Decimal(amount), Money(Decimal(amount)), MORNING)


def test_a_digest_tells_where_things_stand_and_what_happened() -> None:
    """Value, margin, proposals by their end, and money in and out, each in one sentence."""
    decision = next(sample.decision for sample in SAMPLES if sample.name == "nothing")
    proposals = [proposal_in(ProposalState.DONE), proposal_in(ProposalState.EXPIRED)]
    flows = [_flow(FlowKind.DEPOSIT, 500), _flow(FlowKind.WITHDRAWAL, -120)]
    lines = _read(digest_facts([decision], proposals, flows, quote=USD))
    assert lines == (
        "The portfolio is worth $50,003.",
        "Nothing to do. All assets are inside their bands.",
        "USD is closest to an edge: 27.0 % now, edge at 28.0 %.",
        "Proposals: 1 carried out and 1 expired.",
        "$500 of new money came in.",
        "$120 was taken out.",
    )


def test_a_digest_with_an_open_card_says_until_when_and_does_not_hurry() -> None:
    """The reader learns of the waiting card and that waiting is fine."""
    decision = decide_daily(worked(), 2)
    lines = _read(digest_facts([decision], [proposal_in(ProposalState.PROPOSED)], quote=USD))
    assert "Proposal 7f3k9q2m waits for you until today 13:06. There is no hurry." in lines
    assert MORNING + timedelta(hours=12) == ENDS_AT


def test_a_digest_without_data_says_so() -> None:
    """No look at the market, or none that could be trusted, is said plainly."""
    assert _read(digest_facts([], quote=USD)) == ("There was no look at the market in this time.",)
    stale = next(sample.decision for sample in SAMPLES if sample.name == "stale price")
    assert "too old" in _read(digest_facts([stale], quote=USD))[0]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_fact_has_words_that_a_sentence_can_quote(sample: Sample) -> None:
    """A narrator of any kind finds finished words for each row, with direction words built in."""
    table = decision_facts(
        sample.decision, quote=Asset(sample.quote), expires_at=sample.decision.decided_at
    )
    speech = Speech(en, MORNING, BERLIN, sample.quote)
    for fact in table.facts:
        phrase = speech.phrase(fact)
        assert phrase
        assert "{" not in phrase
        assert "_" not in phrase
    if isinstance(sample.decision.outcome, Propose):
        for fact in table.of_kind("trade"):
            assert speech.phrase(fact).startswith(fact.polarity.value)


def test_an_unknown_topic_falls_back_to_its_reasons() -> None:
    """A table of a topic without a story of its own is told reason by reason."""
    decision = next(sample.decision for sample in SAMPLES if sample.name == "nothing")
    table = replace(decision_facts(decision, quote=USD), topic="something new")
    assert _read(table)[0] == "Prices and balances are complete and fresh."
