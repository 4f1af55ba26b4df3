"""Nothing is lost between Telegram and the handler, nothing is handled twice, each press ends."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button, Command, Press, Request
from bot.chat.telegram import TelegramHome
from bot.store.sqlite import SqliteStore
from core.domain.errors import InvariantBroken
from tests.chat_telegram.stage import ANN, HurriedClock, write_down
from tests.chat_telegram.telegram_stage import IMPATIENT, Notebook, receiving, telegram_home
from tests.emulators.telegram import TelegramEmulator

NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"


def unhandled(store: SqliteStore) -> int:
    """Return how many updates wait in the inbox."""
    with store.reading() as tx:
        return len(tx.inbox.unhandled())


async def tap_card(tg: TelegramEmulator, home: TelegramHome, store: SqliteStore) -> str:
    """Send a card, let Ann press its first button, and return the press."""
    await home.deliver(write_down(store, "card", nonce=NONCE), edits=())
    return tg.person(ANN).tap(tg.chat(ANN).last, "Approve")


class TestAnswers:
    async def test_a_press_is_answered_with_the_handlers_words(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """The short text appears on the phone, once, cut to what Telegram shows."""
        notebook.toast = "Approved. " + "x" * 300
        press = await tap_card(tg, telegram, store)
        async with receiving(telegram, notebook):
            answer = await tg.wait_answered(press)
        assert answer.text == notebook.toast[:200]
        tg.assert_every_tap_answered_once()

    async def test_an_empty_answer_still_ends_the_press(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Where there is nothing to say the phone stops waiting all the same."""
        notebook.toast = ""
        press = await tap_card(tg, telegram, store)
        async with receiving(telegram, notebook):
            assert (await tg.wait_answered(press)).text == ""

    @pytest.mark.parametrize("status", [429, 502])
    async def test_an_answer_that_was_refused_is_given_again(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        notebook: Notebook,
        status: int,
    ) -> None:
        """Trouble at the server delays the answer and doubles nothing."""
        tg.fail("answerCallbackQuery", status, times=2)
        press = await tap_card(tg, telegram, store)
        async with receiving(telegram, notebook):
            await tg.wait_answered(press)
        tg.assert_every_tap_answered_once()
        assert len(tg.calls_of("answerCallbackQuery")) == 3

    async def test_an_answer_in_doubt_is_not_given_again(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock, notebook: Notebook
    ) -> None:
        """When nobody knows whether the answer arrived, a second one would be refused."""
        tg.hang("answerCallbackQuery")
        home = telegram_home(tg, store, clock, patience=replace(IMPATIENT, stop=5.0))
        await tap_card(tg, home, store)
        async with receiving(home, notebook):
            await tg.wait_call("answerCallbackQuery")
        assert len(tg.calls_of("answerCallbackQuery")) == 1
        tg.assert_every_tap_answered_once()

    async def test_a_late_answer_is_no_trouble(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Telegram refuses answers that come too late; the press counts all the same."""
        tg.expire(await tap_card(tg, telegram, store))
        async with receiving(telegram, notebook):
            await tg.wait_call("answerCallbackQuery")
        assert len(notebook.requests) == 1
        assert unhandled(store) == 0

    async def test_a_bug_in_the_handler_is_answered_and_not_repeated(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        notebook: Notebook,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The person is told, the log has the trace, and the next request is served."""

        async def fail_at_presses(request: Request) -> None:
            if isinstance(request.act, Press):
                raise InvariantBroken("a bug")

        notebook.act = fail_at_presses
        press = await tap_card(tg, telegram, store)
        async with receiving(telegram, notebook):
            assert (await tg.wait_answered(press)).text == ENGLISH.say("tap.failed")
            tg.person(ANN).send(None, "/status")
            await notebook.wait_for(2)
        assert unhandled(store) == 0
        assert "InvariantBroken: a bug" in caplog.text


class TestOnce:
    async def test_an_update_delivered_twice_is_handled_once(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """What Telegram repeats under the same id is dropped."""
        async with receiving(telegram, notebook):
            tg.person(ANN).send(None, "/pause")
            await notebook.wait_for(1)
            tg.redeliver()
            tg.person(ANN).send(None, "/status")
            await notebook.wait_for(2)
        assert [row.act for row in notebook.requests] == [Command("pause"), Command("status")]

    async def test_a_lost_confirmation_changes_nothing(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        clock: HurriedClock,
        notebook: Notebook,
    ) -> None:
        """Updates that Telegram believes unconfirmed come again after a restart: handled once."""
        tg.lose_confirmation(times=100)
        async with receiving(telegram_home(tg, store, clock), notebook):
            tg.person(ANN).send(None, "/pause")
            await notebook.wait_for(1)
            await tg.wait_call("getUpdates", count=2)
        tg.heal()
        assert tg.world.updates.pending == 1
        async with receiving(telegram_home(tg, store, clock), notebook):
            tg.person(ANN).send(None, "/status")
            await notebook.wait_for(2)
        assert [row.act for row in notebook.requests] == [Command("pause"), Command("status")]

    async def test_what_came_while_the_bot_was_off_is_handled(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Nothing that waits at Telegram is dropped at the start."""
        tg.person(ANN).send(None, "/halt")
        async with receiving(telegram, notebook):
            await notebook.wait_for(1)
        (call,) = tg.calls_of("deleteWebhook")
        assert not call.params.flag("drop_pending_updates")

    async def test_another_bot_on_the_same_books_is_not_mistaken(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock, notebook: Notebook
    ) -> None:
        """Two bots count their updates by themselves; equal numbers are different updates."""
        tg.person(ANN).send(None, "/one")
        async with receiving(telegram_home(tg, store, clock), notebook):
            await notebook.wait_for(1)
        async with TelegramEmulator("999:OTHER") as other:
            other.person(ANN).send(None, "/two")
            async with receiving(telegram_home(other, store, clock), notebook):
                await notebook.wait_for(2)
        assert notebook.requests[0].request_id == "123456:500000001"
        assert notebook.requests[1].request_id == "999:500000001"


class TestRestart:
    async def test_what_was_fetched_and_not_handled_is_handled_after_a_restart(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock
    ) -> None:
        """Killed in the middle of a handler: the next process finds the update in its inbox."""
        stuck = Notebook(act=lambda _: asyncio.Event().wait())  # type: ignore[arg-type,return-value]
        first_home = telegram_home(tg, store, clock)
        press = await tap_card(tg, first_home, store)
        tg.person(ANN).send(None, "/halt")
        async with receiving(first_home, stuck):
            await stuck.wait_for(2)
            await tg.wait_until(lambda: tg.world.updates.pending == 0)
        assert unhandled(store) == 2
        notebook = Notebook()
        async with receiving(telegram_home(tg, store, clock), notebook):
            await notebook.wait_for(2)
            await tg.wait_answered(press)
        assert notebook.requests == stuck.requests
        assert [type(row.act) for row in notebook.requests] == [Press, Command]
        assert notebook.requests[0].act == Press(Button.APPROVE, "7f3k9q2m", NONCE)
        assert unhandled(store) == 0

    async def test_left_over_updates_come_before_new_ones(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock, notebook: Notebook
    ) -> None:
        """The order in which people acted survives the restart."""
        document = {"received_at": clock.now().isoformat(), "update": {}}
        for number, text in ((1, "/first"), (2, "/second")):
            document["update"] = {"update_id": number, "message": _wire(tg, text)}
            with store.transaction() as tx:
                tx.inbox.keep(f"123456:{number}", json.dumps(document), at=clock.now())
        tg.world.updates.drop()
        tg.person(ANN).send(None, "/third")
        async with receiving(telegram_home(tg, store, clock), notebook):
            await notebook.wait_for(3)
        names = [row.act.name for row in notebook.requests if isinstance(row.act, Command)]
        assert names == ["first", "second", "third"]

    async def test_an_unreadable_row_is_left_out(
        self,
        store: SqliteStore,
        telegram: TelegramHome,
        notebook: Notebook,
        tg: TelegramEmulator,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """One damaged update neither stops the start nor stays for ever."""
        with store.transaction() as tx:
            tx.inbox.keep("123456:1", "{", at=HurriedClock().now())
            tx.inbox.keep("console:1", "not ours", at=HurriedClock().now())
        tg.person(ANN).send(None, "/status")
        async with receiving(telegram, notebook):
            await notebook.wait_for(1)
        assert unhandled(store) == 1
        assert "update 123456:1 can no longer be read" in caplog.text


class TestSideBySide:
    async def test_a_slow_handler_does_not_keep_a_halt_waiting(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Many slow requests are at work, and the next one is handled at once."""
        release = asyncio.Event()

        async def wait_unless_halt(request: Request) -> None:
            if request.act != Command("halt"):
                await release.wait()

        notebook.act = wait_unless_halt
        async with receiving(telegram, notebook):
            for _ in range(40):
                tg.person(ANN).send(None, "/ask why")
            tg.person(ANN).send(None, "/halt")
            requests = await notebook.wait_for(41)
            assert requests[-1].act == Command("halt")
            release.set()

    async def test_two_hundred_presses_at_once_are_each_answered_once(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """However fast a person taps, each tap is handled and answered exactly once."""
        await telegram.deliver(write_down(store, "card", nonce=NONCE), edits=())
        presses = [tg.person(ANN).tap(tg.chat(ANN).last, "Approve") for _ in range(200)]
        async with receiving(telegram, notebook):
            for press in presses:
                await tg.wait_answered(press)
        assert len(notebook.requests) == 200
        tg.assert_every_tap_answered_once()


def _wire(tg: TelegramEmulator, text: str) -> object:
    return tg.person(ANN).send(None, text).wire()
