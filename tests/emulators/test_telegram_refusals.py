"""The emulator refuses what Telegram refuses, and fails on request."""

from __future__ import annotations

import struct
from collections.abc import Callable

import aiohttp
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton
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

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_app import ANN, APPROVE, GROUP, SUPERGROUP, running
from tests.emulators.telegram_records import Message


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
            pytest.param(lambda tg: tg.slow("sendMessage", 30), TimedOut, 1, id="slow"),
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
        hasty: Bot,
        break_it: Callable[[TelegramEmulator], object],
        error: type[TelegramError],
        sent: int,
    ) -> None:
        """A fault raises its exception in the bot, and the message exists or not as promised."""
        break_it(tg)
        with pytest.raises(TelegramError) as caught:
            await (hasty if error is TimedOut else bot).send_message(ANN, "x")
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
