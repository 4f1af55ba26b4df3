"""What is measured of ours: one policy, whole grids and ``decide()`` itself."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from core.domain.policy import BandMode, BandRules, Policy, Profile
from core.domain.stress import Family
from core.domain.units import ZERO, Asset, Rate, Weight
from core.domain.watching import StressRules
from core.simulation.kernel import (
    REGIMES,
    KernelRules,
    KernelSeries,
    fixed_band_rules,
    kernel_rules,
    run_grid,
)
from core.simulation.kernel.engine import Walk
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts
from tests.bench.history.market import BAND, COINS, FEE, TARGET, VALUE, Floats, Market

USD = Asset("USD")
ASSETS = tuple(map(Asset, ("ADA", "BCH", "BNB", "BTC", "DOGE", "ETH", "LINK", "LTC", "SOL", "XRP")))
COSTS = TradingCosts(fee=Rate(Decimal(str(FEE))), half_spread=Rate(ZERO), half_spreads=())
CORES = 2
_STARTS = int(datetime(2018, 1, 1, tzinfo=UTC).timestamp())
_DAY = 86_400


def matrix_of(market: Market) -> PriceMatrix:
    """Return the market as the kernel reads it, filled at the closes like everybody else's."""
    closes = market.closes
    return PriceMatrix(
        source="made up",
        assets=ASSETS,
        interval=timedelta(seconds=market.seconds),
        starts=_STARTS + market.seconds * np.arange(market.bars, dtype=np.int64),
        closes=closes,
        fills=closes,
        has_bar=np.broadcast_to(np.True_, closes.shape),  # no bar is missing: one truth for all
        delisted_after=(-1,) * len(closes),
    )


def policy_of(bands: BandRules) -> Policy:
    """Return the policy everybody follows, with bands of one's own."""
    coin = Weight(Decimal(str(TARGET)))
    targets = [*((asset, coin) for asset in ASSETS), (USD, Weight(1 - coin * COINS))]
    return Policy(quote=USD, targets=tuple(targets), bands=bands)


def simple_rules(band: float = BAND, delta: float = 0.0) -> KernelRules:
    """Return the rule of the comparison: bands of one width, any breach goes back."""
    width = Weight(Decimal(str(band)))
    bands = BandRules(
        custom=Profile(width, width, width),
        mode=BandMode.ABSOLUTE,
        delta=Weight(Decimal(str(delta))),
    )
    return fixed_band_rules(policy_of(bands), ASSETS, COSTS)


def full_rules() -> KernelRules:
    """Return the whole policy as people have it: confirmation, cadence, benefit, directions."""
    return kernel_rules(policy_of(BandRules()), ASSETS, COSTS)


def watching_policy() -> Policy:
    """Return a policy with all that follows from prices: labels, tilts, and the stress pause."""
    families = (Family.PRICE, Family.CORRELATION)
    return replace(policy_of(BandRules()), stress=StressRules(families=families))


def cash_only() -> KernelSeries:
    """Return a start with nothing but cash."""
    return KernelSeries(value=VALUE, coins=np.zeros(COINS))


def watched_series(bars: int, bars_a_day: int, seed: int = 11) -> KernelSeries:
    """Return labels, pauses and tilts as a market might give: they change some times a month."""
    rng = np.random.default_rng(seed)
    days = bars // bars_a_day + 1
    regime = _held(rng.integers(0, len(REGIMES), days), rng, stay=20)
    phase = _held(rng.random(days) < 0.05, rng, stay=8)
    tilt = np.clip(
        np.cumsum(rng.choice([-0.02, 0.0, 0.02], days, p=[0.05, 0.9, 0.05])), -0.05, 0.05
    )
    base = np.append(np.full(COINS, TARGET), 1 - TARGET * COINS)
    shift = np.append(np.full(COINS, 1 / COINS), -1.0)
    day = np.arange(bars) // bars_a_day
    return KernelSeries(
        value=VALUE,
        coins=np.zeros(COINS),
        targets=(base + tilt[:, None] * shift)[day],
        regime=regime[day].astype(np.int8),
        paused=phase[day],
    )


def _held(values: np.ndarray, rng: np.random.Generator, *, stay: int) -> np.ndarray:
    """Return values that change every ``stay`` days on average and hold in between."""
    changes = rng.random(len(values)) < 1 / stay
    changes[0] = True
    return values[np.maximum.accumulate(np.where(changes, np.arange(len(values)), 0))]


def many_rules(count: int) -> list[KernelRules]:
    """Return policies of different bands and destinations."""
    widths = np.linspace(0.02, 0.09, count // 10)
    return [simple_rules(round(float(w), 6), d / 10) for w in widths for d in range(10)]


def run_many(
    matrix: PriceMatrix, series: KernelSeries, rules: Sequence[KernelRules], walk: Walk
) -> Floats:
    """Run a grid on two cores."""
    chunks = [rules[start::CORES] for start in range(CORES)]
    with ThreadPoolExecutor(CORES) as pool:
        tables = pool.map(lambda part: run_grid(matrix, series, part, walk=walk), chunks)
        return np.concatenate(list(tables))
