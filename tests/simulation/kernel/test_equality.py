"""The kernel decides what the reference decides."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.units import Money
from core.simulation.backtest import ALWAYS
from core.simulation.kernel import GIVEN, kernel_rules, run_kernel
from tests.simulation.kernel.equality import (
    compare,
    judge,
    lived_by_reference,
    portfolios,
    real_world,
    series_of,
)
from tests.simulation.kernel.worlds import world_of


@pytest.mark.parametrize("number", range(60))
def test_a_random_market_is_decided_alike(number: int) -> None:
    """Kernel and reference ask on the same days, fill the same orders and hold the same values."""
    found = compare(world_of(number, days=120))
    assert found.verdict != "differs", found.why


def test_a_different_rule_is_told_apart() -> None:
    """The comparison sees a rule that differs by a single day of confirmation."""
    world = world_of(5, days=120)
    course, reference = lived_by_reference(world)
    series = series_of(reference, course, world.table, world.approvals, float(world.value))
    rules = kernel_rules(world.policy, course.matrix.assets, world.costs, approvals=GIVEN)
    changed = replace(rules, confirm=rules.confirm + 1)
    run = run_kernel(course.matrix, series, changed)
    assert judge(5, reference, run).verdict == "differs"


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(portfolios()))
def test_real_history_is_decided_alike(name: str, market_data_dir: Path) -> None:
    """On two real years kernel and reference decide alike, pauses and tilts included."""
    world = real_world(
        market_data_dir,
        name,
        start=datetime(2021, 1, 1, tzinfo=UTC),
        end=datetime(2023, 1, 1, tzinfo=UTC),
    )
    world = replace(world, approvals=ALWAYS, value=Money(Decimal(50_000)))
    found = compare(world)
    assert found.verdict == "agreed", found.why
    assert found.proposals > 0
