"""One request on its way through one handler: what it may use, and how it answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat.render.narrating import NarratorFor
from bot.chat.render.pages import Block, Kind
from bot.chat.render.reader import Reader
from bot.chat.render.words import Words
from bot.chat.requests import Command, Request, Role
from bot.explain.wording import wording_of
from bot.ports.messages import Answer, Loudness, Message, MessageType, Notice, NoticeCode
from bot.ports.pictures import Picture
from bot.workflow.desk import Desk, post


@dataclass(frozen=True, slots=True)
class MenuLine:
    """One command as ``/help`` and the chat's own menu list it.

    Attributes:
        name: without slash.
    """

    name: str

    def usage(self, words: Words) -> str:
        """Return what may stand after it."""
        return words.say(f"menu.{self.name}.usage")

    def summary(self, words: Words) -> str:
        """Return what it does, in a few words."""
        return words.say(f"menu.{self.name}")


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who passed the gate, with the request they brought.

    Attributes:
        desk: the bot.
        request: what the person did.
        role: what the person may do.
        menu: the commands of that role.
        start: begins to carry an approved proposal out, without waiting for it.
        next_look: tells when the next daily evaluation is due; None when nobody knows.
    """

    desk: Desk
    request: Request
    role: Role
    menu: tuple[MenuLine, ...]
    start: Callable[[str], None]
    next_look: Callable[[], datetime | None]

    @property
    def person(self) -> str:
        """The id of the person."""
        return self.request.person

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the command."""
        return self.request.act.arguments if isinstance(self.request.act, Command) else ()

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.desk.clock.now()

    @property
    def reader(self) -> Reader:
        """The person as the one who will read the answer."""
        desk = self.desk
        zone, quote = desk.audience.zone, desk.policy.quote
        wording = wording_of(desk.audience.language)
        return Reader(self.now, zone, quote, self.person, wording)

    @property
    def telling(self) -> Desk:
        """The bot, with words for this person alone: what they did reads "by you"."""
        return replace(self.desk, narrator=NarratorFor(self.reader, self.desk.narrator))

    @property
    def words(self) -> Words:
        """The chat's own words in the language of the answer."""
        return self.reader.words

    def hears(self, kind: MessageType) -> bool:
        """Tell whether this chat gets what the bot tells everybody in messages of this kind."""
        audience = self.desk.audience
        if self.request.chat_id not in (*audience.approvers, *audience.viewers):
            return False
        return audience.loudness_of(kind, self.now) is not Loudness.OFF

    def say(
        self,
        heading: str,
        *blocks: Block,
        pictures: tuple[tuple[Picture, str], ...] = (),
        key: str = "",
    ) -> None:
        """Answer in the chat that asked.

        Args:
            heading: what stands above all; may be empty.
            blocks: the words and tables; those without lines are left out.
            pictures: each with its caption, above the words.
            key: the message's name; one per request unless given.
        """
        shown = [block for block in blocks if block.lines]
        tables = tuple(n for n, block in enumerate(shown) if block.kind is Kind.TABLE)
        words = tuple("\n".join(block.lines) for block in shown)
        self.post(Answer(heading, words, tables, pictures), key=key)

    def note(self, code: NoticeCode, subject: str = "", **values: str) -> None:
        """Answer with one of the bot's short messages."""
        self.post(Notice(self.desk.mode, code, subject, tuple(values.items())))

    def post(self, message: Message, *, key: str = "", nonce: str = "", asks: bool = False) -> None:
        """Write a message down for the chat that asked; the same key is answered once.

        Args:
            message: what to say.
            key: the message's name; one per request unless given.
            nonce: the secret of its button, if it has one.
            asks: open a reply to this message.
        """
        with self.desk.store.transaction() as tx:
            post(
                tx,
                self.desk,
                MessageType.ANSWER,
                key=key or f"answer:{self.request.request_id}",
                message=message,
                chats=(self.request.chat_id,),
                nonce=nonce,
                force_reply=asks,
            )
