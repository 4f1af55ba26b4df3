"""Small markets and policies for the comparisons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from core.domain.policy import BandRules, Policy
from core.domain.units import Asset, Rate, Weight
from core.simulation.bar_table import DAY, Floats
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts

FIRST = datetime(2021, 1, 1, tzinfo=UTC)
USD = Asset("USD")
COSTLY = TradingCosts(Rate(Decimal("0.004")), Rate(Decimal("0.0010")), ())


def policy_of(targets: Mapping[str, str], bands: BandRules | None = None) -> Policy:
    """Return a policy of these targets, in percent; the rest is cash."""
    weights = {Asset(name): Decimal(text) / 100 for name, text in targets.items()}
    weights[USD] = 1 - sum(weights.values(), Decimal(0))
    pairs = tuple((asset, Weight(weight)) for asset, weight in weights.items())
    return Policy(USD, pairs, bands=bands or BandRules())


@dataclass(frozen=True, slots=True)
class Roughness:
    """What is wrong with a market.

    Attributes:
        gaps: share of (coin, bar) without a bar; the first bar has all.
        ends: (coin's row, index of its last bar).
    """

    gaps: float = 0.0
    ends: tuple[tuple[int, int], ...] = ()


def market_of(  # how a market differs from the usual, each by name
    coins: str,
    bars: int,
    seed: int,
    *,
    interval: timedelta = timedelta(days=1),
    at_close: bool = False,
    rough: Roughness = Roughness(),
) -> PriceMatrix:
    """Return seeded prices; a coin is one letter of ``coins``.

    Args:
        coins: their names, in order.
        bars: how many.
        seed: of the generator.
        interval: of a bar.
        at_close: fills at the close decided on, in place of an open that has moved a little.
        rough: gaps and ends.
    """
    rng = np.random.default_rng(seed)
    shape = (len(coins), bars)
    moves = 0.05 * (rng.standard_normal(bars) + rng.standard_normal(shape))
    closes = np.array([[7.0], [300.0], [0.02], [45.0], [1.0]])[: len(coins)] * np.exp(
        np.cumsum(moves, axis=1)
    )
    has_bar = rng.random(shape) >= rough.gaps
    has_bar[:, :1] = True
    ends = [-1] * len(coins)
    for row, last in rough.ends:
        ends[row] = last
        has_bar[row, last] = True
        has_bar[row, last + 1 :] = False
    return PriceMatrix(
        "made up",
        tuple(Asset(name) for name in coins),
        interval,
        int(FIRST.timestamp()) + np.arange(bars, dtype=np.int64) * int(interval.total_seconds()),
        closes=(closes := _held(closes, has_bar)),
        fills=_fills(closes, has_bar, rng, at_close=at_close),
        has_bar=has_bar,
        delisted_after=tuple(ends),
    )


def _held(closes: Floats, has_bar: np.ndarray) -> Floats:
    known = np.maximum.accumulate(np.where(has_bar, np.arange(closes.shape[1]), 0), axis=1)
    held: Floats = np.take_along_axis(closes, known, axis=1)
    return held


def _fills(
    closes: Floats, has_bar: np.ndarray, rng: np.random.Generator, *, at_close: bool
) -> Floats:
    fills = np.full(closes.shape, np.nan)
    moved = 0.0 if at_close else 0.01 * rng.standard_normal(fills[:, :-1].shape)
    fills[:, :-1] = np.where(has_bar[:, 1:], closes[:, :-1] * np.exp(moved), np.nan)
    return fills


def day_of(bar: int) -> datetime:
    """Return the open time of a daily bar."""
    return FIRST + timedelta(seconds=bar * DAY)
