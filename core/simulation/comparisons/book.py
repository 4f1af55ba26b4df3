"""Coins, cash and what they once cost: the account of a comparison, trade by trade."""

from dataclasses import dataclass

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.comparisons.market import Market

DELISTED_AT = 0.5
"""What a coin that ended still brings, as a share of its last close. Source: METHODS 6.1."""


_NOTHING = 1e-12
"""A share of the portfolio that rounding leaves over: no order."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What one decision came to: orders filled, one-way turnover, cost, and what realised gains."""

    orders: int
    turnover: float
    cost: float
    predicted: float
    gain: float


@dataclass(frozen=True, slots=True)
class _Leg:
    """One filled order: its value at the fill price before costs, and what it cost."""

    worth: float = 0.0
    cost: float = 0.0
    predicted: float = 0.0
    gain: float = 0.0


@dataclass(slots=True, eq=False)
class Book:
    """The account of one comparison.

    Attributes:
        coins: held; assets.
        cash: quote currency.
        paid: what the held coins cost on average, costs of buying included; assets.
    """

    coins: Floats
    cash: float
    paid: Floats

    @classmethod
    def opened(cls, market: Market) -> "Book":
        """Return the targets, bought at the first close free of cost."""
        values = market.bands.targets * market.value
        coins = values[:-1] / market.closes[:, 0]
        return cls(coins, float(values[-1]), market.closes[:, 0].copy())

    def fill(self, market: Market, bar: int, trades: Floats) -> Booked:
        """Carry out what was planned on a close: sales first, then buys, the largest first.

        Args:
            market: prices and costs.
            bar: whose close was decided on.
            trades: planned values at that close, positive to buy; assets.
        """
        total = float(self.coins @ market.closes[:, bar]) + self.cash
        order = np.argsort(-np.abs(trades), kind="stable").tolist()
        trades = self._affordable(market, trades, order)
        sold = [self._sell(market, bar, i, -float(trades[i])) for i in order if trades[i] < 0.0]
        bought = [self._buy(market, bar, i, float(trades[i])) for i in order if trades[i] > 0.0]
        filled = [leg for leg in (*sold, *bought) if leg.worth > _NOTHING * total]
        one_way = max(sum(leg.worth for leg in legs) for legs in (sold, bought))
        return Booked(
            orders=len(filled),
            turnover=one_way / total,
            cost=sum(leg.cost for leg in filled),
            predicted=sum(leg.predicted for leg in filled),
            gain=sum(leg.gain for leg in filled),
        )

    def _affordable(self, market: Market, trades: Floats, order: list[int]) -> Floats:
        """Return the plan with each buy cut to what cash and the planned sales pay for.

        Where no cash is held, costs fall on the smallest buy. Source: METHODS 1.6 and 9a.
        """
        planned = trades.copy()
        budget = self.cash - float(np.minimum(trades, 0.0) @ (1.0 - market.sells))
        for index in order:
            if trades[index] > 0.0:
                paid = 1.0 + float(market.buys[index])
                planned[index] = min(float(trades[index]), max(budget, 0.0) / paid)
                budget -= planned[index] * paid
        return planned

    def delist(self, index: int, close: float) -> float:
        """Sell all of a coin that ended at half of its last close; return the gain."""
        size, price = float(self.coins[index]), close * DELISTED_AT
        gain = size * (price - float(self.paid[index]))
        self.cash += size * price
        self.coins[index] = 0.0
        return gain

    def _sell(self, market: Market, bar: int, index: int, planned: float) -> "_Leg":
        rate, close = float(market.sells[index]), float(market.closes[index, bar])
        size = min(planned / close, float(self.coins[index]))
        worth = size * float(market.fills[index, bar])
        net = worth * (1.0 - rate)
        self.coins[index] -= size
        self.cash += net
        gain = net - size * float(self.paid[index])
        return _Leg(worth, worth * rate, size * close * rate, gain)

    def _buy(self, market: Market, bar: int, index: int, planned: float) -> "_Leg":
        rate, close = float(market.buys[index]), float(market.closes[index, bar])
        fill, held = float(market.fills[index, bar]), float(self.coins[index])
        size = min(planned / close, self.cash / (fill * (1.0 + rate)))
        if size <= 0.0:
            return _Leg()
        spent = size * fill * (1.0 + rate)
        self.paid[index] = (held * float(self.paid[index]) + spent) / (held + size)
        self.coins[index] = held + size
        self.cash = max(self.cash - spent, 0.0)
        return _Leg(size * fill, size * fill * rate, size * close * rate)
