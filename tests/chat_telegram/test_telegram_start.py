"""Beginning, going on in spite of trouble, and ending; and the token, which nobody ever sees."""

import asyncio
import logging

import httpx
import pytest

from bot.chat.home import MaybeDelivered
from bot.chat.requests import Command
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import MALFORMED, REFUSED, TelegramAccount
from bot.chat.telegram_polling import CONFLICT
from bot.chat.telegram_polling import REFUSED as NO_LONGER
from bot.chat.telegram_updates import MOST_FAILURES
from bot.settings.redaction import MASK, hide
from bot.store.sqlite import SqliteStore
from core.domain.errors import InputInvalid
from tests.chat_telegram.running import running, until
from tests.chat_telegram.stage import ANN, BEN, HurriedClock, write_down
from tests.chat_telegram.telegram_stage import Notebook, receiving, telegram_home
from tests.emulators.telegram import TelegramEmulator

NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"
SECRET = "123456:AAF-secret_part_of_the_token_0123456789"


class TestToken:
    async def test_a_wrong_token_is_one_clear_message(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock
    ) -> None:
        """The person reads which setting is wrong and how to mend it, and never the token."""
        async with telegram_home(tg, store, clock, token=SECRET) as home:
            for attempt in (home.check(), home.run(Notebook())):
                with pytest.raises(InputInvalid) as caught:
                    await attempt
                assert caught.value.problems == (REFUSED,)
                assert caught.value.code == "TELEGRAM_TOKEN"
                assert caught.value.__suppress_context__
                assert "EVENKEEL_TELEGRAM_TOKEN" in str(caught.value)

    @pytest.mark.parametrize("token", ["", "hello", "123456", "123456:", "123 456:abc", "12:a b\n"])
    async def test_a_malformed_token_is_found_without_asking(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock, token: str
    ) -> None:
        """Half a token is recognised on this machine, and is not shown either."""
        with pytest.raises(InputInvalid) as caught:
            telegram_home(tg, store, clock, token=token or " ")
        assert caught.value.problems == (MALFORMED,)
        assert not tg.calls

    async def test_the_right_token_tells_who_the_bot_is(self, telegram: TelegramHome) -> None:
        """Whoever checks the settings learns the bot's name."""
        assert await telegram.check() == "evenkeel_test_bot"

    async def test_the_token_is_in_no_log_line(
        self,
        store: SqliteStore,
        clock: HurriedClock,
        notebook: Notebook,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """With every logger at its most talkative, through success and trouble, nobody tells it."""
        async with TelegramEmulator(SECRET) as tg:
            tg.person(ANN)
            home = telegram_home(tg, store, clock)
            for name in ("", "httpx", "httpcore", "telegram"):
                caplog.set_level(logging.DEBUG, name or None)
            tg.fail("getUpdates", 502)
            tg.fail("setMyCommands", 401)
            tg.garble("sendMessage")
            async with receiving(home, notebook):
                tg.person(ANN).send(None, "/status")
                await notebook.wait_for(1)
                row = write_down(store, "m")
                with pytest.raises(Exception, match="Invalid server response"):
                    await home.deliver(row, edits=())
            async with telegram_home(tg, store, clock, token=SECRET + "x") as wrong:
                with pytest.raises(InputInvalid):
                    await wrong.check()
        assert f"/bot{MASK}/getUpdates" in caplog.text
        assert SECRET not in caplog.text
        assert not [row for row in caplog.records if SECRET in str(row.__dict__)]

    async def test_the_secrets_of_buttons_are_in_no_log_line(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Not even an answer that could not be read is written out with the message in it."""
        caplog.set_level(logging.DEBUG)
        tg.fail("sendMessage", 200, body=f'{{"callback_data": "v1|a|7f3k9q2m|{NONCE}')
        row = write_down(store, "m", nonce=NONCE)
        with pytest.raises(MaybeDelivered):
            await telegram.deliver(row, edits=())
        await telegram.deliver(row, edits=())
        assert NONCE not in caplog.text

    def test_a_secret_in_an_exception_is_masked_too(self, caplog: pytest.LogCaptureFixture) -> None:
        """Traces lose the secret as well, and stay readable; other lines are left alone."""
        hide(SECRET)
        log = logging.getLogger("evenkeel.test")
        try:
            _fail_with(f"http://127.0.0.1/bot{SECRET}/getMe")
        except httpx.InvalidURL:
            log.exception("calling %s failed", SECRET)
        log.warning("%d is no number", "seven" * 0 or 7)
        assert SECRET not in caplog.text
        assert f"InvalidURL: http://127.0.0.1/bot{MASK}/getMe" in caplog.text
        assert "7 is no number" in caplog.text

    async def test_the_account_does_not_show_its_token(self, telegram: TelegramHome) -> None:
        """Neither the account nor the home has it in its representation."""
        account = TelegramAccount(SECRET)
        assert SECRET not in repr(account)
        assert "123456" not in repr(telegram)


class TestMenus:
    async def test_each_person_sees_their_commands_and_strangers_one(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Menus follow the role; whoever is not known is offered /start alone."""
        async with receiving(telegram, notebook):
            await tg.wait_call("setMyCommands", count=2)
            await tg.wait_until(lambda: bool(tg.menu("chat", chat_id=ANN)))
        assert tg.menu() == ["start"]
        assert tg.menu("chat", chat_id=ANN) == ["status", "approve"]
        assert tg.menu("chat", chat_id=BEN) == []

    async def test_a_menu_that_could_not_be_set_comes_with_the_first_message(
        self, store: SqliteStore, clock: HurriedClock, notebook: Notebook
    ) -> None:
        """Before a person writes to the bot their menu is refused; afterwards it is set."""
        async with TelegramEmulator() as tg:
            ann = tg.person(ANN, started=False)
            async with receiving(telegram_home(tg, store, clock), notebook):
                await tg.wait_until(
                    lambda: [c.status for c in tg.calls_of("setMyCommands")] == [200, 403]
                )
                ann.send(None, "/start")
                await tg.wait_until(lambda: bool(tg.menu("chat", chat_id=ANN)))
                ann.send(None, "/status")
                await notebook.wait_for(2)
        assert len(tg.calls_of("setMyCommands")) == 3


class TestTrouble:
    async def test_the_bot_waits_for_telegram_at_the_start(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """A server that is down at the start delays the bot and does not end it."""
        tg.fail("getMe", 502)
        tg.fail("deleteWebhook", 500)
        assert await telegram.check() == ""
        tg.person(ANN).send(None, "/status")
        async with receiving(telegram, notebook):
            await notebook.wait_for(1)

    async def test_polling_goes_on_after_trouble_and_says_so_once(
        self,
        tg: TelegramEmulator,
        telegram: TelegramHome,
        notebook: Notebook,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """One line when it begins, one when it is over, and what people sent meanwhile arrives."""
        caplog.set_level(logging.INFO)
        tg.fail("getUpdates", 502)
        async with receiving(telegram, notebook):
            tg.person(ANN).send(None, "/status")
            await notebook.wait_for(1)
        lines = [row.getMessage() for row in caplog.records if row.name.startswith("bot.")]
        assert lines == [
            "Telegram cannot be reached: HTTP status 502. Trying again.",
            "Telegram answers again.",
        ]

    @pytest.mark.parametrize(
        "trouble",
        [(409, CONFLICT, "telegram.conflict"), (401, NO_LONGER, "telegram.token_refused")],
        ids=["second-program", "token-withdrawn"],
    )
    async def test_what_a_person_must_mend_is_told_and_polling_goes_on(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        notebook: Notebook,
        caplog: pytest.LogCaptureFixture,
        trouble: tuple[int, str, str],
    ) -> None:
        """A second program on the token, or a token withdrawn: log and journal, once, clearly."""
        status, words, kind = trouble
        tg.fail("getUpdates", status, times=2)
        async with receiving(telegram, notebook):
            tg.person(ANN).send(None, "/status")
            await notebook.wait_for(1)
        assert [row.getMessage() for row in caplog.records].count(words) == 1
        with store.reading() as tx:
            assert len(tx.journal.entries(kinds=[kind])) == 1

    async def test_what_cannot_be_stored_is_asked_for_again(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock, notebook: Notebook
    ) -> None:
        """While the store refuses, Telegram is asked again; in the end a person is heard."""
        home = telegram_home(tg, store, clock)
        async with receiving(home, notebook):
            await tg.wait_call("getUpdates")
            store.close()
            tg.person(ANN).send(None, "/halt")
            (request,) = await notebook.wait_for(1)
        assert isinstance(request.act, Command)
        assert request.act.name == "halt"
        assert len(tg.calls_of("getUpdates")) >= MOST_FAILURES > 1

    async def test_only_three_kinds_of_updates_are_asked_for(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """The bot wants messages, edits and presses, and nothing else."""
        async with receiving(telegram, notebook):
            call = await tg.wait_call("getUpdates")
        kinds = call.params.nested("allowed_updates")
        assert kinds == ["message", "edited_message", "callback_query"]


class TestStop:
    async def test_a_handler_at_work_may_finish(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """An orderly stop lets a request end that takes a moment."""
        begun = asyncio.Event()

        async def linger(_: object) -> None:
            begun.set()
            await asyncio.sleep(0.02)

        notebook.act = linger
        tg.person(ANN).send(None, "/status")
        async with telegram, running(telegram.run(notebook)):
            await until(begun)
        with store.reading() as tx:
            assert not tx.inbox.unhandled()

    async def test_stopping_while_telegram_is_away(
        self, store: SqliteStore, clock: HurriedClock, tg: TelegramEmulator
    ) -> None:
        """A bot that never reached Telegram stops like any other."""
        home = telegram_home(tg, store, clock, base_url="http://127.0.0.1:9/bot")
        async with receiving(home, Notebook()):
            await asyncio.sleep(0.02)


def _fail_with(address: str) -> None:
    raise httpx.InvalidURL(address)
