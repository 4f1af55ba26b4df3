import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.model.asking import Failure, Model, Reply
from bot.explain.model.budget import NOTE, Budgeted, spent_in
from bot.explain.model.guarded import guarded, warm_up
from bot.explain.model.queueing import Queued
from bot.explain.model.resting import PAUSE, Resting
from bot.explain.model.settings import ModelSettings
from bot.ports.narrator import Notebook
from tests.explain.still_clock import StillClock
from tests.llm.fakes import BrokenModel, BrokenNotebook, DeafModel, DictNotebook, ScriptedModel
from tests.llm.scene import QUESTION

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = Reply(text="{}")
BAD = Reply(failure=Failure.BROKEN)
FREE = (
    Failure.NO_CONNECTION,
    Failure.REFUSED,
    Failure.BUSY,
    Failure.FORM,
    Failure.CALLS_SPENT,
    Failure.MONEY_SPENT,
    Failure.RESTING,
)


def _settings(calls: int = 50, dollars: str = "1.00") -> ModelSettings:
    return ModelSettings(
        "http://localhost/v1", "scripted", calls_per_day=calls, dollars_per_day=Decimal(dollars)
    )


def _budgeted(
    model: Model,
    notebook: Notebook,
    clock: StillClock | None = None,
    *,
    calls: int = 50,
    dollars: str = "1.00",
) -> Budgeted:
    clock = clock or StillClock(NOON)
    settings = _settings(calls, dollars)
    return Budgeted(model, settings=settings, notebook=notebook, clock=clock)


async def _outcomes(model: Model, times: int) -> list[Failure | None]:
    return [(await model.ask(QUESTION, seconds=1)).failure for _ in range(times)]


async def test_after_so_many_calls_a_day_nobody_is_asked() -> None:
    """The limit holds to the call, failures included, and the next UTC day starts anew."""
    inner, clock = ScriptedModel([BAD]), StillClock(NOON)
    model = _budgeted(inner, DictNotebook(), clock, calls=3)
    spent = [Failure.BROKEN] * 3 + [Failure.CALLS_SPENT] * 2
    assert await _outcomes(model, 5) == spent
    assert len(inner.asked) == 3
    clock.instant += timedelta(hours=11, minutes=59)
    assert await _outcomes(model, 1) == [Failure.CALLS_SPENT]
    clock.instant += timedelta(minutes=1)
    assert await _outcomes(model, 5) == spent


async def test_a_restart_does_not_refill_the_budget() -> None:
    """Calls and dollars of the day are known to the next process."""
    notebook = DictNotebook()
    reply = Reply(text="{}", cost=Decimal("0.30"))
    await _outcomes(_budgeted(ScriptedModel([reply]), notebook, calls=4), 2)
    again = _budgeted(ScriptedModel([reply]), notebook, calls=4)
    assert await _outcomes(again, 3) == [None, Failure.MONEY_SPENT, Failure.MONEY_SPENT]
    assert json.loads(notebook.notes[NOTE]) == {
        "day": "2026-03-01",
        "calls": 3,
        "dollars": "0.90",
        "dearest": "0.30",
    }


async def test_the_days_money_is_not_overspent() -> None:
    """A call is made only while one of the dearest seen still fits."""
    costs = [Reply(text="{}", cost=Decimal(c)) for c in ("0.10", "0.40", "0.10", "0.11")]
    model = _budgeted(ScriptedModel(costs), DictNotebook())
    assert await _outcomes(model, 6) == [None] * 4 + [Failure.MONEY_SPENT] * 2


async def test_a_share_of_the_day_is_kept_for_what_matters() -> None:
    """Questions stop when 40 % of the calls or of the money is left; plans go on to the end."""
    idle = replace(QUESTION, is_vital=False)
    dear = Reply(text="{}", cost=Decimal("0.10"))
    for reply, calls, dollars, left in (
        (GOOD, 10, "1.00", Failure.CALLS_SPENT),
        (dear, 50, "1.00", Failure.MONEY_SPENT),
    ):
        inner = ScriptedModel([reply])
        model = _budgeted(inner, DictNotebook(), calls=calls, dollars=dollars)
        idle_ends = [(await model.ask(idle, seconds=1)).failure for _ in range(8)]
        assert idle_ends == [None] * 6 + [left] * 2
        assert await _outcomes(model, 5) == [None] * 4 + [left]
        assert len(inner.asked) == 10


async def test_a_clock_set_back_and_forth_brings_no_second_budget() -> None:
    """Two days are two budgets, however often midnight passes and whoever counts."""
    clock, notebook, inner = StillClock(NOON), DictNotebook(), ScriptedModel()
    for days in (0, 1, -1, 1, -1, 1):
        clock.instant += timedelta(days=days)
        await _outcomes(_budgeted(inner, notebook, clock, calls=5), 8)
        kept = _budgeted(inner, DictNotebook(dict(notebook.notes)), clock, calls=5)
        await _outcomes(kept, 2)
    assert len(inner.asked) == 10
    long_lived = _budgeted(inner, BrokenNotebook(), clock, calls=5)
    for days in (0, -1, 1):
        clock.instant += timedelta(days=days)
        await _outcomes(long_lived, 8)
    assert len(inner.asked) == 15


async def test_a_record_from_far_ahead_does_not_end_the_words_for_years() -> None:
    """A clock that was wrong by years and is mended leaves a day that is not believed."""
    note = '{"day": "2099-01-01", "calls": 50, "dollars": "0", "dearest": "0"}'
    model = _budgeted(ScriptedModel(), DictNotebook({NOTE: note}), calls=2)
    assert await _outcomes(model, 3) == [None, None, Failure.CALLS_SPENT]


@pytest.mark.parametrize(
    ("reply", "is_charged"),
    [
        *((Reply(failure=failure), False) for failure in FREE),
        *((Reply(failure=failure), True) for failure in Failure if failure not in FREE),
        (GOOD, True),
        (Reply(text="{}", cost=Decimal(0)), False),
        (None, True),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_call_whose_cost_nobody_names_is_charged_by_the_prices(
    reply: Reply | None, is_charged: bool
) -> None:
    """A timeout may be billed all the same; what was never sent or turned away is not."""
    notebook = DictNotebook()
    settings = replace(_settings(), price_in=Decimal(3), price_out=Decimal(1000))
    inner: Model = (
        BrokenModel(asyncio.CancelledError()) if reply is None else ScriptedModel([reply])
    )
    model = Budgeted(inner, settings=settings, notebook=notebook, clock=StillClock(NOON))
    with suppress(asyncio.CancelledError):
        await model.ask(QUESTION, seconds=1)
    spent = spent_in(notebook.notes[NOTE])
    # 350 tokens at $1000 a million, and about 30 that were read.
    assert (Decimal("0.35") < spent.dollars < Decimal("0.3502")) is is_charged
    assert bool(spent.dollars) is is_charged


async def test_without_prices_nothing_is_guessed() -> None:
    """Nobody knows what a call costs at a server that names no cost and has no price."""
    notebook = DictNotebook()
    await _outcomes(_budgeted(ScriptedModel([Reply(failure=Failure.TIMEOUT)]), notebook), 3)
    assert spent_in(notebook.notes[NOTE]).dollars == 0


async def test_unknown_and_free_calls_cost_no_money() -> None:
    """A local model is limited by its calls alone, even where no money may be spent."""
    model = _budgeted(ScriptedModel([GOOD, Reply(cost=Decimal(0))]), DictNotebook(), dollars="0")
    assert await _outcomes(model, 50) == [None] * 50
    assert await _outcomes(model, 1) == [Failure.CALLS_SPENT]


async def test_a_call_that_is_broken_off_has_been_counted() -> None:
    """It is written down before it is made: the server may have answered by then."""
    notebook = DictNotebook()
    model = _budgeted(BrokenModel(asyncio.CancelledError()), notebook)
    with pytest.raises(asyncio.CancelledError):
        await model.ask(QUESTION, seconds=1)
    assert json.loads(notebook.notes[NOTE])["calls"] == 1


@pytest.mark.parametrize("error", [OSError, UnicodeDecodeError], ids=lambda kind: kind.__name__)
async def test_a_notebook_that_fails_loses_no_count(error: type[Exception]) -> None:
    """Memory counts on, and the failing is logged."""
    args = ("utf-8", b"", 0, 1, "no") if error is UnicodeDecodeError else ("full disk",)
    notebook = BrokenNotebook(lambda: error(*args))
    model = _budgeted(ScriptedModel(), notebook, calls=2)
    assert await _outcomes(model, 3) == [None, None, Failure.CALLS_SPENT]
    conflicting = _budgeted(ScriptedModel(), BrokenNotebook(), calls=2)
    assert await _outcomes(conflicting, 3) == [None, None, Failure.CALLS_SPENT]


BROKEN_NOTES = [
    "",
    "null",
    "[]",
    "{",
    "7",
    '{"day": "2026-03-01"}',
    '{"day": "tomorrow", "calls": 9, "dollars": "0", "dearest": "0"}',
    '{"day": 20260301, "calls": 9, "dollars": "0", "dearest": "0"}',
    '{"day": "2026-03-01", "calls": -9, "dollars": "0", "dearest": "0"}',
    '{"day": "2026-03-01", "calls": 1, "dollars": "-9", "dearest": "0"}',
    '{"day": "2026-03-01", "calls": 1, "dollars": "NaN", "dearest": "0"}',
    '{"day": "2026-03-01", "calls": 1, "dollars": NaN, "dearest": "0"}',
    '{"day": "2026-03-01", "calls": Infinity, "dollars": "0", "dearest": "0"}',
    '{"day": "2026-03-01", "calls": 1, "dollars": "0", "dearest": "1e9999999999999999999999"}',
    '{"day": "2026-03-01", "calls": [1], "dollars": {}, "dearest": []}',
    "[" * 5000,
]


@pytest.mark.parametrize("note", BROKEN_NOTES, ids=range(len(BROKEN_NOTES)))
async def test_a_broken_note_is_begun_anew(note: str) -> None:
    """Whatever stands there, nothing breaks, and the limits hold from now on."""
    notebook = DictNotebook({NOTE: note})
    model = _budgeted(ScriptedModel(), notebook, calls=2)
    assert await _outcomes(model, 3) == [None, None, Failure.CALLS_SPENT]
    assert spent_in(notebook.notes[NOTE]).calls == 2


@given(st.text() | st.from_type(bytes).map(repr))
def test_no_note_breaks_the_reading(note: str) -> None:
    """A stored text is a record of a day or a ValueError."""
    try:
        spent_in(note)
    except ValueError:
        return


async def test_two_processes_share_one_budget() -> None:
    """Evals beside a running bot count towards the same day."""
    notebook = DictNotebook()
    first, second = (_budgeted(ScriptedModel(), notebook, calls=4) for _ in range(2))
    assert await _outcomes(first, 2) + await _outcomes(second, 2) == [None] * 4
    assert await _outcomes(first, 1) == [Failure.CALLS_SPENT]


async def test_three_failures_in_a_row_rest_the_model_for_a_quarter_of_an_hour() -> None:
    """Then one trial; a failed one rests it again, a good one ends it."""
    inner, clock = ScriptedModel([BAD, BAD, GOOD, BAD, BAD, BAD, BAD, GOOD]), StillClock(NOON)
    model = Resting(inner, clock=clock)
    assert await _outcomes(model, 8) == [
        *[Failure.BROKEN] * 2,
        None,
        *[Failure.BROKEN] * 3,
        *[Failure.RESTING] * 2,
    ]
    clock.instant += PAUSE - timedelta(seconds=1)
    assert await _outcomes(model, 1) == [Failure.RESTING]
    clock.instant += timedelta(seconds=1)
    assert await _outcomes(model, 2) == [Failure.BROKEN, Failure.RESTING]
    clock.instant += PAUSE
    assert await _outcomes(model, 3) == [None] * 3
    assert timedelta(minutes=15) == PAUSE


@pytest.mark.parametrize(
    "failure", [Failure.CALLS_SPENT, Failure.MONEY_SPENT, Failure.RESTING, Failure.FORM]
)
async def test_what_is_not_the_servers_failing_does_not_rest_it(failure: Failure) -> None:
    """A spent budget and a lesson say nothing about the server."""
    model = Resting(ScriptedModel([Reply(failure=failure)]), clock=StillClock(NOON))
    assert await _outcomes(model, 5) == [failure] * 5


async def test_a_trial_that_is_broken_off_is_tried_again() -> None:
    """Cancellation is no failure: the next one asks at once."""
    clock = StillClock(NOON)
    inner = ScriptedModel([BAD, BAD, BAD, GOOD])
    model = Resting(inner, clock=clock)
    await _outcomes(model, 3)
    clock.instant += PAUSE
    task = asyncio.create_task(model.ask(QUESTION, seconds=1))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _outcomes(model, 1) == [None]


async def test_a_clock_that_was_set_back_does_not_lengthen_the_rest() -> None:
    """A wrong clock that is mended costs a trial, not hours."""
    clock = StillClock(NOON)
    model = Resting(ScriptedModel([BAD, BAD, BAD, GOOD]), clock=clock)
    await _outcomes(model, 3)
    clock.instant -= timedelta(hours=5)
    assert await _outcomes(model, 1) == [None]


async def test_several_at_once_go_one_after_the_other_and_nobody_overspends() -> None:
    """Twenty callers at once: as many calls as the day allows, never two at a time."""

    class Watching(ScriptedModel):
        inside = most = 0

        async def ask(self, question: object, *, seconds: float) -> Reply:
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(0)
            self.inside -= 1
            return Reply(text="{}", cost=Decimal("0.10"))

    inner, clock = Watching(), StillClock(NOON)
    settings = _settings(calls=50, dollars="0.75")
    model = guarded(inner, settings=settings, notebook=DictNotebook(), clock=clock)
    replies = await asyncio.gather(*(model.ask(QUESTION, seconds=5) for _ in range(20)))
    failures = [reply.failure for reply in replies]
    assert inner.most == 1
    assert failures.count(None) == 7
    assert failures.count(Failure.MONEY_SPENT) == 13


async def test_who_has_waited_too_long_goes_home_without_a_call() -> None:
    """Waiting counts; too little time left is no time for a call, and no failure of the server."""
    freed = asyncio.Event()
    inner = DeafModel(freed)
    model = Queued(inner, least_seconds=0.05)
    first = asyncio.create_task(model.ask(QUESTION, seconds=0.2))
    await asyncio.sleep(0)
    waited = await model.ask(QUESTION, seconds=0.1)
    assert waited.failure is Failure.TIMEOUT
    # The first one's model does not even listen to cancellation; its caller is free all the same.
    late = await first
    assert late.failure is Failure.TIMEOUT
    assert inner.begun == 1
    freed.set()
    assert (await model.ask(QUESTION, seconds=1)).text == "late"


async def test_a_model_that_raises_is_contained_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An error of our own is logged by kind and place; its text might quote a secret."""
    caplog.set_level(logging.DEBUG)
    reply = await Queued(BrokenModel(RuntimeError("sk-secret"))).ask(QUESTION, seconds=1)
    assert reply.failure is Failure.BROKEN
    assert "RuntimeError" in caplog.text
    assert "fakes.py" in caplog.text
    assert "sk-secret" not in caplog.text


async def test_a_cancelled_caller_leaves_the_door_open() -> None:
    """Whoever is broken off while waiting or asking does not lock the others out."""
    model = Queued(ScriptedModel())
    tasks = [asyncio.create_task(model.ask(QUESTION, seconds=1)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert await _outcomes(model, 1) == [None]


async def test_a_warm_up_is_counted_like_any_call() -> None:
    """It goes through the same guards: a restart loop cannot spend in secret."""
    notebook = DictNotebook()
    inner = ScriptedModel([Reply(failure=Failure.FORM), GOOD])
    model = guarded(inner, settings=_settings(), notebook=notebook, clock=StillClock(NOON))
    assert (await warm_up(model, seconds=5)).failure is None
    assert spent_in(notebook.notes[NOTE]).calls == 2
    assert model.name == "scripted"
