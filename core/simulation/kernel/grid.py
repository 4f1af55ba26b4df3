"""Many policies over one matrix: a table of summaries."""

from collections.abc import Sequence

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.blocks import blocks_of
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.kernel.layout import Tape, empty_pages
from core.simulation.kernel.rules import KernelRules
from core.simulation.kernel.run import packed_for, refuse_overdraft, start_of
from core.simulation.kernel.series import KernelSeries
from core.simulation.kernel.state import ASKED, COSTS, EXECUTED, ORDERS, TOTALS, TURNOVER
from core.simulation.kernel.tape import tape_of
from core.simulation.matrix import PriceMatrix

GRID_COLUMNS = (
    "final_value",
    "log_points",
    "volatility",
    "sharpe",
    "max_drawdown",
    "turnover",
    "cost",
    "orders",
    "proposals",
    "executions",
)
"""Columns of a grid.

``final_value`` is the worth at the last close and ``cost`` what all fills cost, quote currency;
``log_points`` the log return over the whole run times 100, flows taken out; ``volatility``,
``sharpe`` and ``max_drawdown`` are those of ``core.simulation.metrics`` on UTC days' closes, so
that no policy needs a pass over every bar for them (a drawdown within a day is not seen);
``turnover`` is the sum of one-way turnovers, a share of the portfolio; the rest are counts. A
figure that does not exist is NaN.
"""

_DAYS_A_YEAR = 365.25
_AT_ONCE = 16

MANY = 8
"""Policies for which bounds on the prices save more than it takes to make them."""


def run_grid(
    matrix: PriceMatrix,
    series: KernelSeries,
    rules: Sequence[KernelRules],
    *,
    walk: Walk = plain_walk,
) -> Floats:
    """Run every policy and return its summary; policies x len(GRID_COLUMNS).

    A pure function whose compiled part releases the interpreter's lock, so that threads may share a
    matrix; what is prepared of it is shared by all policies.

    Args:
        matrix: prices of the policies' coins.
        series: what is given for each bar, the same for all policies.
        rules: the policies.
        walk: plain or compiled, see ``engine``; the results are the same.

    Raises:
        InputInvalid: as ``run_kernel``.
    """
    tape = tape_of(matrix, series)
    if len(rules) >= MANY:
        tape = tape._replace(blocks=blocks_of(matrix, tuple(rules[0].targets.tolist())))
    flows = _daily_flows(tape, series)
    nothing, near = empty_pages(len(matrix.assets), 0), np.ones(1)
    table = np.empty((len(rules), len(GRID_COLUMNS)))
    days = len(tape.day_bars)
    for first in range(0, len(rules), _AT_ONCE):
        some = rules[first : first + _AT_ONCE]
        values, totals = np.empty((len(some), days)), np.empty((len(some), TOTALS))
        for place, one in enumerate(some):
            row = packed_for(matrix, one)
            coins, cash = start_of(matrix, series, one)
            walk(tape, row, coins.copy(), cash, nothing, values[place], totals[place], near)
            refuse_overdraft(matrix, one, totals[place])
        table[first : first + len(some)] = _summaries(values, flows, totals)
    return table


def _daily_flows(tape: Tape, series: KernelSeries) -> Floats | None:
    """Return the sum of what arrived between one day's close and the next; days - 1."""
    if series.flows is None:
        return None
    sums = np.cumsum(np.append(0.0, series.flows[1:]))
    between: Floats = np.diff(sums[tape.day_bars])
    return between


def _summaries(values: Floats, flows: Floats | None, totals: Floats) -> Floats:
    begun = values[:, :-1] if flows is None else values[:, :-1] + flows
    simple = values[:, 1:] / begun
    logs = np.log(simple)
    simple -= 1.0
    table = np.empty((len(values), len(GRID_COLUMNS)))
    table[:, 0] = values[:, -1]
    table[:, 1] = 100.0 * logs.sum(axis=1)
    table[:, 2:4] = np.nan
    year = np.sqrt(_DAYS_A_YEAR)
    if logs.shape[1] > 1:
        table[:, 2] = logs.std(axis=1, ddof=1) * year
        spread = simple.std(axis=1, ddof=1)
        moved = spread > 0.0
        table[moved, 3] = simple[moved].mean(axis=1) / spread[moved] * year
    grown = np.zeros_like(values)
    np.cumsum(logs, axis=1, out=grown[:, 1:])
    grown -= np.maximum.accumulate(grown, axis=1)
    table[:, 4] = 1.0 - np.exp(grown.min(axis=1))
    table[:, 5:] = totals[:, [TURNOVER, COSTS, ORDERS, ASKED, EXECUTED]]
    return table
