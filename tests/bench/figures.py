"""One measure with its target and its limit, as one line of the table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MS, S, MB = "ms", "s", "MB"

_NAME = 48
_COLUMNS = f"{'':<{_NAME}} {'measured':>9} {'target':>9} {'ratio':>6}   {'limit':>9} {'ratio':>6}"
HEADING = f"{_COLUMNS}  the limit is"


@dataclass(frozen=True, slots=True)
class Limit:
    """The least a part of this work takes on this machine, measured in the same run."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure.

    Attributes:
        name: what was measured, and how it was made one number.
        value: the number, in ``unit``.
        unit: of value, target and limit.
        target: what it should be at most; None where nothing was promised.
        limit: what it can be compared with.
        note: what a reader should know.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    limit: Limit | None = None
    note: str = ""

    def line(self) -> str:
        """Return the measure as one line."""
        limit = self.limit
        measured = f"{self.name:<{_NAME}} {amount(self.value, self.unit):>9}"
        beside_target = _beside(self.value, self.target, self.unit)
        beside_limit = _beside(self.value, None if limit is None else limit.value, self.unit)
        words = "; ".join(part for part in ("" if limit is None else limit.name, self.note) if part)
        return f"{measured} {beside_target}   {beside_limit}  {words}".rstrip()


def amount(value: float, unit: str) -> str:
    """Return a number with its unit, three digits long where they say something."""
    places = 0 if value >= 100 or unit == MB else 1 if value >= 10 else 2
    return f"{value:.{places}f} {unit}"


def _beside(value: float, other: float | None, unit: str) -> str:
    if other is None:
        return " " * 16
    return f"{amount(other, unit):>9} {value / other:>6.2f}"


def p95(values: Sequence[float]) -> float:
    """Return the smallest value that 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]
