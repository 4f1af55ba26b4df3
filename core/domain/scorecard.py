"""What became of what was proposed and decided: four books side by side, as values.

Money is exact; growth, differences and intervals are statistics, so floats.
Source: METHODS 6.6.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.domain.market import Side
from core.domain.units import Asset, Money, Quantity

OUTCOME_DAYS = (7, 30, 90)
"""After how many days an outcome is read."""

RANKED_AFTER = 30
"""Days before decisions may be put in an order by what became of them."""

LEAST_FOR_AVERAGE = 20
"""Decisions before an average is shown."""

LEAST_STEPS = 20
"""Steps from mark to mark before a difference between books is shown."""

LEARNED_AFTER = timedelta(days=90)
"""How long a bot watches before it says what was learned."""


class BookName(StrEnum):
    """The four books.

    ``actual`` is the account, ``always`` approves every proposal, ``never`` approves none,
    ``plain`` approves every one of the same bands without regime, tilt and pause.
    """

    ACTUAL = "actual"
    ALWAYS = "always"
    NEVER = "never"
    PLAIN = "plain"


class EffectName(StrEnum):
    """Human = actual - always, rule = always - never, adaptive = always - plain."""

    HUMAN = "human"
    RULE = "rule"
    ADAPTIVE = "adaptive"


class Answered(StrEnum):
    """What became of a proposal's question."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure that never stands without its 95 % interval.

    Attributes:
        value: the figure.
        low, high: the ends of its interval.
        count: how many observations it rests on.
    """

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class BookResult:
    """One book over a span.

    Attributes:
        book: which.
        began, ended: its value at the first and at the last mark of the span.
        growth: what grew, flows taken out, as a fraction: 0.05 is 5 % more.
        costs: fees and slippage of what was traded from the first mark on; None for the account
            where a fee has no price.
    """

    book: BookName
    began: Money
    ended: Money
    growth: float
    costs: Money | None


@dataclass(frozen=True, slots=True)
class Effect:
    """How far two books grew apart over the whole span.

    Attributes:
        name: which two.
        days: steps from mark to mark it rests on.
        estimate: difference of log growth over the span with its 95 % interval (paired stationary
            bootstrap); None before ``LEAST_STEPS`` steps.
    """

    name: EffectName
    days: int
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan carried out, less the same plan left alone, so many days later.

    Attributes:
        days: 7, 30 or 90.
        is_due: whether that day has come.
        amount: quote currency, costs included; above zero the plan was the better of the two; None
            before it is due, and where that day had no price for one of its coins.
    """

    days: int
    is_due: bool
    amount: Money | None


@dataclass(frozen=True, slots=True)
class ScoredTrade:
    """One leg: what was, or would have been, traded."""

    side: Side
    asset: Asset
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class ScoredProposal:
    """One proposal, what the person did, and what became of it.

    Attributes:
        proposal_id: its id.
        created_at: when it was put before a person.
        answered: what became of the question.
        answered_after: time to the person's tap; None without one.
        is_auto: an automatic approver answered, no person.
        trades: what was traded if something was, else what the plan says.
        is_traded: whether anything was traded.
        value: the portfolio's value then.
        predicted_cost: what the plan said it would cost.
        realised_cost: what it cost; None where nothing was traded or a fee has no price.
        outcomes: at 7, 30 and 90 days.
    """

    proposal_id: str
    created_at: datetime
    answered: Answered
    answered_after: timedelta | None
    is_auto: bool
    trades: tuple[ScoredTrade, ...]
    is_traded: bool
    value: Money
    predicted_cost: Money
    realised_cost: Money | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Average:
    """What plans with one answer came to on average after so many days.

    Attributes:
        answered: ``approved`` (traded), ``rejected`` or ``expired``.
        days: after how many days.
        count: how many plans are that old.
        estimate: mean of approved less not approved, as a fraction of the portfolio, with its 95 %
            interval; None before ``LEAST_FOR_AVERAGE`` plans.
    """

    answered: Answered
    days: int
    count: int
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class ScoredPause:
    """One stress pause, and what the first plan it held back would have come to.

    Attributes:
        began_at, ended_at: its span; ``ended_at`` is None while it lasts.
        withheld_at: when the plan was held back or withdrawn; None when nothing was.
        trades: what the plan says.
        value: the portfolio's value then; None when nothing was held back.
        outcomes: of the plan; above zero the pause cost that much, below zero it saved it.
    """

    began_at: datetime
    ended_at: datetime | None
    withheld_at: datetime | None
    trades: tuple[ScoredTrade, ...]
    value: Money | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Four books, three effects, and every proposal and pause of a span.

    Attributes:
        quote: the currency of every amount.
        began_on, ended_on: days of the first and of the last mark; None before the first mark.
        days: calendar days between them.
        marked: how many days have a mark.
        put_in: deposits, rewards and the like less withdrawals, at the prices of their marks.
        books: in the order of ``BookName``; empty before the first mark.
        effects: in the order of ``EffectName``.
        proposals: newest first.
        averages: at 30 days, for ``approved``, ``rejected`` and ``expired``.
        ranked: ids of approved, rejected and expired proposals whose 30 days are over, highest
            first by approved less not approved as a fraction of the portfolio; empty with fewer
            than two.
        pauses: newest first.
    """

    quote: Asset
    began_on: date | None
    ended_on: date | None
    days: int
    marked: int
    put_in: Money
    books: tuple[BookResult, ...]
    effects: tuple[Effect, ...]
    proposals: tuple[ScoredProposal, ...]
    averages: tuple[Average, ...]
    ranked: tuple[str, ...]
    pauses: tuple[ScoredPause, ...]
