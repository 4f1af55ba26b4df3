"""From a stored message to the photo on a phone: rendered, drawn and uploaded for real."""

import pytest

from bot.charts.look import Theme
from bot.chat.drawing import Drawing
from bot.chat.render.renderer import Renderer
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import TelegramAccount
from bot.ports.messages import Answer
from bot.store.sqlite import SqliteStore
from bot.workflow.charting import allocation
from tests.chat.review_samples import PICTURE
from tests.chat.world import BERLIN
from tests.chat_telegram.stage import ANN, HurriedClock, write_down
from tests.chat_telegram.telegram_stage import MENUS, QUICK
from tests.emulators.telegram import TelegramEmulator
from tests.store.samples import STANDINGS, USD

TABLE = "      now goal\nBTC  62.0   50"


@pytest.fixture
async def home(tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock) -> TelegramHome:
    """A home that puts messages into words and draws, as the program does."""
    renderer = Renderer(clock=clock, zone=BERLIN, quote=USD)
    return TelegramHome(
        TelegramAccount(tg.token, tg.base_url),
        store=store,
        clock=clock,
        render=renderer.render,
        menus=MENUS,
        patience=QUICK,
        draw=Drawing(renderer.words, theme=Theme.LIGHT),
    )


async def test_a_picture_with_its_table_is_one_message(
    tg: TelegramEmulator, store: SqliteStore, home: TelegramHome
) -> None:
    """A short answer arrives as a photo whose caption is the heading, the table and the words."""
    weights = allocation(STANDINGS, USD)
    answer = Answer("Weights", (TABLE, "Told < exactly."), (0,), ((weights, "Weights"),))
    async with home:
        await home.deliver(write_down(store, "chart:1", message=answer), edits=())
    (message,) = tg.chat(ANN).messages
    assert (message.kind, message.text) == ("photo", f"Weights\n\n{TABLE}\nTold < exactly.")
    assert [entity["type"] for entity in message.entities] == ["bold", "pre"]
    assert message.media["photo"][0]["width"] == 1080
    assert message.upload is not None
    assert message.upload.content_type == "image/png"


async def test_two_kinds_of_pictures_come_before_a_long_text(
    tg: TelegramEmulator, store: SqliteStore, home: TelegramHome
) -> None:
    """A long answer's pictures are drawn one after the other, each over its own caption."""
    pictures = ((allocation(STANDINGS, USD), "Weights & goals"), (PICTURE, "The four books"))
    answer = Answer("Review", ("x" * 2000,), (), pictures)
    async with home:
        await home.deliver(write_down(store, "review:1", message=answer), edits=())
    arrived = [(message.kind, message.text[:20]) for message in tg.chat(ANN).messages]
    texts = [("photo", "Weights & goals"), ("photo", "The four books")]
    assert arrived == [*texts, ("text", f"Review\n\n{'x' * 12}")]
    assert len({message.upload.data for message in tg.chat(ANN).messages if message.upload}) == 2
