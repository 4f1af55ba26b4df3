"""What the emulated Telegram remembers: chats, messages with their history, queries, calls.

`wire` functions give the JSON of the Bot API. Source: reference/telegram.md sections 6, 7 and 12.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.emulators.telegram_wire import Json, Params, Upload


@dataclass(frozen=True)
class Button:
    """One inline button; exactly one of its actions is set (other actions leave both empty)."""

    text: str
    callback_data: str | None = None
    url: str | None = None


Keyboard = list[list[Button]]


@dataclass(eq=False)
class Chat:
    """One chat with everything ever said in it, by message id.

    Attributes:
        bot_is: "in", "admin", "blocked", "kicked", or "not started" (a person who never wrote).
        topics: the open topics of a forum.
        migrated_to: the supergroup this group became.
    """

    chat_id: int
    kind: str
    title: str
    username: str | None = None
    bot_is: str = "in"
    topics: frozenset[int] = frozenset()
    migrated_to: int | None = None
    log: dict[int, Message] = field(default_factory=dict, repr=False)
    next_message_id: int = 1

    @property
    def messages(self) -> list[Message]:
        """All messages of the bot in this chat, oldest first, deleted ones too (see their flag)."""
        return [message for message in self.log.values() if message.from_bot]

    @property
    def visible(self) -> list[Message]:
        """The bot's messages that are still there."""
        return [message for message in self.messages if not message.deleted]

    @property
    def last(self) -> Message:
        """The bot's newest message that is still there."""
        return self.visible[-1]

    @property
    def numbers_its_own_messages(self) -> bool:
        """Supergroups and channels count from 1; private chats and basic groups share one count."""
        return self.kind in {"supergroup", "channel"}

    def wire(self) -> Json:
        """Return the Chat object."""
        wire: Json = {"id": self.chat_id, "type": self.kind}
        wire["first_name" if self.kind == "private" else "title"] = self.title
        if self.username:
            wire["username"] = self.username
        if self.topics:
            wire["is_forum"] = True
        return wire


@dataclass(frozen=True)
class Version:
    """One state of a message's content: `text` is plain, `html` is what the bot sent."""

    text: str
    html: str
    entities: list[Json]
    keyboard: Keyboard
    reply_markup: Json | None = None

    def looks_like(self, other: Version) -> bool:
        """Whether a reader could not tell the two apart; an edit to such a version is refused."""
        mine = (self.text, self.entities, self.reply_markup or None)
        return mine == (other.text, other.entities, other.reply_markup or None)


@dataclass(eq=False)
class Message:
    """One message with all its versions.

    Attributes:
        moment: place of the last change (sending, edit, deletion) in the order of all changes.
        history: earlier versions, oldest first.
        media: the wire form of a photo or document; `upload` holds the bytes.
    """

    chat: Chat
    message_id: int
    date: int
    sender: Json | None
    now: Version
    from_bot: bool = False
    moment: int = 0
    history: list[Version] = field(default_factory=list)
    edit_date: int | None = None
    deleted: bool = False
    pinned: bool = False
    disable_notification: bool = False
    protect_content: bool = False
    thread_id: int | None = None
    reply_to: Message | None = None
    media: Json = field(default_factory=dict)
    upload: Upload | None = None
    extra: Json = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The plain text (or caption) as readers see it now."""
        return self.now.text

    @property
    def html(self) -> str:
        """The text as the bot sent it, markup included."""
        return self.now.html

    @property
    def entities(self) -> list[Json]:
        """The formatting of `text`."""
        return self.now.entities

    @property
    def keyboard(self) -> Keyboard:
        """The rows of inline buttons."""
        return self.now.keyboard

    @property
    def buttons(self) -> list[str]:
        """The labels of all inline buttons, row by row."""
        return [button.text for row in self.keyboard for button in row]

    @property
    def kind(self) -> str:
        """The kind of content: "text", "photo" or "document"."""
        return next(iter(self.media), "text")

    def wire(self, *, nested: bool = False) -> Json:
        """Return the Message object; a nested one leaves out the message it replies to."""
        wire: Json = {
            "message_id": self.message_id,
            "date": self.date,
            "chat": self.chat.wire(),
            **self.media,
        }
        content = "caption" if self.media else "text"
        optional: Json = {
            "from": self.sender,
            content: self.now.text,
            "caption_entities" if self.media else "entities": self.now.entities,
            "reply_markup": self.now.reply_markup if self.now.keyboard else None,
            "edit_date": self.edit_date,
            "message_thread_id": self.thread_id,
            "is_topic_message": self.thread_id is not None,
            "has_protected_content": self.protect_content,
            "reply_to_message": self.reply_to.wire(nested=True)
            if self.reply_to and not nested
            else None,
        }
        return {**wire, **{name: value for name, value in optional.items() if value}, **self.extra}


@dataclass
class Query:
    """One press of a button and how often the bot answered it."""

    query_id: str
    message: Message
    data: str
    answers: int = 0
    refused_answers: int = 0
    expired: bool = False


@dataclass(frozen=True)
class Answer:
    """One accepted answerCallbackQuery."""

    callback_id: str
    text: str
    show_alert: bool


@dataclass
class Call:
    """One request of the bot.

    Attributes:
        method: the name as the documentation spells it.
        at: seconds on the clock of the loop at arrival.
        status: HTTP status of the answer; None while it runs, or when none was given.
        accepted: whether the method did its work, whatever the bot was told.
    """

    method: str
    params: Params
    at: float
    status: int | None = None
    accepted: bool = False
