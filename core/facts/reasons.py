"""Reason -> its figures with their units, through one table of everything the engine may state."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from core.domain.decision import Reason, ReasonCode, ReasonValue
from core.domain.errors import InvariantBroken
from core.domain.stress import BAR, Family
from core.domain.units import Money
from core.facts.table import Fact, Polarity, Unit, row_id

C = ReasonCode

_BENEFIT = {"benefit": Unit.RATE, "cost": Unit.RATE, "needed": Unit.RATE}
_BREACH = {
    "weight": Unit.WEIGHT,
    "target": Unit.WEIGHT,
    "edge": Unit.WEIGHT,
    "side": Unit.KEY,
}
_SILENT = {"silence": Unit.KEY, "counted": Unit.COUNT}

# None: kept in the decision for the record, no part of any explanation.
REASON_UNITS: Mapping[ReasonCode, Mapping[str, Unit | None]] = {
    C.DATA_UNSAFE: {"what": Unit.TEXT},
    C.PRICE_STALE: {"observed_at": Unit.INSTANT},
    C.PRICE_ABSURD: {"bid": Unit.PRICE, "ask": Unit.PRICE},
    C.BOOK_ABSURD: {"what": Unit.KEY},
    C.BOOK_FROZEN: {"since": Unit.INSTANT},
    C.SOURCES_DISAGREE: {"gap": Unit.RATE},
    C.CLOCK_SKEW: {"seconds": Unit.SECONDS},
    C.SHORT_HISTORY: {"have": Unit.COUNT, "needed": Unit.COUNT},
    C.BARS_LATE: {"day": Unit.DAY},
    C.UNMANAGED: {"quantity": Unit.QUANTITY},
    C.HALTED: {"since": Unit.INSTANT, "why": Unit.TEXT},
    C.PAUSED_BY_HAND: {"since": Unit.INSTANT, "by": Unit.TEXT},
    C.PAUSED_STRESS: {"since": Unit.DAY, "until": Unit.DAY, "total": Unit.COUNT},
    C.OVERRIDDEN: {"until": Unit.INSTANT, "by": Unit.TEXT},
    C.GUARDED: {"since": Unit.DAY, "until": Unit.DAY},
    C.COOLING_DOWN: {"until": Unit.DAY},
    C.STRESS_VOTE: {
        "family": Unit.KEY,
        "points": Unit.COUNT,
        "most": Unit.COUNT,
        "measured": Unit.NUMBER,
    },
    C.INTRADAY_SHOCK: {"change": Unit.RATE},
    C.PRICE_UNKNOWN: _SILENT,
    C.SENTIMENT_UNKNOWN: _SILENT,
    C.CORRELATION_UNKNOWN: _SILENT,
    C.FLOWS_UNKNOWN: _SILENT,
    C.QUOTE_UNKNOWN: _SILENT,
    C.VENUE_UNKNOWN: _SILENT,
    C.FEED_TROUBLE: {"kind": Unit.KEY, "source": Unit.TEXT, "trouble": Unit.KEY},
    C.TARGETS_BASE: {"count": Unit.COUNT},
    C.TARGETS_TILTED: {"size": Unit.POINTS},
    C.TILT: {
        "name": Unit.KEY,
        "size": Unit.POINTS,
        "since": Unit.DAY,
        "ends": Unit.DAY,
        "rate": Unit.RATE,
    },
    C.BANDS_SET: {"profile": Unit.KEY},
    C.REGIME: {
        "label": Unit.KEY,
        "since": Unit.DAY,
        "score": Unit.NUMBER,
        "above": Unit.RATIO,
        "below": Unit.RATIO,
    },
    C.WARMUP: {"left": Unit.COUNT},
    C.MISSING_DAY: {"count": Unit.COUNT},
    C.PROFILE_BY_SIZE: {"profile": Unit.KEY, "value": Unit.MONEY},
    C.SIZE_REMINDER: {"value": Unit.MONEY},
    C.BREACH: _BREACH,
    C.HARD_BREACH: _BREACH,
    C.AWAIT_CONFIRMATION: {"days": Unit.COUNT, "needed": Unit.COUNT},
    C.MARGIN: {"weight": Unit.WEIGHT, "low": Unit.WEIGHT, "high": Unit.WEIGHT},
    C.NEW_MONEY: {"amount": Unit.MONEY},
    C.MARKET_HALTED: {"status": Unit.KEY},
    C.ILLIQUID: {"what": Unit.KEY, "measured": Unit.RATE},
    C.WALK_RAISED: {"factor": Unit.RATIO},
    C.COLD_LIMITED: {"wanted": Unit.QUANTITY, "hot": Unit.QUANTITY},
    C.CASH_LIMITED: {"wanted": Unit.QUANTITY, "affordable": Unit.QUANTITY},
    C.ORDERS_SIZED: {"count": Unit.COUNT, "turnover": Unit.WEIGHT, "cost": Unit.MONEY},
    C.BELOW_MIN: {"amount": Unit.MONEY, "minimum": Unit.MONEY},
    C.FEE_TOKEN_SHORT: {"fee": Unit.MONEY, "amount": Unit.MONEY},
    C.BENEFIT_ENOUGH: _BENEFIT,
    C.RISK_LIMIT: _BENEFIT,
    C.COST_GT_BENEFIT: _BENEFIT,
    C.PROPOSAL_OPEN: {"proposal": Unit.NAME},
    C.AFTER_EXECUTION: {"until": Unit.INSTANT},
    C.TURNOVER_LIMIT: {"used": Unit.WEIGHT, "turnover": Unit.WEIGHT, "limit": Unit.WEIGHT},
    C.YEARLY_LIMIT: {"count": Unit.COUNT, "limit": Unit.COUNT},
    C.OFF_PEG: {"gap": Unit.RATE},
}

# What only says how the market is watched; it gives way first when a table is full.
BACKGROUND = frozenset(
    {
        C.COOLING_DOWN,
        C.STRESS_VOTE,
        C.INTRADAY_SHOCK,
        C.PRICE_UNKNOWN,
        C.SENTIMENT_UNKNOWN,
        C.CORRELATION_UNKNOWN,
        C.FLOWS_UNKNOWN,
        C.QUOTE_UNKNOWN,
        C.VENUE_UNKNOWN,
        C.FEED_TROUBLE,
        C.TARGETS_TILTED,
        C.TILT,
        C.TILT_FROZEN,
        C.FUNDING_UNKNOWN,
        C.REGIME,
        C.REGIME_PLAIN,
        C.WARMUP,
        C.MISSING_DAY,
        C.NO_VOLUME,
        C.NO_RANGE,
    }
)

_ABOUT_THE_MARKET = BACKGROUND | {C.PAUSED_STRESS, C.OVERRIDDEN, C.GUARDED, C.OFF_PEG}

# The values that tell several reasons of one code apart, beside the subject.
_TOLD_APART_BY: Mapping[ReasonCode, tuple[str, ...]] = {
    C.STRESS_VOTE: ("family",),
    C.FEED_TROUBLE: ("kind", "source"),
    C.TILT: ("name",),
}

# Shares of the portfolio that a person reads as money. Source: METHODS 5.5.
_OF_VALUE = frozenset({C.BENEFIT_ENOUGH, C.RISK_LIMIT, C.COST_GT_BENEFIT})

# What these families measure is a share of a price.
_RATES = frozenset({Family.PRICE, Family.QUOTE})

_SINCE_A_BAR = frozenset({(C.PAUSED_STRESS, "since"), (C.GUARDED, "since")})

# Told by how much, never with a sign: the words say which way.
_UNSIGNED = frozenset({(C.INTRADAY_SHOCK, "change"), (C.OFF_PEG, "gap")})


def about(reason: Reason) -> str:
    """Return what a reason is about: its subject, or what tells it from others of its code."""
    values = dict(reason.values)
    names = _TOLD_APART_BY.get(reason.code, ())
    parts = [str(values[name]) for name in names if name in values]
    return " ".join([*parts, reason.subject] if reason.subject else parts)


def figures_of(reason: Reason, *, value: Money | None) -> tuple[Fact, ...]:
    """Return a reason's figures as facts; the name of each value is the fact's kind.

    Args:
        reason: any reason of a decision.
        value: portfolio value, to state shares of it as money; None leaves them as rates.

    Raises:
        InvariantBroken: the engine states a value that ``REASON_UNITS`` does not know.
    """
    return tuple(_figures(reason, value))


def figure_id(code: str, subject: str, name: str) -> str:
    """Return the id of a reason's figure; ``subject`` is what the reason is ``about``."""
    return row_id(code, subject.replace(" ", "_"), name)


def _figures(reason: Reason, value: Money | None) -> Iterator[Fact]:
    units = REASON_UNITS.get(reason.code, {})
    everything = "market" if reason.code in _ABOUT_THE_MARKET else "portfolio"
    for name, figure in reason.values:
        if name not in units:
            raise InvariantBroken(
                f"the reason {reason.code} states {name!r}, which has no unit; "
                "add it to core.facts.reasons.REASON_UNITS"
            )
        unit = units[name]
        if unit is None or (isinstance(figure, Decimal) and not figure.is_finite()):
            continue
        unit, stated = _stated(reason, name, figure, unit=unit, value=value)
        yield Fact(
            fact_id=figure_id(reason.code, about(reason), name),
            subject=reason.subject or everything,
            polarity=_polarity(reason.code, name, figure),
            kind=name,
            value=stated,
            unit=unit,
        )


def _stated(
    reason: Reason, name: str, figure: ReasonValue, *, unit: Unit, value: Money | None
) -> tuple[Unit, ReasonValue]:
    """Return a figure as it is told: shares of the portfolio as money, of a price as rates.

    A stress pause is told since the day it began for people, not since that of its bar.
    """
    if (reason.code, name) in _SINCE_A_BAR and isinstance(figure, datetime):
        return unit, figure + BAR
    if not isinstance(figure, Decimal):
        return unit, figure
    if reason.code in _OF_VALUE and value is not None:
        return Unit.MONEY, figure * value
    family = dict(reason.values).get("family")
    unit = Unit.RATE if reason.code is C.STRESS_VOTE and family in _RATES else unit
    is_unsigned = (reason.code, name) in _UNSIGNED or family == Family.QUOTE
    return unit, abs(figure) if is_unsigned else figure


def _polarity(code: ReasonCode, name: str, figure: ReasonValue) -> Polarity:
    if code in (C.BREACH, C.HARD_BREACH) and name == "side":
        return Polarity.UP if figure == "above" else Polarity.DOWN
    if code is C.MARGIN and name in ("low", "high"):
        return Polarity.UP if name == "high" else Polarity.DOWN
    return Polarity.DOWN if code is C.INTRADAY_SHOCK else Polarity.NONE
