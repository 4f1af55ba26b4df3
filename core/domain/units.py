"""Numbers with a meaning, and the only arithmetic that crosses from one meaning to another.

Owned, paid and ordered amounts are ``Decimal``, built from ``str`` or ``int``. The context
``EXACT``
has 34 digits and traps floats; public entry points of the core run inside it.
"""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import wraps
from typing import NewType, ParamSpec, TypeVar

Asset = NewType("Asset", str)
Quantity = NewType("Quantity", Decimal)
Price = NewType("Price", Decimal)
Money = NewType("Money", Decimal)
Weight = NewType("Weight", Decimal)
Rate = NewType("Rate", Decimal)

ZERO = Decimal(0)
ONE = Decimal(1)
BPS = Decimal("0.0001")

EXACT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation],
)

# A quotient such as 0.3/0.1 may land a hair under a whole number of steps; the tolerance is
# METHODS 9a's and far below any real step.
_STEP_TOLERANCE = Decimal("1e-12")

_P = ParamSpec("_P")
_R = TypeVar("_R")


def exact(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run ``function`` with 34 digits and the float trap, whatever context the caller is in."""

    @wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return run


def notional(quantity: Quantity, price: Price) -> Money:
    """Return what ``quantity`` coins are worth at ``price``, in quote currency."""
    return Money(quantity * price)


def share(part: Money, whole: Money) -> Weight:
    """Return ``part`` as a fraction of ``whole``; ``whole`` must not be zero."""
    return Weight(part / whole)


def quantity_for(amount: Money, price: Price) -> Quantity:
    """Return how many coins ``amount`` of quote currency is at ``price``."""
    return Quantity(amount / price)


def floor_step(quantity: Quantity, step: Quantity) -> Quantity:
    """Round ``quantity`` down to a whole number of ``step`` coins."""
    steps = (quantity / step + _STEP_TOLERANCE).to_integral_value(rounding=ROUND_FLOOR)
    return Quantity(steps * step)


def nearest_step(quantity: Quantity, step: Quantity) -> Quantity:
    """Round ``quantity`` to the nearest whole number of ``step`` coins, half up."""
    steps = (quantity / step).to_integral_value(rounding=ROUND_HALF_UP)
    return Quantity(steps * step)


def floor_tick(price: Price, tick: Price) -> Price:
    """Round a price down to its tick: the safe side for a buyer."""
    return Price((price / tick).to_integral_value(rounding=ROUND_FLOOR) * tick)


def ceil_tick(price: Price, tick: Price) -> Price:
    """Round a price up to its tick: the safe side for a seller."""
    return Price((price / tick).to_integral_value(rounding=ROUND_CEILING) * tick)


def text_of(number: Decimal) -> str:
    """Return the one text of a number: no exponent, no trailing zeros, no negative zero."""
    if not number:
        return "0"
    text = str(number)  # half the time of a format, and the same text unless there is an exponent
    if "E" in text:
        text = f"{number:f}"
    if text[-1] != "0" or "." not in text:
        return text
    return text.rstrip("0").rstrip(".")


def quantised(number: float, digits: int = 6) -> float:
    """Round a statistic before it meets a threshold, so that machines agree on it.

    Source: METHODS 0.2, indicators.
    """
    return round(number, digits) + 0.0
