"""What a person did in a chat, whatever the chat: a command, a tap or a reply."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

CONSOLE: Final = "console"
"""The one chat of a terminal."""


class Role(StrEnum):
    """What a person may do; an approver may do everything a viewer may."""

    VIEWER = "viewer"
    APPROVER = "approver"


class Button(StrEnum):
    """The buttons of a card; the letter travels in the callback data."""

    APPROVE = "a"
    REJECT = "r"
    DETAILS = "d"
    LATER = "l"
    CONFIRM = "c"
    RESUME = "u"


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments, e.g. ``/why ETH``.

    Attributes:
        name: without slash.
        arguments: the words after it.
        is_bare: typed without its slash, so that it may just be the first word of a sentence.
    """

    name: str
    arguments: tuple[str, ...] = ()
    is_bare: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button: ``v1|<button>|<proposal>|<nonce>``, at most 64 bytes."""

    button: Button
    proposal_id: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A free text sent as a reply to one of the bot's messages."""

    text: str
    to_message_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """One act of one person.

    Attributes:
        request_id: the source's id of the update; each is handled once.
        person: the numeric id of the person, as text; empty when the person is unknown.
        chat_id: where it happened.
        is_private: the chat holds this person and the bot only.
        message_id: the message that was sent, or the one whose button was pressed.
        act: what the person did; None for anything the bot does not understand.
        sent_at: when the person did it.
        refused: why this act can never count (edited, forwarded, anonymous), or empty.
    """

    request_id: str
    person: str
    chat_id: str
    is_private: bool
    message_id: str
    act: Command | Press | Reply | None
    sent_at: datetime
    refused: str = ""
