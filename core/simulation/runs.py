"""What one policy did on one stretch of history: the record that metrics and studies read.

The reference backtest, the kernel and the simple comparisons all end in this record, so that one
table can be made of all of them.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from core.domain.units import Asset
from core.simulation.bar_table import Floats, Seconds
from core.simulation.matrix import Flags

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRun:
    """One policy's way through one market, bar by bar; statistics, so floats.

    Attributes:
        name: the policy's name in tables, e.g. ``full``.
        source: whose prices.
        interval: the length of a bar.
        quote: the quote currency.
        assets: the coins by symbol; the last column of weights and targets is cash.
        starts: open times of the bars, epoch seconds; bars.
        values: what the portfolio is worth at each close, quote currency; bars.
        flows: money that came in (positive) or went out right after the close before; bars.
        weights: at each close, before a decision on it is carried out; bars x (assets + 1).
        targets: in force at each close, tilts included; bars x (assets + 1).
        is_inside: whether every asset was inside its band at the close; bars.
        is_proposed: whether a person was asked on this close; bars.
        orders: orders that filled on the decision of this close; bars.
        turnover: one-way, as a share of the portfolio; bars.
        costs: fees and slippage really paid for the decision of this close, quote currency; bars.
        predicted_costs: what the plan had said of those same trades; bars.
        taxes: a flat-rate estimate on average-cost gains realised by them; bars.
        regimes: the published label of each close, one text a bar; empty where it was not watched.
        phases: ``NORMAL``, ``PAUSED`` or ``GUARDED``; empty where it was not watched.
    """

    name: str
    source: str
    interval: timedelta
    quote: Asset
    assets: tuple[Asset, ...]
    starts: Seconds
    values: Floats
    flows: Floats
    weights: Floats
    targets: Floats
    is_inside: Flags
    is_proposed: Flags
    orders: Counts
    turnover: Floats
    costs: Floats
    predicted_costs: Floats
    taxes: Floats
    regimes: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def log_returns(self) -> Floats:
        """Log returns from close to close with flows taken out; bars - 1.

        A flow arrives right after the close before, so it is part of what the bar starts with.
        """
        begun = self.values[:-1] + self.flows[1:]
        returns: Floats = np.log(self.values[1:] / begun)
        return returns

    def between(self, first: int, end: int) -> "SimulatedRun":
        """Return the bars from ``first`` up to, not including, ``end``."""
        cut = slice(first, end)
        columns = (
            "starts", "values", "flows", "weights", "targets", "is_inside", "is_proposed", "orders",
            "turnover", "costs", "predicted_costs", "taxes", "regimes", "phases",
        )  # fmt: skip
        return replace(self, **{name: getattr(self, name)[cut] for name in columns})
