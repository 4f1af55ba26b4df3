"""Numbers as tables and bounds need them: narrow, or exact to the last digit.

Rounded figures in sentences are ``bot.explain.wording``'s. What a person approves is never rounded.
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from bot.chat.render.words import Words
from core.domain.units import Asset, text_of

_TENTH = Decimal("0.1")
_CENT = Decimal("0.01")
_WHOLE = Decimal(1)
_WHOLE_FROM = Decimal(100)
_MINUS = "−"


def exact(number: Decimal, words: Words) -> str:
    """Return every digit of a number, thousands grouped: "108,900", "0.03195"."""
    whole, dot, rest = text_of(number).partition(".")
    grouped = f"{int(whole):,}".replace(",", words.say("figure.thousands"))
    return f"{grouped}{_pointed(dot, words)}{rest}"


def amount_text(amount: Decimal, asset: Asset, *, quote: Asset, words: Words) -> str:
    """Return money in its usual form and coins to the last digit: "$250", "0.05 BTC"."""
    if asset == quote:
        return words.wording.money(amount, quote)
    return f"{exact(amount, words)} {asset}"


def percent(share: Decimal, words: Words) -> str:
    """Return a share as percent with one decimal and no sign: "62.0"."""
    return _pointed(_tenths(share * 100), words)


def short_percent(share: Decimal, words: Words) -> str:
    """Return a share as percent, without the decimal where it is zero: "50", "33.3"."""
    return _pointed(_tenths(share * 100).removesuffix(".0"), words)


def signed_points(distance: Decimal, words: Words) -> str:
    """Return a distance in percentage points with one decimal: "8.0", "−2.0"."""
    return percent(distance, words).replace("-", _MINUS)


def signed_hundredths(figure: Decimal, words: Words) -> str:
    """Return a score with sign and two decimals: "+0.42", "−0.61", and "0.00" without a sign."""
    return _signed(f"{figure:+.2f}", words)


def signed_tenths(figure: float, words: Words) -> str:
    """Return a statistic with sign and one decimal: "+1.2", "−0.4", and "0.0" without a sign."""
    return _signed(f"{figure:+.1f}", words)


def signed_share(fraction: float, words: Words) -> str:
    """Return a statistic as percent with sign and one decimal: "+3.2 %", "−4.1 %"."""
    return f"{signed_tenths(fraction * 100, words)} %"


def signed_amount(amount: Decimal, words: Words) -> str:
    """Return money with sign and without its currency: "+1,234", "−12.40", "0"."""
    places = _WHOLE if abs(amount) >= _WHOLE_FROM else _CENT
    rounded = abs(amount).quantize(places, rounding=ROUND_HALF_EVEN)
    if not rounded:
        return "0"
    whole, dot, cents = f"{rounded:,}".partition(".")
    grouped = whole.replace(",", words.say("figure.thousands"))
    return f"{'+' if amount > 0 else _MINUS}{grouped}{_pointed(dot, words)}{cents}"


def whole_percent(share: Decimal) -> str:
    """Return a share as percent without decimals: "43"."""
    return str((share * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _signed(figure: str, words: Words) -> str:
    """Return a figure with its sign as people write it, none for a zero."""
    is_zero = not figure.strip("+-.0")
    return _pointed(figure[1:] if is_zero else figure.replace("-", _MINUS), words)


def _tenths(number: Decimal) -> str:
    rounded = number.quantize(_TENTH, rounding=ROUND_HALF_UP)
    return str(abs(rounded)) if not rounded else str(rounded)


def _pointed(figure: str, words: Words) -> str:
    return figure.replace(".", words.say("figure.point"))
