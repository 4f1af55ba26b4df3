"""Every kind of update becomes exactly the request it stands for, or none."""

from datetime import UTC, datetime

import pytest

from bot.chat.requests import Button, Command, Press, Reply, Request
from bot.chat.telegram import TelegramHome
from bot.store.sqlite import SqliteStore
from tests.chat_telegram.stage import ANN, BEN, EPOCH, write_down
from tests.chat_telegram.telegram_stage import Notebook, receiving
from tests.emulators.telegram import TelegramEmulator

NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"
GROUP, SUPERGROUP, CHANNEL = -55, -1_000_000_000_077, -1_000_000_000_078
LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)


async def handled(home: TelegramHome, notebook: Notebook, tg: TelegramEmulator) -> list[Request]:
    """Run the home until everything that waits is handled, and return the requests."""
    async with receiving(home, notebook):
        tg.person(BEN).send(None, "/end")
        while not notebook.requests or notebook.requests[-1].act != Command("end"):
            await notebook.wait_for(len(notebook.requests) + 1)
        await tg.wait_until(lambda: tg.world.updates.pending == 0)
    return notebook.requests[:-1]


async def send_card(home: TelegramHome, store: SqliteStore) -> None:
    """Put a message with buttons into Ann's chat."""
    await home.deliver(write_down(store, "card", nonce=NONCE), edits=())


class TestCommands:
    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("/status", Command("status")),
            ("/Why  ETH \n today", Command("why", ("ETH", "today"))),
            ("/halt@Evenkeel_Test_Bot now", Command("halt", ("now",))),
            ("/ask 🙂 what?", Command("ask", ("🙂", "what?"))),
        ],
    )
    async def test_a_command_keeps_its_name_and_words(
        self,
        tg: TelegramEmulator,
        telegram: TelegramHome,
        notebook: Notebook,
        text: str,
        command: Command,
    ) -> None:
        """Names are lower case without slash and addressee; the words follow as they were."""
        sent = tg.person(ANN).send(None, text, date=LONG_AGO)
        (request,) = await handled(telegram, notebook, tg)
        assert request == Request(
            request_id="123456:500000001",
            person="7",
            chat_id="7",
            is_private=True,
            message_id=str(sent.message_id),
            act=command,
            sent_at=LONG_AGO,
        )

    async def test_a_command_for_another_bot_is_none_of_ours(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """In a group, what is said to others stays with them."""
        tg.group(GROUP, admin=True)
        tg.person(ANN).send(GROUP, "/halt@other_bot")
        assert await handled(telegram, notebook, tg) == []

    @pytest.mark.parametrize("text", ["please /halt", "status", "/", "/ halt", "//halt"])
    async def test_other_words_are_no_command(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook, text: str
    ) -> None:
        """Only a command at the very beginning is one."""
        tg.person(ANN).send(None, text)
        (request,) = await handled(telegram, notebook, tg)
        assert request.act is None

    async def test_a_group_is_not_private(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """The handler learns that others listen."""
        tg.group(GROUP)
        tg.person(ANN).send(GROUP, "/status")
        (request,) = await handled(telegram, notebook, tg)
        assert (request.person, request.chat_id, request.is_private) == ("7", "-55", False)


class TestRefused:
    async def test_an_edited_command_is_refused(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Changing an old message into a command does not make it count."""
        first = tg.person(ANN).send(None, "hello")
        tg.person(ANN).edit(first, "/approve 7f3k9q2m")
        hello, edited = await handled(telegram, notebook, tg)
        assert (hello.refused, edited.refused) == ("", "edited")
        assert edited.act == Command("approve", ("7f3k9q2m",))

    async def test_a_forwarded_command_is_refused(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Words of somebody else do not count as one's own."""
        tg.person(ANN).send(None, "/halt", forward_from=tg.person(BEN))
        (request,) = await handled(telegram, notebook, tg)
        assert request.refused == "forwarded"

    async def test_somebody_behind_a_chat_is_nobody(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Anonymous admins and channels have no person, so nothing they say counts."""
        tg.group(SUPERGROUP, admin=True)
        tg.person(ANN).send(SUPERGROUP, "/halt", sender_chat=SUPERGROUP)
        tg.person(ANN).send(SUPERGROUP, "/halt", sender_chat=CHANNEL)
        requests = await handled(telegram, notebook, tg)
        assert [(row.person, row.refused) for row in requests] == [("", "anonymous")] * 2

    @pytest.mark.parametrize("stand_in", [1087968824, 777000, 136817688])
    async def test_the_known_stand_ins_are_nobody(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook, stand_in: int
    ) -> None:
        """Telegram's own accounts are never a person, whatever else the message says."""
        tg.person(stand_in).send(None, "/halt")
        (request,) = await handled(telegram, notebook, tg)
        assert (request.person, request.refused) == ("", "anonymous")

    async def test_a_person_who_speaks_for_a_chat_is_nobody(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Where a chat is named as the speaker, the person named beside it does not count."""
        message = tg.person(ANN).send(None, "/halt").wire()
        tg.world.updates.drop()
        channel = tg.group(CHANNEL, kind="channel").wire()
        tg.push_update("message", {**message, "sender_chat": channel})
        (request,) = await handled(telegram, notebook, tg)
        assert (request.person, request.refused) == ("", "anonymous")

    async def test_channels_and_service_messages_are_left_out(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """Posts of channels and news about a chat are no acts of a person."""
        tg.group(CHANNEL, kind="channel", admin=True)
        tg.person(ANN).send(CHANNEL, "/halt")
        tg.group(GROUP, admin=True)
        tg.person(ANN).upgrade_group(GROUP)
        assert await handled(telegram, notebook, tg) == []


class TestReplies:
    async def test_a_reply_to_the_bot_names_its_message(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook, store: SqliteStore
    ) -> None:
        """Free words count where they answer one of the bot's messages."""
        await send_card(telegram, store)
        card = tg.chat(ANN).last
        tg.person(ANN).send(None, "too early in the week", reply_to=card)
        (request,) = await handled(telegram, notebook, tg)
        assert request.act == Reply("too early in the week", str(card.message_id))

    async def test_a_command_in_a_reply_stays_a_command(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook, store: SqliteStore
    ) -> None:
        """A command is one wherever it is written."""
        await send_card(telegram, store)
        tg.person(ANN).send(None, "/halt", reply_to=tg.chat(ANN).last)
        (request,) = await handled(telegram, notebook, tg)
        assert request.act == Command("halt")

    async def test_a_reply_to_oneself_is_no_reply(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """What people tell each other or themselves is not for the bot."""
        mine = tg.person(ANN).send(None, "note")
        tg.person(ANN).send(None, "indeed", reply_to=mine)
        assert [row.act for row in await handled(telegram, notebook, tg)] == [None, None]


class TestPresses:
    @pytest.mark.parametrize("is_inaccessible", [False, True])
    async def test_a_press_names_the_person_and_the_message(
        self,
        tg: TelegramEmulator,
        telegram: TelegramHome,
        notebook: Notebook,
        store: SqliteStore,
        is_inaccessible: bool,
    ) -> None:
        """Who pressed what, where: also when Telegram no longer shows the old message."""
        await send_card(telegram, store)
        card = tg.chat(ANN).last
        tg.person(BEN).tap(card, "Reject", inaccessible=is_inaccessible)
        (request,) = await handled(telegram, notebook, tg)
        assert request.act == Press(Button.REJECT, "7f3k9q2m", NONCE)
        assert (request.person, request.chat_id, request.is_private) == ("8", "7", True)
        assert request.message_id == str(card.message_id)
        assert request.sent_at > EPOCH
        tg.assert_every_tap_answered_once()

    @pytest.mark.parametrize(
        "data", ["v1|a|7f3k9q2m|", "v2|a|7f3k9q2m|" + NONCE, "", "x" * 64, "v1|z|7f3k9q2m|" + NONCE]
    )
    async def test_forged_data_is_nothing_the_bot_understands(
        self,
        tg: TelegramEmulator,
        telegram: TelegramHome,
        notebook: Notebook,
        store: SqliteStore,
        data: str,
    ) -> None:
        """A client can send anything in a button; what the bot never sent means nothing."""
        await send_card(telegram, store)
        tg.person(ANN).tap(tg.chat(ANN).last, data, stale=True)
        (request,) = await handled(telegram, notebook, tg)
        assert request.act is None
        tg.assert_every_tap_answered_once()

    async def test_a_press_without_a_message_is_in_no_chat(
        self, tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
    ) -> None:
        """A button under an inline message belongs to no chat of ours."""
        query = {
            "id": "1",
            "from": tg.person(ANN).wire(),
            "chat_instance": "x",
            "data": f"v1|a|7f3k9q2m|{NONCE}",
        }
        tg.push_update("callback_query", query)
        (request,) = await handled(telegram, notebook, tg)
        assert (request.chat_id, request.message_id, request.is_private) == ("", "", False)
