"""Figures as the report writes them: one form for each unit, a real minus sign, a dash for none."""

import math
from decimal import Decimal

NONE = "–"
_BIG = 1_000.0


def plain_figure(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """Return a number with so many decimals; ``sign`` shows a plus too."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:{'+' if sign else ''},.{digits}f}"
    # What rounds to nothing has no sign.
    if not text.strip("+-0.,"):
        text = text.strip("+-")
    return text.replace("-", "−")


def percent(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """Return a fraction as percent."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{plain_figure(value * 100, digits, sign=sign)} %"


def figure_in(value: float | None, unit: str, *, sign: bool = True) -> str:
    """Return a figure of evidence in its unit; a share is told in percent."""
    if unit == "share":
        return percent(value, sign=sign)
    digits = 2 if unit.startswith("percent points") else 1
    return plain_figure(value, digits, sign=sign)


def interval(low: float, high: float, unit: str) -> str:
    """Return the two ends of an interval in their unit, e.g. ``[−1.4 to +11.9]``."""
    if unit == "share":
        return f"[{percent(low, sign=True)} to {percent(high, sign=True)}]"
    return f"[{figure_in(low, unit)} to {figure_in(high, unit)}]"


def days(value: float | None) -> str:
    """Return a number of days."""
    return plain_figure(value, 0)


def money(value: Decimal, quote: str) -> str:
    """Return an amount of quote currency, without cents from 1,000 on."""
    amount = float(value)
    return f"{plain_figure(amount, 0 if abs(amount) >= _BIG else 2)} {quote}"
