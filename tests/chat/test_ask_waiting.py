"""A question that takes long keeps nobody waiting but the one who asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.requests import Command, Request
from bot.chat.sender import OutboxSender
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import TelegramAccount
from bot.clocks import SystemClock
from bot.explain.questions.selector import SelectingReader
from tests.chat.world import ANN, BEN, CALM, World, world
from tests.chat_telegram.running import running
from tests.emulators.telegram import TelegramEmulator
from tests.questions.models import HangingModel, KeptLog

STRANGE = "yo whats the deal w my ether bag not moving, any clue"
"""Nothing that rules understand, so that a model is asked."""

SOON = 30.0


@pytest.fixture
async def calm(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that has looked once."""
    async with world(tmp_path, *CALM, cash="10000 -> 20") as made:
        await made.look_daily()
        made.deliver()
        yield made


def with_model(made: World, model: HangingModel) -> None:
    """Let a model sort what rules do not understand."""
    made.desk = replace(made.desk, questions=SelectingReader(model, KeptLog()))
    made.front = made._door()  # noqa: SLF001  # the door of another desk


def asks(made: World, words: str, person: str = ANN) -> Request:
    """Return a person's question."""
    return made.request(person, Command("ask", tuple(words.split())))


async def test_one_question_at_a_time_in_a_chat(calm: World) -> None:
    """A second question in the same chat is told to wait; another chat's is answered."""
    model = HangingModel()
    with_model(calm, model)
    first = asyncio.create_task(calm.front.handle(asks(calm, STRANGE)))
    await model.began.wait()
    (busy,) = await calm.send(ANN, "/ask how do the bands work?")
    assert "Your last question is still being answered" in busy
    (other,) = await calm.send(BEN, "/ask how do the bands work?")
    assert "Every target has a band around it." in other
    model.let_go.set()
    await first
    (late,) = [new.words.plain for new in calm.deliver()]
    assert late.startswith("What you can ask")
    (again,) = await calm.send(ANN, "/ask how do the bands work?")
    assert "Every target has a band around it." in again


async def test_a_question_that_was_given_up_frees_its_chat(calm: World) -> None:
    """When a question is cancelled, as at a stop, the chat can ask again."""
    model = HangingModel()
    with_model(calm, model)
    first = asyncio.create_task(calm.front.handle(asks(calm, STRANGE)))
    await model.began.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert calm.desk.asking == set()


async def test_status_does_not_wait_for_a_model(calm: World) -> None:
    """While a model hangs over a question, /status arrives in the same chat on Telegram."""
    model = HangingModel()
    with_model(calm, model)
    async with TelegramEmulator() as tg:
        ann = tg.person(int(ANN), first_name="Ann")
        home = TelegramHome(
            TelegramAccount(tg.token, tg.base_url),
            store=calm.desk.store,
            clock=SystemClock(),
            render=calm.renderer.render,
            menus={},
        )
        sender = OutboxSender(calm.desk.store, home, SystemClock())

        async def handle(request: Request) -> str:
            toast = await calm.front.handle(request)
            sender.wake()
            return toast

        async with home, running(sender.run()), running(home.run(handle)):
            ann.send(None, f"/ask {STRANGE}")
            async with asyncio.timeout(SOON):
                await model.began.wait()
            ann.send(None, "/status")
            await tg.wait_for("Nothing is paused or halted.", SOON)
            assert not model.let_go.is_set()
            assert calm.desk.asking == {ANN}
            model.let_go.set()
            await tg.wait_for("What you can ask", SOON)
