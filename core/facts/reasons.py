"""Reason -> its figures with their units, through one table of everything the engine may state."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from core.domain.decision import Reason, ReasonCode, ReasonValue
from core.domain.errors import InvariantBroken
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

# None: kept in the decision for the record, no part of any explanation.
REASON_UNITS: Mapping[ReasonCode, Mapping[str, Unit | None]] = {
    C.DATA_UNSAFE: {"what": Unit.TEXT},
    C.PRICE_STALE: {"observed_at": Unit.INSTANT},
    C.PRICE_ABSURD: {"bid": Unit.PRICE, "ask": Unit.PRICE},
    C.SOURCES_DISAGREE: {"gap": Unit.RATE},
    C.CLOCK_SKEW: {"seconds": Unit.SECONDS},
    C.UNMANAGED: {"quantity": Unit.QUANTITY},
    C.HALTED: {"since": Unit.INSTANT, "why": Unit.TEXT},
    C.PAUSED_BY_HAND: {"since": Unit.INSTANT, "by": Unit.TEXT},
    C.PAUSED_STRESS: {"on": None},
    C.TARGETS_BASE: {"count": Unit.COUNT},
    C.BANDS_SET: {"profile": Unit.KEY},
    C.PROFILE_BY_SIZE: {"profile": Unit.KEY, "value": Unit.MONEY},
    C.SIZE_REMINDER: {"value": Unit.MONEY},
    C.BREACH: _BREACH,
    C.HARD_BREACH: _BREACH,
    C.AWAIT_CONFIRMATION: {"days": Unit.COUNT, "needed": Unit.COUNT},
    C.MARGIN: {"weight": Unit.WEIGHT, "low": Unit.WEIGHT, "high": Unit.WEIGHT},
    C.NEW_MONEY: {"amount": Unit.MONEY},
    C.MARKET_HALTED: {"status": Unit.KEY},
    C.ILLIQUID: {"what": Unit.KEY, "measured": Unit.RATE},
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
}

# Shares of the portfolio that a person reads as money. Source: METHODS 5.5.
_OF_VALUE = frozenset({C.BENEFIT_ENOUGH, C.RISK_LIMIT, C.COST_GT_BENEFIT})


def figures_of(reason: Reason, *, value: Money | None) -> tuple[Fact, ...]:
    """Return a reason's figures as facts; the name of each value is the fact's kind.

    Args:
        reason: any reason of a decision.
        value: portfolio value, to state shares of it as money; None leaves them as rates.

    Raises:
        InvariantBroken: the engine states a value that ``REASON_UNITS`` does not know.
    """
    return tuple(_figures(reason, value))


def _figures(reason: Reason, value: Money | None) -> Iterator[Fact]:
    units = REASON_UNITS.get(reason.code, {})
    for name, figure in reason.values:
        if name not in units:
            raise InvariantBroken(
                f"the reason {reason.code} states {name!r}, which has no unit; "
                "add it to core.facts.reasons.REASON_UNITS"
            )
        unit, stated = units[name], figure
        if unit is None or (isinstance(figure, Decimal) and not figure.is_finite()):
            continue
        if reason.code in _OF_VALUE and value is not None and isinstance(figure, Decimal):
            unit, stated = Unit.MONEY, figure * value
        yield Fact(
            fact_id=row_id(reason.code, reason.subject, name),
            subject=reason.subject or "portfolio",
            polarity=_polarity(reason.code, name, figure),
            kind=name,
            value=stated,
            unit=unit,
        )


def _polarity(code: ReasonCode, name: str, figure: ReasonValue) -> Polarity:
    if code in (C.BREACH, C.HARD_BREACH) and name == "side":
        return Polarity.UP if figure == "above" else Polarity.DOWN
    if code is C.MARGIN and name in ("low", "high"):
        return Polarity.UP if name == "high" else Polarity.DOWN
    return Polarity.NONE
