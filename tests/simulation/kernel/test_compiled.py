"""Numba adds speed, and nothing else."""

import subprocess
import sys

import numpy as np
import pytest

from core.domain.errors import InputInvalid
from core.simulation.kernel import (
    KernelRun,
    KernelSeries,
    engine,
    fixed_band_rules,
    kernel_rules,
    run_grid,
    run_kernel,
)
from tests.simulation.kernel.equality import compiled_alike, lived_by_reference
from tests.simulation.kernel.made import COSTS, made_matrix, made_policy, made_series
from tests.simulation.kernel.worlds import world_of


def _same(one: KernelRun, other: KernelRun) -> None:
    for name in ("bars", "filled", "orders"):
        assert np.array_equal(getattr(one.proposals, name), getattr(other.proposals, name))
    assert np.array_equal(one.held_from, other.held_from)
    np.testing.assert_allclose(one.coins, other.coins, rtol=1e-12)
    np.testing.assert_allclose(one.cash, other.cash, rtol=1e-12, atol=1e-9)


@pytest.mark.timeout(600)  # compiles when nothing is kept from before
def test_compiled_and_plain_decide_alike() -> None:
    """The compiled walk makes the decisions of the plain one: random worlds, hours, and a grid."""
    pytest.importorskip("numba")
    for number in range(12):
        world = world_of(number, days=80)
        assert compiled_alike(world, *lived_by_reference(world))
    matrix = made_matrix(3_000, 6)
    rules = kernel_rules(made_policy(6), matrix.assets, COSTS)
    simple = fixed_band_rules(made_policy(6), matrix.assets, COSTS)
    for series, one in ((made_series(matrix, rules.targets), rules), (KernelSeries(), simple)):
        plain = run_kernel(matrix, series, one, compiled=False)
        _same(plain, run_kernel(matrix, series, one, compiled=True))
        assert len(plain.proposals.bars) > 5
    tables = [
        run_grid(matrix, KernelSeries(), [rules, simple], compiled=compiled)
        for compiled in (False, True)
    ]
    np.testing.assert_allclose(tables[0], tables[1], rtol=1e-9)


def test_without_numba_the_same_lines_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Numba is not installed a run is plain, and asking for compiled code says what to do."""
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    matrix = made_matrix(200, 2)
    rules = fixed_band_rules(made_policy(2), matrix.assets, COSTS)
    _same(
        run_kernel(matrix, KernelSeries(), rules),
        run_kernel(matrix, KernelSeries(), rules, compiled=False),
    )
    with pytest.raises(InputInvalid, match="install the extra fast"):
        run_kernel(matrix, KernelSeries(), rules, compiled=True)


@pytest.mark.parametrize(
    ("what", "stranger"),
    [
        ("import bot.cli.main, bot.app, bot.stage, bot.workflow.propose", "core.simulation.kernel"),
        ("import core.simulation.kernel", "numba"),
    ],
)
def test_nothing_loads_more_than_it_needs(what: str, stranger: str) -> None:
    """The live bot never loads the kernel, and the kernel loads Numba only for a compiled run."""
    check = f"{what}; import sys; sys.exit({stranger!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
