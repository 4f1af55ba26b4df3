"""One made-up market for all that is compared: coins with a common and an own part."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COINS = 10
HOURS = 70_080
MINUTES = 1_051_200
DAYS = 3_650
TARGET = 0.09
BAND = 0.05
FEE = 0.0026
VALUE = 100_000.0
_HOURS_A_YEAR = 8_760
_COMMON = 0.60
_OWN = 0.45

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Closes, coins x bars, and the length of a bar in seconds."""

    closes: Floats
    seconds: int

    @property
    def bars(self) -> int:
        """How many bars a coin has."""
        return len(self.closes[0])


def generated(bars: int, seconds: int, seed: int = 7) -> Market:
    """Return closes of ``COINS`` coins whose yearly volatility is about 75 %.

    A common part and an own part, both normal, without drift; the coins come back to each other
    slowly, so that none of them ends as nearly all of the portfolio.
    """
    rng = np.random.default_rng(seed)
    share = seconds / 3_600 / _HOURS_A_YEAR
    common = rng.standard_normal(bars) * (_COMMON * np.sqrt(share))
    closes = np.empty((COINS, bars))
    for coin in range(COINS):
        steps = common + rng.standard_normal(bars) * (_OWN * np.sqrt(share))
        closes[coin] = 10.0 ** (coin % 5) * np.exp(np.cumsum(steps))
    return Market(closes, seconds)
