"""What a review says, as values: the scorecard, what is drawn of it, and what was learned."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.ports.pictures import BookValues
from core.domain.scorecard import Scorecard

SPANS = (30, 90)
"""Days a review may look back; None looks back to the first day."""


class CheckName(StrEnum):
    """What is looked at before going live; each has its own value."""

    DAYS_WATCHED = "days_watched"
    DAYS_EVALUATED = "days_evaluated"
    PROPOSALS_ANSWERED = "proposals_answered"
    ANSWER_TIME = "answer_time"
    DATA_FAILURES = "data_failures"
    JOURNAL = "journal"
    RECONCILIATION = "reconciliation"
    COST_RATIO = "cost_ratio"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    Attributes:
        name: what is looked at.
        is_met: True or False; None where nothing is known of it yet.
        value: DAYS_WATCHED: days; DAYS_EVALUATED: fraction of days with an evaluation;
            PROPOSALS_ANSWERED: fraction of questions that a person answered; ANSWER_TIME: median
            seconds to the tap, told and not judged; DATA_FAILURES: fraction of days on which data
            or account could not be used; JOURNAL: entries that hold; RECONCILIATION: assets that do
            not reconcile; COST_RATIO: median of realised over predicted cost. None where there is
            nothing to measure.
        count: how many observations it rests on: days, questions, entries, legs; of DATA_FAILURES
            the days themselves.
        wanted: the bound that ``value`` is held against, in the same unit: at least for the first
            three, at most for DATA_FAILURES, RECONCILIATION and COST_RATIO; None without one.
    """

    name: CheckName
    is_met: bool | None
    value: float | None
    count: int
    wanted: float | None


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned by watching, once 90 days are over; never in live mode."""

    watched: timedelta
    checks: tuple[Check, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether every line that can be known is met, and none is missing."""
        return all(check.is_met for check in self.checks)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row that have no mark, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Review:
    """The scorecard of one span.

    Attributes:
        span: days looked back, None = since the first day.
        at: when it was made.
        scorecard: the figures.
        picture: growth of the four books with decisions marked; None with fewer than two marks.
        learned: None in live mode and before 90 days.
        gaps: two or more days in a row without a mark, oldest first; up to yesterday.
    """

    span: int | None
    at: datetime
    scorecard: Scorecard
    picture: BookValues | None
    learned: Learned | None
    gaps: tuple[Gap, ...] = field(default=(), metadata={"younger": True})
