"""Pictures over real HTTP: they stand above their words, and never cost anybody the words."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.home import MaybeDelivered, NotDelivered, Undeliverable
from bot.chat.render.pages import CAPTION_LIMIT, Photo, Rendered, caption, fits_caption, units
from bot.chat.sender import OutboxSender
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import Patience, TelegramAccount
from bot.ports.mail import OutboxState, Outgoing
from bot.ports.messages import Answer
from bot.ports.pictures import Allocation, AllocationRow, Picture
from bot.store.sqlite import SqliteStore
from tests.chat_telegram.running import running
from tests.chat_telegram.stage import ANN, HurriedClock, plain_words, write_down
from tests.chat_telegram.telegram_stage import IMPATIENT, MENUS, QUICK
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_records import Message

PICTURE = Allocation((AllocationRow("BTC", 0.62, 0.5, 0.4, 0.6),))
LONG = "long " * 250
NONCE = "Zm9vYmFyYmF6cXV4MTIzNA"

Switch = Callable[[TelegramEmulator], object]


def png(width: int = 1080, height: int = 800) -> bytes:
    """Return the beginning of a PNG, all that the emulator looks at."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


@dataclass
class Pen:
    """Draws what a test wants, and counts.

    Attributes:
        drawn: what comes of every picture; None for one that cannot be drawn.
        count: how often it was asked.
    """

    drawn: bytes | None = field(default_factory=png)
    count: int = 0

    async def __call__(self, picture: Picture) -> bytes | None:
        """Return the picture."""
        assert picture == PICTURE
        self.count += 1
        return self.drawn


def with_photos(outgoing: Outgoing) -> Rendered:
    """Make one page of each block, with the message's pictures above them."""
    words = plain_words(outgoing)
    message = outgoing.message
    assert isinstance(message, Answer)
    mark = " (repeated)" if outgoing.repeated else ""
    photos = (Photo(picture, f"<i>{told}</i>{mark}") for picture, told in message.pictures)
    return replace(words, photos=tuple(photos))


def shown(
    store: SqliteStore,
    *blocks: str,
    pictures: int = 1,
    key: str = "m",
    **columns: Any,  # noqa: ANN401  # of the outbox
) -> Outgoing:
    """Put a message with pictures into the outbox."""
    drawn = tuple((PICTURE, f"caption {n}") for n in range(1, pictures + 1))
    return write_down(store, key, message=Answer(key, blocks, pictures=drawn), **columns)


@dataclass
class Studio:
    """A home that can draw, and the Telegram behind it."""

    tg: TelegramEmulator
    store: SqliteStore
    clock: HurriedClock
    pen: Pen = field(default_factory=Pen)

    def home(self, patience: Patience = QUICK) -> TelegramHome:
        """Return the home."""
        return TelegramHome(
            TelegramAccount(self.tg.token, self.tg.base_url),
            store=self.store,
            clock=self.clock,
            render=with_photos,
            menus=MENUS,
            patience=patience,
            draw=self.pen,
        )

    @property
    def arrived(self) -> list[tuple[str, str]]:
        """Kind and text of everything in Ann's chat."""
        return [(message.kind, message.text) for message in self.messages]

    @property
    def messages(self) -> list[Message]:
        """Everything in Ann's chat."""
        return self.tg.chat(ANN).messages


@pytest.fixture
def studio(tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock) -> Studio:
    """A home that can draw."""
    return Studio(tg, store, clock)


class TestLooks:
    async def test_short_words_are_the_caption_of_their_picture(self, studio: Studio) -> None:
        """Words that fit below the picture come with it in one message, markup and buttons too."""
        async with studio.home() as home:
            row = shown(studio.store, "a &lt; b", nonce=NONCE, silent=True)
            (message_id,) = await home.deliver(row, edits=())
        (message,) = studio.messages
        assert (message.kind, message.text) == ("photo", "m a < b")
        assert message_id == str(message.message_id)
        assert message.entities[0]["type"] == "bold"
        assert message.buttons == ["Approve", "Reject"]
        assert message.disable_notification
        assert message.upload is not None
        assert (message.upload.file_name, message.upload.data) == ("evenkeel.png", png())

    async def test_long_words_follow_their_picture(self, studio: Studio) -> None:
        """The picture with its own caption first, then all the words with their buttons."""
        async with studio.home() as home:
            ids = await home.deliver(shown(studio.store, LONG, nonce=NONCE), edits=())
        assert studio.arrived == [("photo", "caption 1"), ("text", f"m {LONG}".strip())]
        assert [len(message.buttons) for message in studio.messages] == [0, 2]
        assert [str(message.message_id) for message in studio.messages] == list(ids)

    async def test_every_picture_and_every_page_arrives_in_order(self, studio: Studio) -> None:
        """Two pictures or two pages are never one message."""
        async with studio.home() as home:
            await home.deliver(shown(studio.store, "x", pictures=2), edits=())
            await home.deliver(shown(studio.store, "x", "y", key="n"), edits=())
        two = [("photo", "caption 1"), ("photo", "caption 2"), ("text", "m x")]
        assert studio.arrived == [*two, ("photo", "caption 1"), ("text", "n x"), ("text", "n y")]

    async def test_an_edit_leaves_pictures_alone(self, studio: Studio) -> None:
        """What replaces a text is a text."""
        async with studio.home() as home:
            ids = await home.deliver(write_down(studio.store, "card", "open"), edits=())
            edit = shown(studio.store, "done", key="e", edits="card")
            assert await home.deliver(edit, edits=ids) == ids
        assert studio.arrived == [("text", "e done")]
        assert studio.pen.count == 0

    async def test_broken_markup_in_a_caption_arrives_as_plain_text(self, studio: Studio) -> None:
        """A mistake of ours in the markup costs neither the picture nor the words."""
        async with studio.home() as home:
            await home.deliver(shown(studio.store, "<i>5 &lt; 6"), edits=())
        assert studio.arrived == [("photo", "m 5 < 6")]


REFUSED = [
    pytest.param(
        lambda tg: tg.fail("sendPhoto", 400, text="PHOTO_INVALID_DIMENSIONS"), id="dimensions"
    ),
    pytest.param(lambda tg: tg.fail("sendPhoto", 400, text="IMAGE_PROCESS_FAILED"), id="bad-file"),
    pytest.param(
        lambda tg: tg.fail("sendPhoto", 400, text="not enough rights to send photos to the chat"),
        id="rights",
    ),
    pytest.param(lambda tg: tg.fail("sendPhoto", 413), id="too-large"),
    pytest.param(lambda tg: tg.fail("sendPhoto", 403, text="CHAT_SEND_PHOTOS_FORBIDDEN"), id="403"),
]
LENGTHS = [
    pytest.param("short", id="one-message"),
    pytest.param(LONG, id="two-messages"),
]


class TestWithoutThePicture:
    @pytest.mark.parametrize("words", LENGTHS)
    @pytest.mark.parametrize("switch", REFUSED)
    async def test_a_refused_picture_leaves_its_words(
        self, studio: Studio, switch: Switch, words: str
    ) -> None:
        """Whatever Telegram has against the picture, the words arrive, once and with buttons."""
        switch(studio.tg)
        async with studio.home() as home:
            ids = await home.deliver(shown(studio.store, words, nonce=NONCE), edits=())
        (message,) = studio.messages
        assert (message.kind, message.text) == ("text", f"m {words}".strip())
        assert message.buttons == ["Approve", "Reject"]
        assert list(ids) == [str(message.message_id)]

    @pytest.mark.parametrize("words", LENGTHS)
    async def test_a_picture_telegram_really_refuses(self, studio: Studio, words: str) -> None:
        """One that is twenty-one times as wide as high is refused by the server's own rules."""
        studio.pen.drawn = png(2100, 100)
        async with studio.home() as home:
            await home.deliver(shown(studio.store, words), edits=())
        assert studio.arrived == [("text", f"m {words}".strip())]
        assert [call.status for call in studio.tg.calls_of("sendPhoto")] == [400]

    @pytest.mark.parametrize("words", LENGTHS)
    async def test_a_picture_that_cannot_be_drawn_leaves_its_words(
        self, studio: Studio, words: str
    ) -> None:
        """Nothing is uploaded, and the words arrive."""
        studio.pen.drawn = None
        async with studio.home() as home:
            await home.deliver(shown(studio.store, words), edits=())
        assert studio.arrived == [("text", f"m {words}".strip())]
        assert studio.tg.calls_of("sendPhoto") == []

    async def test_a_chat_that_is_gone_is_told_of_as_ever(self, studio: Studio) -> None:
        """Leaving the picture out hides nothing: the words meet the same refusal."""
        studio.tg.person(ANN).block_bot()
        async with studio.home() as home:
            with pytest.raises(Undeliverable, match="blocked"):
                await home.deliver(shown(studio.store, "x"), edits=())


class TestTriedAgain:
    @pytest.mark.parametrize("words", LENGTHS)
    async def test_a_flood_wait_is_kept_and_the_picture_with_it(
        self, studio: Studio, words: str
    ) -> None:
        """Telegram's own wait is passed on, and then everything arrives, in order."""
        studio.tg.fail("sendPhoto", 429, retry_after=7, times=4)
        row = shown(studio.store, words)
        async with studio.home() as home:
            for _ in range(4):
                with pytest.raises(NotDelivered) as caught:
                    await home.deliver(row, edits=())
                assert caught.value.wait == timedelta(seconds=7)
            assert not studio.messages
            await home.deliver(row, edits=())
        assert [kind for kind, _ in studio.arrived] == ["photo", "text"][: 1 + (words == LONG)]

    async def test_a_picture_that_arrived_is_not_sent_again(self, studio: Studio) -> None:
        """When the words have to wait, they go on behind their picture."""
        studio.tg.fail("sendMessage", 429)
        row = shown(studio.store, LONG)
        async with studio.home() as home:
            with pytest.raises(NotDelivered):
                await home.deliver(row, edits=())
            assert len(await home.deliver(row, edits=())) == 2
        assert [kind for kind, _ in studio.arrived] == ["photo", "text"]
        assert studio.pen.count == 1

    @pytest.mark.parametrize("words", LENGTHS)
    async def test_a_server_that_keeps_failing_over_it_gets_the_words_alone(
        self, studio: Studio, words: str
    ) -> None:
        """The third failure of the same picture is its last; the fourth try is not needed."""
        studio.tg.fail("sendPhoto", 502, times=9)
        row = shown(studio.store, words)
        async with studio.home() as home:
            for _ in range(2):
                with pytest.raises(NotDelivered):
                    await home.deliver(row, edits=())
            await home.deliver(row, edits=())
        assert studio.arrived == [("text", f"m {words}".strip())]

    async def test_silence_after_a_picture_with_its_words_is_doubt(self, studio: Studio) -> None:
        """Where the words may have arrived with their picture nobody claims that they did not."""
        studio.tg.hang("sendPhoto")
        async with studio.home(IMPATIENT) as home:
            with pytest.raises(MaybeDelivered):
                await home.deliver(shown(studio.store, "short"), edits=())

    async def test_silence_after_a_picture_alone_delays_no_words(self, studio: Studio) -> None:
        """The words are still to come: they arrive once, and the picture that arrived stays one."""
        studio.tg.hang("sendPhoto")
        async with studio.home(IMPATIENT) as home:
            ids = await home.deliver(shown(studio.store, LONG), edits=())
        assert [kind for kind, _ in studio.arrived] == ["photo", "text"]
        assert list(ids) == [str(studio.messages[-1].message_id)]
        assert "(repeated)" not in studio.messages[-1].text

    @pytest.mark.parametrize("words", LENGTHS)
    async def test_a_copy_has_no_picture(self, studio: Studio, words: str) -> None:
        """What may have arrived before goes out as words alone, marked, and nothing is uploaded."""
        copy = replace(shown(studio.store, words), repeated=True)
        async with studio.home() as home:
            await home.deliver(copy, edits=())
        assert studio.arrived == [("text", f"m (repeated) {words}".strip())]
        assert not studio.tg.calls_of("sendPhoto")

    @pytest.mark.parametrize("has_arrived", [True, False])
    async def test_a_line_that_swallows_answers_brings_a_picture_once(
        self, studio: Studio, has_arrived: bool
    ) -> None:
        """With every upload's answer lost the words come again, marked; the picture does not."""
        studio.tg.hang("sendPhoto", accepted=has_arrived, times=9)
        row = shown(studio.store, "short")
        home = studio.home(IMPATIENT)
        sender = OutboxSender(studio.store, home, studio.clock)
        async with home, running(sender.run()):
            sender.wake()
            await studio.tg.wait_for("(repeated)")
            assert await sender.drain(30)
        assert [kind for kind, _ in studio.arrived] == ["photo", "text"][not has_arrived :]
        with studio.store.reading() as tx:
            sent = tx.outbox.latest(row.chat_id, row.key)
        assert sent is not None
        assert sent.state is OutboxState.SENT
        assert len(studio.tg.calls_of("sendPhoto")) == 1

    async def test_a_picture_holds_up_no_other_chat(self, studio: Studio) -> None:
        """While one chat's upload hangs, a message to another chat arrives."""
        studio.tg.hang("sendPhoto", accepted=False, times=9)
        shown(studio.store, LONG)
        write_down(studio.store, "other", "quick", chat="8")
        home = studio.home()
        sender = OutboxSender(studio.store, home, studio.clock)
        async with home, running(sender.run()):
            await studio.tg.wait_for("quick", chat_id=8)
            assert not studio.messages


@pytest.mark.parametrize("page", ["<b>" + "&lt;" * 1024 + "</b>", "😀" * 512, ""])
def test_what_fits_a_caption_is_measured_as_telegram_does(page: str) -> None:
    """Markup and escapes do not count, an emoji counts twice."""
    assert fits_caption(page)
    assert fits_caption(f"{page}x") is not (page != "")


def test_a_caption_is_harmless_and_never_too_long() -> None:
    """Angle brackets are escaped, and what is too long is cut."""
    assert caption("a < b & c") == "a &lt; b &amp; c"
    assert units(caption("😀" * 2000)) <= CAPTION_LIMIT
    assert caption("x" * CAPTION_LIMIT) == "x" * CAPTION_LIMIT


async def test_nothing_is_left_behind(studio: Studio) -> None:
    """What was counted for a message is dropped with it, however it ended."""
    studio.tg.fail("sendPhoto", 502)
    row = shown(studio.store, LONG)
    async with studio.home() as home:
        with pytest.raises(NotDelivered):
            await home.deliver(row, edits=())
        await home.deliver(row, edits=())
        assert home._delivery._arrived == {}  # noqa: SLF001  # memory that must not grow
        assert home._delivery._leniency._failures == {}  # noqa: SLF001
