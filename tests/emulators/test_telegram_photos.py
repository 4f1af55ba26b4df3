"""The emulator takes pictures as Telegram does: as files of a form, within every limit."""

import struct

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_app import ANN
from tests.emulators.telegram_wire import Upload


def png(width: int, height: int, size: int = 0) -> bytes:
    """Return the beginning of a PNG, padded to a size."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return head.ljust(size, b"\0")


async def test_a_picture_arrives_as_the_file_of_a_form(tg: TelegramEmulator, bot: Bot) -> None:
    """What python-telegram-bot uploads is parsed byte for byte, with its name and its caption."""
    sent = png(1080, 800, 5000)
    await bot.send_photo(
        ANN,
        sent,
        caption="<b>x</b> &lt; y",
        parse_mode="HTML",
        filename="a.png",
        disable_notification=True,
    )
    message = tg.chat(ANN).last
    assert message.upload == Upload("a.png", "image/png", sent)
    assert (message.kind, message.text, message.disable_notification) == ("photo", "x < y", True)
    assert message.entities == [{"type": "bold", "offset": 0, "length": 1}]
    assert message.media["photo"][0]["height"] == 800


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        pytest.param(b"GIF89a", "image_process_failed", id="no-png"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "image_process_failed", id="cut-short"),
        pytest.param(png(0, 0), "photo_invalid_dimensions", id="nothing"),
        pytest.param(png(6000, 4001), "photo_invalid_dimensions", id="sides-of-10001"),
        pytest.param(png(2100, 100), "photo_invalid_dimensions", id="narrow"),
        pytest.param(png(100, 100, 10 * 1024**2 + 1), "file is too big", id="over-10-mb"),
    ],
)
async def test_a_picture_out_of_bounds_is_refused(
    tg: TelegramEmulator, bot: Bot, picture: bytes, reason: str
) -> None:
    """No picture, one that is too large, and one that is too narrow get a no that says why."""
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.send_photo(ANN, picture)
    assert not tg.chat(ANN).messages


@pytest.mark.parametrize("picture", [png(6000, 4000), png(2000, 100), png(10, 10, 10 * 1024**2)])
async def test_a_picture_at_the_bounds_is_taken(
    tg: TelegramEmulator, bot: Bot, picture: bytes
) -> None:
    """Both sides together 10,000 pixels, twenty times as long as wide, 10 MB: all just fit."""
    await bot.send_photo(ANN, picture)
    assert tg.chat(ANN).last.kind == "photo"


async def test_a_caption_has_1024_units_after_its_markup(tg: TelegramEmulator, bot: Bot) -> None:
    """Markup and escapes do not count, an emoji counts twice; one more is refused."""
    fitting = "<b>" + "😀" * 511 + "&lt;&gt;" + "</b>"
    await bot.send_photo(ANN, png(10, 10), caption=fitting, parse_mode="HTML")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(ANN, png(10, 10), caption=f"{fitting}x", parse_mode="HTML")
    assert len(tg.chat(ANN).messages) == 1


async def test_a_picture_that_is_no_file_is_refused(tg: TelegramEmulator) -> None:
    """A form without the file, and a photo sent as a mere text, are not taken."""
    url = f"{tg.base_url}{tg.token}/sendPhoto"
    async with aiohttp.ClientSession() as http:
        for fields in ({"chat_id": str(ANN)}, {"chat_id": str(ANN), "photo": "https://x.y/z.png"}):
            answer = await http.post(url, data=fields)
            assert answer.status == 400
    assert not tg.chat(ANN).messages
