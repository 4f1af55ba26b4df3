"""Figures -> English text: rounded for reading, never with an exponent.

Money is rounded half to even, everything else half up.
"""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

MINUS = "−"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}

# Currencies of everyday size; others, such as a coin as quote currency, need more digits.
_CENT = Decimal("0.01")
_WHOLE_FROM = Decimal(100)
_CENTS_BELOW = Decimal(10)
_WHOLE_FACTORS_FROM = Decimal(10)
_QUANTITY_DIGITS = 6
_PRICE_DIGITS = 6


def money(amount: Decimal, quote: str, extra: int = 0) -> str:
    """Return an amount of quote currency: "$3,514", "$12.40" below 100, "3,514 USDT".

    Args:
        amount: signed amount.
        quote: the currency's symbol.
        extra: how many digits more than usual.
    """
    places = 0 if abs(_at(amount, 2)) >= _WHOLE_FROM else 2
    if amount and abs(amount) < _CENT:
        places = _places_for(amount, 2)
    if extra:
        places = max(places, 1) + extra
    return _with_currency(_grouped(amount, places, ROUND_HALF_EVEN), quote)


def about(amount: Decimal, quote: str) -> str:
    """Return an estimate: "about $27", with cents below 10 only."""
    if abs(_at(amount, 2)) < _CENTS_BELOW and _at(amount, 2) != _at(amount, 0):
        return f"about {money(amount, quote)}"
    return f"about {_with_currency(_grouped(amount, 0, ROUND_HALF_EVEN), quote)}"


def quantity(amount: Decimal, extra: int = 0) -> str:
    """Return a number of coins with up to six significant digits: "0.03195", "1,234.5"."""
    return _stripped(_grouped(amount, max(0, _places_for(amount, _QUANTITY_DIGITS + extra))))


def price(amount: Decimal, quote: str = "", extra: int = 0) -> str:
    """Return a price with up to six significant digits: "108,900", "$4,242.5", "0.001234"."""
    text = _stripped(_grouped(amount, max(0, _places_for(amount, _PRICE_DIGITS + extra))))
    return _with_currency(text, quote) if quote else text


def weight(share: Decimal, extra: int = 0) -> str:
    """Return a share of the portfolio as percent: "62.0 %"."""
    return f"{_grouped(share * 100, 1 + extra)} %"


def points(distance: Decimal, extra: int = 0) -> str:
    """Return a distance between two shares in percentage points: "12.0 points"."""
    return f"{_grouped(distance * 100, 1 + extra)} points"


def rate(fraction: Decimal, extra: int = 0) -> str:
    """Return a fraction as percent: "3.4 %", "0.40 %", "0.003 %"."""
    percent = fraction * 100
    places = 1 if abs(percent) >= 1 else 2
    if percent and abs(percent) < _CENT:
        places = _places_for(percent, 1)
    return f"{_grouped(percent, places + extra)} %"


def ratio(factor: Decimal) -> str:
    """Return a factor: "2", "2.5", "12" from 10 on."""
    return _stripped(_grouped(factor, 0 if abs(factor) >= _WHOLE_FACTORS_FROM else 1))


def number(figure: Decimal, extra: int = 0) -> str:
    """Return a plain figure with at most two decimals: "−0.42", "22"."""
    return _stripped(_grouped(figure, 2 + extra))


def _places_for(amount: Decimal, digits: int) -> int:
    """Return how many decimal places show ``digits`` significant digits of ``amount``."""
    return digits - 1 - amount.adjusted() if amount else 0


def _at(amount: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), rounding=rounding)


def _grouped(amount: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> str:
    rounded = _at(amount, places, rounding)
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):,f}"


def _stripped(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_currency(text: str, quote: str) -> str:
    symbol = SYMBOLS.get(quote)
    if symbol is None:
        return f"{text} {quote}"
    sign, figures = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    return f"{sign}{symbol}{figures}"
