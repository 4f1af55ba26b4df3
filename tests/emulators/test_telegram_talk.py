"""The emulator delivers updates, and people act, as the real Telegram does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from telegram import Bot, Update
from telegram.error import (
    BadRequest,
    Conflict,
    TelegramError,
)
from telegram.ext import ApplicationBuilder

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_app import ANN, APPROVE, GROUP, SUPERGROUP, running


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
