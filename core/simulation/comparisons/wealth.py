"""Desired weights -> what the portfolio is worth after the trades are paid for, exactly."""

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.matrix import Flags

# What is left when weights are computed twice in another order: no trade.
_NOISE = 1e-12


def planned_trades(
    values: Floats, goal: Floats, cash: float, *, sells: Floats, buys: Floats
) -> Floats:
    """Return what to buy (positive) and sell of every coin so that weights are right after costs.

    A leg whose side the costs would turn round is dropped, its money stays in cash.

    Args:
        values: of the coins before the trades, quote currency; assets.
        goal: desired weights of the coins; assets.
        cash: quote currency before the trades.
        sells: cost of a sale per value sold; assets.
        buys: cost of a purchase per value bought; assets.

    Source: METHODS 1.5 and 9a.
    """
    total = float(values.sum()) + cash
    wanted = goal - values / total
    kept: Flags = np.abs(wanted) > _NOISE
    while True:
        after = _wealth_after(total, values[kept], goal[kept], sells=sells[kept], buys=buys[kept])
        trades = np.where(kept, goal * after - values, 0.0)
        is_turned = kept & (trades * wanted < 0.0)
        if not is_turned.any():
            return trades
        kept = kept & ~is_turned


def _wealth_after(
    total: float, values: Floats, goal: Floats, *, sells: Floats, buys: Floats
) -> float:
    """Solve ``V' + sum k |f V' - v| = V``: rising, and linear between the kinks v / f."""
    has_goal = goal > 0.0
    kinks = np.full(len(values), np.inf)
    kinks[has_goal] = values[has_goal] / goal[has_goal]
    ordered = np.sort(kinks[has_goal])
    trades = ordered[:, None] * goal - values
    left = ordered + np.where(trades > 0.0, trades * buys, -trades * sells).sum(axis=1)
    above = ordered[left >= total]
    upper = float(above[0]) if above.size else np.inf
    rates = np.where(kinks < upper, buys, -sells)
    return float((total + (rates * values).sum()) / (1.0 + (rates * goal).sum()))
