"""Figures -> text with a language's marks: rounded for reading, never with an exponent.

Money is rounded half to even, everything else half up. Every finite figure has a text of bounded
length: one beyond ``MOST`` is told as more than that, one below ``10 ** -MOST_PLACES`` as nothing.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

MINUS = "−"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}

# Currencies of everyday size; others, such as a coin as quote currency, need more digits.
_CENT = Decimal("0.01")
_WHOLE_FROM = Decimal(100)
_CENTS_BELOW = Decimal(10)
_WHOLE_FACTORS_FROM = Decimal(10)
_HUNDRED = Decimal(100)
_QUANTITY_DIGITS = 6
_PRICE_DIGITS = 6

MOST = Decimal(10) ** 60
MOST_PLACES = 40

# Wide enough that a figure within these bounds is rounded once, where its text ends.
_WIDE = Context(prec=200)


@dataclass(frozen=True, slots=True)
class Marks:
    """How a language writes figures.

    Attributes:
        decimal: between whole and fraction.
        thousands: between groups of three digits.
        money: an amount with its currency's sign, gaps ``symbol`` and ``figure``; a minus goes
            before the whole.
        about: an estimate, gap ``amount``.
        points: a distance between two shares, gap ``figure``.
        percent: a share, gap ``figure``.
    """

    decimal: str
    thousands: str
    money: str
    about: str
    points: str
    percent: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Writes every kind of figure with one language's marks.

    ``extra`` asks for more digits than usual, so that two figures that differ never look alike.
    """

    marks: Marks

    def money(self, amount: Decimal, quote: str, extra: int = 0) -> str:
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
        return self._with_currency(_at(amount, places, ROUND_HALF_EVEN), quote)

    def about(self, amount: Decimal, quote: str) -> str:
        """Return an estimate: "about $27", with cents below 10 only."""
        cents = _at(amount, 2)
        if abs(cents) < _CENTS_BELOW and cents != _at(amount, 0):
            text = self.money(amount, quote)
        else:
            text = self._with_currency(_at(amount, 0, ROUND_HALF_EVEN), quote)
        return self.marks.about.format(amount=text)

    def quantity(self, amount: Decimal, extra: int = 0) -> str:
        """Return a number of coins with up to six significant digits: "0.03195", "1,234.5"."""
        return self._short(_at(amount, max(0, _places_for(amount, _QUANTITY_DIGITS + extra))))

    def price(self, amount: Decimal, quote: str = "", extra: int = 0) -> str:
        """Return a price with up to six significant digits: "108,900", "$4,242.5", "0.001234"."""
        rounded = _at(amount, max(0, _places_for(amount, _PRICE_DIGITS + extra)))
        text = _without_zeros(rounded)
        return self._with_currency(text, quote) if quote else self._signed(text)

    def weight(self, share: Decimal, extra: int = 0) -> str:
        """Return a share of the portfolio as percent: "62.0 %"."""
        return self.marks.percent.format(figure=self._signed(_at(_percent(share), 1 + extra)))

    def points(self, distance: Decimal, extra: int = 0) -> str:
        """Return a distance between two shares in percentage points: "12.0 points"."""
        return self.marks.points.format(figure=self._signed(_at(_percent(distance), 1 + extra)))

    def rate(self, fraction: Decimal, extra: int = 0) -> str:
        """Return a fraction as percent: "3.4 %", "0.40 %", "0.003 %"."""
        percent = _percent(fraction)
        places = 1 if abs(percent) >= 1 else 2
        if percent and abs(percent) < _CENT:
            places = _places_for(percent, 1)
        return self.marks.percent.format(figure=self._signed(_at(percent, places + extra)))

    def ratio(self, factor: Decimal) -> str:
        """Return a factor: "2", "2.5", "12" from 10 on."""
        return self._short(_at(factor, 0 if abs(factor) >= _WHOLE_FACTORS_FROM else 1))

    def number(self, figure: Decimal, extra: int = 0) -> str:
        """Return a plain figure with at most two decimals: "−0.42", "22"."""
        return self._short(_at(figure, 2 + extra))

    def _short(self, figure: Decimal) -> str:
        return self._signed(_without_zeros(figure))

    def _signed(self, figure: Decimal) -> str:
        return f"{_sign(figure)}{self._unsigned(figure)}"

    def _unsigned(self, figure: Decimal) -> str:
        """Return the digits of a figure, grouped; what was rounded stays as it is."""
        whole, dot, rest = f"{figure.copy_abs():,f}".partition(".")
        mark = self.marks.decimal if dot else ""
        return f"{whole.replace(',', self.marks.thousands)}{mark}{rest}"

    def _with_currency(self, figure: Decimal, quote: str) -> str:
        symbol = SYMBOLS.get(quote)
        if symbol is None:
            return f"{self._signed(figure)} {quote}"
        text = self.marks.money.format(symbol=symbol, figure=self._unsigned(figure))
        return f"{_sign(figure)}{text}"


def _sign(figure: Decimal) -> str:
    """Return what stands before the digits: a minus, and that it is beyond what is written out."""
    if abs(figure) >= MOST:
        return "> " if figure > 0 else f"< {MINUS}"
    return MINUS if figure < 0 else ""


def _percent(fraction: Decimal) -> Decimal:
    return _WIDE.multiply(_bounded(fraction), _HUNDRED)


def _places_for(amount: Decimal, digits: int) -> int:
    """Return how many decimal places show ``digits`` significant digits of ``amount``."""
    return digits - 1 - amount.adjusted() if amount else 0


def _at(amount: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    step = Decimal((0, (1,), -min(places, MOST_PLACES)))
    return _bounded(amount).quantize(step, rounding, _WIDE)


def _bounded(amount: Decimal) -> Decimal:
    return max(-MOST, min(MOST, amount))


def _without_zeros(figure: Decimal) -> Decimal:
    """Return ``figure`` without zeros at the end of its fraction."""
    return figure.normalize(_WIDE)
