"""The emulator keeps its promises towards the real python-telegram-bot."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, Update
from telegram import InlineKeyboardMarkup as Keyboard
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    TypeHandler,
)
from telegram.request import HTTPXRequest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_records import Message

ANN, GROUP, SUPERGROUP = 7, -55, -1_000_000_000_077
APPROVE = Keyboard([[InlineKeyboardButton("Approve", callback_data="ok:1")]])
App = Application[Any, Any, Any, Any, Any, Any]


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opt in to what PTB will do anyway: without it, each RetryAfter is a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    """Serve an emulator in which Ann has started the bot."""
    async with TelegramEmulator() as emulator:
        emulator.person(ANN)
        yield emulator


@pytest.fixture
async def bot(tg: TelegramEmulator) -> AsyncIterator[Bot]:
    """Return a bot that sends but does not poll, and loses patience after 0.3 s."""
    request = HTTPXRequest(read_timeout=0.3, media_write_timeout=0.3)
    async with Bot(tg.token, tg.base_url, tg.base_file_url, request=request) as bot:
        yield bot


async def on_start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a command with a card."""
    assert update.effective_message
    await update.effective_message.reply_html("<b>Card</b>", reply_markup=APPROVE)


async def on_tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a press and change the card."""
    assert update.callback_query
    await update.callback_query.answer("Thanks", show_alert=True)
    await update.callback_query.edit_message_text(f"Done: {update.callback_query.data}")


@asynccontextmanager
async def running(tg: TelegramEmulator, seen: list[Update] | None = None) -> AsyncIterator[App]:
    """Run a polling application with the two handlers, noting all updates in `seen`."""

    async def note(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if seen is not None:
            seen.append(update)
        tg.world.pulse.beat()

    builder = ApplicationBuilder().token(tg.token).base_url(tg.base_url)
    app = builder.base_file_url(tg.base_file_url).build()
    app.add_handler(TypeHandler(Update, note), group=-1)
    app.add_handler(CommandHandler("start", on_start))
    app.add_handler(CallbackQueryHandler(on_tap))
    async with app:
        await app.start()
        assert app.updater
        await app.updater.start_polling(poll_interval=0, timeout=1, error_callback=lambda _: None)
        yield app
        await app.updater.stop()
        await app.stop()


class TestPolling:
    async def test_command_becomes_card_and_press_is_answered(self, tg: TelegramEmulator) -> None:
        """A command reaches its handler, a press is answered once, and the edit is on record."""
        ann = tg.person(ANN, username="ann")
        async with running(tg):
            card = await tg.wait_for("Card", after=ann.send(None, "/start"))
            assert (card.html, card.buttons) == ("<b>Card</b>", ["Approve"])
            assert card.entities == [{"type": "bold", "offset": 0, "length": 4}]
            answer = await tg.wait_answered(ann.tap(card.message_id, "Approve"))
            await tg.wait_for("Done: ok:1")
        assert (answer.text, answer.show_alert) == ("Thanks", True)
        assert (card.keyboard, [old.text for old in card.history]) == ([], ["Card"])
        tg.assert_every_tap_answered_once()
        assert tg.world.updates.pending == 0
        methods = [call.method for call in tg.calls]
        assert methods[:3] == ["getMe", "deleteWebhook", "getUpdates"]

    async def test_lost_confirmation_delivers_again_after_restart(
        self, tg: TelegramEmulator
    ) -> None:
        """Updates whose confirmation fails come again, under the same id, to the next process."""
        seen: list[Update] = []
        tg.lose_confirmation(times=100)
        async with running(tg, seen):
            tg.person(ANN).send(None, "/start")
            await tg.wait_for("Card")
        tg.heal()
        async with running(tg, seen):
            await tg.wait_until(lambda: len(seen) == 2)
        assert seen[0].update_id == seen[1].update_id

    async def test_redelivery_repeats_a_confirmed_update(self, tg: TelegramEmulator) -> None:
        """A test can deliver a confirmed update once more, and polling goes on after it."""
        seen: list[Update] = []
        async with running(tg, seen):
            tg.person(ANN).send(None, "one")
            await tg.wait_until(lambda: len(seen) == 1)
            await tg.wait_until(lambda: tg.world.updates.pending == 0)
            again = tg.redeliver()
            await tg.wait_until(lambda: len(seen) == 2)
            tg.person(ANN).send(None, "two")
            await tg.wait_until(lambda: len(seen) == 3)
        assert [update.update_id - again for update in seen] == [0, 0, 1]

    async def test_second_poller_ends_the_first(self, tg: TelegramEmulator, bot: Bot) -> None:
        """Of two programs that poll with one token the earlier one gets a Conflict."""
        troubles: list[TelegramError] = []

        def note(trouble: TelegramError) -> None:
            troubles.append(trouble)
            tg.world.pulse.beat()

        app = ApplicationBuilder().token(tg.token).base_url(tg.base_url).build()
        async with app:
            assert app.updater
            await app.updater.start_polling(timeout=1, error_callback=note)
            await tg.wait_call("getUpdates")
            await bot.get_updates(timeout=0)
            await tg.wait_until(lambda: bool(troubles))
            await app.updater.stop()
        assert isinstance(troubles[0], Conflict)

    async def test_retention_offsets_and_kinds(self) -> None:
        """Presses older than 150 s vanish, messages stay, and unwanted kinds never enter."""
        now = [1_700_000_000.0]
        async with TelegramEmulator(clock=lambda: now[0]) as tg:
            ann = tg.person(ANN)
            ann.send(None, "hello")
            tg.group(GROUP, admin=True)
            async with Bot(tg.token, tg.base_url) as bot:
                card = await bot.send_message(ANN, "x", reply_markup=APPROVE)
                ann.tap(card.message_id, "Approve")
                assert len(await bot.get_updates()) == 2
                now[0] += 151
                kept = await bot.get_updates(allowed_updates=["callback_query"])
                assert [update.message.text for update in kept if update.message] == ["hello"]
                ann.send(GROUP, "not wanted any more")
                assert not await bot.get_updates(offset=kept[-1].update_id + 1)


class TestPeople:
    async def test_who_speaks_and_how(self, tg: TelegramEmulator) -> None:
        """Edited, old, forwarded, anonymous, channel and topic messages look like Telegram's."""
        ann, ben = tg.person(ANN), tg.person(8, first_name="Ben")
        tg.group(SUPERGROUP, topics=frozenset({5}))
        tg.group(SUPERGROUP - 1, kind="channel")
        long_ago = datetime(2024, 1, 1, tzinfo=UTC)
        seen: list[Update] = []
        async with running(tg, seen):
            first = ann.send(None, "/start", date=long_ago, edited=True)
            ann.edit(first, "/start@evenkeel_test_bot 🙂 /x", chat_id=ANN)
            ann.send(None, "words", forward_from=ben, reply_to=first)
            ann.send(SUPERGROUP, "/start", sender_chat=SUPERGROUP, thread_id=5)
            ann.send(SUPERGROUP - 1, "/start")
            await tg.wait_until(lambda: len(seen) == 5)
        old, edited, forwarded, anonymous, post = seen
        assert old.edited_message
        assert old.edited_message.date == long_ago
        assert edited.edited_message
        assert edited.edited_message.text
        assert [e.offset for e in edited.edited_message.entities] == [0, 28]
        assert forwarded.message
        assert forwarded.message.forward_origin
        assert forwarded.message.reply_to_message
        assert anonymous.effective_user
        assert anonymous.effective_user.id == 1087968824
        assert anonymous.message
        assert anonymous.message.sender_chat
        assert post.channel_post
        assert post.effective_user is None

    async def test_privacy_mode_hides_small_talk(self, tg: TelegramEmulator, bot: Bot) -> None:
        """In a group the bot sees commands to it, mentions and replies to it, and nothing else."""
        ann = tg.person(ANN)
        tg.group(GROUP)
        mine = await bot.send_message(GROUP, "hi")
        for text in ("small talk", "/start@other_bot", "/start", "hey @evenkeel_test_bot"):
            ann.send(GROUP, text)
        ann.send(GROUP, "to you", reply_to=tg.chat(GROUP).log[mine.message_id])
        texts = [update.message.text for update in await bot.get_updates() if update.message]
        assert texts == ["/start", "hey @evenkeel_test_bot", "to you"]

    async def test_press_of_a_missing_button_is_a_test_error(
        self, tg: TelegramEmulator, bot: Bot
    ) -> None:
        """Only buttons that are there can be pressed, unless the test says the view is stale."""
        ann = tg.person(ANN)
        sent = await bot.send_message(ANN, "x", reply_markup=APPROVE)
        await bot.edit_message_text("y", ANN, sent.message_id)
        with pytest.raises(AssertionError, match="no button"):
            ann.tap(sent.message_id, "Approve")
        ann.tap(sent.message_id, "Approve", stale=True, inaccessible=True)
        (update,) = await bot.get_updates()
        assert update.callback_query
        assert update.callback_query.data == "ok:1"
        assert not update.callback_query.message.is_accessible  # type: ignore[union-attr]

    async def test_every_press_needs_exactly_one_answer(
        self, tg: TelegramEmulator, bot: Bot
    ) -> None:
        """A missing, repeated, late or invented answer is refused or found by the check."""
        sent = await bot.send_message(ANN, "x", reply_markup=APPROVE)
        once = tg.person(ANN).tap(sent.message_id, "Approve")
        late = tg.person(ANN).tap(sent.message_id, "ok:1", chat_id=ANN)
        tg.expire(late)
        with pytest.raises(AssertionError, match="ok:1"):
            tg.assert_every_tap_answered_once()
        await bot.answer_callback_query(once)
        tg.assert_every_tap_answered_once()
        for query_id in (once, late, "invented"):
            with pytest.raises(BadRequest, match=r"(?i)query is too old"):
                await bot.answer_callback_query(query_id)
        with pytest.raises(AssertionError, match="ok:1"):
            tg.assert_every_tap_answered_once()


class TestStrictness:
    @pytest.mark.parametrize(
        ("html", "reason"),
        [
            ("<b>x", "can't find end tag"),
            ("<b><i>x</b></i>", "unmatched end tag"),
            ("x</b>", "unexpected end tag"),
            ("<div>x</div>", "unsupported start tag"),
            ("1 < 2", "malformed tag"),
            ("<a>x</a>", "link without href"),
            ("<code>a <b>x</b></code>", "inside code"),
            ("", "message text is empty"),
            ("<b> \n</b>", "message text is empty"),
            ("x" * 4097, "message is too long"),
            ("😀" * 2049, "message is too long"),
            ("<b>" + "x" * 33_000 + "</b>", "text is too long"),
        ],
    )
    async def test_bad_texts_are_refused(self, bot: Bot, html: str, reason: str) -> None:
        """What Telegram cannot show is a BadRequest that says why."""
        with pytest.raises(BadRequest, match=f"(?i){reason}"):
            await bot.send_message(ANN, html, parse_mode="HTML")

    async def test_length_counts_after_parsing(self, tg: TelegramEmulator, bot: Bot) -> None:
        """Markup and escapes do not count; offsets are UTF-16; outer blanks are cut."""
        await bot.send_message(ANN, "<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
        source = ' 😀 <a href="https://x.y/?a=1&amp;b=2">S&P</a><pre> &#36;1\n</pre>\n'
        sent = await bot.send_message(ANN, source, parse_mode="HTML")
        assert sent.text == "😀 S&P $1"
        link, pre = sent.entities
        assert (link.offset, link.length, link.url) == (3, 3, "https://x.y/?a=1&b=2")
        assert (pre.offset, pre.length) == (6, 3)
        assert tg.chat(ANN).last.html == source

    @pytest.mark.parametrize(
        ("button", "code"),
        [
            (InlineKeyboardButton("x", callback_data="é" * 33), "button_data_invalid"),
            (InlineKeyboardButton("x", url="example"), "button_url_invalid"),
            (InlineKeyboardButton("x"), "button_type_invalid"),
        ],
    )
    async def test_bad_buttons_are_refused(
        self, bot: Bot, button: InlineKeyboardButton, code: str
    ) -> None:
        """A button carries at most 64 bytes, a real address, and does one thing."""
        with pytest.raises(BadRequest, match=f"(?i){code}"):
            await bot.send_message(ANN, "x", reply_markup=Keyboard([[button]]))

    async def test_edits_and_deletions(self, tg: TelegramEmulator, bot: Bot) -> None:
        """Unmodified edits and edits of foreign, unknown or deleted messages are refused."""
        theirs = tg.person(ANN).send(None, "mine").message_id
        sent = (await bot.send_message(ANN, "x", reply_markup=APPROVE)).message_id
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_text("x", ANN, sent, reply_markup=APPROVE)
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_reply_markup(ANN, sent, reply_markup=APPROVE)
        await bot.edit_message_reply_markup(ANN, sent)
        assert tg.chat(ANN).last.buttons == []
        await bot.pin_chat_message(ANN, sent)
        await bot.delete_message(ANN, sent)
        assert [(m.pinned, m.deleted) for m in tg.chat(ANN).messages] == [(True, True)]
        for message_id, reason in ((sent, "not found"), (99, "not found"), (theirs, "can't be")):
            with pytest.raises(BadRequest, match=reason):
                await bot.edit_message_text("y", ANN, message_id)

    async def test_places_the_bot_may_not_write(self, tg: TelegramEmulator, bot: Bot) -> None:
        """Unknown chats, strangers, blockers, kickers and wrong topics refuse a message."""
        ann = tg.person(ANN)
        tg.person(8, started=False)
        tg.group(SUPERGROUP)
        with pytest.raises(BadRequest, match=r"(?i)message thread not found"):
            await bot.send_message(SUPERGROUP, "x", message_thread_id=1)
        ann.kick_bot(SUPERGROUP)
        ann.block_bot()
        with pytest.raises(BadRequest, match=r"(?i)chat not found"):
            await bot.send_message(404, "x")
        for chat_id, reason in ((8, "initiate"), (ANN, "blocked"), (SUPERGROUP, "kicked")):
            with pytest.raises(Forbidden, match=reason):
                await bot.send_message(chat_id, "x")

    async def test_upgraded_group_points_to_its_successor(
        self, tg: TelegramEmulator, bot: Bot
    ) -> None:
        """After an upgrade the old id fails with the new one, and both chats tell of it."""
        tg.group(GROUP)
        new_id = tg.person(ANN).upgrade_group(GROUP)
        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(GROUP, "x")
        assert caught.value.new_chat_id == new_id
        left, came = [u.message for u in await bot.get_updates() if u.message]
        assert (left.migrate_to_chat_id, came.migrate_from_chat_id) == (new_id, GROUP)

    async def test_commands_are_kept_by_scope(self, tg: TelegramEmulator, bot: Bot) -> None:
        """Each scope has its own list; bad names and more than 100 commands are refused."""
        await bot.set_my_commands([BotCommand("help", "Help")])
        await bot.set_my_commands([BotCommand("plan", "Plan")], BotCommandScopeChat(ANN))
        assert (tg.menu(), tg.menu("chat", chat_id=ANN)) == (["help"], ["plan"])
        assert [command.command for command in await bot.get_my_commands()] == ["help"]
        many = [(f"c{number}", "x") for number in range(101)]
        for commands in (many, [("Help", "x")], [("help", "")]):
            with pytest.raises(BadRequest, match=r"(?i)bot_command"):
                await bot.set_my_commands(commands)

    async def test_account_and_chat_facts(self, tg: TelegramEmulator, bot: Bot) -> None:
        """What a start-up check asks is answered, and a webhook excludes polling."""
        tg.group(GROUP, "Desk", admin=True)
        assert (await bot.get_chat(GROUP)).title == "Desk"
        assert (await bot.get_chat_member(GROUP, bot.id)).status == "administrator"
        assert (await bot.get_chat_member(GROUP, ANN)).status == "member"
        await bot.send_chat_action(GROUP, "typing")
        assert tg.actions == [(GROUP, "typing")]
        tg.person(ANN).send(None, "hello")
        assert (await bot.get_webhook_info()).pending_update_count == 1
        await bot.set_webhook("https://example.org", drop_pending_updates=True)
        with pytest.raises(Conflict, match="webhook"):
            await bot.get_updates()
        await bot.delete_webhook()
        assert not await bot.get_updates()
        assert await bot.log_out()
        assert await bot.close()

    async def test_files_come_back_as_they_went(self, tg: TelegramEmulator, bot: Bot) -> None:
        """Pictures are measured and checked, and an uploaded file can be fetched again."""
        png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480)
        photo = await bot.send_photo(ANN, png, caption="<i>Chart</i>", parse_mode="HTML")
        assert (photo.photo[0].width, photo.caption) == (640, "Chart")
        await bot.edit_message_caption(ANN, photo.message_id, caption="Old")
        file = await bot.send_document(ANN, b"a,b", filename="x.csv", disable_notification=True)
        assert file.document
        found = await bot.get_file(file.document.file_id)
        assert bytes(await found.download_as_bytearray()) == b"a,b"
        first, second = tg.chat(ANN).messages
        assert (first.kind, first.text, second.disable_notification) == ("photo", "Old", True)
        with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
            await bot.send_photo(ANN, b"no picture")
        with pytest.raises(BadRequest, match="no text in the message"):
            await bot.edit_message_text("x", ANN, photo.message_id)

    async def test_wrong_token_and_every_kind_of_body(self, tg: TelegramEmulator) -> None:
        """A wrong token is a 401; method case, JSON, query and empty bodies do not matter."""
        with pytest.raises(InvalidToken):
            async with Bot("1:WRONG", tg.base_url):
                pass
        root = tg.base_url + tg.token
        async with aiohttp.ClientSession() as http:
            json = await http.post(f"{root}/SENDMESSAGE", json={"chat_id": ANN, "text": "json"})
            query = await http.get(f"{root}/sendmessage", params={"chat_id": ANN, "text": "query"})
            empty = await http.post(f"{root}/sendMessage")
            unknown = await http.post(f"{root}/sendGold")
            assert [r.status for r in (json, query, empty, unknown)] == [200, 200, 400, 404]
            assert (await empty.json())["ok"] is False
        assert [message.text for message in tg.chat(ANN).messages] == ["json", "query"]


class TestFaults:
    async def test_flood_fault_ends_after_its_times(self, tg: TelegramEmulator, bot: Bot) -> None:
        """A 429 carries retry_after, sends nothing, and ends after the number of times asked."""
        fault = tg.fail("sendMessage", 429, retry_after=3, times=2)
        for _ in range(2):
            with pytest.raises(RetryAfter, match="0:00:03"):
                await bot.send_message(ANN, "x")
        await bot.send_message(ANN, "x")
        assert [call.status for call in tg.calls_of("sendMessage")] == [429, 429, 200]
        assert (fault.hits, len(tg.chat(ANN).messages)) == (2, 1)

    @pytest.mark.parametrize(
        ("break_it", "error", "sent"),
        [
            pytest.param(lambda tg: tg.fail("sendMessage", 502), NetworkError, 0, id="502"),
            pytest.param(
                lambda tg: tg.fail("*", 502, body="{}", accepted=True), NetworkError, 1, id="lie"
            ),
            pytest.param(lambda tg: tg.fail("sendMessage", 403), Forbidden, 0, id="403"),
            pytest.param(
                lambda tg: tg.fail("sendMessage", 400, migrate_to=-100),
                ChatMigrated,
                0,
                id="migrate",
            ),
            pytest.param(
                lambda tg: tg.fail("sendMessage", 400, text="chat not found"),
                BadRequest,
                0,
                id="400",
            ),
            pytest.param(lambda tg: tg.fail("sendMessage", 409), Conflict, 0, id="409"),
            pytest.param(
                lambda tg: tg.fail("sendMessage", for_seconds=60), RetryAfter, 0, id="flood"
            ),
            pytest.param(lambda tg: tg.hang("sendMessage"), TimedOut, 1, id="hang"),
            pytest.param(
                lambda tg: tg.hang("sendMessage", accepted=False), TimedOut, 0, id="hang-unsent"
            ),
            pytest.param(lambda tg: tg.slow("sendMessage", 0.5), TimedOut, 1, id="slow"),
            pytest.param(
                lambda tg: tg.drop("sendMessage", accepted=True), NetworkError, 1, id="drop"
            ),
            pytest.param(
                lambda tg: tg.drop("sendMessage", accepted=False), NetworkError, 0, id="drop-unsent"
            ),
            pytest.param(lambda tg: tg.garble("sendMessage"), TelegramError, 1, id="garble"),
        ],
    )
    async def test_each_fault_looks_as_it_should(
        self,
        tg: TelegramEmulator,
        bot: Bot,
        break_it: Callable[[TelegramEmulator], object],
        error: type[TelegramError],
        sent: int,
    ) -> None:
        """A fault raises its exception in the bot, and the message exists or not as promised."""
        break_it(tg)
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(ANN, "x")
        assert type(caught.value) is error
        assert len(tg.chat(ANN).messages) == sent
        tg.heal()
        await bot.send_message(ANN, "y")

    async def test_polling_survives_trouble(self, tg: TelegramEmulator) -> None:
        """After a bad gateway on getUpdates the application gets what came meanwhile."""
        tg.fail("getUpdates", 502)
        async with running(tg):
            tg.person(ANN).send(None, "/start")
            await tg.wait_for("Card")
        assert 502 in [call.status for call in tg.calls_of("getUpdates")]

    async def test_rate_limit_refuses_and_records(self, tg: TelegramEmulator, bot: Bot) -> None:
        """More than one message or edit a second in a chat is refused and on record."""
        tg.rate_limit(per_chat_per_second=1)
        tg.person(8)
        sent = await bot.send_message(ANN, "x")
        await bot.send_message(8, "x")
        with pytest.raises(RetryAfter):
            await bot.edit_message_text("y", ANN, sent.message_id)
        (violation,) = tg.violations
        assert (violation.chat_id, violation.method) == (ANN, "editMessageText")
        tg.rate_limit()
        await bot.edit_message_text("y", ANN, sent.message_id)

    async def test_failed_wait_tells_what_happened(self, tg: TelegramEmulator, bot: Bot) -> None:
        """A wait that runs out fails with the bot's last messages and calls."""
        await bot.send_message(ANN, "something else")

        def is_card(message: Message) -> bool:
            return bool(message.buttons)

        with pytest.raises(AssertionError, match="something else"):
            await tg.wait_for(is_card, timeout=0.05)
        with pytest.raises(AssertionError, match="not answered"):
            await tg.wait_answered("4", timeout=0.01)
