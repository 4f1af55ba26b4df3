"""Everything a workflow works with, handed over in one piece, and how it speaks to people."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.ports.clock import Clock
from bot.ports.exchange import AccountReader, MarketReader, OrderPlacer
from bot.ports.mail import Outgoing
from bot.ports.messages import Loudness, Message, MessageType, Mode, Notice, NoticeCode
from bot.ports.narrator import Narrator
from bot.ports.questions import QuestionReader
from bot.ports.records import Store, Transaction
from bot.ports.snapshots import SnapshotTaker
from core.codec import GENESIS
from core.domain.policy import Policy

ALWAYS_HEARD = frozenset({MessageType.CARD, MessageType.ALARM, MessageType.ANSWER})


class Approver(StrEnum):
    """Who answers proposals; ``AUTO`` exists on simulated and replayed markets only."""

    PERSON = "person"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Audience:
    """Where messages go and how loudly.

    Attributes:
        approvers: chats whose people may decide.
        viewers: chats whose people may look.
        loudness: per message type; cards, alarms and answers cannot be off.
        quiet_from, quiet_to: local hours in which everything but alarms arrives without a sound.
        zone: the local time zone.
        language: of everything that is said there, e.g. ``en``.
        pictures: whether pictures stand beside tables.
    """

    approvers: tuple[str, ...]
    viewers: tuple[str, ...] = ()
    loudness: tuple[tuple[MessageType, Loudness], ...] = ()
    quiet_from: time | None = None
    quiet_to: time | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    language: str = "en"
    pictures: bool = True

    def loudness_of(self, kind: MessageType, at: datetime) -> Loudness:
        """Return how a message of this type arrives at this instant."""
        chosen = dict(self.loudness).get(kind, Loudness.ON)
        if chosen is Loudness.OFF and kind in ALWAYS_HEARD:
            chosen = Loudness.SILENT
        if chosen is Loudness.ON and kind is not MessageType.ALARM and self.is_quiet(at):
            return Loudness.SILENT
        return chosen

    def is_quiet(self, at: datetime) -> bool:
        """Tell whether ``at`` lies in the quiet hours, which may span midnight."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        local = at.astimezone(self.zone).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= local < self.quiet_to
        return local >= self.quiet_from or local < self.quiet_to


@dataclass(slots=True)
class JournalMark:
    """Up to where this run has followed the journal's chain: an entry that holds."""

    seq: int = 0
    head: str = GENESIS


@dataclass(frozen=True, slots=True)
class Desk:
    """The powers and settings of a running bot."""

    store: Store
    clock: Clock
    market: MarketReader
    account: AccountReader
    placer: OrderPlacer
    snapshots: SnapshotTaker
    narrator: Narrator
    questions: QuestionReader
    policy: Policy
    mode: Mode
    audience: Audience
    approver: Approver = Approver.PERSON
    executing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One plan is carried out at a time."""
    halt_files: tuple[Path, ...] = ()
    """While one of them exists, the bot is halted."""
    followed: JournalMark = field(default_factory=JournalMark)
    asking: set[str] = field(default_factory=set)
    """The chats whose question is being answered, one in each."""


def post(  # noqa: PLR0913  # the columns of the outbox
    tx: Transaction,
    desk: Desk,
    kind: MessageType,
    *,
    key: str,
    message: Message,
    chats: Iterable[str] | None = None,
    nonce: str = "",
    edits: str = "",
    force_reply: bool = False,
    loudness: Loudness | None = None,
) -> None:
    """Write a message down for every chat that shall have it; buttons go to approvers only.

    How loudly it arrives follows from its kind unless ``loudness`` says otherwise.
    """
    now = desk.clock.now()
    loudness = loudness or desk.audience.loudness_of(kind, now)
    if loudness is Loudness.OFF:
        return
    everyone = (*desk.audience.approvers, *desk.audience.viewers)
    for chat_id in everyone if chats is None else chats:
        tx.outbox.add(
            Outgoing(
                outbox_id=0,
                chat_id=chat_id,
                key=key,
                type=kind,
                message=message,
                silent=loudness is Loudness.SILENT,
                created_at=now,
                edits=edits,
                nonce=nonce if chat_id in desk.audience.approvers else "",
                force_reply=force_reply,
            )
        )


def notify(
    tx: Transaction,
    desk: Desk,
    code: NoticeCode,
    *,
    key: str,
    subject: str = "",
    kind: MessageType = MessageType.NOTICE,
    **values: str,
) -> None:
    """Write a short notice down for everybody."""
    message = Notice(desk.mode, code, subject, tuple(values.items()))
    post(tx, desk, kind, key=key, message=message)


def tell_left_out(desk: Desk, tx: Transaction, chat_id: str) -> None:
    """Tell a chat that a message to it can no longer be read; it may have been a card or a report.

    Once a minute at most: what is damaged at once is told of once.
    """
    kind, key = MessageType.ALARM, f"left_out:{desk.clock.now():%Y-%m-%dT%H:%M}"
    message = Notice(desk.mode, NoticeCode.MESSAGE_LEFT_OUT)
    post(tx, desk, kind, key=key, message=message, chats=(chat_id,))


def reminder(chat_id: str) -> str:
    """Return under which name the store keeps the reminder a chat asked for."""
    return f"remind:{chat_id}"
