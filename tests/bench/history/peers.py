"""vectorbt and bt with the same rule, each in its own way."""
# ruff: noqa: ANN401  # both hand over objects that have no types

from typing import Any

import bt
import numba
import numpy as np
import pandas as pd
import vectorbt as vbt
from vectorbt.portfolio import nb

from tests.bench.history import rule
from tests.bench.history.loops import destination, quantities_after, start
from tests.bench.history.market import BAND, FEE, Floats


@numba.njit
def _before_bar(c: Any, wished: Floats, targets: Floats, band: float, fee: float) -> tuple[Floats]:
    """Write down what every coin's order of this bar is, sales first."""
    quantities = c.last_position
    prices = c.close[c.i]
    cash = c.last_cash[c.group]
    values = quantities * prices
    total = cash + np.sum(values)
    weights = np.append(values, cash) / total
    wished[:] = 0.0
    if np.max(np.abs(weights - targets)) >= band:
        wanted = destination(weights, targets, band)
        wished[:] = quantities_after(quantities, prices, total, wanted, fee) - quantities
        c.call_seq_now[:] = np.argsort(wished * prices)
    return (wished,)


@numba.njit
def _order(c: Any, wished: Floats, fee: float) -> Any:
    if wished[c.col] == 0.0:
        return nb.order_nothing_nb()
    return nb.order_nb(size=wished[c.col], price=c.close[c.i, c.col], fees=fee)


def vectorbt_run(closes: Floats) -> float:
    """Return the final value that vectorbt comes to, bar by bar in its own compiled loop."""
    _, cash, targets = start(closes)
    portfolio = vbt.Portfolio.from_order_func(
        pd.DataFrame(closes.T),
        _order,
        FEE,
        pre_segment_func_nb=_before_bar,
        pre_segment_args=(np.zeros(len(closes)), targets, BAND, FEE),
        init_cash=cash,
        cash_sharing=True,
        group_by=True,
        freq="1h",
    )
    return float(portfolio.final_value())


class _Bands(bt.Algo):  # type: ignore[misc]  # bt has no types
    """The rule as bt has it: an algo that trades explicit amounts."""

    def __init__(self, names: list[str], targets: Floats) -> None:
        super().__init__()
        self._names = names
        self._targets = targets

    def __call__(self, target: Any) -> bool:
        coins = [target.children[name] for name in self._names]
        prices = np.array([coin.price for coin in coins])
        held = np.array([coin.position for coin in coins])
        total = target.value
        weights = np.append(held * prices, target.capital) / total
        if np.abs(weights - self._targets).max() >= BAND:
            wanted = rule.destination(weights, self._targets, BAND)
            wished = rule.quantities_after(held, prices, total, wanted, FEE) - held
            for place in np.argsort(wished * prices):
                if wished[place]:
                    target.transact(wished[place], child=self._names[place])
        return True


def bt_run(closes: Floats) -> float:
    """Return the final value that bt comes to with explicit transactions."""
    _, cash, targets = start(closes)
    days = pd.date_range("2020-01-01", periods=closes.shape[1], freq="h")
    names = [f"C{n}" for n in range(len(closes))]
    data = pd.DataFrame(closes.T, index=days, columns=names)
    strategy = bt.Strategy(
        "bands", [_Bands(names, targets)], children=[bt.Security(name) for name in names]
    )
    test = bt.Backtest(
        strategy,
        data,
        initial_capital=cash,
        commissions=lambda quantity, price: FEE * abs(quantity) * price,
        integer_positions=False,
        progress_bar=False,
    )
    test.run()
    return float(test.strategy.value)
