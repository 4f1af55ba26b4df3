"""A reference backtest -> the series that a kernel run takes as given, day by day."""

from datetime import timedelta

import numpy as np

from core.domain.errors import InputInvalid
from core.domain.stress import Stress
from core.simulation.backtest.result import GivenSeries
from core.simulation.bar_table import DAY, BarTable, Floats, daily
from core.simulation.kernel.series import KernelSeries, daily_closes, regime_codes
from core.simulation.matrix import Flags, PriceMatrix

_ONE_DAY = timedelta(days=1)


def given_series(
    given: GivenSeries,
    matrix: PriceMatrix,
    table: BarTable,
    *,
    value: float,
    flows: Floats | None = None,
    approved: Flags | None = None,
) -> KernelSeries:
    """Return what a reference backtest saw, for runs of other policies on the same days.

    The tilted targets are those of the backtest's own targets, so they fit only policies that share
    them, and so does the pause as far as the policy says what it is.

    Args:
        given: of the backtest.
        matrix: its prices, daily.
        table: the bars it was made of; they tell the covariance before the first day.
        value: at the first close, quote currency.
        flows: of the backtest's run; bars.
        approved: what the person says on each close; None approves everything.

    Raises:
        InputInvalid: the matrix is not of daily bars.
    """
    if matrix.interval != _ONE_DAY:
        raise InputInvalid(f"the bars are {matrix.interval} long; a backtest's are of a day")
    phases = np.array(given.phases)
    return KernelSeries(
        value=value,
        targets=given.targets.copy(),
        regime=regime_codes(given.regimes),
        paused=phases == Stress.PAUSED.value,
        guarded=phases == Stress.GUARDED.value,
        believable=given.is_evaluated.copy(),
        flows=None if flows is None else flows.copy(),
        approved=approved,
        daily=daily_closes(matrix, closes_before(table, matrix)),
    )


def closes_before(table: BarTable, matrix: PriceMatrix) -> Floats:
    """Return the held daily closes of the days before a matrix; assets x days, NaN before a coin.

    Args:
        table: bars of the same source.
        matrix: whose first day ends them.
    """
    first = int(matrix.starts[0]) // DAY
    rows = [daily(bars) for asset in matrix.assets if (bars := table.bars_of(asset)) is not None]
    earliest = min(int(row.starts[0]) // DAY for row in rows)
    found = np.full((len(rows), max(first - earliest, 0)), np.nan)
    for place, row in enumerate(rows):
        days = row.starts // DAY
        kept = days < first
        found[place, days[kept] - earliest] = row.closes[kept]
    return found
