"""Outgoing messages -> what a person reads, with the buttons below."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from bot.chat.render.callbacks import RESUME_SUBJECT, callback_data, label_of
from bot.chat.render.cards import (
    card_blocks,
    card_news,
    card_update_blocks,
    second_card_blocks,
)
from bot.chat.render.charts import title_of
from bot.chat.render.pages import (
    Block,
    Kind,
    Photo,
    Rendered,
    Rows,
    caption,
    escaped,
    head,
    pages,
    paragraph,
    plain,
    text,
)
from bot.chat.render.reader import Reader
from bot.chat.render.reports import digest_blocks, report_blocks
from bot.chat.render.words import Words
from bot.chat.requests import Button, Press
from bot.explain.notices import notice_line
from bot.explain.wording import Wording, en
from bot.ports.clock import Clock
from bot.ports.mail import Outgoing
from bot.ports.messages import (
    Answer,
    Card,
    CardUpdate,
    Digest,
    Message,
    Notice,
    NoticeCode,
    Report,
    SecondCard,
)
from bot.ports.pictures import Picture
from core.domain.proposal import ProposalState
from core.domain.units import Asset

# Part of a conversation: the mode adds nothing.
_ASIDES = frozenset(
    {
        NoticeCode.REASON_ASKED,
        NoticeCode.REASON_NOTED,
        NoticeCode.TOO_OLD,
        NoticeCode.RESUME_CONFIRM,
    }
)

_REPORTED = frozenset({ProposalState.DONE, ProposalState.PARTIAL, ProposalState.FAILED})

_Buttons = tuple[tuple[Button, ...], ...]

_CARD_ROWS: Final[_Buttons] = ((Button.APPROVE, Button.REJECT), (Button.DETAILS, Button.LATER))
_SECOND_ROWS: Final[_Buttons] = ((Button.CONFIRM, Button.REJECT),)
_RESUME_ROWS: Final[_Buttons] = ((Button.RESUME,),)


class Renderer:
    """Puts every kind of message into words, for the chat it goes to.

    Attributes:
        zone: the readers' time zone.
        words: the chat's own words in their language.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        zone: tzinfo,
        quote: Asset,
        owners: Mapping[str, str] | None = None,
        wording: Wording = en,
    ) -> None:
        """Keep what all readers share.

        Args:
            clock: the bot's time, in which expiries are told.
            zone: the local time zone.
            quote: the currency of money that comes without one.
            owners: the person behind a chat whose id is not the person's own, e.g. the console.
            wording: the language.
        """
        self.zone = zone
        self.words = Words(wording)
        self._clock = clock
        self._quote = quote
        self._owners = dict(owners or {})

    def render(self, outgoing: Outgoing) -> Rendered:
        """Return a message in words, with its buttons while it carries their secret."""
        reader = self._reader(outgoing.chat_id)
        message, words = outgoing.message, reader.words
        blocks = _blocks(message, reader)
        mark = words.say("mark.repeated") if outgoing.repeated else ""
        if mark:
            blocks = _marked(blocks, mark)
        return Rendered(
            pages=pages(blocks, continued=words.say("mark.continued")),
            plain=plain(blocks),
            news=_news(message, reader) if isinstance(message, CardUpdate) else "",
            rows=_rows(message, outgoing.nonce, words),
            moved_up=escaped(words.say("mark.continued_above")),
            photos=tuple(_photos(message, mark, words)),
        )

    def _reader(self, chat_id: str) -> Reader:
        person = self._owners.get(chat_id, chat_id)
        return Reader(self._clock.now(), self.zone, self._quote, person, self.words.wording)


def _news(update: CardUpdate, reader: Reader) -> str:
    """Return what is new on a card; the fills of one that ended stand in the report below it."""
    news = card_news(update, reader)
    return plain(news[:1] if update.proposal.state in _REPORTED else news)


def _photos(message: Message, mark: str, words: Words) -> Iterator[Photo]:
    """Yield the pictures of a message, a repeated one's marked like its words."""
    shown: tuple[tuple[Picture, str], ...] = ()
    if isinstance(message, Answer):
        shown = message.pictures
    elif isinstance(message, Digest) and message.picture is not None:
        shown = ((message.picture, title_of(message.picture, words)),)
    for picture, told in shown:
        yield Photo(picture, caption(f"{told} {mark}".rstrip()))


def _blocks(message: Message, reader: Reader) -> list[Block]:  # one per kind
    match message:
        case Card():
            return card_blocks(message, reader)
        case SecondCard():
            return second_card_blocks(message, reader)
        case CardUpdate():
            return card_update_blocks(message, reader)
        case Report():
            return report_blocks(message, reader)
        case Digest():
            return digest_blocks(message, reader)
        case Notice():
            return _told(message, reader)
        case Answer():
            return _answer(message)


def _told(notice: Notice, reader: Reader) -> list[Block]:
    """Return a notice's sentence, made by code, and below it why, where there is more to say."""
    blocks = [text(_notice(notice, reader))]
    more = notice.explanation
    return blocks if more is None else [*blocks, paragraph(more.lines)]


def _notice(notice: Notice, reader: Reader) -> str:
    values = tuple(
        (name, reader.name(value) if name == "by" else value) for name, value in notice.values
    )
    named = replace(notice, values=values)
    line = notice_line(named, reader.now, reader.zone, quote=reader.quote, wording=reader.wording)
    mode = reader.words.say(f"mode.{notice.mode}")
    return line if notice.code in _ASIDES else f"{mode} · {line}"


def _answer(answer: Answer) -> list[Block]:
    blocks = [head(answer.heading)] if answer.heading else []
    for number, lines in enumerate(answer.blocks):
        kind = Kind.TABLE if number in answer.tables else Kind.TEXT
        blocks.append(Block(tuple(lines.split("\n")), kind))
    return blocks


def _marked(blocks: list[Block], mark: str) -> list[Block]:
    """Say at the heading that a copy of this message may have arrived before."""
    place = next((n for n, block in enumerate(blocks) if block.kind is Kind.HEAD), 0)
    lines = blocks[place].lines
    marked = replace(blocks[place], lines=(f"{lines[0]} {mark}", *lines[1:]))
    return [*blocks[:place], marked, *blocks[place + 1 :]]


def _rows(message: Message, nonce: str, words: Words) -> Rows:
    if not nonce:
        return ()
    rows: _Buttons
    match message:
        case Card():
            subject, rows = message.proposal.proposal_id, _CARD_ROWS
        case SecondCard():
            subject, rows = message.proposal.proposal_id, _SECOND_ROWS
        case Notice(code=NoticeCode.RESUME_CONFIRM):
            subject, rows = RESUME_SUBJECT, _RESUME_ROWS
        case _:
            return ()
    return tuple(
        tuple(
            (label_of(button, words), callback_data(Press(button, subject, nonce)))
            for button in row
        )
        for row in rows
    )
