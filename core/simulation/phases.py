"""The plot of the simulated market: coins, the phases of a demonstration, and what may come after.

Volatilities are daily standard deviations of log returns, drifts are log returns over a whole
phase. The figures are made up to look like crypto markets; nothing is fitted, nothing follows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.domain.units import Asset

BTC, ETH, SOL, ADA = Asset("BTC"), Asset("ETH"), Asset("SOL"), Asset("ADA")

# What pulls the endless part back: shares of the way to the starting price, per phase.
_MARKET_PULL = 0.15
_OWN_PULL = 0.30


@dataclass(frozen=True, slots=True)
class Coin:
    """One simulated coin.

    Attributes:
        asset: its symbol.
        start_price: quote currency per coin when the demonstration starts.
        beta: how strongly it follows the market.
        own_vol: volatility of what is its own.
        daily_volume: coins traded on a usual day.
    """

    asset: Asset
    start_price: float
    beta: float
    own_vol: float
    daily_volume: float


COINS = (
    Coin(BTC, 60_000.0, beta=1.0, own_vol=0.010, daily_volume=9_000.0),
    Coin(ETH, 3_000.0, beta=1.15, own_vol=0.016, daily_volume=130_000.0),
    Coin(SOL, 150.0, beta=1.35, own_vol=0.026, daily_volume=1_800_000.0),
    Coin(ADA, 0.45, beta=1.25, own_vol=0.024, daily_volume=90_000_000.0),
)


class PhaseName(StrEnum):
    """What the market does in a phase."""

    QUIET = "quiet"
    OUTRUN = "outrun"
    RISE = "rise"
    DECLINE = "decline"
    CRASH = "crash"
    AFTERSHOCK = "aftershock"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of whole days with one character.

    Attributes:
        name: the character.
        days: how long it lasts.
        drift: what the market moves over the phase.
        market_vol: volatility of the market.
        own: multiplies every coin's own volatility; small means that all move together.
        volume: multiplies the usual volume.
        leads: (asset, log return over the phase) beyond the market.
    """

    name: PhaseName
    days: int
    drift: float
    market_vol: float
    own: float = 1.0
    volume: float = 1.0
    leads: tuple[tuple[Asset, float], ...] = ()


# What lies before the history: with it a bot that starts has all the days that signals read.
PRELUDE = (Phase(PhaseName.QUIET, 60, 0.02, 0.016),)

HISTORY = (
    Phase(PhaseName.QUIET, 60, 0.02, 0.016),
    Phase(PhaseName.DECLINE, 50, -0.22, 0.022, volume=1.1),
    Phase(PhaseName.QUIET, 70, 0.00, 0.015),
    Phase(PhaseName.RISE, 60, 0.30, 0.020, volume=1.2),
    Phase(PhaseName.QUIET, 60, -0.03, 0.016),
    Phase(PhaseName.DECLINE, 40, -0.12, 0.022, volume=1.1),
    Phase(PhaseName.RISE, 40, 0.12, 0.018),
    Phase(PhaseName.QUIET, 40, 0.00, 0.015),
)

# Two coins run away from a market that hardly moves; then everything rises; then the crash.
DEMONSTRATION = (
    Phase(PhaseName.QUIET, 10, 0.01, 0.014),
    Phase(
        PhaseName.OUTRUN, 14, 0.05, 0.018, volume=1.3, leads=((ETH, 0.55), (SOL, 0.75), (ADA, 0.10))
    ),
    Phase(PhaseName.RISE, 14, 0.22, 0.020, volume=1.4),
    Phase(PhaseName.CRASH, 3, -0.40, 0.055, own=0.9, volume=4.5),
    Phase(PhaseName.AFTERSHOCK, 7, -0.04, 0.035, own=0.9, volume=2.2),
    Phase(PhaseName.RECOVERY, 36, 0.26, 0.018, volume=1.1),
)

_AFTERSHOCK = DEMONSTRATION[4]
# What follows the script: each up to a share of all draws.
_NEXT = (
    (PhaseName.QUIET, 0.42),
    (PhaseName.RISE, 0.64),
    (PhaseName.DECLINE, 0.84),
    (PhaseName.OUTRUN, 0.96),
    (PhaseName.CRASH, 1.00),
)


def next_phases(
    rng: np.random.Generator, coins: Sequence[Coin], levels: Sequence[float]
) -> tuple[Phase, ...]:
    """Draw what comes next: one phase, or a crash with its aftershock.

    Args:
        rng: the source of randomness.
        coins: all coins.
        levels: how far each coin stands above its starting price, as a log return. Drifts lean back
            towards 0, so that a year of simulation stays in a believable range.
    """
    uniform = float(rng.random())
    name = next(name for name, upper in _NEXT if uniform < upper)
    days, size, leader = (
        int(rng.integers(10, 31)),
        float(rng.random()),
        int(rng.integers(len(coins))),
    )
    market = math.fsum(levels) / math.fsum(coin.beta for coin in coins)
    pull = -_MARKET_PULL * market
    leads = {
        coin.asset: -_OWN_PULL * (level - coin.beta * market)
        for coin, level in zip(coins, levels, strict=True)
    }
    if name is PhaseName.CRASH:
        return (Phase(name, 3, -0.20 - 0.20 * size, 0.055, own=0.9, volume=4.5), _AFTERSHOCK)
    if name is PhaseName.OUTRUN:
        leads[coins[leader].asset] += 0.35 + 0.35 * size
    drift = {PhaseName.RISE: 0.12 + 0.15 * size, PhaseName.DECLINE: -0.08 - 0.16 * size}
    vol = 0.015 if name is PhaseName.QUIET else 0.020
    return (
        Phase(name, days, drift.get(name, 0.0) + pull, vol, volume=1.1, leads=tuple(leads.items())),
    )
