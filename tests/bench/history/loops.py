"""The same rule in a plain NumPy loop and in a plain Numba loop, and the floor below them all."""

from collections.abc import Callable

import numba
import numpy as np

from tests.bench.history import rule
from tests.bench.history.market import BAND, FEE, TARGET, VALUE, Floats

destination: Callable[..., Floats] = numba.njit()(rule.destination)
quantities_after: Callable[..., Floats] = numba.njit()(rule.quantities_after)


def start(closes: Floats) -> tuple[Floats, float, Floats]:
    """Return the coins, the cash and the targets everybody starts with: nothing but cash."""
    targets = np.append(np.full(len(closes), TARGET), 1.0 - TARGET * len(closes))
    return np.zeros(len(closes)), VALUE, targets


def numpy_loop(closes: Floats) -> tuple[float, int]:
    """Return final value and number of rebalances, bar by bar in NumPy."""
    quantities, cash, targets = start(closes)
    count = 0
    for prices in np.ascontiguousarray(closes.T):
        values = quantities * prices
        total = values.sum() + cash
        weights = np.append(values, cash) / total
        if np.abs(weights - targets).max() < BAND:
            continue
        wanted = rule.destination(weights, targets, BAND)
        quantities, cash = _traded(quantities, cash, prices, total=total, wanted=wanted)
        count += 1
    return float(quantities @ closes[:, -1] + cash), count


def _traded(
    quantities: Floats, cash: float, prices: Floats, *, total: float, wanted: Floats
) -> tuple[Floats, float]:
    held = rule.quantities_after(quantities, prices, total, wanted, FEE)
    moved = (held - quantities) * prices
    return held, float(cash - moved.sum() - FEE * np.abs(moved).sum())


def _loop(
    closes: Floats, quantities: Floats, cash: float, targets: Floats, band: float, fee: float
) -> tuple[float, int]:
    coins, bars = closes.shape
    count = 0
    weights = np.empty(coins + 1)
    prices = np.empty(coins)
    for bar in range(bars):
        total = cash
        for coin in range(coins):
            prices[coin] = closes[coin, bar]
            weights[coin] = quantities[coin] * prices[coin]
            total += weights[coin]
        weights[coins] = cash
        is_out = False
        for place in range(coins + 1):
            is_out |= abs(weights[place] - targets[place] * total) >= band * total
        if is_out:
            weights /= total
            wanted = destination(weights, targets, band)
            held = quantities_after(quantities, prices, total, wanted, fee)
            for coin in range(coins):
                moved = (held[coin] - quantities[coin]) * prices[coin]
                cash -= moved + fee * abs(moved)
            quantities = held
            count += 1
    return cash + np.sum(quantities * closes[:, -1]), count


_compiled: Callable[..., tuple[float, int]] = numba.njit()(_loop)


def numba_loop(closes: Floats) -> tuple[float, int]:
    """Return final value and number of rebalances, bar by bar under Numba."""
    quantities, cash, targets = start(closes)
    value, count = _compiled(closes, quantities, cash, targets, BAND, FEE)
    return float(value), int(count)


def _pass(closes: Floats) -> float:
    total = 0.0
    for coin in range(closes.shape[0]):
        for bar in range(closes.shape[1]):
            total += closes[coin, bar]
    return total


_fast_pass: Callable[[Floats], float] = numba.njit(fastmath=True)(_pass)


def one_pass(closes: Floats) -> float:
    """Read every price once and do next to nothing with it: nobody is faster who reads them all."""
    return _fast_pass(closes)
