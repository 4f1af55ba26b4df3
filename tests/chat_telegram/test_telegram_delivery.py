"""What leaves looks as it should, and every failure is named by what it says of the message."""

from collections.abc import Callable

import pytest

from bot.chat.home import MaybeDelivered, NotDelivered, Undeliverable
from bot.chat.telegram import TelegramHome
from bot.ports.messages import Mode, Notice, NoticeCode
from bot.store.sqlite import SqliteStore
from tests.chat_telegram.stage import ANN, HurriedClock, write_down
from tests.chat_telegram.telegram_stage import telegram_home
from tests.emulators.telegram import TelegramEmulator

NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"


class TestLooks:
    async def test_a_card_arrives_as_html_with_its_buttons(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """Markup is applied, addresses get no preview, and the buttons carry their secret."""
        row = write_down(store, "card", "at https://example.org", nonce=NONCE)
        (message_id,) = await telegram.deliver(row, edits=())
        card = tg.chat(ANN).last
        assert message_id == str(card.message_id)
        assert card.text == "card at https://example.org"
        assert card.entities[0]["type"] == "bold"
        assert [[button.callback_data for button in line] for line in card.keyboard] == [
            [f"v1|a|7f3k9q2m|{NONCE}", f"v1|r|7f3k9q2m|{NONCE}"]
        ]
        (call,) = tg.calls_of("sendMessage")
        assert call.params.nested("link_preview_options") == {"is_disabled": True}
        assert not card.disable_notification

    async def test_silence_and_the_open_reply(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """A silent message makes no sound, and a question opens the reply by itself."""
        row = write_down(store, "why", "Why?", silent=True, force_reply=True)
        await telegram.deliver(row, edits=())
        (call,) = tg.calls_of("sendMessage")
        assert tg.chat(ANN).last.disable_notification
        assert call.params.nested("reply_markup") == {"force_reply": True}

    async def test_an_edit_replaces_the_text_and_takes_the_buttons_away(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """The outcome stands where the card stood, without its buttons and under its id."""
        ids = await telegram.deliver(write_down(store, "card", "open", nonce=NONCE), edits=())
        edit = write_down(store, "edit", "approved", edits="card")
        assert await telegram.deliver(edit, edits=ids) == ids
        card = tg.chat(ANN).last
        assert (card.text, card.buttons, len(tg.chat(ANN).messages)) == ("edit approved", [], 1)

    async def test_pages_follow_each_other_and_the_last_has_the_buttons(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """A long message is several, in order; all of their ids are known."""
        row = write_down(store, "long", "one", "two", "three", nonce=NONCE)
        ids = await telegram.deliver(row, edits=())
        messages = tg.chat(ANN).messages
        assert [str(message.message_id) for message in messages] == list(ids)
        assert [message.text for message in messages] == ["long one", "long two", "long three"]
        assert [len(message.buttons) for message in messages] == [0, 0, 2]

    @pytest.mark.parametrize(
        ("before", "after", "shown"),
        [
            (("one", "two"), ("new",), ["e new", "– continued above"]),
            (("one",), ("new", "more"), ["e new", "e more"]),
        ],
    )
    async def test_an_edit_may_have_another_number_of_pages(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        before: tuple[str, ...],
        after: tuple[str, ...],
        shown: list[str],
    ) -> None:
        """Pages too many point up, and pages too few are sent behind."""
        ids = await telegram.deliver(write_down(store, "m", *before), edits=())
        await telegram.deliver(write_down(store, "e", *after, edits="m"), edits=ids)
        assert [message.text for message in tg.chat(ANN).messages] == shown


class TestHarmless:
    async def test_an_edit_that_changes_nothing_counts(
        self, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """The same edit twice is delivered twice as far as anybody cares."""
        ids = await telegram.deliver(write_down(store, "card", "x"), edits=())
        edit = write_down(store, "edit", "y", edits="card")
        for _ in range(2):
            assert await telegram.deliver(edit, edits=ids) == ids

    async def test_an_edit_of_a_deleted_message_counts_and_is_noted(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """What a person deleted needs no edit; the journal keeps a note."""
        ids = await telegram.deliver(write_down(store, "card", "x"), edits=())
        tg.chat(ANN).last.deleted = True
        edit = write_down(store, "edit", "y", edits="card")
        assert await telegram.deliver(edit, edits=ids) == ids
        with store.reading() as tx:
            (entry,) = tx.journal.entries(kinds=["message.gone"])
        assert '"key":"edit"' in entry.payload

    async def test_broken_markup_arrives_as_plain_text(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """A mistake of ours in the markup never keeps a message from arriving."""
        ids = await telegram.deliver(write_down(store, "alarm", "<i>5 &lt; 6"), edits=())
        assert tg.chat(ANN).last.text == "alarm 5 < 6"
        edit = write_down(store, "edit", "<i>6 &gt; 5", edits="alarm")
        await telegram.deliver(edit, edits=ids)
        assert tg.chat(ANN).last.text == "edit 6 > 5"


REFUSALS = [
    pytest.param(lambda tg: tg.person(ANN).block_bot(), "blocked by the user", id="blocked"),
    pytest.param(lambda tg: tg.fail("sendMessage", 400, text="chat not found"), "chat", id="gone"),
    pytest.param(lambda tg: tg.fail("sendMessage", 400, migrate_to=-100), "-100", id="migrated"),
    pytest.param(lambda tg: tg.fail("sendMessage", 413), "", id="too-large"),
]

DEFINITE = [
    pytest.param(lambda tg: tg.fail("sendMessage", 429, retry_after=7), 7.0, id="flood"),
    pytest.param(lambda tg: tg.fail("sendMessage", 429, body="<html>"), 0.0, id="proxy-flood"),
    pytest.param(lambda tg: tg.fail("sendMessage", 500), 0.0, id="500"),
    pytest.param(lambda tg: tg.fail("sendMessage", 500, body="{}"), 0.0, id="500-json"),
    pytest.param(lambda tg: tg.fail("sendMessage", 502), 0.0, id="502"),
    pytest.param(lambda tg: tg.fail("sendMessage", 409), 0.0, id="409"),
    pytest.param(lambda tg: tg.fail("sendMessage", 401), 60.0, id="token-refused"),
]

DOUBTFUL = [
    pytest.param(lambda tg: tg.hang("sendMessage"), id="hang"),
    pytest.param(lambda tg: tg.hang("sendMessage", accepted=False), id="hang-unsent"),
    pytest.param(lambda tg: tg.drop("sendMessage", accepted=True), id="cut"),
    pytest.param(lambda tg: tg.garble("sendMessage"), id="garbled"),
    pytest.param(lambda tg: tg.fail("sendMessage", 504, accepted=True), id="504"),
]

Switch = Callable[[TelegramEmulator], object]


class TestOutcomes:
    @pytest.mark.parametrize(("switch", "why"), REFUSALS)
    async def test_what_can_never_arrive_is_undeliverable(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        switch: Switch,
        why: str,
    ) -> None:
        """A refusal for good says why, and the next message is not affected."""
        switch(tg)
        with pytest.raises(Undeliverable, match=f"(?i){why}"):
            await telegram.deliver(write_down(store, "m"), edits=())

    @pytest.mark.parametrize(("switch", "wait"), DEFINITE)
    async def test_a_definite_no_may_be_tried_again(
        self,
        tg: TelegramEmulator,
        store: SqliteStore,
        telegram: TelegramHome,
        switch: Switch,
        wait: float,
    ) -> None:
        """Nothing arrived, and Telegram's own wait is passed on where it named one."""
        switch(tg)
        row = write_down(store, "m")
        with pytest.raises(NotDelivered) as caught:
            await telegram.deliver(row, edits=())
        assert caught.value.wait.total_seconds() == wait
        assert not tg.chat(ANN).messages
        await telegram.deliver(row, edits=())

    @pytest.mark.parametrize("switch", DOUBTFUL)
    async def test_silence_after_sending_is_doubt(
        self, tg: TelegramEmulator, store: SqliteStore, impatient: TelegramHome, switch: Switch
    ) -> None:
        """Where the message may have arrived, nobody claims that it did not."""
        switch(tg)
        with pytest.raises(MaybeDelivered):
            await impatient.deliver(write_down(store, "m"), edits=())

    async def test_a_server_that_is_not_there_got_nothing(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock
    ) -> None:
        """A refused connection is a definite no."""
        nobody = "http://127.0.0.1:9/bot"
        async with telegram_home(tg, store, clock, base_url=nobody) as home:
            with pytest.raises(NotDelivered):
                await home.deliver(write_down(store, "m"), edits=())

    async def test_a_closed_home_sent_nothing(
        self, tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock
    ) -> None:
        """What comes too late to leave waits for the next start."""
        home = telegram_home(tg, store, clock)
        await home.close()
        with pytest.raises(NotDelivered):
            await home.deliver(write_down(store, "m"), edits=())

    async def test_the_chat_of_another_home_is_undeliverable(
        self, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """Messages left over from the console do not stop Telegram."""
        with pytest.raises(Undeliverable, match="'console' is no chat of Telegram"):
            await telegram.deliver(write_down(store, "m", chat="console"), edits=())

    async def test_what_cannot_be_put_into_words_is_undeliverable(
        self, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """A bug in the words of one message must hold back no other."""
        foreign = Notice(Mode.PAPER, NoticeCode.STARTED)
        with pytest.raises(Undeliverable, match="no words for it: AssertionError"):
            await telegram.deliver(write_down(store, "m", message=foreign), edits=())

    async def test_a_button_that_telegram_refuses_is_undeliverable(
        self, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """More than 64 bytes in a button are refused for good."""
        broken = write_down(store, "n", nonce="x" * 60)
        with pytest.raises(Undeliverable, match=r"(?i)button_data_invalid"):
            await telegram.deliver(broken, edits=())

    async def test_a_long_message_goes_on_where_it_failed(
        self, tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
    ) -> None:
        """Pages that arrived are not sent again when a later one has to wait."""
        row = write_down(store, "long", "one", "two", "three")
        is_second = (call for call in (False, True, False, False))
        tg.fail("sendMessage", 429, when=lambda _: next(is_second))
        with pytest.raises(NotDelivered):
            await telegram.deliver(row, edits=())
        ids = await telegram.deliver(row, edits=())
        assert len(ids) == 3
        texts = [message.text for message in tg.chat(ANN).messages]
        assert texts == ["long one", "long two", "long three"]
