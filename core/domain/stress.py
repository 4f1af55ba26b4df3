"""Whether the market's stress holds proposals back: votes by family, and the pause's memory."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

BAR = timedelta(days=1)
"""What a closed bar covers: the evaluation of a day follows its end."""


class Stress(StrEnum):
    """Whether the market's stress holds proposals back (METHODS 3.3)."""

    NORMAL = "NORMAL"
    GUARDED = "GUARDED"
    PAUSED = "PAUSED"


class Family(StrEnum):
    """The kinds of evidence; each has one vote with a cap (METHODS 3.2)."""

    PRICE = "price"
    SENTIMENT = "sentiment"
    CORRELATION = "correlation"
    FLOWS = "flows"
    QUOTE = "quote"
    VENUE = "venue"


MOST_POINTS = {
    Family.PRICE: 3,
    Family.SENTIMENT: 2,
    Family.CORRELATION: 1,
    Family.FLOWS: 2,
    Family.QUOTE: 3,
    Family.VENUE: 3,
}
"""The cap of each family's vote. Source: METHODS 3.2."""


class Silence(StrEnum):
    """Why a family that is switched on has no vote."""

    MISSING = "missing"
    LATE = "late"
    NOT_POINT_IN_TIME = "not_point_in_time"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Vote:
    """One family's vote on one day.

    Attributes:
        family: whose vote.
        points: 0 to 3; None = unknown.
        silence: why it is unknown; None when it is known.
        measured: the figure it rests on, quantised; None where there is none.
    """

    family: Family
    points: int | None
    silence: Silence | None = None
    measured: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Shock:
    """A fall within the day: three points for the price until the next daily evaluation.

    Attributes:
        day: the UTC day of the newest closed bar when it was seen.
        change: simple return over 24 hours.
    """

    day: date
    change: Decimal


@dataclass(frozen=True, slots=True)
class StressState:
    """The pause and all that its next step needs.

    Attributes:
        phase: NORMAL, PAUSED or GUARDED.
        since: the day whose closed bar began the phase; None for NORMAL since ever.
        day: the newest day evaluated.
        calm: calm days in a row while paused.
        exited_on: the day of the last return to NORMAL, for the cool-down.
        votes: the newest day's votes, of every family that is switched on.
        total: the points as counted, unknown votes included.
        last_known: the last known points of each family, for a feed that falls silent in a pause.
        silent_since: since when each silent family has been so.
        shock: a fall within the day that still counts.
    """

    phase: Stress = Stress.NORMAL
    since: date | None = None
    day: date | None = None
    calm: int = 0
    exited_on: date | None = None
    votes: tuple[Vote, ...] = ()
    total: int = 0
    last_known: tuple[tuple[Family, int], ...] = ()
    silent_since: tuple[tuple[Family, date], ...] = ()
    shock: Shock | None = None

    @property
    def began_on(self) -> date | None:
        """The UTC day on which the phase began for people: a bar is known when its day has ended.

        A fall within the day is seen on that day too, as it counts with the newest closed bar.
        """
        return None if self.since is None else self.since + BAR

    def points_of(self, family: Family) -> int | None:
        """Return the newest points of a family; None when unknown or switched off."""
        return next((vote.points for vote in self.votes if vote.family is family), None)
