"""One day's figures, worked out in a batch beforehand and remembered by the bars they are of.

A batch of days gives the same bits as each day by itself (a test holds both together) in a tenth of
the time, so a backtest works its years out in batches and leaves each day's figures here before it
decides on that day. What is remembered is a pure function of bars whose digests are its key; with
nothing remembered, as in the live bot, everything is worked out from the bars.
"""

from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar

from core.domain.regime import Indicators
from core.domain.watching import RegimeRules, StressRules

_MOST = 8  # only the day that is being decided on is ever asked for

_K = TypeVar("_K")
_V = TypeVar("_V")


class Remembered(Generic[_K, _V]):
    """The newest few values by key; older ones are forgotten."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._values: dict[_K, _V] = {}

    def put(self, key: _K, value: _V) -> None:
        """Remember a value, and forget the oldest beyond the few."""
        self._values[key] = value
        while len(self._values) > _MOST:
            self._values.pop(next(iter(self._values)), None)

    def get(self, key: _K) -> _V | None:
        """Return what is remembered, or None."""
        return self._values.get(key)


FEATURES: Remembered[tuple[str, RegimeRules], Indicators] = Remembered()
"""By the digest of the bars, whose newest day they are of, and the rules."""

PAIRS: Remembered[
    tuple[tuple[str, ...], datetime, StressRules], tuple[Decimal | None, Decimal | None]
] = Remembered()
"""By the digests of the coins' bars, the open time of the day, and the rules."""
