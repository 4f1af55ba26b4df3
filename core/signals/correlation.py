"""Daily bars of several coins -> how much they move together, and the vote (METHODS 3.2, 9a)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.domain.market import BarSeries
from core.domain.stress import Family, Silence, Vote
from core.domain.units import exact, quantised
from core.domain.watching import StressRules
from core.signals.prepared import PAIRS

Pair = tuple[Decimal | None, Decimal | None]
"""Mean pairwise correlation of the short and of the long window; None with too few coins."""

SHORT = 10
"""Days of the correlation that votes. Source: METHODS 3.2."""

LONG = 90
"""Days of the correlation it is held against; a coin needs all of them. Source: METHODS 9a."""

_STILL = 1e-9  # root of the summed squares below which returns are only rounding

_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]


def correlations(
    bars: Sequence[BarSeries],
    count: int,
    rules: StressRules,
    *,
    until: datetime | None = None,
) -> tuple[Pair, ...]:
    """Return the mean pairwise correlations of each of the newest ``count`` days, oldest first.

    A coin takes part in a day on which it has all 90 daily log returns. One that did not move at
    all has correlation 0 with every other.

    Args:
        bars: daily bars; those of coins that are not in ``rules.correlated`` are left aside.
            Lengths and newest days may differ.
        count: how many days.
        rules: the coins, and how many of them it takes.
        until: open time of the newest day wanted; None = the newest day of any of the coins.

    Source: METHODS 3.2, 9a.
    """
    coins = [row for row in bars if row.asset in rules.correlated]
    if len(coins) < rules.min_coins:
        return ((None, None),) * count
    newest = until or max(row.opened_at for row in coins)
    if count == 1 and (known := PAIRS.get((tuple(row.digest for row in coins), newest, rules))):
        return (known,)
    # One close more than the windows need: it tells whether the first is a real one.
    before_too = _aligned(coins, "closes", newest, count + LONG + 1)
    closes = before_too[:, 1:]
    is_bad = ~(np.isfinite(closes) & (closes > 0)) | _is_carried(coins, before_too, newest)
    takes_part = _all_good(is_bad, LONG + 1)
    returns = np.diff(np.log(np.where(is_bad, 1.0, closes)), axis=1)
    enough = (takes_part.sum(axis=0) >= rules.min_coins).tolist()
    short = _mean_pairwise(returns[:, LONG - SHORT :], takes_part, SHORT)
    long = _mean_pairwise(returns, takes_part, LONG)
    return tuple(
        (_decimal(one), _decimal(other)) if is_known else (None, None)
        for is_known, one, other in zip(enough, short.tolist(), long.tolist(), strict=True)
    )


@exact
def correlation_vote(pair: Pair, rules: StressRules) -> Vote:
    """Return the vote of the common movement; what it measured is the short correlation.

    Source: METHODS 3.2.
    """
    short, long = pair
    if short is None or long is None:
        return Vote(Family.CORRELATION, None, Silence.TOO_FEW)
    is_close = short >= rules.correlation and short >= long + rules.correlation_rise
    return Vote(Family.CORRELATION, int(is_close), measured=short)


def _mean_pairwise(returns: _Floats, takes_part: _Flags, days: int) -> _Floats:
    """Return the mean correlation over all pairs of coins, for each day.

    The squared length of a sum of unit vectors is their number plus twice the sum of all pairs'
    products, so no pair is looked at by itself.
    """
    windows = sliding_window_view(returns, days, axis=1).copy()  # in rows: one order of adding
    windows -= windows.mean(axis=-1, keepdims=True)
    sizes = np.sqrt(np.einsum("ndw,ndw->nd", windows, windows))
    moves = takes_part & (sizes > _STILL)
    windows *= np.where(moves, 1.0 / np.where(moves, sizes, 1.0), 0.0)[..., np.newaxis]
    total = windows.sum(axis=0)
    coins = takes_part.sum(axis=0)
    products = np.einsum("dw,dw->d", total, total) - moves.sum(axis=0)
    mean: _Floats = products / np.maximum(coins * (coins - 1), 1)
    return mean


def _all_good(is_bad: _Flags, days: int) -> _Flags:
    """Return, for each coin and day, whether none of the newest ``days`` closes is bad."""
    good: _Flags = np.logical_not(sliding_window_view(is_bad, days, axis=1).any(axis=-1))
    return good


def _is_carried(coins: Sequence[BarSeries], closes: _Floats, newest: datetime) -> _Flags:
    """Return where the previous close stands in for a day without a bar, from the second close on.

    Source: METHODS 9a.
    """
    days = closes.shape[1] - 1
    carried = np.isnan(_aligned(coins, "volumes", newest, days))
    if not (carried & ~np.isnan(closes[:, 1:])).any():
        return np.zeros_like(carried)
    for column in ("opens", "highs", "lows", "closes"):
        carried &= _aligned(coins, column, newest, days) == closes[:, :-1]
    return carried


def _aligned(coins: Sequence[BarSeries], column: str, newest: datetime, days: int) -> _Floats:
    """Return one column of all coins on the same ``days`` days, NaN where a coin has no bar."""
    grid = np.full((len(coins), days), np.nan)
    for row, coin in zip(grid, coins, strict=True):
        values = getattr(coin, column)
        end = days - (newest - coin.opened_at).days  # where the coin's newest bar would end
        first, last = max(end - len(values), 0), min(end, days)
        if first < last:
            start = len(values) - (end - first)
            row[first:last] = values[start : start + last - first]
    return grid


def _decimal(number: float) -> Decimal:
    return Decimal(str(quantised(number)))
