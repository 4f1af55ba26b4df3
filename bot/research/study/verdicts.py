"""A claimed range and a measured interval -> one of nine verdicts. The words follow from numbers.

Nothing else in the study may write a verdict. A claim says that an effect lies from ``low`` to
``high``; what was measured lies, as far as a 95 % interval can tell, somewhere inside of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the data say of a claim, and how it is told."""

    MORE = "more than claimed"
    AT_LEAST = "at least the claimed size, how much is open"
    CONFIRMED = "confirmed"
    DIRECTION = "direction confirmed, size open"
    LESS = "less than claimed"
    OPPOSITE = "the opposite was seen"
    OPEN = "cannot be told from these data"
    MIXED = "depends on the portfolio"
    NO_DATA = "no data"


MEANINGS = {
    Verdict.MORE: "the whole interval lies beyond the claimed range",
    Verdict.AT_LEAST: "the whole interval lies at or beyond the near end of the claimed range, "
    "and reaches past the far end",
    Verdict.CONFIRMED: "the whole interval lies inside the claimed range",
    Verdict.DIRECTION: "the interval excludes zero on the claimed side, and holds sizes short of "
    "the claimed range as well as in it",
    Verdict.LESS: "the whole interval falls short of the claimed range, and does not lie on the "
    "other side of zero",
    Verdict.OPPOSITE: "the whole interval lies on the other side of zero",
    Verdict.OPEN: "the interval holds both zero and the claimed range, or a part of it",
    Verdict.MIXED: "the portfolios disagree",
    Verdict.NO_DATA: "nothing in these data bears on it",
}
"""How each verdict follows from the numbers, for the reader."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is claimed of an effect, in the unit of the effect.

    Attributes:
        low, high: the claimed range; ``high`` may be infinite. Both on one side of zero, or ``low``
            is zero.
    """

    low: float
    high: float = math.inf

    def __post_init__(self) -> None:
        """Refuse a range that says nothing."""
        if not self.low <= self.high or self.low < 0.0 < self.high:
            raise ValueError(f"a claim from {self.low} to {self.high} has no direction")

    @property
    def mirrored(self) -> "Claimed":
        """The same claim with its sign turned."""
        return Claimed(-self.high, -self.low)


def verdict_on(claimed: Claimed, low: float, high: float) -> Verdict:
    """Return the verdict on one claim by one interval.

    Args:
        claimed: the claimed range.
        low: of the 95 % interval of what was measured, in the same unit.
        high: its other end.

    Raises:
        ValueError: no interval.
    """
    if not low <= high:
        raise ValueError(f"an interval from {low} to {high} is none")
    if claimed.high <= 0.0:
        return verdict_on(claimed.mirrored, -high, -low)
    if low > claimed.high:
        return Verdict.MORE
    if low >= claimed.low and low > 0.0:
        return Verdict.CONFIRMED if high <= claimed.high else Verdict.AT_LEAST
    if high < 0.0:
        return Verdict.OPPOSITE
    if high < claimed.low:
        return Verdict.LESS
    return Verdict.DIRECTION if low > 0.0 else Verdict.OPEN


def verdict_of_all(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the one verdict that stands above several portfolios: theirs, or that they differ."""
    told = {verdict for verdict in verdicts if verdict is not Verdict.NO_DATA}
    if not told:
        return Verdict.NO_DATA
    return told.pop() if len(told) == 1 else Verdict.MIXED
