"""A grid is many runs, summed up."""

from dataclasses import replace

import numpy as np
import pytest

from core.simulation.kernel import (
    GRID_COLUMNS,
    NEVER,
    KernelSeries,
    fixed_band_rules,
    kernel_rules,
    run_grid,
    run_kernel,
)
from core.simulation.metrics import measure
from tests.simulation.kernel.made import COSTS, made_matrix, made_policy, made_series

DAY = 86_400


def test_a_row_is_the_run_of_its_policy() -> None:
    """Every column of a grid is what the run of that policy alone is measured to be."""
    matrix = made_matrix(1_500, 4, step=DAY)
    rules = kernel_rules(made_policy(4), matrix.assets, COSTS)
    series = replace(made_series(matrix, rules.targets), believable=None)
    policies = [rules, replace(rules, delta=0.0), replace(rules, confirm=3)]
    table = run_grid(matrix, series, policies)
    for row, one in zip(table, policies, strict=True):
        run = run_kernel(matrix, series, one)
        record, told = run.to_run(), dict(zip(GRID_COLUMNS, row.tolist(), strict=True))
        metrics = measure(record)
        assert told["final_value"] == pytest.approx(record.values[-1], rel=1e-12)
        assert told["log_points"] == pytest.approx(metrics.returns.log_points, rel=1e-9)
        assert told["volatility"] == pytest.approx(metrics.returns.volatility, rel=1e-9)
        assert told["sharpe"] == pytest.approx(metrics.returns.sharpe, rel=1e-9)
        assert told["max_drawdown"] == pytest.approx(metrics.underwater.max_drawdown, rel=1e-9)
        assert told["turnover"] == pytest.approx(record.turnover.sum(), rel=1e-9)
        assert told["cost"] == pytest.approx(record.costs.sum(), rel=1e-9)
        assert told["orders"] == record.orders.sum()
        assert told["proposals"] == record.is_proposed.sum() > 0
        assert told["executions"] == np.count_nonzero(record.orders)


def test_what_nobody_approves_is_drift() -> None:
    """A policy that is asked and never approved ends as the portfolio it began with."""
    matrix = made_matrix(900, 3, step=DAY)
    rules = replace(kernel_rules(made_policy(3), matrix.assets, COSTS), approvals=NEVER)
    (row,) = run_grid(matrix, KernelSeries(), [rules])
    held = 10_000.0 * rules.targets[:-1] / matrix.closes[:, 0]
    expected = held @ matrix.closes[:, -1] + 10_000.0 * rules.targets[-1]
    told = dict(zip(GRID_COLUMNS, row.tolist(), strict=True))
    assert told["final_value"] == pytest.approx(expected, rel=1e-12)
    assert told["proposals"] > 0
    assert told["orders"] == told["cost"] == told["executions"] == 0


def test_the_order_of_policies_does_not_matter() -> None:
    """A policy's row is the same bits wherever it stands in the grid, and in parts of a grid."""
    matrix = made_matrix(1_200, 3)
    rules = [
        fixed_band_rules(made_policy(3, cap=cap), matrix.assets, COSTS)
        for cap in ("0.02", "0.03", "0.05")
    ]
    table = run_grid(matrix, KernelSeries(), rules)
    back = run_grid(matrix, KernelSeries(), rules[::-1])
    assert np.array_equal(table, back[::-1])
    assert np.array_equal(table[1:2], run_grid(matrix, KernelSeries(), rules[1:2]))
