"""``evenkeel run`` on Telegram, as a process: a wrong token, a first story, a kill in between."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.phone import ANN
from tests.e2e.program import Program, ended, stop
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_records import Message

WRONG = "654321:AAF-a_token_that_telegram_does_not_know"
START = 90.0


def _is_card(message: Message) -> bool:
    return "Approve" in message.buttons


def _is_second_card(message: Message) -> bool:
    return "Confirm" in message.buttons


async def test_a_wrong_token_ends_the_program_with_one_sentence(
    tmp_path: Path, tg: TelegramEmulator
) -> None:
    """Exit code 2, what is wrong and how to mend it; no traceback, and the token stays secret."""
    async with Program.prepared(tmp_path, tg, WRONG).running() as process:
        code, out, err = await ended(process)
    assert code == 2
    assert "evenkeel: Telegram does not accept the bot token." in err
    assert "EVENKEEL_TELEGRAM_TOKEN" in err
    assert "Traceback" not in err
    assert WRONG not in out + err


@pytest.mark.slow
async def test_the_first_story_survives_a_kill(tmp_path: Path, tg: TelegramEmulator) -> None:
    """A first purchase is proposed, the program is killed, and the second step still counts."""
    program = Program.prepared(tmp_path, tg)
    async with program.running():
        card = await tg.wait_for(_is_card, START, chat_id=ANN)
        press = tg.person(ANN).tap(card, "Approve")
        assert (await tg.wait_answered(press, START)).text.startswith("One more step")
        second = await tg.wait_for(_is_second_card, START, chat_id=ANN)
    async with program.running() as process:
        while True:
            press = tg.person(ANN).tap(second, "Confirm")
            toast = (await tg.wait_answered(press, START)).text
            if toast.startswith("Approved"):
                break
            assert "three seconds" in toast
            await asyncio.sleep(1)
        report = await tg.wait_for("carried out", START, chat_id=ANN, after=second)
        assert report.text
        tg.person(ANN).send(None, "/halt")
        await tg.wait_for("alted", START, chat_id=ANN, after=report)
        code, out, err = await stop(process)
    assert code == 0, err
    assert tg.token not in out + err
    assert "Traceback" not in err
