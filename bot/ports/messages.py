"""What the bot says, as values: stored in the outbox, put into words when it is sent."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.ports.pictures import Picture
from bot.ports.reviews import Review
from core.domain.decision import Decision, Standing
from core.domain.portfolio import Flow
from core.domain.proposal import Fill, Order, Proposal
from core.domain.state import EngineState
from core.domain.units import Asset, Money, Quantity


class Mode(StrEnum):
    """What an approval does; stands in every header."""

    PAPER = "PAPER"
    WATCH = "WATCH"
    LIVE = "LIVE"


class MessageType(StrEnum):
    """The kinds a person can switch on, silent or off. Cards and alarms cannot be switched off."""

    CARD = "card"
    REPORT = "report"
    DIGEST = "digest"
    NOTICE = "notice"
    ALARM = "alarm"
    ANSWER = "answer"


class Loudness(StrEnum):
    """How a message arrives."""

    ON = "on"
    SILENT = "silent"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Finished sentences in reading order, and who wrote them (``template`` or a model's name)."""

    lines: tuple[str, ...]
    source: str
    facts_digest: str


@dataclass(frozen=True, slots=True)
class Untouched:
    """What the bot counts or sees but never moves, for the card's last line.

    Attributes:
        kind: ``cold``, ``staked``, ``excluded`` or ``reserve``.
    """

    kind: str
    asset: Asset
    amount: Quantity


@dataclass(frozen=True, slots=True)
class Card:
    """A proposal put before a person."""

    mode: Mode
    quote: Asset
    proposal: Proposal
    standings: tuple[Standing, ...]
    explanation: Explanation
    untouched: tuple[Untouched, ...]
    moved: bool = False


@dataclass(frozen=True, slots=True)
class SecondCard:
    """The second step of a larger plan; names its largest leg."""

    mode: Mode
    quote: Asset
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """The card again, with its outcome and without buttons; ``fills`` grow while it executes."""

    card: Card
    proposal: Proposal
    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How an execution ended."""

    mode: Mode
    quote: Asset
    proposal: Proposal
    orders: tuple[Order, ...]
    fills: tuple[Fill, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class DataAge:
    """How old one input is."""

    name: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One asset's books: start + flows + trades - fees against what the venue reports."""

    asset: Asset
    expected: Quantity
    actual: Quantity

    @property
    def unexplained(self) -> Quantity:
        """What the flows do not explain, signed."""
        return Quantity(self.actual - self.expected)


@dataclass(frozen=True, slots=True)
class Digest:
    """The daily summary, which doubles as a heartbeat.

    Attributes:
        since, at: the span it speaks of.
        decisions: the decisions of that span, newest last; the last one carries the weights.
        proposals: the proposals that lived in that span.
        flows: deposits, withdrawals, rewards of that span.
        costs: fees and slippage paid since the beginning, quote currency.
        unexplained: balances that do not reconcile.
        ages: how old each input is.
        journal_seq, journal_head: the journal's end, witnessed outside by this message.
        picture: what is drawn above it; None where pictures are off.
        review: the scorecard of the last 90 days, in the first digest of a month.
    """

    mode: Mode
    quote: Asset
    since: datetime
    at: datetime
    decisions: tuple[Decision, ...]
    proposals: tuple[Proposal, ...]
    flows: tuple[Flow, ...]
    costs: Money
    unexplained: tuple[Reconciliation, ...]
    ages: tuple[DataAge, ...]
    state: EngineState
    journal_seq: int
    journal_head: str
    explanation: Explanation
    picture: Picture | None = field(default=None, metadata={"younger": True})
    review: Review | None = field(default=None, metadata={"younger": True})


class NoticeCode(StrEnum):
    """Every short message that is not a card, report or digest."""

    STARTED = "STARTED"
    STOPPED = "STOPPED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    HALTED = "HALTED"
    UNHALTED = "UNHALTED"
    POLICY_CHANGED = "POLICY_CHANGED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"
    REJECTED = "REJECTED"
    REASON_ASKED = "REASON_ASKED"
    REASON_NOTED = "REASON_NOTED"
    REMINDER = "REMINDER"
    FLOW = "FLOW"
    UNEXPLAINED = "UNEXPLAINED"
    BOOKS_ADOPTED = "BOOKS_ADOPTED"
    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    LAST_GATE = "LAST_GATE"
    DATA_UNSAFE = "DATA_UNSAFE"
    ACCOUNT_PROBLEM = "ACCOUNT_PROBLEM"
    LATE_ORDER = "LATE_ORDER"
    SIZE_REMINDER = "SIZE_REMINDER"
    BOOKS_DAMAGED = "BOOKS_DAMAGED"
    MESSAGE_LEFT_OUT = "MESSAGE_LEFT_OUT"
    INTERNAL = "INTERNAL"
    TOO_OLD = "TOO_OLD"
    RESUME_CONFIRM = "RESUME_CONFIRM"
    NOT_HALTABLE = "NOT_HALTABLE"
    STRESS_BEGAN = "STRESS_BEGAN"
    STRESS_GUARDED = "STRESS_GUARDED"
    STRESS_ENDED = "STRESS_ENDED"
    WITHHELD = "WITHHELD"
    WITHHELD_MARKED = "WITHHELD_MARKED"
    FEEDS_SILENT = "FEEDS_SILENT"


@dataclass(frozen=True, slots=True)
class Notice:
    """A short message.

    Attributes:
        code: what it says.
        subject: the proposal it is about, or empty.
        values: its figures as texts, by name.
        explanation: why, in more words; None where the sentence says it all.
    """

    mode: Mode
    code: NoticeCode
    subject: str = ""
    values: tuple[tuple[str, str], ...] = ()
    explanation: Explanation | None = field(default=None, metadata={"younger": True})


@dataclass(frozen=True, slots=True)
class Answer:
    """A direct answer to a command, already in words: a heading and blocks.

    Attributes:
        blocks: paragraphs; one that starts with a tab-free fixed-width table is marked in
            ``tables``.
        tables: indices of the blocks that are tables.
        pictures: each with its caption, shown above the words.
    """

    heading: str
    blocks: tuple[str, ...]
    tables: tuple[int, ...] = ()
    pictures: tuple[tuple[Picture, str], ...] = field(default=(), metadata={"younger": True})


Message = Card | SecondCard | CardUpdate | Report | Digest | Notice | Answer
