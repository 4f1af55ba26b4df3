"""The label of every day a second time: bars by number, written from METHODS 2.4, 2.5 and 9a.

Where the product keeps counters, this looks back over the whole list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Day:
    """One day, as the state machine sees it.

    Attributes:
        total: the score.
        is_on: turbulence is switched on.
        is_calm: the day counts towards the end of turbulence.
        is_missing: no bar came.
    """

    total: Decimal
    is_on: bool = False
    is_calm: bool = True
    is_missing: bool = False


def published(days: Sequence[Day]) -> list[str]:
    """Return the published label of each day, the first one being the 400th bar."""
    labels: list[str] = []
    label, entry, bars, missing = "unknown", 0, 0, 0
    asked: list[str] = []
    calm: list[bool] = []
    for number, day in enumerate(days, start=400):
        if day.is_missing:
            missing += 1
            label = "unknown" if missing > 2 else label
        else:
            missing, bars = 0, bars + 1
            asked.append(_wanted(label, day.total))
            calm.append(day.is_calm and not day.is_on)
            found = _label(label, entry, day=day, asked=asked, calm=calm)
            if found is not None:
                label, entry = found, bars
                calm[-1] = False
        labels.append(label if number >= 460 else "unknown")
    return labels


def _label(
    label: str, entry: int, *, day: Day, asked: Sequence[str], calm: Sequence[bool]
) -> str | None:
    """Return the label that is entered on the newest bar, or None when the old one stays."""
    inside = len(asked) - entry
    if day.is_on:
        return None if label == "turbulent" else "turbulent"
    if label == "unknown":
        return _wanted("unknown", day.total)
    if label == "turbulent":
        is_over = inside >= 5 and all(calm[-3:])
        return _wanted("unknown", day.total) if is_over else None
    is_agreed = inside >= 7 and asked[-1] != label and len(set(asked[-3:])) == 1
    return asked[-1] if is_agreed else None


def _wanted(label: str, total: Decimal) -> str:
    if total >= Decimal("0.60") or (label == "up" and total >= Decimal("0.30")):
        return "up"
    if total <= Decimal("-0.60") or (label == "down" and total <= Decimal("-0.30")):
        return "down"
    return "ranging"
