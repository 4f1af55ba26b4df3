"""Drift before and after -> what less drift is worth, as a share of the portfolio (gate 9)."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from core.domain.market import BarSeries
from core.domain.policy import BenefitRules
from core.domain.units import Asset, Rate, Weight, quantised

DAYS_A_YEAR = 365


def benefit_of(
    before: Mapping[Asset, Weight],
    after: Mapping[Asset, Weight],
    *,
    targets: Mapping[Asset, Weight],
    bars: Mapping[Asset, BarSeries],
    rules: BenefitRules,
) -> Rate:
    """Return ``0.5 g H (d0' C d0 - d1' C d1)`` over the risk assets, quantised.

    Args:
        before: weights of the risk assets now.
        after: weights of the same assets once the plan is filled.
        targets: target weights of the same assets.
        bars: daily bars per asset, for the covariance.
        rules: risk aversion g, horizon H in years, window and shrinkage.

    Source: METHODS 5.4 and 9a.
    """
    assets = sorted(targets)
    first = [float(before[asset] - targets[asset]) for asset in assets]
    second = [float(after[asset] - targets[asset]) for asset in assets]
    matrix = covariance(tuple(bars.get(asset) for asset in assets), rules)
    saved = _form(first, matrix) - _form(second, matrix)
    worth = 0.5 * float(rules.gamma) * float(rules.horizon_years) * saved
    return Rate(Decimal(str(quantised(worth))))


@lru_cache(maxsize=16)  # bars change once a day, decisions are made every few minutes
def covariance(
    series: tuple[BarSeries | None, ...], rules: BenefitRules
) -> tuple[tuple[float, ...], ...]:
    """Return the annualised covariance of daily log returns, shrunk towards its diagonal.

    Args:
        series: one bar series per asset, on the same days.
        rules: window, least days, shrinkage, and the volatility assumed without history.

    Returns:
        A square matrix in the order of ``series``; a diagonal one with too little history, or with
        histories that do not end on the same day.

    Source: METHODS 5.4; 9a: C = (0.8 S + 0.2 diag(S)) * 365.
    """
    returns = [_returns(bars, rules.cov_days) for bars in series]
    days = {bars.opened_at for bars in series if bars is not None}
    lengths = {len(row) for row in returns}
    if len(days) != 1 or len(lengths) != 1 or min(lengths) < rules.min_cov_days:
        variance = float(rules.fallback_volatility) ** 2
        size = range(len(series))
        return tuple(tuple(variance if row == column else 0.0 for column in size) for row in size)
    return _shrunk(returns, 1 - float(rules.shrink))


def _returns(bars: BarSeries | None, count: int) -> list[float]:
    closes = () if bars is None else bars.closes[-count - 1 :]
    if not all(math.isfinite(close) and close > 0 for close in closes):
        return []  # a hole in the history is no history
    logs = [math.log(close) for close in closes]
    return [new - old for old, new in pairwise(logs)]


def _shrunk(returns: Sequence[Sequence[float]], keep: float) -> tuple[tuple[float, ...], ...]:
    # fsum rounds once, so every machine and version of Python gets the same sums.
    count = len(returns[0])
    centred = []
    for row in returns:
        mean = math.fsum(row) / count
        centred.append([value - mean for value in row])
    size = range(len(centred))
    matrix = [[0.0] * len(centred) for _ in size]
    for i in size:
        for j in range(i + 1):
            products = map(float.__mul__, centred[i], centred[j])
            value = math.fsum(products) / (count - 1) * DAYS_A_YEAR
            matrix[i][j] = matrix[j][i] = value if i == j else value * keep
    return tuple(map(tuple, matrix))


def _form(vector: Sequence[float], matrix: Sequence[Sequence[float]]) -> float:
    return math.fsum(
        left * entry * right
        for left, row in zip(vector, matrix, strict=True)
        for entry, right in zip(row, vector, strict=True)
    )
