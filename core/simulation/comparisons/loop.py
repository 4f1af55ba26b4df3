"""One comparison bar by bar: mark, look for the next bar to trade on, trade, go on.

Coins do not change between trades, so the bars in between are marked many at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.comparisons.bands import Bands
from core.simulation.comparisons.book import Book
from core.simulation.comparisons.market import Market
from core.simulation.comparisons.record import Record
from core.simulation.comparisons.tax import TaxYear
from core.simulation.comparisons.wealth import planned_trades
from core.simulation.matrix import Flags
from core.simulation.runs import SimulatedRun

_FEWEST, _MOST = 32, 4_096


@dataclass(frozen=True, slots=True)
class Rule:
    """When to trade, and to which weights; ``bands`` are those of the coins that last.

    Attributes:
        due: (bands, weights, which bars) -> on which of these bars it trades; weights are
            bars x (assets + 1).
        goal: (bands, weights of one bar) -> where they should go, sum 1.
    """

    due: Callable[[Bands, Floats, slice], Flags]
    goal: Callable[[Bands, Floats], Floats]


def live(market: Market, rule: Rule, name: str) -> SimulatedRun:
    """Live one comparison from the first bar to the last."""
    life = _Life(market, rule)
    bar, width = 0, _FEWEST
    for end in _stretches(market):
        while bar < end:
            stop = min(bar + width, end)
            found = life.mark(slice(bar, stop))
            # Look further ahead while nothing happens: what lies behind a trade is marked again.
            width = min(width * 2, _MOST) if found is None else _FEWEST
            bar = stop if found is None else found + 1
        life.end_coins(end - 1)
    return life.record.run(market, name)


def _stretches(market: Market) -> list[int]:
    """Return the end of every stretch in which no coin ends, the last bar's included."""
    return sorted({*(end + 1 for end in market.ends if end >= 0), len(market.matrix)})


class _Life:
    """A comparison under way: its account, the bands of the coins that last, its record."""

    def __init__(self, market: Market, rule: Rule) -> None:
        self.market, self.rule = market, rule
        self.bands, self.book = market.bands, Book.opened(market)
        self.tax = TaxYear(market.tax_rate)
        self.record = Record.empty(len(market.matrix), len(market.assets) + 1)

    def mark(self, bars: slice) -> int | None:
        """Mark these bars up to the first one to trade on; trade, and return it, or None."""
        first = int(bars.start)
        weights = self._weights(bars)
        is_due = self.market.usable[bars] & self.rule.due(self.bands, weights, bars)
        found = np.flatnonzero(is_due)
        last = int(found[0]) + 1 if found.size else len(weights)
        kept = slice(first, first + last)
        self.record.weights[kept] = weights[:last]
        self.record.is_inside[kept] = ~self.bands.outside(weights[:last]).any(axis=1)
        if not found.size:
            return None
        bar = first + last - 1
        self._trade(bar, weights[last - 1])
        return bar

    def _weights(self, bars: slice) -> Floats:
        """Write down the values of these bars; return their weights."""
        worth = (self.market.closes[:, bars] * self.book.coins[:, None]).T
        values = worth.sum(axis=1) + self.book.cash
        self.record.values[bars] = values
        held = np.column_stack((worth, np.full(len(worth), self.book.cash)))
        weights: Floats = held / values[:, None]
        return weights

    def _trade(self, bar: int, weights: Floats) -> None:
        market, book = self.market, self.book
        trades = planned_trades(
            market.closes[:, bar] * book.coins,
            self.rule.goal(self.bands, weights)[:-1],
            book.cash,
            sells=market.sells,
            buys=market.buys,
        )
        is_traded = trades != 0.0
        if not is_traded.any():
            return
        self.record.is_proposed[bar] = True
        if np.isnan(market.fills[is_traded, bar]).any():
            return  # a coin has no next bar: asked, and expired
        booked = book.fill(market, bar, trades)
        self.record.book(bar, booked, self.tax.add(booked.gain, market.filled_at(bar)))

    def end_coins(self, bar: int) -> None:
        """Sell the coins whose last bar this is; they keep out of trades from here on."""
        for index, end in enumerate(self.market.ends):
            if end == bar:
                gain = self.book.delist(index, float(self.market.closes[index, bar]))
                # As in the reference backtest, it is sold on the bar after its last one.
                self.record.taxes[bar + 1] += self.tax.add(gain, self.market.filled_at(bar))
                self.bands = self.bands.without(index)
