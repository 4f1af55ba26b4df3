"""Answers from the records and the words below a pause, in German: finished, none in English."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import get_args, get_type_hints
from zoneinfo import ZoneInfo

import pytest

from bot.explain.questions.rules import understand
from bot.explain.template import TemplateNarrator
from bot.explain.wording import LANGUAGES, Wording, de, en, wording_of
from bot.settings.policy_file import MessageSection
from core.domain.asked import Cause, Intent
from core.domain.proposal import ProposalState
from core.domain.units import Asset, Money, Weight
from core.facts import FactTable
from core.facts.answers import Evidence, answer_facts
from core.facts.course import Costs, Course
from tests.dsl import MORNING
from tests.explain.executions import proposal_in
from tests.explain.rarer import every
from tests.explain.reading_de import check_german, check_german_tone
from tests.explain.samples import Sample
from tests.explain.still_clock import StillClock
from tests.explain.test_pauses import TABLES

BERLIN = ZoneInfo("Europe/Berlin")
USD = Asset("USD")
SAMPLES = every()
LATER = MORNING + timedelta(days=70)
FATES = tuple((state, place + 1) for place, state in enumerate(ProposalState))
PLANS = (proposal_in(ProposalState.DONE), proposal_in(ProposalState.EXPIRED))


def _told(table: FactTable, at: datetime, wording: Wording) -> tuple[str, ...]:
    return TemplateNarrator(clock=StillClock(at), zone=BERLIN, wording=wording).lines(table)


def _read(table: FactTable) -> None:
    """Insist that German tells a table in as many lines as English, all of them finished."""
    for at in (MORNING, LATER):
        lines, english = _told(table, at, de), _told(table, at, en)
        assert len(lines) == len(english)
        for line, other in zip(lines, english, strict=True):
            assert line != other
            is_lead = line.endswith(":")
            assert is_lead is other.endswith(":")
            text = f"{line[:-1]}." if is_lead else line
            check_german(text)
            check_german_tone(text)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_sample_can_be_asked_about_in_german(sample: Sample) -> None:
    """Whatever a person asks about a decision, the whole or a coin, the answer is German."""
    quote = Asset(sample.quote)
    for intent in Intent:
        for asset in (None, Asset("BTC"), quote):
            evidence = Evidence(decisions=(sample.decision,))
            _read(answer_facts(intent, evidence, quote=quote, asset=asset))


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("count", [1, 5])
def test_every_cause_of_a_day_is_told_in_german(cause: Cause, count: int) -> None:
    """What some days came to, one or several, with the plan that came of it."""
    decisions = tuple(sample.decision for sample in SAMPLES[:3])
    other = Cause.DATA if cause is Cause.INSIDE else Cause.INSIDE
    evidence = Evidence(decisions, PLANS, days=((cause, count), (other, 2)))
    for intent in (Intent.WHY_NO_TRADE, Intent.WHY_PAUSED, Intent.WHY_TRADE):
        for asset in (None, Asset("ETH")):
            _read(answer_facts(intent, evidence, quote=USD, asset=asset))


@pytest.mark.parametrize("slippage", ["-3", "0", "4.2"])
@pytest.mark.parametrize(("executions", "unpriced"), [(0, 0), (1, 0), (1, 1), (3, 1), (3, 3)])
def test_every_cost_is_told_in_german(executions: int, unpriced: int, slippage: str) -> None:
    """One plan or several, prices worse or better than the middle, fees without a price."""
    costs = Costs(executions, Money(Decimal("8.78")), Money(Decimal(slippage)), unpriced)
    _read(answer_facts(Intent.COST, Evidence(costs=costs), quote=USD))


@pytest.mark.parametrize("after", [48000, 50000, 52000])
@pytest.mark.parametrize("flow", [0, 500])
@pytest.mark.parametrize("is_priced", [True, False])
def test_every_course_is_told_in_german(after: int, flow: int, *, is_priced: bool) -> None:
    """Value and weights before and after, what came in and went out, and how plans ended."""
    weights = (
        (Asset("BTC"), Weight(Decimal("0.5")), Weight(Decimal("0.55"))),
        (Asset("ETH"), Weight(Decimal("0.3")), Weight(Decimal("0.3"))),
    )
    amount = Money(Decimal(flow))
    course = Course(
        began_at=MORNING - timedelta(days=30),
        ended_at=MORNING,
        before=Money(Decimal(50000)),
        after=Money(Decimal(after)),
        weights=weights,
        deposits=amount,
        taken_out=amount,
        rewards=amount,
        are_flows_priced=is_priced,
    )
    for fates in (FATES[:4], FATES[4:8], FATES[8:]):
        evidence = Evidence(course=course, fates=fates)
        for intent in (Intent.WHAT_CHANGED, Intent.PERFORMANCE):
            for asset in (None, Asset("ETH")):
                _read(answer_facts(intent, evidence, quote=USD, asset=asset))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_stands_below_a_pause_is_german(name: str) -> None:
    """Why a pause began or ended, whatever began or ended."""
    _read(TABLES[name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_questions_are_understood(language: str) -> None:
    """Nobody is shown a question that the rules cannot answer, in any language."""
    sentences = wording_of(language).SENTENCES
    intents = []
    for number in "123":
        text = sentences[f"answer.example.{number}"][0].format(asset="ETH")
        assert text.startswith("/ask ")
        assets = (Asset("BTC"), Asset("ETH"), USD)
        asked = understand(text.removeprefix("/ask "), assets=assets, today=MORNING.date())
        assert asked is not None, text
        intents.append(asked.intent)
    assert intents == [Intent.WHY_NO_TRADE, Intent.COST, Intent.HOW_IT_WORKS]


def test_the_setting_offers_the_languages_that_there_are() -> None:
    """What can be chosen in the policy file is what has words, and nothing else."""
    assert get_args(get_type_hints(MessageSection)["language"]) == LANGUAGES
