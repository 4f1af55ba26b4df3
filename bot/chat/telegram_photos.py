"""A message's pictures and pages in the order they are sent, and when to do without a picture."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from telegram.error import TelegramError

from bot.chat.home import MaybeDelivered, Undeliverable
from bot.chat.render.pages import Rendered, fits_caption
from bot.chat.telegram_outcomes import UnusualStatus, outcome_of
from bot.ports.mail import Outgoing
from bot.ports.pictures import Picture

FILE_NAME: Final = "evenkeel.png"

MOST_FAILURES: Final = 3
"""How often a server may fail over a picture before its words go out alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Telegram.

    Attributes:
        html: its text, or the caption of its picture.
        picture: what stands above the text.
        is_text: the text is the message's own, and goes out even without the picture.
    """

    html: str
    picture: Picture | None = None
    is_text: bool = True


def parts_of(words: Rendered, *, is_edit: bool) -> tuple[Part, ...]:
    """Return a message as Telegram gets it: pictures first, in one piece with the text if it fits.

    An edit replaces texts by their place and leaves pictures alone.
    """
    if is_edit or not words.photos:
        return tuple(Part(page) for page in words.pages)
    if len(words.photos) == len(words.pages) == 1 and fits_caption(words.pages[0]):
        return (Part(words.pages[0], words.photos[0].picture),)
    return (*_photos(words), *(Part(page) for page in words.pages))


def _photos(words: Rendered) -> Iterator[Part]:
    for photo in words.photos:
        yield Part(photo.caption, photo.picture, is_text=False)


@dataclass(slots=True)
class Leniency:
    """Decides which failures cost a message its picture, so that none costs it its words."""

    _failures: dict[int, int] = field(default_factory=dict)

    def forgives(self, outgoing: Outgoing, part: Part, error: TelegramError) -> bool:
        """Tell whether the words go out without the picture that met this error.

        That is so where the picture is refused, where a server failed over it again and again, and
        where nobody knows whether it arrived while the words are still to come: whoever has it gets
        no second one, and nothing is repeated. Where the words are its caption, they may have
        arrived as well, so the message is tried once more as any other, without its picture. A
        flood wait and a lost connection say nothing about the picture: all is tried again.
        """
        outcome = outcome_of(error)
        if isinstance(outcome, Undeliverable):
            return True
        if isinstance(outcome, MaybeDelivered):
            return not part.is_text
        if not isinstance(error, UnusualStatus):
            return False
        count = self._failures.get(outgoing.outbox_id, 0) + 1
        self._failures[outgoing.outbox_id] = count
        return count >= MOST_FAILURES

    def forget(self, outgoing: Outgoing) -> None:
        """Drop what was counted: the message has left, or never will."""
        self._failures.pop(outgoing.outbox_id, None)
