"""What feeds other than the venue's prices say: value, what time it is about, when it was known."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.domain.units import Asset


class ReadingKind(StrEnum):
    """What a reading measures, with its unit.

    FEAR_GREED is an index from 0 to 100. NET_INFLOW is coins a day onto exchanges less off them.
    EXCHANGE_BALANCE is coins on exchanges. ACCUMULATION is a score from 0 to 1. MVRV is market over
    realised value. FUNDING is the day's mean rate per 8 hours, a fraction. PEG is the price of the
    quote coin in its own currency, every 5 minutes. VENUE is 0 in order, 1 withdrawals delayed,
    3 halted. DAY_AGO is the price of 24 hours ago.
    """

    FEAR_GREED = "fear_greed"
    NET_INFLOW = "net_inflow"
    EXCHANGE_BALANCE = "exchange_balance"
    ACCUMULATION = "accumulation"
    MVRV = "mvrv"
    FUNDING = "funding"
    PEG = "peg"
    VENUE = "venue"
    DAY_AGO = "day_ago"


@dataclass(frozen=True, slots=True)
class Reading:
    """One value.

    Attributes:
        about: the time the value is about: a day's value bears the start of that UTC day.
        value: the value, in the unit of its kind.
        known_at: when this bot, or the source's own record, first knew it.
    """

    about: datetime
    value: Decimal
    known_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class ReadingSeries:
    """All values of one kind from one source; make one with ``core.codec.reading_series``.

    Attributes:
        kind: what is measured.
        asset: the coin it is about, or an empty text.
        source: who says so; sources are never mixed.
        readings: strictly increasing in ``about``; the first value known for each, never a later
            revision.
        is_point_in_time: every value was known when it would have been needed.
        digest: SHA-256 over all of the above; series with one digest are equal.
    """

    kind: ReadingKind
    asset: Asset
    source: str
    readings: tuple[Reading, ...]
    is_point_in_time: bool
    digest: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReadingSeries) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def at(self, about: datetime) -> Reading | None:
        """Return the value that is about exactly this time, or None."""
        return next((row for row in reversed(self.readings) if row.about == about), None)


class Trouble(StrEnum):
    """Why a feed gave nothing this time; a feed that is ``off`` was never asked."""

    OFF = "off"
    DOWN = "down"
    REFUSED = "refused"
    LIMITED = "limited"
    MALFORMED = "malformed"
    LATE = "late"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """One feed that gave nothing, and why."""

    kind: ReadingKind
    asset: Asset
    source: str
    trouble: Trouble
