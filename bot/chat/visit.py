"""One request on its way through one handler: what it may use, and how it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.chat.requests import Command, Request, Role
from bot.ports.messages import Answer, MessageType, Notice
from bot.workflow.desk import Desk, post


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who passed the gate, with the request they brought.

    Attributes:
        desk: the bot.
        request: what the person did.
        role: what the person may do.
        start: begins to carry an approved proposal out, without waiting for it.
        next_check: tells when the next daily evaluation is due; None when nobody knows.
    """

    desk: Desk
    request: Request
    role: Role
    start: Callable[[str], None]
    next_check: Callable[[], datetime | None]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the command."""
        return self.request.act.arguments if isinstance(self.request.act, Command) else ()

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.desk.clock.now()

    def say(self, heading: str, *blocks: str, tables: tuple[int, ...] = ()) -> None:
        """Answer in the chat that asked; ``tables`` names the blocks of fixed width."""
        self.post(Answer(heading, blocks, tables))

    def post(
        self, message: Answer | Notice, *, key: str = "", nonce: str = "", asks: bool = False
    ) -> None:
        """Write an answer down for the chat that asked; the same key is answered once.

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
