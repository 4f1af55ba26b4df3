"""What a person hears when what they asked for could not be done: always something, calmly."""

from typing import Final

from bot.chat.render.pages import Block, head, plain, text
from bot.chat.render.reader import Reader
from bot.chat.render.review_tables import day_of
from bot.chat.requests import Command, Request
from bot.settings.redaction import redacted
from core.domain.errors import (
    AccountProblem,
    BooksCorrupt,
    EvenkeelError,
    FeedUnavailable,
    InputInvalid,
    StoreConflict,
    StoreCorrupt,
)

TROUBLES: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EvenkeelError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""Everything that may come out of a handler: our own errors, and bugs."""

EXPECTED: Final = (AccountProblem, FeedUnavailable, StoreConflict)
"""What may happen on any day and says nothing about the program; it leaves no trace in the log."""

HALT: Final = "halt"
_SWITCHES: Final = frozenset({"approve", "reject", "pause", "resume"})
"""Commands of which somebody must know whether they count, also where the answer failed."""


def trouble_of(
    error: Exception, request: Request, reader: Reader, *, is_halted: bool
) -> tuple[str, Block]:
    """Return a heading, which may be empty, and what to say below it.

    Args:
        error: one of ``TROUBLES``.
        request: what the person wanted.
        reader: who is told.
        is_halted: trading is halted now, for certain.
    """
    heading, said = _told(error, reader)
    name = request.act.name if isinstance(request.act, Command) else ""
    if name == HALT:
        how = "trouble.halted" if is_halted else "trouble.halt"
    elif name in _SWITCHES and not isinstance(error, EXPECTED):
        how = "trouble.perhaps"
    else:
        return heading, text(said)
    return heading, text(said, reader.words.say(how))


def without_markup(heading: str, block: Block) -> str:
    """Return the same as plain text, for where no message can be written down."""
    return redacted(plain([head(heading), block] if heading else [block]))


def _told(error: Exception, reader: Reader) -> tuple[str, str]:
    say = reader.words.say
    match error:
        case FeedUnavailable():
            return say("trouble.data.head"), say("trouble.data", why=str(error))
        case AccountProblem():
            return say("trouble.account.head"), str(error)
        case StoreConflict():
            return "", say("trouble.faster")
        case BooksCorrupt():
            return say("trouble.books.head"), _of_books(error, reader)
        case StoreCorrupt():
            return say("trouble.records.head"), say("trouble.records")
        case InputInvalid():
            return say("trouble.head"), say("trouble.unusable", why=str(error).rstrip("."))
        case _:
            return say("trouble.head"), say("trouble.bug")


def _of_books(error: BooksCorrupt, reader: Reader) -> str:
    """Return what of the books is damaged, what is not, and what mends it."""
    say = reader.words.say
    if error.day is None:
        what = say("trouble.books.now")
    else:
        what = say("trouble.books.day", day=day_of(error.day, reader, has_year=True))
    return f"{what} {say('trouble.books')}"
