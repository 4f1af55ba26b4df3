"""The rule that everybody follows here, told once and independently of the core.

A coin, or the cash, that has left its band of fixed width goes back to its target; the money for
it comes from, or goes to, those that are furthest on the other side, in units of their band, none
of them past its own target. Weights are right after proportional fees: the value after them solves
``V' + fee * sum |f V' - v| = V`` by iteration. It runs as plain Python and under Numba.
"""

import numpy as np

from tests.bench.history.market import Floats

_ROUNDS = 40


def destination(weights: Floats, targets: Floats, band: float) -> Floats:
    """Return where every weight goes; the last place is cash."""
    wanted = weights.copy()
    gap = 0.0
    for place in range(len(weights)):
        if abs(weights[place] - targets[place]) >= band:
            gap += weights[place] - targets[place]
            wanted[place] = targets[place]
    sign = 1.0 if gap > 0 else -1.0
    opposite = sign * (wanted - targets)
    order = np.argsort(opposite)
    # The lowest ones are lifted to a common level, as far as the money goes.
    total = 0.0
    for count in range(1, len(weights) + 1):
        total += opposite[order[count - 1]]
        level = (abs(gap) + total) / count
        following = opposite[order[count]] if count < len(weights) else 0.0
        if level <= min(following, 0.0) or following >= 0.0:
            for place in order[:count]:
                wanted[place] = targets[place] + sign * min(level, 0.0)
            break
    return wanted


def quantities_after(
    quantities: Floats, prices: Floats, total: float, wanted: Floats, fee: float
) -> Floats:
    """Return the coins to hold so that the weights are as wanted once the fees are paid.

    A coin whose weight stays is not traded.
    """
    values = quantities * prices
    is_moved = np.abs(wanted[:-1] - values / total) > 1e-12
    after = total
    for _ in range(_ROUNDS):
        traded = np.abs(wanted[:-1] * after - values)
        after = total - fee * np.sum(np.where(is_moved, traded, 0.0))
    return np.where(is_moved, wanted[:-1] * after / prices, quantities)
