import asyncio
import logging
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.checking.codes import Code
from bot.explain.checking.verdict import Role
from bot.explain.model.asking import UNASKED, Failure, Model, Question, Reply
from bot.explain.model.queueing import Queued
from bot.explain.narrator import ModelNarrator
from bot.explain.prompts import narrator_question
from bot.explain.remembering import Memory, Written, digest_of
from bot.explain.roles import ROLES
from bot.explain.telling import tell
from bot.explain.template import TemplateNarrator
from bot.explain.told import Told
from bot.explain.wording import de, en
from bot.explain.writing import Patience, judged
from core.domain.errors import InputInvalid, StoreConflict
from core.domain.proposal import ProposalState
from core.domain.units import Asset
from core.facts import decision_facts, ended_facts, facts_digest
from tests.dsl import MORNING, portfolio
from tests.explain.executions import proposal_in
from tests.explain.rarer import every
from tests.explain.samples import Sample, worked
from tests.explain.still_clock import StillClock
from tests.llm.fakes import BrokenLog, BrokenModel, DeafModel, ListLog, ScriptedModel
from tests.llm.scene import QUESTION
from tests.llm.story import (
    BAD,
    COST,
    FINISHED,
    GOOD,
    NEXT,
    WHAT,
    WHY,
    ZONE,
    card,
    narrating,
    template,
    written,
)

SOON = Patience(total=0.4, call=0.2, spare=0.05)


def _model(*texts: str | Failure) -> ScriptedModel:
    return ScriptedModel(
        [Reply(failure=t) if isinstance(t, Failure) else Reply(text=t) for t in texts]
    )


async def test_a_text_that_holds_is_shown_with_its_figures_and_its_writer() -> None:
    """The model's words, code's figures, the model's name, the digest of the facts."""
    log, table = ListLog(), card()
    explanation = await narrating(_model(GOOD), log).explain(table)
    assert explanation.lines == FINISHED
    assert explanation.source == "scripted"
    assert explanation.facts_digest == facts_digest(table)
    (attempt,) = log.narrations
    assert (attempt.topic, attempt.prompt, attempt.model) == (
        "propose",
        "narrator-en-1",
        "scripted",
    )
    assert (attempt.attempt, attempt.output, attempt.codes) == (1, GOOD, ())
    assert (attempt.choice, attempt.facts_digest) == ("model", facts_digest(table))


async def test_a_broken_rule_is_named_once_and_the_text_itself_never() -> None:
    """The second question holds the codes only; a text that broke them would be an example."""
    model, log = _model(BAD, GOOD), ListLog()
    explanation = await narrating(model, log).explain(card())
    assert explanation.lines == FINISHED
    first, second = (question for question, _ in model.asked)
    assert "Tap Approve" not in second.user + second.system
    assert Code.DIGIT not in first.user
    assert Code.DIGIT in second.user
    assert [note.choice for note in log.narrations] == ["retry", "model"]
    assert Code.DIGIT.value in log.narrations[0].codes
    assert [note.attempt for note in log.narrations] == [1, 2]


@pytest.mark.parametrize(
    ("replies", "calls"),
    [
        ((BAD,), 2),
        ((Failure.TIMEOUT,), 2),
        ((Failure.NO_CONNECTION, BAD, GOOD), 2),
        ((Failure.FORM, Failure.FORM, GOOD), 2),
        ((Failure.BUSY,), 2),
        ((Failure.REFUSED, GOOD), 1),
        ((Failure.RESTING, GOOD), 1),
        ((Failure.CALLS_SPENT, GOOD), 1),
        ((Failure.MONEY_SPENT, GOOD), 1),
        ((BAD, Failure.REFUSED, GOOD), 2),
        (("",), 2),
        (("approve now",), 2),
        (("{}",), 2),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_two_calls_at_most_then_the_template(
    replies: tuple[str | Failure, ...], calls: int
) -> None:
    """Every trouble counts as a call, hopeless ones are not repeated, and the reader has words."""
    model, log, table = _model(*replies), ListLog(), card()
    explanation = await narrating(model, log, patience=Patience(pause=0)).explain(table)
    assert explanation == await template().explain(table)
    assert len(model.asked) == calls
    # What was never sent is no attempt, and is not written down.
    noted = [] if replies[0] in UNASKED else ["retry", "template"][-calls:]
    assert [note.choice for note in log.narrations] == noted
    assert all(note.codes for note in log.narrations)


async def test_a_learnt_form_leaves_one_call_for_the_text() -> None:
    """The call that taught how to ask is one of the two."""
    explanation = await narrating(_model(Failure.FORM, GOOD)).explain(card())
    assert explanation.lines == FINISHED


async def test_the_calls_share_one_deadline() -> None:
    """Eight seconds a call, sixteen in all: the second gets what is left."""

    @dataclass
    class Slow(ScriptedModel):
        async def ask(self, question: Question, *, seconds: float) -> Reply:
            self.asked.append((question, seconds))
            await asyncio.sleep(seconds)
            return Reply(failure=Failure.TIMEOUT)

    model = Slow()
    explanation = await narrating(model, patience=Patience(0.6, 0.4, 0.05)).explain(card())
    assert explanation.source == "template"
    first, second = (seconds for _, seconds in model.asked)
    assert first == pytest.approx(0.4)
    assert second < 0.2
    usual = Patience()
    assert (usual.total, usual.call, usual.calls) == (16, 8, 2)


@pytest.mark.parametrize("is_queued", [False, True])
async def test_a_model_that_never_ends_delays_a_message_no_longer_than_agreed(
    is_queued: bool,
) -> None:
    """Even one that does not listen to cancellation: the reader gets the template."""
    freed = asyncio.Event()
    deaf = DeafModel(freed)
    model: Model = Queued(deaf, least_seconds=0.01) if is_queued else deaf
    async with asyncio.timeout(30):
        explanation = await narrating(model, patience=SOON).explain(card())
    assert explanation.source == "template"
    freed.set()
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("sk-secret"),
        RecursionError(),
        OSError(5, "sk-secret"),
        UnicodeEncodeError("ascii", "sk-secret", 0, 1, "no"),
        KeyError("sk-secret"),
        asyncio.CancelledError(),
        TimeoutError(),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_a_model_raises_ends_in_the_template(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """A proposal reaches its people whatever becomes of its words; the log quotes nobody."""
    caplog.set_level(logging.DEBUG)
    explanation = await narrating(BrokenModel(error)).explain(card())
    assert explanation.source == "template"
    assert "sk-secret" not in caplog.text


@pytest.mark.parametrize(
    "error",
    [StoreConflict("gone"), OSError("full disk"), ValueError("odd"), RuntimeError("a bug")],
    ids=lambda error: type(error).__name__,
)
async def test_a_log_that_fails_harms_nobody(error: Exception) -> None:
    """What stores raise costs the record alone, anything else at most the model's words."""
    explanation = await narrating(_model(GOOD), BrokenLog(error)).explain(card())
    is_known = not isinstance(error, RuntimeError)
    assert explanation.source == ("scripted" if is_known else "template")


@pytest.mark.parametrize(
    "error", [InputInvalid("the prompt was changed"), OSError(), KeyError("topics")], ids=repr
)
async def test_prompts_that_cannot_be_used_end_in_the_template(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """A missing or changed file is logged with our own words, if there are any."""

    def broken(told: Told, codes: tuple[Code, ...]) -> Question:
        raise error

    model = _model(GOOD)
    explanation = await narrating(model, prompt=broken).explain(card())
    assert explanation.source == "template"
    assert not model.asked
    assert ("the prompt was changed" in caplog.text) is isinstance(error, InputInvalid)


async def test_cancellation_passes_through_and_ends_the_call() -> None:
    """A program that stops leaves no call behind."""
    ended = asyncio.Event()

    @dataclass
    class Patient(ScriptedModel):
        async def ask(self, question: Question, *, seconds: float) -> Reply:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            return Reply()

    task = asyncio.create_task(narrating(Patient()).explain(card()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(30):
        await ended.wait()


async def test_what_no_model_is_asked_about_is_the_templates() -> None:
    """The end of a proposal has one sentence, and it is code's."""
    model = _model(GOOD)
    table = ended_facts(proposal_in(ProposalState.EXPIRED), quote=Asset("USD"))
    explanation = await narrating(model).explain(table)
    assert explanation == await template().explain(table)
    assert not model.asked


async def test_a_language_that_nobody_can_check_is_the_templates() -> None:
    """Without a lexicon no model writes: German has its template."""
    german = TemplateNarrator(clock=StillClock(MORNING), zone=ZONE, wording=de)
    model = _model(GOOD)
    narrator = ModelNarrator(model, german, prompt=narrator_question, log=ListLog())
    assert await narrator.explain(card()) == await german.explain(card())
    assert not model.asked


async def test_equal_facts_are_written_about_once() -> None:
    """A second card alike costs nothing, and is not noted as an attempt."""
    model, log = _model(GOOD, BAD), ListLog()
    narrator = narrating(model, log)
    first = await narrator.explain(card())
    assert await narrator.explain(card()) == first
    assert len(model.asked) == len(log.narrations) == 1


async def test_the_words_are_remembered_and_the_figures_are_not() -> None:
    """Prose is shared by cards that read alike; each gets its own figures."""
    model = _model(GOOD)
    narrator = narrating(model)
    await narrator.explain(card())
    other = await narrator.explain(card(worked(btc="0.28190", cash="8100")))
    assert len(model.asked) == 1
    assert other.source == "scripted"
    assert other.lines[0].startswith("The plan is to sell 0.0")
    assert other.lines != FINISHED
    assert len(other.lines) == len(FINISHED)


async def test_swapping_two_coins_swaps_them_in_the_text() -> None:
    """L3: prose about one coin is never shown for another."""
    mirrored = portfolio(
        "ETH 0.28182 @ 110000 -> 50", "BTC 2.6190 @ 4200 -> 30, step 0.0001", cash="8000 -> 20"
    )
    model = _model(GOOD, GOOD.replace("btc", "?").replace("eth", "btc").replace("?", "eth"))
    narrator = narrating(model)
    await narrator.explain(card())
    swapped = await narrator.explain(card(mirrored))
    assert len(model.asked) == 2
    assert swapped.lines[0] == FINISHED[0].replace("BTC", "?").replace("ETH", "BTC").replace(
        "?", "ETH"
    )


@pytest.mark.parametrize("first", [(BAD, BAD), (Failure.TIMEOUT,) * 2, (Failure.RESTING,)])
async def test_no_text_now_does_not_mean_none_for_ever(first: tuple[str | Failure, ...]) -> None:
    """What came to nothing is tried again; refused texts when their time is over."""
    model = _model(*first, GOOD)
    narrator = narrating(model, patience=Patience(refused=0))
    assert (await narrator.explain(card())).source == "template"
    assert (await narrator.explain(card())).source == "scripted"


async def test_equal_questions_at_once_share_one_call() -> None:
    """Ten cards alike are one call; one who gives up does not take it from the others."""
    model = _model(GOOD, BAD)
    narrator = narrating(model)
    tasks = [asyncio.create_task(narrator.explain(card())) for _ in range(10)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert {getattr(result, "source", None) for result in results[1:]} == {"scripted"}
    assert len(model.asked) == 1


async def test_a_dropped_sentence_costs_only_itself() -> None:
    """An invented cause is left out, the rest is shown."""
    why = ("why", f"{WHY[1]} Investors sound rather nervous.")
    explanation = await narrating(_model(written(WHAT, why, COST, NEXT))).explain(card())
    assert explanation.lines == FINISHED


async def test_an_emptied_line_takes_the_templates_line_of_its_role() -> None:
    """Of a cost line without a fact nothing is left; the template's stands in at its place."""
    what = ("what", f"{WHAT[1]} Trading costs {{{{cost}}}}.")
    empty = ("cost", "Everything has its price in this world.")
    explanation = await narrating(_model(written(what, WHY, empty, NEXT))).explain(card())
    assert explanation.source == "scripted"
    cost = dict(template().lines_by_role(card()))[Role.COST]
    assert explanation.lines[2] == cost
    assert len(explanation.lines) == 4


async def test_without_its_heart_a_text_is_none() -> None:
    """A template's line about what happens leans on the one before it, so it is not mixed in."""
    what = ("what", "Something calm and pleasant happens here.")
    why = ("why", f"{WHY[1]} {WHAT[1]}")
    model = _model(written(what, why, COST, NEXT))
    assert (await narrating(model).explain(card())).source == "template"
    assert len(model.asked) == 2


async def test_words_that_outgrow_their_placeholders_are_too_long() -> None:
    """The finished text is measured as well, not only the one with gaps."""
    table = card()
    told = tell(template().speech(table), table)
    wordy = replace(
        told, facts=tuple(replace(fact, text=fact.text + " and so on" * 40) for fact in told.facts)
    )
    assert judged(GOOD, told).accepted
    assert judged(GOOD, wordy).codes == (Code.LEN,)


async def test_what_is_written_down_fits_into_any_store() -> None:
    """Two thousand characters, no zero byte, no half of a pair."""
    log = ListLog()
    await narrating(_model("\ud800\0" + "x" * 15_000), log).explain(card())
    output = log.narrations[0].output
    assert len(output) == 2000
    assert "\0" not in output
    output.encode()


@given(st.text(max_size=300) | st.text(alphabet='{}[]":,\\lines rotx0', max_size=300))
async def test_no_output_breaks_the_narrator(text: str) -> None:
    """Whatever a model writes, there is an explanation."""
    explanation = await narrating(_model(text)).explain(card())
    assert explanation.lines


@pytest.mark.parametrize("sample", every(), ids=lambda sample: sample.name)
async def test_roles_change_nothing_of_the_template(sample: Sample) -> None:
    """The same lines in the same order, each with a role; the first of a role is never unclear."""
    table = decision_facts(sample.decision, quote=Asset(sample.quote))
    narrator = template()
    told = narrator.lines_by_role(table)
    assert tuple(line for _, line in told) == narrator.lines(table)
    costs = [line for role, line in told if role is Role.COST]
    assert len(costs) <= 1


@pytest.mark.parametrize("prefix", [prefix for prefix, _ in ROLES])
def test_every_role_is_that_of_a_sentence(prefix: str) -> None:
    """A sentence that is renamed takes its role along."""
    ruling = [
        max((p for p, _ in ROLES if key.startswith(p)), key=len) for key in sorted(en.SENTENCES)
    ]
    assert prefix in ruling


async def test_the_memory_keeps_the_latest_used() -> None:
    """It is bounded, what is used stays, and what came to nothing is not kept."""
    memory = Memory(most=2)

    async def recalled(key: str, value: str | None) -> str | None:
        async def write() -> Written:
            return Written(value)

        return await memory.recall(key, write)

    for key, value in (("a", "1"), ("b", "2"), ("a", "other"), ("c", "3")):
        await recalled(key, value)
    assert await recalled("a", "other") == "1"
    assert await recalled("b", "new") == "new"
    assert await recalled("d", None) is None
    assert await recalled("d", "4") == "4"


@pytest.mark.parametrize(
    "changes",
    [
        {"system": "x"},
        {"user": "x"},
        {"prompt": "x"},
        {"schema": {"type": "array"}},
        {"schema_name": "x"},
        {"max_tokens": 1},
        {"temperature": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_everything_a_model_reads_is_in_the_key(changes: dict[str, object]) -> None:
    """Another prompt, schema or model is another question."""
    other = replace(QUESTION, **changes)  # type: ignore[arg-type]
    assert digest_of(QUESTION, "a") != digest_of(other, "a")
    assert digest_of(QUESTION, "a") != digest_of(QUESTION, "b")
    assert digest_of(QUESTION, "a") == digest_of(replace(QUESTION), "a")


def test_no_figure_is_in_the_question() -> None:
    """What a model reads is the same whatever the portfolio is worth."""

    def question(cash: str) -> Question:
        table = card(worked(btc="0.28190", cash=cash))
        return narrator_question(tell(template().speech(table), table))

    assert question("8000") == question("8100")
