"""What people read in German, rendered from the samples: finished, calm, and nothing in English."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.explain.foreign import clause, plain
from bot.explain.market import factors_line, mark_line, next_line, open_marks_line
from bot.explain.notices import notice_line
from bot.explain.reasons import BELOW, FAILED, IDLE, PASSED, gate_lines
from bot.explain.speech import Speech
from bot.explain.states import order_line, proposal_line, standing_in_brief, standing_lines
from bot.explain.template import TemplateNarrator
from bot.explain.wording import Wording, de, en
from bot.ports.messages import Mode, Notice, NoticeCode
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import OrderState, ProposalState
from core.domain.regime import Regime
from core.domain.state import EngineState
from core.domain.units import Asset, Money
from core.facts import FactTable, decision_facts, digest_facts
from tests.dsl import MORNING, decide_daily
from tests.explain.executions import executed_facts, fill_of, order_for, proposal_in
from tests.explain.market_samples import days_ago
from tests.explain.rarer import every
from tests.explain.reading_de import LONGEST_SENTENCE, check_german, check_german_tone
from tests.explain.recorded import recorded_causes
from tests.explain.samples import Sample, twelve
from tests.explain.show import shown
from tests.explain.still_clock import StillClock
from tests.explain.test_notices import FULL
from tests.strategies import World, states, worlds

BERLIN = ZoneInfo("Europe/Berlin")
USD = Asset("USD")
SAMPLES = every()
MONTHS_LATER = MORNING + timedelta(days=70)
"""So late that every day of a sample is told by its month."""

MOST_LINES = 5
# A page of a phone; German takes about an eighth more letters than English.
MOST_CHARACTERS = 800

PLAN = "sell 0.031 BTC, buy 0.62 ETH"
PLANS = (NoticeCode.WITHHELD, NoticeCode.WITHHELD_MARKED)

# Lines that read alike in both languages, each with a reason.
SAME_LINES: frozenset[str] = frozenset()


def _check(text: str) -> None:
    check_german(text)
    check_german_tone(text)


def _told(table: FactTable, at: datetime, wording: Wording) -> tuple[str, ...]:
    return TemplateNarrator(clock=StillClock(at), zone=BERLIN, wording=wording).lines(table)


def _read(table: FactTable, at: datetime = MORNING) -> tuple[str, ...]:
    """Return the German lines of a table, as finished as they must be; English has as many."""
    lines, english = _told(table, at, de), _told(table, at, en)
    assert lines
    assert len(lines) == len(english)
    for line, other in zip(lines, english, strict=True):
        _check(line)
        assert line != other or line in SAME_LINES
    return lines


def test_the_twelve_read_as_they_were_approved() -> None:
    """The words people will meet most often change only on purpose: see tests/explain/show.py."""
    approved = (Path(__file__).parent / "twelve_de.txt").read_text(encoding="utf-8")
    told = (shown(sample, gates=False, wording=de) for sample in twelve())
    assert "\n\n".join(told) + "\n" == approved


@pytest.mark.parametrize("at", [MORNING, MONTHS_LATER], ids=["now", "later"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_sample_reads_as_finished_german(sample: Sample, at: datetime) -> None:
    """A card, an answer or a daily summary is short, finished, calm and German, at any date."""
    quote = Asset(sample.quote)
    lines = _read(decision_facts(sample.decision, quote=quote), at)
    assert len(lines) <= MOST_LINES
    assert len("\n".join(lines)) <= MOST_CHARACTERS
    _read(digest_facts([sample.decision], quote=quote), at)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_gate_of_every_sample_reads_as_finished_german(sample: Sample) -> None:
    """``/why`` has the same lines and marks in both languages, none of them alike."""
    told = [
        gate_lines(sample.decision, quote=sample.quote, now=at, zone=BERLIN, wording=wording)
        for at in (sample.decision.decided_at, MONTHS_LATER)
        for wording in (de, en)
    ]
    for german, english in zip(told[::2], told[1::2], strict=True):
        for line, other in zip(german, english, strict=True):
            mark, text = line[: len(BELOW)], line[len(PASSED) :].strip()
            assert mark.startswith((PASSED, FAILED, IDLE, BELOW))
            assert line[: len(PASSED)] == other[: len(PASSED)]
            assert line != other
            _check(text)


@given(worlds())
def test_any_decision_can_be_told_in_german(world: World) -> None:
    """Whatever the engine decides, German has words for it wherever English has."""
    decision = decide_daily(world.situation, 2, world.state)
    _read(decision_facts(decision, quote=USD))
    _read(digest_facts([decision], quote=USD))


@given(states())
def test_any_memory_can_be_told_in_german(state: EngineState) -> None:
    """Whatever people typed as names and reasons, each line is one finished line."""
    for lines in (standing_lines, standing_in_brief):
        for line in lines(state, MORNING, BERLIN, wording=de):
            assert line.endswith(".")
            assert "\n" not in line


@pytest.mark.parametrize("code", list(NoticeCode))
def test_every_notice_reads_as_finished_german(code: NoticeCode) -> None:
    """With all its values, any one of them, or none: the words fit what is there."""
    full = FULL | ({"what": PLAN} if code in PLANS else {})
    for values in (full, *({name: value} for name, value in full.items()), {}):
        for at in (MORNING, MONTHS_LATER):
            notice = Notice(Mode.PAPER, code, "7f3k9q2m", tuple(values.items()))
            _check(notice_line(notice, at, BERLIN, quote="USD", wording=de))
    for mode in Mode:
        _check(notice_line(Notice(mode, code), MORNING, BERLIN, wording=de))


NOTICES: list[tuple[NoticeCode, dict[str, str], str]] = [
    (
        NoticeCode.HALTED,
        {"by": "executor", "why": "the outcome of an order is unknown"},
        (
            "Evenkeel selbst hat den Handel angehalten: Ausgang einer Order ungeklärt."
            " Nichts wird vorgeschlagen, freigegeben oder geordert."
            " Nur „evenkeel unhalt“ am Rechner hebt das auf."
        ),
    ),
    (
        NoticeCode.WITHDRAWN,
        {"why": "gate data: PRICE_STALE BTC, PRICE_STALE ETH"},
        (
            "Vorschlag 7f3k9q2m wurde zurückgezogen: ein Kurs war zu alt (BTC und ETH)."
            " Gehandelt wurde nichts."
        ),
    ),
    (
        NoticeCode.WITHHELD,
        {"what": "sell 0.0319512345 BTC, buy 1620 DOGE", "value": "27.12"},
        (
            "Zurückgehalten, solange der Markt unter Stress steht: 0,0319512345 BTC verkaufen,"
            " 1.620 DOGE kaufen. Gekostet hätte es etwa 27 $. Was es eingebracht oder verloren"
            " hätte, wird nach 1, 7 und 30 Tagen gemeldet."
        ),
    ),
    (
        NoticeCode.WITHHELD_MARKED,
        {"outcome": "saved", "days": "1", "amount": "120.40"},
        "1 Tag nach einem zurückgehaltenen Plan: Die Ausführung hätte etwa 120 $ verloren.",
    ),
    (
        NoticeCode.STRESS_BEGAN,
        {"why": "price 2, correlation 1", "until": "2026-02-28T00:00:00+00:00"},
        (
            "Der Markt steht unter Stress: starker Kursrückgang und Gleichlauf der Coins."
            " Vorschläge ruhen bis längstens 28. Feb. einschließlich. Der Stress allein ist kein"
            " Anlass, etwas zu verkaufen. Mehr dazu unter /regime."
        ),
    ),
    (
        NoticeCode.FEEDS_SILENT,
        {"what": "sentiment, flows"},
        (
            "Seit mehr als 3 Tagen ohne Daten: Stimmung und Zuflüsse zu den Börsen. Evenkeel macht"
            " ohne sie weiter; was fehlt, zeigt /regime."
        ),
    ),
    (
        NoticeCode.UNEXPLAINED,
        {"asset": "ETH", "amount": "-0.5"},
        (
            "Das Konto weist 0,5 ETH weniger aus, als die Bücher erklären. Falls niemand etwas"
            " entnommen hat, bitte bei der Börse nachsehen. /halt stoppt jeden Handel."
        ),
    ),
]


@pytest.mark.parametrize(
    ("code", "values", "text"), NOTICES, ids=[str(code) for code, _, _ in NOTICES]
)
def test_german_notices_say_what_happened(
    code: NoticeCode, values: dict[str, str], text: str
) -> None:
    """The texts for the values that the workflows send, trades and causes among them."""
    notice = Notice(Mode.PAPER, code, "7f3k9q2m", tuple(values.items()))
    at = MORNING + timedelta(days=3)
    assert notice_line(notice, at, BERLIN, quote="USD", wording=de) == text
    _check(text)


def test_a_plan_that_a_notice_quotes_loses_no_digit() -> None:
    """The trades of a withheld plan read in English as they were written down."""
    what = "sell 0.0319512345 BTC, buy 0.62 ETH"
    notice = Notice(Mode.PAPER, NoticeCode.WITHHELD, "", (("what", what),))
    assert f": {what}. " in notice_line(notice, MORNING, BERLIN)
    odd = Notice(Mode.PAPER, NoticeCode.WITHHELD, "", (("what", "sell the lot"),))
    assert ": sell the lot. " in notice_line(odd, MORNING, BERLIN, wording=de)


@pytest.mark.parametrize("state", list(ProposalState))
def test_every_state_of_a_proposal_reads_as_finished_german(state: ProposalState) -> None:
    """Who, when and why, whoever it was."""
    for by, note in (("Ana", "rent is due."), ("42", "gate breach: NO_BREACH"), ("auto", "")):
        for at in (MORNING, MONTHS_LATER):
            proposal = proposal_in(state, decided_by=by, note=note)
            _check(proposal_line(proposal, at, BERLIN, quote="USD", wording=de))


@pytest.mark.parametrize("state", list(OrderState))
def test_every_state_of_an_order_reads_as_finished_german(state: OrderState) -> None:
    """Side, quantity and what became of it, in one line."""
    line = order_line(order_for(proposal_in(ProposalState.EXECUTING), 1, state), wording=de)
    _check(line)
    assert line.startswith("Verkauf von 0,03195 BTC: ")


def test_an_execution_reads_as_finished_german() -> None:
    """What was sold and bought, what was left and why, the cost, and what comes next."""
    for state in ProposalState:
        proposal = proposal_in(state)
        for left in OrderState:
            sale = order_for(proposal, 1, OrderState.FILLED)
            buy = order_for(proposal, 2, left)
            fills = [fill_of(sale, "0.03195", "109990", fee="8.78")]
            _read(executed_facts(proposal, [sale, buy], fills))
            _read(executed_facts(proposal, [buy], []))


def test_a_daily_summary_with_everything_in_it_reads_as_finished_german() -> None:
    """Proposals by their end, and money in and out, each in one sentence."""
    decision = next(sample.decision for sample in SAMPLES if sample.name == "nothing")
    proposals = [proposal_in(ProposalState.DONE), proposal_in(ProposalState.EXPIRED)]
    flows = [_flow(kind, 500) for kind in (FlowKind.DEPOSIT, FlowKind.WITHDRAWAL, FlowKind.REWARD)]
    assert _read(digest_facts([decision], proposals, flows, quote=USD)) == (
        "Das Portfolio ist 50.003 $ wert.",
        "Nichts zu tun. Alle Positionen liegen in ihren Bändern.",
        "Am nächsten an einer Grenze ist USD: jetzt 27,0 %, Grenze bei 28,0 %.",
        "Vorschläge: 1 ausgeführt und 1 abgelaufen.",
        "500 $ kamen als neues Geld dazu.",
        "500 $ wurden entnommen.",
        "Rewards brachten 500 $.",
    )
    _read(digest_facts([], [proposal_in(ProposalState.PROPOSED)], quote=USD))


def _flow(kind: FlowKind, amount: int) -> Flow:
    return Flow(kind.value, USD, kind, Decimal(amount), Money(Decimal(amount)), MORNING)


def test_the_page_about_the_market_reads_as_finished_german() -> None:
    """How wide the bands are, what would change the market's state, and what a pause came to."""
    for at in (MORNING, MONTHS_LATER):
        speech = Speech(de, at, BERLIN, "USD")
        for above, below in (("2", "1"), ("1", "0.5"), ("2", "2")):
            _check(factors_line(speech, Decimal(above), Decimal(below)))
        for label in Regime:
            for distance in ("0", "0.12"):
                line = next_line(
                    speech,
                    label,
                    Regime.UP,
                    threshold=Decimal("-0.6"),
                    distance=Decimal(distance),
                    earliest=days_ago(1),
                )
                _check(line)
        for gained in (-12, 0, 12):
            _check(mark_line(speech, 7, Money(Decimal(gained))))
        _check(open_marks_line(speech, [7, 30]))


def test_what_the_workflows_write_down_is_said_in_german() -> None:
    """L5 for recorded causes: each one that the code can write is known, and read in German."""
    causes = recorded_causes()
    assert len(causes) > 20
    for cause in causes:
        told = clause(de, "why", cause)
        assert told != plain(cause), f"wording/*/words.toml [recorded] lacks {cause!r}"
        _check(f"{told[:1].upper()}{told[1:]}.")
        known = cause in en.VOCABULARY["why"]
        assert clause(en, "why", cause) == (en.VOCABULARY["why"][cause] if known else plain(cause))


def test_a_recorded_cause_keeps_its_figures() -> None:
    """Numbers and names in a recorded cause come back in the other language."""
    told = clause(de, "why", "the journal does not hold from entry 4711 on")
    assert told == "das Journal stimmt ab Eintrag 4711 nicht"
    assert clause(de, "what", "daily bars of SOL") == "Tageskerzen von SOL"
    assert clause(de, "why", "weil ich es will") == "weil ich es will"


def test_no_sentence_of_the_pack_is_too_long_to_read() -> None:
    """German sentences are longer than English ones, and end all the same."""
    for key, texts in de.SENTENCES.items():
        for text in texts:
            for sentence in re.split(r"(?<=[.:;]) ", text):
                assert len(sentence) <= LONGEST_SENTENCE, key
