"""What all policies of a sweep share: prices, the market's labels, daily closes, trading costs.

It is worked out once, sent to a worker once, and never changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.research.sweep.grid import Grid
from core.domain.decision import ReasonCode
from core.domain.policy import Policy
from core.domain.readings import ReadingSeries
from core.domain.stress import Stress
from core.domain.watching import WARM_UP, WINDOW, RegimeRules, StressRules
from core.signals.history import DayLabel, label_days
from core.simulation.bar_table import (
    CLOSING_DELAY,
    DAY,
    BarTable,
    closed_days,
    daily,
    instant,
)
from core.simulation.kernel.series import Codes, DailyCloses, regime_codes
from core.simulation.matrix import Flags, PriceMatrix
from core.simulation.trading_costs import TradingCosts

_NEEDED: Final = WINDOW + WARM_UP
_COVARIANCE_DAYS: Final = 400
_EPOCH: Final = date(1970, 1, 1).toordinal()


class MarketRules(NamedTuple):
    """How the market is watched; policies that watch it alike share its labels."""

    regime: RegimeRules
    stress: StressRules


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What the market was called on every closed day that a decision can see.

    Attributes:
        first: the first of these days, since the epoch; they follow each other without a hole.
        regime: codes of the published labels; days.
        paused, guarded: phase of the pause; days.
        is_fresh: whether the day really has a bar; days.
        at: for each bar, which of the days is the newest closed one; bars.
    """

    first: int
    regime: Codes
    paused: Flags
    guarded: Flags
    is_fresh: Flags
    at: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Given:
    """Everything a worker needs beside the numbers of its rows.

    Attributes:
        key: tells these inputs from any other.
        grid: the policies.
        matrix: prices of all their coins.
        daily: daily closes of the same coins, from before the first bar on.
        markets: labels, by how the market is watched; None where no policy reads them.
        costs: what trading costs beside the fee, which is a setting.
    """

    key: str
    grid: Grid
    matrix: PriceMatrix
    daily: DailyCloses
    markets: Mapping[MarketRules, Market | None]
    costs: TradingCosts

    def __sizeof__(self) -> int:
        """Tell the size of the arrays, so that a cluster sends them once, not with every task."""
        matrix, days = self.matrix, self.daily
        arrays = [matrix.starts, matrix.closes, matrix.fills, matrix.has_bar, self.grid.points]
        arrays.append(days.closes)
        arrays += [market.at for market in self.markets.values() if market is not None]
        return sum(array.nbytes for array in arrays)


def market_rules(policy: Policy) -> MarketRules:
    """Return how a policy watches the market; whether its bands follow is not a part of that."""
    return MarketRules(replace(policy.regime, is_directional=True), policy.stress)


def market_of(
    table: BarTable, rules: MarketRules, matrix: PriceMatrix, index: ReadingSeries | None
) -> Market:
    """Label the days that decisions on the bars of ``matrix`` can see, from cold as live.

    Raises:
        InputInvalid: the coin the market is read by lacks the days that come before.
    """
    interval = int(table.interval.total_seconds())
    newest = (matrix.starts + interval) // DAY - 1
    first = instant(int(newest[0] - _NEEDED + 1) * DAY)
    ends_at = instant(int(matrix.starts[-1]) + interval + CLOSING_DELAY)
    watched = {rules.regime.asset, *rules.stress.correlated}
    series = [
        days
        for bars in table.series
        if bars.asset in watched
        and (
            days := closed_days(daily(bars), table.source, ends_at, most=_days_from(first, ends_at))
        )
    ]
    labels = label_days(
        series,
        asset=rules.regime.asset,
        fear_greed=index,
        regime=rules.regime,
        stress=rules.stress,
    )
    return _market(labels, newest)


def closes_of(table: BarTable, matrix: PriceMatrix) -> DailyCloses:
    """Return the daily closes that covariances read, some days before the first bar included."""
    newest = (matrix.starts[[0, -1]] + int(table.interval.total_seconds())) // DAY - 1
    calendar = np.arange(newest[0] - _COVARIANCE_DAYS, newest[1] + 1)
    rows = []
    for asset in matrix.assets:
        bars = table.bars_of(asset)
        assert bars is not None  # noqa: S101  # the matrix was made of this table
        days = daily(bars)
        known = np.searchsorted(days.starts // DAY, calendar, side="right") - 1
        rows.append(np.where(known < 0, np.nan, days.closes[np.maximum(known, 0)]))
    return DailyCloses(int(calendar[0]), np.array(rows))


def _days_from(first: datetime, end: datetime) -> int:
    return (end - first) // timedelta(days=1)


def _market(labels: tuple[DayLabel, ...], newest: NDArray[np.int64]) -> Market:
    first = labels[0].day.toordinal() - _EPOCH
    return Market(
        first,
        regime_codes([row.regime.value for row in labels]),
        np.array([row.pause is Stress.PAUSED for row in labels]),
        np.array([row.pause is Stress.GUARDED for row in labels]),
        np.array([ReasonCode.MISSING_DAY not in row.codes for row in labels]),
        newest - first,
    )
