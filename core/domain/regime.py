"""What the market is doing: its daily features, the score, and the label with its memory."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Regime(StrEnum):
    """What the market is doing (METHODS 2.4)."""

    UP = "up"
    DOWN = "down"
    RANGING = "ranging"
    TURBULENT = "turbulent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Indicators:
    """One closed day's features, quantised to 6 decimals; None where an input is missing.

    Attributes:
        day: the UTC day of the bar.
        z_slope: change of the moving average in units of its own noise.
        z_er: signed efficiency ratio in units of its own noise.
        adx: Wilder's average directional index, 0 to 100; None without highs and lows.
        direction: sign of +DI less -DI; None without highs and lows.
        vp: distance from the middle of the value area in half-widths of it; None without volume.
        rank: share of the last 365 ten-day deviations that are not above today's.
        ratio: ten-day over one-year standard deviation.
        z1: today's log return over yesterday's volatility.
        r3: simple return over 3 days.
        z3: log return over 3 days in units of the volatility before them.
        is_missing: no bar came for this day; the previous close stands in for it.

    Source: METHODS 2.2, 3.2 and 9a.
    """

    day: date
    z_slope: Decimal
    z_er: Decimal
    adx: Decimal | None
    direction: int | None
    vp: Decimal | None
    rank: Decimal
    ratio: Decimal
    z1: Decimal
    r3: Decimal
    z3: Decimal
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The trend score with its parts, each from -1 to 1 as it enters the sum before weighting.

    Attributes:
        total: T, quantised to 6 decimals, the nudge included.
        slope, er, adx, vp: the parts; None for one that is left out for want of its input.
        nudge: what on-chain readings add.
    """

    total: Decimal
    slope: Decimal
    er: Decimal
    adx: Decimal | None
    vp: Decimal | None
    nudge: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RegimeState:
    """The regime and all that its next step needs.

    Attributes:
        published: what everybody sees: the label, or ``unknown`` during warm-up and gaps.
        published_since: the day from which ``published`` holds.
        label: the folded label.
        age: bars since the label was entered, missing days not counted.
        wanted: what the last two bars asked for, newest last.
        calm: calm bars in a row while turbulent.
        folded: bars folded since the cold start, the 400th bar being the first.
        missing: missing days in a row up to now.
        day: the newest day folded.
        source: the venue whose bars these are.
        indicators, score: the newest day's.
    """

    published: Regime = Regime.UNKNOWN
    published_since: date | None = None
    label: Regime = Regime.UNKNOWN
    age: int = 0
    wanted: tuple[Regime, ...] = ()
    calm: int = 0
    folded: int = 0
    missing: int = 0
    day: date | None = None
    source: str = ""
    indicators: Indicators | None = None
    score: Score | None = None
