"""Drawing beside the loop: one picture at a time, and none that fails takes anything with it."""

import asyncio
import struct
import threading
from datetime import date

import pytest

import bot.chat.drawing
from bot.charts.look import ChartFormat, Theme
from bot.charts.words import ChartWords
from bot.chat.drawing import Drawing, no_pictures
from bot.chat.render.charts import chart_format, chart_words
from bot.chat.render.words import ENGLISH, Words
from bot.explain.wording import wording_of
from bot.ports.pictures import Allocation, AllocationRow, DayLine, DriftHistory, Picture
from core.domain.errors import InputInvalid

PICTURE = Allocation((AllocationRow("BTC", 0.62, 0.5, 0.4, 0.6),))
UNEVEN = DriftHistory((date(2026, 3, 2), date(2026, 3, 3)), (DayLine("BTC", (0.1,)),))
IN_REPORTS = {"default", "no_result", "covers", "clear"}
"""Marks of pictures that stand in reports alone, which speak English."""
GERMAN = Words(wording_of("de"))


async def test_a_picture_is_a_png_that_telegram_takes() -> None:
    """What is drawn has the signature, and sides and size far within Telegram's limits."""
    png = await Drawing(GERMAN, theme=Theme.DARK)(PICTURE)
    assert png is not None
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width + height <= 10_000
    assert max(width, height) <= 20 * min(width, height)
    assert len(png) < 1024**2


async def test_the_language_and_the_ground_are_the_readers() -> None:
    """The same picture differs by language and by theme, and is the same when asked again."""
    made = [
        await Drawing(words, theme=theme)(PICTURE)
        for words in (ENGLISH, GERMAN)
        for theme in (Theme.LIGHT, Theme.DARK)
    ]
    assert len({*made}) == 4
    assert await Drawing(ENGLISH, theme=Theme.LIGHT)(PICTURE) == made[0]


async def test_a_picture_that_makes_no_sense_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What the charts refuse is noted in the log, and nobody waits for it."""
    assert await Drawing(ENGLISH, theme=Theme.LIGHT)(UNEVEN) is None
    assert "a picture (DriftHistory) cannot be drawn" in caplog.text


@pytest.mark.parametrize("error", [InputInvalid("x"), ValueError("x"), ImportError("x"), OSError()])
async def test_whatever_is_wrong_with_a_picture_stays_its_own(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A missing library, a font that cannot be read, a bug: the words go out all the same."""

    def fail(picture: Picture, **how: object) -> bytes:
        raise error

    monkeypatch.setattr(bot.chat.drawing, "draw", fail)
    assert await Drawing(ENGLISH, theme=Theme.LIGHT)(PICTURE) is None


async def test_pictures_are_drawn_one_at_a_time_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The loop goes on while a thread draws, and the next picture waits for its turn."""
    busy, most, threads = 0, 0, set()
    ticks = threading.Semaphore(0)

    def slowly(picture: Picture, **how: object) -> bytes:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        threads.add(threading.current_thread())
        for _ in range(3):
            assert ticks.acquire(timeout=30), "the loop stood still meanwhile"
        busy -= 1
        return b"png"

    monkeypatch.setattr(bot.chat.drawing, "draw", slowly)
    drawing = Drawing(ENGLISH, theme=Theme.LIGHT)
    pictures = asyncio.gather(*(drawing(PICTURE) for _ in range(3)))
    while not pictures.done():
        ticks.release()
        await asyncio.sleep(0.005)
    assert await pictures == [b"png"] * 3
    assert most == 1
    assert threading.main_thread() not in threads


async def test_off_draws_nothing() -> None:
    """A bot that was told to send no pictures has none."""
    assert await no_pictures(PICTURE) is None


def test_the_words_on_pictures_are_the_languages_own() -> None:
    """German has a word of its own wherever English has one, but for empty notes."""
    english, german = chart_words(ENGLISH), chart_words(GERMAN)
    for name in ChartWords.__dataclass_fields__.keys() - IN_REPORTS:
        ours, theirs = getattr(english, name), getattr(german, name)
        if isinstance(ours, str):
            assert ours != theirs, name
        else:
            assert ours.keys() == theirs.keys()
            assert not {*ours.values()} & {*theirs.values()}, name


def test_figures_on_pictures_look_like_those_in_the_tables() -> None:
    """The marks of fractions and thousands, and the months, are the language's."""
    assert chart_format(ENGLISH) == ChartFormat()
    german = chart_format(GERMAN)
    assert (german.decimal, german.thousands, len(german.months)) == (",", ".", 12)
    assert german.date.format(day=2, month=german.months[2]) == "2. März"
