"""Floats -> the text of axes and labels, with a language's marks."""

import math

from bot.charts.look import ChartFormat

MINUS = "−"
NOT_KNOWN = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST = 1e9
_LEAST = 1e-6
_DIGITS = 12


class Figures:
    """Writes the figures of a picture: short, never with an exponent a person must decode."""

    def __init__(self, formats: ChartFormat) -> None:
        self._formats = formats

    def number(self, value: float, places: int, *, signed: bool = False) -> str:
        """Return ``value`` with ``places`` decimals, grouped: "−1,234.5", "1.2×10¹²"."""
        if abs(value) >= _MOST:
            return self._scientific(value)
        digits = f"{abs(value):,.{places}f}"
        is_zero = not any(digit in "123456789" for digit in digits)
        sign = "" if is_zero else MINUS if value < 0 else "+" if signed else ""
        return sign + self._marked(digits)

    def percent(self, fraction: float, places: int, *, signed: bool = False) -> str:
        """Return a fraction as percent: "+12.3 %"."""
        figure = self.number(fraction * 100, places, signed=signed)
        return self._formats.percent.format(figure=figure)

    def times(self, multiple: float, digits: int = 2) -> str:
        """Return a multiple of the start with so many significant digits: "×0.5", "×12"."""
        return self._formats.times.format(figure=self.short(multiple, digits))

    def short(self, value: float, digits: int = 3) -> str:
        """Return ``value`` with up to ``digits`` significant digits: "0.0012", "108,900"."""
        if value == 0 or not math.isfinite(value):
            return "0" if value == 0 else NOT_KNOWN
        if abs(value) < _LEAST:
            return self._scientific(value)
        places = digits - 1 - math.floor(math.log10(abs(value)))
        return self.number(round(value, places), least_places(round(value, places)))

    def unit(self, value: float | None, unit: str, *, places: int = 1, signed: bool = False) -> str:
        """Return ``value`` as its unit is written; a dash for None.

        Args:
            value: the figure.
            unit: ``percent``, ``points``, ``times`` or ``number``.
            places: decimals, after the factor 100 of percent and points.
            signed: with a plus for what is above zero.
        """
        if value is None or not math.isfinite(value):
            return NOT_KNOWN
        if unit == "percent":
            return self.percent(value, places, signed=signed)
        if unit == "points":
            return self.number(value * 100, places, signed=signed)
        if unit == "times":
            return self._formats.times.format(figure=self.number(value, max(places, 1)))
        return self.number(value, places, signed=signed)

    def _marked(self, digits: str) -> str:
        whole, dot, rest = digits.partition(".")
        mark = self._formats.decimal if dot else ""
        return f"{whole.replace(',', self._formats.thousands)}{mark}{rest}"

    def _scientific(self, value: float) -> str:
        mantissa, exponent = f"{abs(value):.1e}".split("e")
        power = str(int(exponent)).translate(_SUPERSCRIPT)
        figure = self._marked(mantissa.removesuffix(".0"))
        sign = MINUS if value < 0 else ""
        return f"{sign}10{power}" if figure == "1" else f"{sign}{figure}×10{power}"


def least_places(step: float) -> int:
    """Return how many decimals write ``step`` in full, at most 12."""
    text = f"{abs(step):.{_DIGITS}f}".rstrip("0")
    return len(text.partition(".")[2])
