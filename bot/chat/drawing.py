"""Pictures as values -> PNG, one at a time and in a thread; what cannot be drawn is left out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.charts.draw import draw
from bot.charts.look import Theme
from bot.chat.render.charts import chart_format, chart_words
from bot.chat.render.words import Words
from bot.ports.pictures import Picture
from core.domain.errors import EvenkeelError

log = logging.getLogger(__name__)

Draw = Callable[[Picture], Awaitable[bytes | None]]
"""Returns a PNG, or None where there is none; the words go out either way."""

_CANNOT: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EvenkeelError,
    ImportError,  # installed without the library that draws
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""A picture is an ornament of words that say the same: whatever is wrong with it stays its own."""


async def no_pictures(picture: Picture) -> bytes | None:
    """Draw nothing; for a bot that was told to send none."""
    del picture
    return None


class Drawing:
    """Draws in a thread, so that a halt never waits for a picture."""

    def __init__(self, words: Words, *, theme: Theme) -> None:
        """Take the language of the words on the pictures, and the ground they are drawn on."""
        self._words = words
        self._theme = theme
        self._turn = asyncio.Lock()

    async def __call__(self, picture: Picture) -> bytes | None:
        """Return a PNG, or None where the picture cannot be drawn."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._draw, picture)
            except _CANNOT:
                log.exception("a picture (%s) cannot be drawn", type(picture).__name__)
                return None

    def _draw(self, picture: Picture) -> bytes:
        return draw(
            picture,
            theme=self._theme,
            words=chart_words(self._words),
            formats=chart_format(self._words),
        )
