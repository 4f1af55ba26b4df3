"""Worlds in which nothing can be foreseen: what a rule finds there is chance.

Log prices are driftless random walks with normal steps that move together; labels and pauses are a
chain of their own that knows nothing of prices. Randomness arrives as a seeded generator.
"""

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from core.domain.regime import Regime
from core.domain.units import Asset
from core.simulation.bar_table import DAY
from core.simulation.matrix import Flags, PriceMatrix

SOURCE = "random walk"

# 2014-01-01; the date of a world means nothing.
_FIRST_DAY = 16_071
_FIRST_PRICE = 100.0


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """What kind of random walks.

    Attributes:
        assets: the coins, by symbol.
        days: how many daily bars.
        volatilities: standard deviation of a daily log return; one per coin, or one for all.
        correlation: of the daily log returns of any two coins, from 0 to below 1.

    Raises:
        ValueError: no coin, no day, or figures that cannot be.
    """

    assets: tuple[Asset, ...]
    days: int
    volatilities: tuple[float, ...] = (0.04,)
    correlation: float = 0.6

    def __post_init__(self) -> None:
        """Refuse what is no world."""
        if not self.assets or self.assets != tuple(sorted(set(self.assets))) or self.days < 1:
            raise ValueError(f"a world of {self.assets} and {self.days} days; coins by symbol")
        if len(self.volatilities) not in {1, len(self.assets)} or min(self.volatilities) < 0.0:
            raise ValueError(
                f"volatilities {self.volatilities} do not fit {len(self.assets)} coins"
            )
        if not 0.0 <= self.correlation < 1.0:
            raise ValueError(f"correlation is {self.correlation}; from 0 to below 1 is expected")


@dataclass(frozen=True, slots=True)
class LabelPlan:
    """How labels come and go.

    Attributes:
        shares: (label, share of days).
        stay: mean days until the next label is drawn, which may be the same again.
        pause_every: mean days between pauses.
        pause_days: mean length of a pause.

    Source of the shares and stays: the labels of eight coins to the end of 2024 (core/README.md).
    """

    shares: tuple[tuple[Regime, float], ...] = (
        (Regime.UP, 0.28),
        (Regime.DOWN, 0.12),
        (Regime.RANGING, 0.50),
        (Regime.TURBULENT, 0.10),
    )
    stay: float = 25.0
    pause_every: float = 100.0
    pause_days: float = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class WorldLabels:
    """Labels that know nothing of prices.

    Attributes:
        regimes: the published label of each day; days.
        paused: whether proposals are held back; days.
    """

    regimes: tuple[str, ...]
    paused: Flags


def random_world(plan: WorldPlan, rng: np.random.Generator) -> PriceMatrix:
    """Return daily prices of one world; every fill is at the close that was decided on.

    With fills at the close a free rebalance keeps the portfolio's value, so that nothing but the
    weights tells two policies apart. The last bar has none.

    Args:
        plan: what kind of world.
        rng: seeded by the caller; equal seeds give equal worlds.

    Source: METHODS 6.7, B6.
    """
    shape = (len(plan.assets), plan.days - 1)
    common, own = rng.standard_normal(shape[1]), rng.standard_normal(shape)
    mixed = math.sqrt(plan.correlation) * common + math.sqrt(1.0 - plan.correlation) * own
    steps = mixed * np.array(plan.volatilities)[:, None]
    path = np.concatenate((np.zeros((shape[0], 1)), np.cumsum(steps, axis=1)), axis=1)
    closes = _FIRST_PRICE * np.exp(path)
    fills = closes.copy()
    fills[:, -1] = np.nan
    return PriceMatrix(
        SOURCE,
        plan.assets,
        timedelta(days=1),
        np.arange(_FIRST_DAY, _FIRST_DAY + plan.days, dtype=np.int64) * DAY,
        closes=closes,
        fills=fills,
        has_bar=np.ones_like(closes, dtype=np.bool_),
        delisted_after=(-1,) * len(plan.assets),
    )


def random_labels(plan: LabelPlan, days: int, rng: np.random.Generator) -> WorldLabels:
    """Return labels and pauses drawn without a look at any price.

    Args:
        plan: how they come and go.
        days: how many.
        rng: seeded by the caller.

    Source: METHODS 6.7, B6.
    """
    shares = np.array([share for _, share in plan.shares])
    is_drawn = rng.random(days) < 1.0 / plan.stay
    drawn = rng.choice(len(shares), size=days, p=shares / shares.sum())
    held = drawn[np.maximum.accumulate(np.where(is_drawn, np.arange(days), 0))]
    names = [label.value for label, _ in plan.shares]
    regimes = tuple(names[code] for code in held.tolist())
    return WorldLabels(regimes, _pauses(plan, days, rng))


def shuffled(matrix: PriceMatrix, rng: np.random.Generator) -> PriceMatrix:
    """Return the same daily moves of all coins in another order, filled at the close.

    The coins keep moving together; what came after what is gone.

    Args:
        matrix: prices without gaps.
        rng: seeded by the caller.

    Source: METHODS 6.7, B4.
    """
    steps = np.diff(np.log(matrix.closes), axis=1)
    moved = steps[:, rng.permutation(steps.shape[1])]
    path = np.concatenate((np.zeros((len(moved), 1)), np.cumsum(moved, axis=1)), axis=1)
    closes = matrix.closes[:, :1] * np.exp(path)
    fills = closes.copy()
    fills[:, -1] = np.nan
    return PriceMatrix(
        matrix.source,
        matrix.assets,
        matrix.interval,
        matrix.starts,
        closes=closes,
        fills=fills,
        has_bar=np.ones_like(closes, dtype=np.bool_),
        delisted_after=(-1,) * len(matrix.assets),
    )


def _pauses(plan: LabelPlan, days: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    is_paused = np.zeros(days, dtype=np.bool_)
    begins = np.flatnonzero(rng.random(days) < 1.0 / plan.pause_every)
    for begin, length in zip(
        begins, rng.geometric(1.0 / plan.pause_days, begins.size), strict=True
    ):
        is_paused[begin : begin + int(length)] = True
    return is_paused
