"""Order books: levels that orders take from, made up around a price, set by hand, or swinging."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from tests.emulators.kraken.listings import Pair
from tests.emulators.public_venue import Coin

BUY, SELL = "buy", "sell"
_LEVELS = 10


@dataclass
class Level:
    """So much at one price."""

    price: Decimal
    volume: Decimal


@dataclass(frozen=True)
class Swing:
    """A price that moves by itself, always in the same way.

    Attributes:
        seed: equal seeds move alike.
        amplitude: farthest from the middle, as a fraction of it.
        period_seconds: of the slowest wave.
        step_seconds: how long a book stands still; then it is whole again.
    """

    seed: int
    amplitude: Decimal = Decimal("0.02")
    period_seconds: int = 3600
    step_seconds: int = 10

    def step(self, at: datetime) -> int:
        """Return the number of the book at an instant."""
        return int(at.timestamp()) // self.step_seconds

    def factor(self, step: int) -> Decimal:
        """Return what the middle is multiplied by."""
        draw = Random(self.seed)
        waves = [(draw.uniform(0, math.tau), 2**n) for n in range(4)]
        angle = math.tau * step * self.step_seconds / self.period_seconds
        height = sum(math.sin(angle * speed + phase) / speed for phase, speed in waves) / 2
        return 1 + self.amplitude * Decimal(f"{max(-1.0, min(1.0, height)):.6f}")

    def thickness(self, step: int) -> Decimal:
        """Return what the volumes are multiplied by."""
        draw = Random(f"{self.seed}:{step}")
        return Decimal(f"{draw.uniform(0.2, 2):.3f}")


@dataclass
class Market:
    """One pair and its book.

    Attributes:
        pair: what is traded, by which rules.
        coin: the price by which its candles are made up.
        half_spread: of a made-up book, as a fraction of the price.
        depth: volume of each level of a made-up book, in quote.
        swing: None = the book changes only when somebody changes it or takes from it.
    """

    pair: Pair
    coin: Coin
    half_spread: Decimal = Decimal("0.0002")
    depth: Decimal = Decimal(50_000)
    swing: Swing | None = None
    bids: list[Level] = field(default_factory=list)
    asks: list[Level] = field(default_factory=list)
    last: Decimal = Decimal(0)
    _middle: Decimal = Decimal(0)
    _step: int | None = None

    @classmethod
    def of(cls, pair: Pair) -> Market:
        """Return a market at the pair's first price."""
        market = cls(pair, Coin(pair.start))
        market.move_to(pair.start)
        return market

    def move_to(self, price: Decimal | str) -> None:
        """Make up a fresh book around ``price``."""
        self._middle = Decimal(price)
        self._make_up(self._middle, Decimal(1))

    def set_book(self, bids: Iterable[tuple[str, str]], asks: Iterable[tuple[str, str]]) -> None:
        """Put these levels in place, best first, as (price, volume); it stops swinging."""
        self.swing = None
        self.bids, self.asks = _levels(bids), _levels(asks)
        best = [levels[0].price for levels in (self.bids, self.asks) if levels]
        if best:
            self._middle = self.coin.price = self.last = sum(best, Decimal(0)) / len(best)

    def refresh(self, now: datetime) -> None:
        """Let a swinging book be as it is at ``now``."""
        if self.swing is None or self._step == self.swing.step(now):
            return
        self._step = self.swing.step(now)
        price = self._middle * self.swing.factor(self._step)
        self._make_up(price, self.swing.thickness(self._step))

    def against(self, side: str) -> list[Level]:
        """Return the levels that an order of ``side`` meets, best first."""
        return self.asks if side == BUY else self.bids

    def reachable(self, side: str, limit: Decimal | None) -> list[Level]:
        """Return the levels that an order may take; no limit = all."""
        levels = self.against(side)
        if limit is None:
            return list(levels)
        return [
            level
            for level in levels
            if (level.price <= limit if side == BUY else level.price >= limit)
        ]

    def take(
        self, side: str, volume: Decimal, limit: Decimal | None
    ) -> list[tuple[Decimal, Decimal]]:
        """Take up to ``volume`` off the book; return (price, volume) of each level met."""
        fills = []
        for level in self.reachable(side, limit):
            amount = min(volume, level.volume)
            if amount <= 0:
                break
            fills.append((level.price, amount))
            level.volume -= amount
            volume -= amount
        self.against(side)[:] = [level for level in self.against(side) if level.volume > 0]
        return fills

    def _make_up(self, price: Decimal, thickness: Decimal) -> None:
        tick = self.pair.tick_size
        gap = max(tick, _to_step(price * self.half_spread, tick))
        middle = _to_step(price, tick)
        volume = _to_step(
            self.depth * thickness / price, Decimal(1).scaleb(-min(4, self.pair.lot_decimals))
        )
        # Every level is as deep as the best one and as far from it as the best is from the middle.
        self.bids = [Level(middle - gap * n, volume) for n in range(1, _LEVELS + 1)]
        self.asks = [Level(middle + gap * n, volume) for n in range(1, _LEVELS + 1)]
        self.coin.price = self.last = middle


def _levels(rows: Iterable[tuple[str, str]]) -> list[Level]:
    return [Level(Decimal(price), Decimal(volume)) for price, volume in rows]


def _to_step(number: Decimal, step: Decimal) -> Decimal:
    return (number / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step
