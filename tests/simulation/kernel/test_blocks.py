"""Blocks that are passed by their bounds hold nothing, and passing them changes no bit."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.research.compiled_kernel import compiled_walk
from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    KernelRules,
    KernelSeries,
    fixed_band_rules,
    kernel_rules,
    run_grid,
    run_kernel,
)
from core.simulation.kernel import grid as gridding
from core.simulation.kernel import walk as walking
from core.simulation.kernel.blocks import BLOCK, GROUP, blocks_of
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.kernel.search import next_change
from core.simulation.kernel.tape import tape_of
from core.simulation.matrix import PriceMatrix
from tests.simulation.kernel.made import COSTS, made_matrix, made_policy, made_series


def _policies(matrix: PriceMatrix) -> list[KernelRules]:
    """Return policies that wait and such that do not, with wide and narrow bands."""
    coins, found = len(matrix.assets), []
    for cap in ("0.01", "0.03", "0.08"):
        policy = made_policy(coins, cap=cap)
        full = kernel_rules(policy, matrix.assets, COSTS)
        found += [full, replace(full, delay=30), replace(full, delta=0.9)]
        found += [
            fixed_band_rules(policy, matrix.assets, COSTS, whole=one) for one in (True, False)
        ]
    return found


def _one_by_one(
    matrix: PriceMatrix, series: KernelSeries, rules: Sequence[KernelRules], walk: Walk
) -> Floats:
    """Return the grid of policies that run each by itself, so that no bounds are made."""
    assert gridding.MANY > 1
    return np.vstack([run_grid(matrix, series, [one], walk=walk) for one in rules])


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_passing_blocks_changes_no_bit(seed: int, *, compiled: bool) -> None:
    """A grid with bounds is the grid without them to the bit, given series and waiting included."""
    if compiled:
        pytest.importorskip("numba")
    walk = compiled_walk() if compiled else plain_walk
    matrix = made_matrix(2_500, 4, seed=seed)
    rules = _policies(matrix)
    assert len(rules) >= gridding.MANY
    for series in (KernelSeries(), made_series(matrix, rules[0].targets, seed=seed)):
        table = run_grid(matrix, series, rules, walk=walk)
        assert np.array_equal(table, _one_by_one(matrix, series, rules, walk))
        assert table[:, 8].sum() > 50


def test_most_bars_are_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With bounds a grid looks at a small part of the bars it looks at without them."""
    looked = [0]

    def counting(*arguments: object) -> int:
        found = next_change(*arguments)  # type: ignore[arg-type]
        looked[0] += found - int(arguments[-2])  # type: ignore[call-overload]
        return found

    monkeypatch.setattr(walking, "next_change", counting)
    matrix = made_matrix(12_000, 4, seed=3)
    policy = made_policy(4, cap="0.08")
    rules = [fixed_band_rules(policy, matrix.assets, COSTS)] * gridding.MANY
    run_grid(matrix, KernelSeries(), rules)
    with_bounds = looked[0]
    _one_by_one(matrix, KernelSeries(), rules, plain_walk)
    assert with_bounds < 0.2 * (looked[0] - with_bounds)


@pytest.mark.parametrize("bars", [1, BLOCK, BLOCK * GROUP, BLOCK * GROUP + 1, 1_500])
def test_the_bounds_hold_every_price(bars: int) -> None:
    """Prices over the index lie within the bounds of their block and of their group, to the end."""
    matrix = made_matrix(bars, 3)
    shares = (0.5, 0.2, 0.1, 0.2)
    blocks = blocks_of(matrix, shares)
    for bar in range(bars):
        block, group = bar // BLOCK, bar // (BLOCK * GROUP)
        grown = np.append(matrix.closes[:, bar] / matrix.closes[:, group * BLOCK * GROUP], 1.0)
        price = grown / (grown @ shares)
        for least, most, place in (
            (blocks.least, blocks.most, block),
            (blocks.group_least, blocks.group_most, group),
        ):
            assert (price >= least[place] * (1 - 1e-14)).all()
            assert (price <= most[place] * (1 + 1e-14)).all()


def test_bounds_of_any_index_serve_any_portfolio(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index unlike the portfolio makes wider bounds and the same decisions."""
    matrix = made_matrix(5_000, 4, seed=5)
    series = KernelSeries()
    rules = fixed_band_rules(made_policy(4), matrix.assets, COSTS)
    plain = run_kernel(matrix, series, rules)
    assert len(plain.proposals.bars) > 5
    for shares in ((0.0, 0.0, 0.0, 0.0, 1.0), (1.0, 0.0, 0.0, 0.0, 0.0), (0.2,) * 5):
        bounded = tape_of(matrix, series)._replace(blocks=blocks_of(matrix, shares))
        with monkeypatch.context() as patch:
            patch.setattr("core.simulation.kernel.run.tape_of", lambda *_, tape=bounded: tape)
            run = run_kernel(matrix, series, rules)
        assert np.array_equal(run.held_from, plain.held_from)
        assert np.array_equal(run.coins, plain.coins)
