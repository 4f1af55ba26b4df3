from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.explain.reasons import FAILED, IDLE, PASSED, gate_lines, sentence_of
from bot.explain.speech import Speech
from bot.explain.wording import en
from core.domain.decision import GateResult, Reason, ReasonCode
from core.domain.market import MarketStatus
from core.domain.portfolio import Balance
from core.domain.units import Asset, Quantity
from core.facts import figures_of
from tests.dsl import MORNING, decide_daily, decide_on
from tests.explain.rarer import every
from tests.explain.reading import check_text, check_tone
from tests.explain.samples import Sample, worked
from tests.strategies import World, worlds

BERLIN = ZoneInfo("Europe/Berlin")
SAMPLES = every()
SPEECH = Speech(en, MORNING + timedelta(minutes=2), BERLIN, "USD")
REASONS = [
    (sample, reason) for sample in SAMPLES for reason in dict.fromkeys(sample.decision.reasons)
]


def _sentence(reason: Reason, sample: Sample) -> str:
    facts = figures_of(reason, value=sample.decision.value)
    return sentence_of(SPEECH, reason.code, subject=reason.subject, facts=facts)


def _lines(sample: Sample) -> tuple[str, ...]:
    now = sample.decision.decided_at
    return gate_lines(sample.decision, quote=sample.quote, now=now, zone=BERLIN)


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_reason_the_engine_gives_has_a_finished_sentence(code: ReasonCode) -> None:
    """L5: for each code, with every value the engine gave it in the samples, a sentence exists."""
    texts = [_sentence(reason, sample) for sample, reason in REASONS if reason.code is code]
    assert texts
    for text in texts:
        check_text(text)
        check_tone(text)


@pytest.mark.parametrize("code", list(ReasonCode))
def test_a_reason_about_an_asset_names_it_or_its_kind(code: ReasonCode) -> None:
    """The reader learns which coin is meant; a name that is no symbol is never printed."""
    for sample, reason in REASONS:
        if reason.code is code and reason.subject:
            is_symbol = reason.subject.isalnum() and reason.subject.isupper()
            assert (reason.subject in _sentence(reason, sample)) is is_symbol


@pytest.mark.parametrize("status", list(MarketStatus))
@pytest.mark.parametrize("what", ["spread", "volume", "depth", "empty"])
def test_every_variant_of_a_thin_or_closed_market_has_words(
    status: MarketStatus, what: str
) -> None:
    """Whatever keeps a market from taking an order is said in words, also without a figure."""
    thin = Reason(ReasonCode.ILLIQUID, "SOL", (("what", what),))
    check_text(_sentence(thin, SAMPLES[0]))
    if status is not MarketStatus.ONLINE:
        closed = Reason(ReasonCode.MARKET_HALTED, "SOL", (("status", status.value),))
        check_text(_sentence(closed, SAMPLES[0]))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_gate_that_was_asked_is_listed_with_its_mark(sample: Sample) -> None:
    """``/why`` shows each gate once, passed, failed or with nothing to do, and every reason."""
    lines = _lines(sample)
    marks = [line[: len(PASSED)] for line in lines if not line.startswith(" ")]
    assert marks == [_mark_of(gate) for gate in sample.decision.gates]
    assert len(lines) == len(sample.decision.reasons)
    for line in lines:
        check_text(line[len(PASSED) :].strip())


def _mark_of(gate: GateResult) -> str:
    codes = {reason.code for reason in gate.reasons}
    is_stuck = codes & {ReasonCode.NOT_TRADABLE, ReasonCode.MARKET_HALTED}
    if ReasonCode.NO_BREACH in codes and not is_stuck:
        return IDLE
    return PASSED if gate.passed else FAILED


@given(worlds())
def test_any_decision_can_be_listed_gate_by_gate(world: World) -> None:
    """Whatever the engine decides, all of its reasons can be read."""
    decision = decide_daily(world.situation, 2, world.state)
    for line in gate_lines(decision, quote="USD", now=decision.decided_at, zone=BERLIN):
        check_text(line[len(PASSED) :].strip())


def test_figures_that_differ_never_look_alike() -> None:
    """An edge just passed is shown with the digits that tell it from the weight."""
    breach = next(r for _, r in REASONS if r.code is ReasonCode.BREACH)
    values = dict(breach.values) | {"weight": Decimal("0.6001"), "edge": Decimal("0.6")}
    close = Reason(breach.code, breach.subject, tuple(values.items()))
    text = _sentence(close, SAMPLES[0])
    assert "60.01 %" in text
    assert "60.00 %" in text


def test_a_long_list_is_cut_and_says_so() -> None:
    """A venue full of strange coins does not drown the other gates."""
    one = worked()
    coins = [Balance(Asset(f"COIN{n}"), Quantity(Decimal(1))) for n in range(20)]
    decision = decide_on(one, balances=(*one.snapshot.balances, *coins))
    lines = gate_lines(decision, quote="USD", now=decision.decided_at, zone=BERLIN)
    assert sum("COIN" in line for line in lines) == 6
    assert "   And 14 more." in lines


def test_a_name_that_is_no_symbol_is_never_printed() -> None:
    """A token named like an address cannot put that address into the chat."""
    sample = next(sample for sample in SAMPLES if sample.name == "unmanaged coins")
    assert any("1,200.5 AIRDROP" in line for line in _lines(sample))
    assert not any("VISIT" in line for line in _lines(sample))


def test_the_value_of_less_drift_can_be_nothing() -> None:
    """A plan that brings the risk assets no closer is not said to be worth less than nothing."""
    sample = next(sample for sample in SAMPLES if sample.name == "cost above benefit")
    reason = next(r for r in sample.decision.reasons if r.code is ReasonCode.COST_GT_BENEFIT)
    none = replace(reason, values=(("benefit", Decimal(-1)), *reason.values[1:]))
    assert "worth nothing here" in _sentence(none, sample)
