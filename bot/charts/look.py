"""How a picture looks and how it writes figures and days; nothing here loads matplotlib."""

from dataclasses import dataclass
from enum import StrEnum


class Theme(StrEnum):
    """Light or dark ground."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class ChartFormat:
    """How a language writes the figures and days of a picture; the defaults are English.

    Attributes:
        decimal: between whole and fraction.
        thousands: between groups of three digits.
        percent: a share, gap ``figure``.
        times: a multiple of the start, gap ``figure``.
        months: short names, January first.
        date: a day of a month, gaps ``day`` and ``month``.
    """

    decimal: str = "."
    thousands: str = ","
    percent: str = "{figure} %"
    times: str = "×{figure}"
    months: tuple[str, ...] = (
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    )  # fmt: skip
    date: str = "{day} {month}"
