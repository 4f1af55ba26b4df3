"""Made markets and policies for tests of the kernel by itself."""

from datetime import timedelta
from decimal import Decimal

import numpy as np

from core.domain.policy import BandRules, Policy, Profile
from core.domain.units import Asset, Rate, Weight
from core.simulation.bar_table import Floats
from core.simulation.kernel import KernelSeries
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts

USD = Asset("USD")
COSTS = TradingCosts(Rate(Decimal("0.002")), Rate(Decimal("0.0005")), ())
HOUR = 3_600
START = 17_000 * 86_400


def made_matrix(bars: int, coins: int, *, step: int = HOUR, seed: int = 1) -> PriceMatrix:
    """Return a market without gaps; a decision fills at its own close."""
    rng = np.random.default_rng(seed)
    size = 0.8 * np.sqrt(step / 86_400 / 365)
    moves = rng.standard_normal((coins, bars)) + 0.7 * rng.standard_normal(bars)
    closes = 100.0 * np.exp(np.cumsum(size * moves, axis=1))
    fills = closes.copy()
    fills[:, -1] = np.nan
    return PriceMatrix(
        "made",
        tuple(Asset(f"C{coin:02d}") for coin in range(coins)),
        timedelta(seconds=step),
        START + step * np.arange(bars, dtype=np.int64),
        closes,
        fills,
        np.ones((coins, bars), np.bool_),
        (-1,) * coins,
    )


def made_policy(coins: int, *, cap: str = "0.03", rel: str = "0.2", delta: str = "0.5") -> Policy:
    """Return a policy of equal targets with a fifth or so in cash, and narrow bands."""
    share = Weight(Decimal(80 // coins) / 100)
    targets = [(Asset(f"C{coin:02d}"), share) for coin in range(coins)]
    profile = Profile(Weight(Decimal(cap)), Weight(Decimal(rel)), Weight(Decimal("0.01")))
    return Policy(
        USD,
        (*targets, (USD, Weight(1 - share * coins))),
        bands=BandRules(custom=profile, delta=Weight(Decimal(delta))),
    )


def made_series(matrix: PriceMatrix, targets: Floats, *, seed: int = 2) -> KernelSeries:
    """Return series in which everything changes now and then, on UTC days."""
    rng = np.random.default_rng(seed)
    bars, a_day = len(matrix), int(86_400 // matrix.interval.total_seconds())
    days = bars // a_day + 1
    stretches = np.repeat(rng.integers(0, 5, days), rng.integers(3, 20, days))[:days]
    mood = np.repeat(rng.choice(4, days, p=[0.85, 0.06, 0.05, 0.04]), a_day)[:bars]
    tilt = np.repeat(np.where(stretches == 1, -0.02, 0.0), a_day)[:bars]
    tilted = np.tile(targets, (bars, 1))
    tilted[:, 0] += tilt
    tilted[:, -1] -= tilt
    flows = np.zeros(bars)
    flows[rng.integers(1, bars, 5)] = 700.0
    return KernelSeries(
        value=20_000.0,
        targets=tilted,
        regime=np.repeat(stretches, a_day)[:bars].astype(np.int8),
        paused=mood == 1,
        guarded=mood == 2,
        believable=mood != 3,
        flows=flows,
    )
