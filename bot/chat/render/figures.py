"""Numbers as tables and bounds need them: narrow, or exact to the last digit.

Rounded figures in sentences are ``bot.explain.wording``'s. What a person approves is never rounded.
"""

from decimal import ROUND_HALF_UP, Decimal

from bot.explain.wording import en
from core.domain.units import Asset, text_of

_TENTH = Decimal("0.1")


def exact(number: Decimal) -> str:
    """Return every digit of a number, thousands grouped: "108,900", "0.03195"."""
    whole, dot, rest = text_of(number).partition(".")
    return f"{int(whole):,}{dot}{rest}"


def amount_text(amount: Decimal, asset: Asset, quote: Asset) -> str:
    """Return money in its usual form and coins to the last digit: "$250", "0.05 BTC"."""
    return en.money(amount, quote) if asset == quote else f"{exact(amount)} {asset}"


def percent(share: Decimal) -> str:
    """Return a share as percent with one decimal and no sign: "62.0"."""
    return _tenths(share * 100)


def short_percent(share: Decimal) -> str:
    """Return a share as percent, without the decimal where it is zero: "50", "33.3"."""
    return percent(share).removesuffix(".0")


def signed_points(distance: Decimal) -> str:
    """Return a distance in percentage points with one decimal: "8.0", "−2.0"."""
    return percent(distance).replace("-", "−")


def whole_percent(share: Decimal) -> str:
    """Return a share as percent without decimals: "43"."""
    return str((share * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _tenths(number: Decimal) -> str:
    rounded = number.quantize(_TENTH, rounding=ROUND_HALF_UP)
    return str(abs(rounded)) if not rounded else str(rounded)
