"""Pictures as values: stored with the message they belong to, drawn when it is sent.

Numbers in a picture are statistics, so floats. Whatever a picture shows also stands in a table
beside it.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One asset against its target: all four are weights, as fractions."""

    asset: str
    weight: float
    target: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Allocation:
    """Weights against targets, with the bands as whiskers; rows in the order of the card."""

    rows: tuple[AllocationRow, ...]


@dataclass(frozen=True, slots=True)
class DayLine:
    """One named line over the days of its picture; None where nothing is known of a day."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class DayMark:
    """Something that happened on a day: ``executed``, ``rejected``, ``expired``, ``withheld``."""

    day: date
    kind: str


@dataclass(frozen=True, slots=True)
class DriftHistory:
    """Drift of every asset in band units (1 is the edge), day by day, with what was decided."""

    days: tuple[date, ...]
    lines: tuple[DayLine, ...]
    marks: tuple[DayMark, ...] = ()


@dataclass(frozen=True, slots=True)
class BookValues:
    """Growth of several books from one start, as 1.0 = the first day, flows taken out."""

    days: tuple[date, ...]
    lines: tuple[DayLine, ...]
    marks: tuple[DayMark, ...] = ()


@dataclass(frozen=True, slots=True)
class MarketRibbon:
    """A coin's price with the regime and the pause of every day as ribbons under it.

    Attributes:
        asset, quote: whose price in what.
        prices: closes; None where a day has none.
        regimes: ``up``, ``down``, ``ranging``, ``turbulent`` or ``unknown``, one a day.
        phases: ``NORMAL``, ``PAUSED`` or ``GUARDED``, one a day.
    """

    asset: str
    quote: str
    days: tuple[date, ...]
    prices: tuple[float | None, ...]
    regimes: tuple[str, ...]
    phases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawdowns:
    """How far each line stands below its highest value so far, as negative fractions."""

    days: tuple[date, ...]
    lines: tuple[DayLine, ...]


Picture = Allocation | DriftHistory | BookValues | MarketRibbon | Drawdowns
