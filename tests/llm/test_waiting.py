"""How long people wait for words, and what somebody can spend who asks without end."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

import pytest

from bot.explain.model.asking import UNASKED, Failure, Model, Question, Reply
from bot.explain.model.guarded import guarded
from bot.explain.model.queueing import Queued
from bot.explain.model.resting import MOST_FAILURES, PAUSE
from bot.explain.model.settings import ModelSettings
from bot.explain.prompts import narrator_question
from bot.explain.questions.selector import SelectingReader
from bot.explain.telling import tell
from core.domain.asked import Intent
from core.domain.units import Asset, Money
from core.facts import Costs, Evidence, FactTable, answer_facts, decision_facts
from tests.dsl import MORNING
from tests.explain.samples import twelve
from tests.explain.still_clock import StillClock
from tests.llm.fakes import DictNotebook, ListLog, ScriptedModel
from tests.llm.skipping import run_skipping
from tests.llm.story import BAD, GOOD, card, narrating, template

USD = Asset("USD")
STRANGE = "yo whats the deal w my solana bag not moving, any clue"
LONGEST = 16.0
CHOICE = '{"intent":"why_trade","asset":null,"when":"last","first":null,"last":null}'


@dataclass
class SlowModel(ScriptedModel):
    """Takes all the time it gets but a moment; chooses well, and never writes a usable text."""

    spare: float = 0.01

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Answer as described above."""
        self.asked.append((question, seconds))
        await asyncio.sleep(seconds - self.spare)
        return Reply(text=CHOICE if question.prompt.startswith("selector") else "{}")


@dataclass
class HangingModel(ScriptedModel):
    """Never answers."""

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Answer as described above."""
        self.asked.append((question, seconds))
        await asyncio.sleep(seconds)
        return Reply(failure=Failure.TIMEOUT)


def answer() -> FactTable:
    """Return the facts of an answer about costs."""
    costs = Costs(1, Money(Decimal(14)), Money(Decimal(3)))
    return answer_facts(Intent.COST, Evidence(costs=costs), quote=USD)


def others() -> Iterator[FactTable]:
    """Return tables that read differently, so that none shares its words with another."""
    seen = set()
    for sample in twelve():
        table = decision_facts(sample.decision, quote=Asset(sample.quote))
        question = narrator_question(tell(template().speech(table), table)).user
        if question not in seen:
            seen.add(question)
            yield table


@pytest.mark.parametrize("model", [SlowModel(), HangingModel()], ids=lambda m: type(m).__name__)
def test_two_texts_at_once_take_no_longer_than_one(model: Model) -> None:
    """A look may word a plan and a pause: waiting for each other counts towards the 16 seconds."""

    async def both() -> float:
        narrator, clock = narrating(Queued(model)), asyncio.get_running_loop().time
        began = clock()
        pause = replace(card(), topic="pause")
        told = await asyncio.gather(*(narrator.explain(table) for table in (card(), pause)))
        assert [one.source for one in told] == ["template"] * 2
        return clock() - began

    assert 8 < run_skipping(both()) <= LONGEST + 0.1


@pytest.mark.parametrize("model", [SlowModel(), HangingModel()], ids=lambda m: type(m).__name__)
def test_a_question_with_its_answer_takes_16_seconds_at_most(model: Model) -> None:
    """The choice of the selector and the words of the answer are one wait for who asks."""

    async def whole() -> float:
        queued, clock = Queued(model), asyncio.get_running_loop().time
        began = clock()
        asked = await SelectingReader(queued, ListLog()).read(
            STRANGE, assets=(Asset("BTC"), USD), today=date(2026, 3, 24)
        )
        assert asked.by == ("model" if isinstance(model, SlowModel) else "nobody")
        await narrating(queued).explain(answer())
        return clock() - began

    assert 12 < run_skipping(whole()) < LONGEST


def test_no_call_is_made_that_is_given_up_at_once() -> None:
    """After a call of eight seconds an answer's nine leave no time for another."""
    model = HangingModel()

    async def explained() -> None:
        await narrating(model).explain(answer())

    run_skipping(explained())
    assert [seconds for _, seconds in model.asked] == [8.0]


def test_who_asks_the_same_again_and_again_pays_for_one_explanation() -> None:
    """Refused texts are remembered for a quarter of an hour; then the model has another try."""
    model = ScriptedModel([Reply(text=BAD), Reply(text=BAD), Reply(text=GOOD)])

    async def flood() -> None:
        narrator = narrating(model)
        for _ in range(40):
            assert (await narrator.explain(card())).source == "template"
        assert len(model.asked) == 2
        await asyncio.sleep(PAUSE.total_seconds() - 60)
        assert (await narrator.explain(card())).source == "template"
        assert len(model.asked) == 2
        await asyncio.sleep(120)
        assert (await narrator.explain(card())).source == "scripted"

    run_skipping(flood())
    assert len(model.asked) == 3


def test_three_explanations_that_come_to_nothing_rest_the_model() -> None:
    """Whatever the reason, texts refused among them; known texts are shown meanwhile."""
    failing = [Reply(text=BAD), Reply(failure=Failure.BROKEN)] * MOST_FAILURES
    model = ScriptedModel([Reply(text=GOOD), *failing, Reply(text=BAD)])
    tables = list(islice(others(), 6))
    assert len(tables) == 6

    async def rest() -> None:
        narrator = narrating(model)
        assert (await narrator.explain(card())).source == "scripted"
        for table in tables:
            assert (await narrator.explain(table)).source == "template"
        assert len(model.asked) == 1 + 2 * MOST_FAILURES
        assert (await narrator.explain(card())).source == "scripted"
        await asyncio.sleep(PAUSE.total_seconds() + 1)
        for table in tables[3:]:
            assert (await narrator.explain(table)).source == "template"
        # One trial, and the rest begins anew.
        assert len(model.asked) == 1 + 2 * MOST_FAILURES + 2

    run_skipping(rest())


@pytest.mark.parametrize("failure", sorted(UNASKED))
def test_what_was_not_sent_is_no_failure_of_the_model(failure: Failure) -> None:
    """Spent budgets do not add a rest, and are not written down."""
    log = ListLog()
    model = ScriptedModel([Reply(failure=failure)] * 6 + [Reply(text=GOOD)])

    async def again() -> None:
        narrator = narrating(model, log)
        for table in [*islice(others(), 6), card()]:
            explanation = await narrator.explain(table)
        assert explanation.source == "scripted"

    run_skipping(again())
    assert len(log.narrations) == 1


def test_a_trial_that_was_not_sent_is_no_trial() -> None:
    """After the rest the next one tries, when this one found a spent budget."""
    bad, spent = [Reply(text=BAD)] * (2 * MOST_FAILURES), Reply(failure=Failure.CALLS_SPENT)
    model = ScriptedModel([*bad, spent, Reply(text=GOOD)])

    async def trial() -> None:
        narrator = narrating(model)
        for table in islice(others(), MOST_FAILURES):
            await narrator.explain(table)
        await asyncio.sleep(PAUSE.total_seconds() + 1)
        assert (await narrator.explain(card())).source == "template"
        assert (await narrator.explain(card())).source == "scripted"

    run_skipping(trial())


def test_a_plan_has_its_words_after_a_day_of_questions() -> None:
    """Questions that differ each time end at their share; the plan's call is still there."""
    settings = ModelSettings("http://localhost/v1", "m", calls_per_day=10)
    inner = ScriptedModel([Reply(text=GOOD)])
    model = guarded(inner, settings=settings, notebook=DictNotebook(), clock=StillClock(MORNING))

    async def day() -> None:
        reader = SelectingReader(model, ListLog())
        for number in range(20):
            question = f"{STRANGE} {number}"
            await reader.read(question, assets=(USD,), today=date(2026, 3, 24))
        assert len(inner.asked) == 6
        assert (await narrating(model).explain(card())).source == "scripted"

    run_skipping(day())


@pytest.mark.parametrize(
    ("topic", "is_vital"),
    [
        ("propose", True),
        ("pause", True),
        ("execution", True),
        ("no_trade", False),
        ("digest", False),
        ("answer", False),
    ],
)
def test_what_matters_is_what_people_must_act_on(topic: str, is_vital: bool) -> None:
    """Plans, pauses and executions have the kept share; what anybody can ask for has not."""
    told = replace(tell(template().speech(card()), card()), topic=topic)
    assert narrator_question(told).is_vital is is_vital
