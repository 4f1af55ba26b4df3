"""What a comparison writes down while it lives."""

from dataclasses import dataclass

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.comparisons.book import Booked
from core.simulation.comparisons.market import Market
from core.simulation.matrix import Flags
from core.simulation.runs import Counts, SimulatedRun


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """The columns of a ``SimulatedRun`` that fill up bar by bar."""

    values: Floats
    weights: Floats
    is_inside: Flags
    is_proposed: Flags
    orders: Counts
    turnover: Floats
    costs: Floats
    predicted_costs: Floats
    taxes: Floats

    @classmethod
    def empty(cls, bars: int, columns: int) -> "Record":
        """Return columns of zeros for so many bars and assets, cash included."""
        flags = np.zeros((2, bars), dtype=np.bool_)
        floats = np.zeros((5, bars))
        return cls(
            floats[0],
            np.zeros((bars, columns)),
            flags[0],
            flags[1],
            np.zeros(bars, dtype=np.int64),
            *floats[1:],
        )

    def book(self, bar: int, booked: Booked, tax: float) -> None:
        """Write down what the decision on a close came to."""
        self.orders[bar] = booked.orders
        self.turnover[bar] = booked.turnover
        self.costs[bar] = booked.cost
        self.predicted_costs[bar] = booked.predicted
        self.taxes[bar] += tax

    def run(self, market: Market, name: str) -> SimulatedRun:
        """Return the finished record."""
        matrix = market.matrix
        return SimulatedRun(
            name=name,
            source=matrix.source,
            interval=matrix.interval,
            quote=market.quote,
            assets=market.assets,
            starts=matrix.starts,
            values=self.values,
            flows=np.zeros(len(matrix)),
            weights=self.weights,
            targets=np.tile(market.bands.targets, (len(matrix), 1)),
            is_inside=self.is_inside,
            is_proposed=self.is_proposed,
            orders=self.orders,
            turnover=self.turnover,
            costs=self.costs,
            predicted_costs=self.predicted_costs,
            taxes=self.taxes,
        )
