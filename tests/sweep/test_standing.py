"""What the figures of a sweep are worth: places, neighbours, and luck."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from bot.research.sweep.computing import compute, compute_default, run_one
from bot.research.sweep.merging import merge
from bot.research.sweep.parts import Parts
from bot.research.sweep.preparing import Prepared
from bot.research.sweep.standing import standing_of
from core.domain.policy import ProfileName
from core.simulation.kernel import GRID_COLUMNS
from core.simulation.statistics import deflated_sharpe
from tests.sweep.conftest import Sweep

GROWTH = GRID_COLUMNS.index("log_points")
DRAWDOWN = GRID_COLUMNS.index("max_drawdown")
SHARPE = GRID_COLUMNS.index("sharpe")


def written(prepared: Prepared, out: Path, figures: np.ndarray) -> Path:
    """Write a result with these figures."""
    parts = Parts(out, GRID_COLUMNS)
    parts.open(prepared.identity)
    parts.write(0, figures)
    merge(parts, prepared.given.grid, out, prepared.identity)
    return out


def test_places_are_those_of_a_plain_sort(prepared: Prepared, tmp_path: Path) -> None:
    """Best, middle and worst by growth and drawdown are found, with their settings."""
    figures = compute(prepared.given, 0, 60).figures
    out = written(prepared, tmp_path / "out.parquet", figures)
    standing = standing_of(prepared.given, out, trials=480)
    rows = {place.name: place.row for place in standing.places}
    growth, drawdown = figures[:, GROWTH].tolist(), figures[:, DRAWDOWN].tolist()
    assert growth[rows["best growth"]] == max(growth)
    assert growth[rows["worst growth"]] == min(growth)
    assert growth[rows["median growth"]] == sorted(growth)[30]
    assert drawdown[rows["least drawdown"]] == min(drawdown)
    assert drawdown[rows["most drawdown"]] == max(drawdown)
    best = next(place for place in standing.places if place.name == "best growth")
    policy = list(prepared.given.grid.policies())[best.row]
    assert dict(best.settings)["bands.confirm_days"] == str(policy.policy.bands.confirm)


def test_neighbours_are_one_step_away(prepared: Prepared, tmp_path: Path) -> None:
    """The plateau is told from what is at most one step away in every setting, not from all."""
    figures = compute(prepared.given, 0, 60).figures
    own = (ProfileName.STANDARD, Decimal("0.5"), 2, Decimal("0.4"))
    near = []
    for row, one in enumerate(prepared.given.grid.policies()):
        bands = one.policy.bands
        is_near = abs(bands.delta - own[1]) <= Decimal("0.25") and abs(bands.confirm - own[2]) <= 1
        if is_near and (bands.profile, bands.delta, bands.confirm, one.file.costs.taker_fee) != own:
            near.append(row)
    found = standing_of(
        prepared.given, written(prepared, tmp_path / "out.parquet", figures), trials=480
    ).neighbours
    around = figures[near, GROWTH]
    assert found is not None
    assert (found.count, found.least, found.most) == (35, around.min(), around.max())
    assert found.better == int((around > compute_default(prepared.given)[GROWTH]).sum())


@pytest.mark.parametrize(("lift", "is_peak"), [(-1.0, True), (1.0, False)])
def test_a_peak_is_called_one(
    prepared: Prepared, tmp_path: Path, lift: float, is_peak: bool
) -> None:
    """A default above everything around it stands on a peak; one among others does not."""
    figures = compute(prepared.given, 0, 60).figures.copy()
    figures[:, GROWTH] = compute_default(prepared.given)[GROWTH] + lift
    out = written(prepared, tmp_path / "out.parquet", figures)
    found = standing_of(prepared.given, out, trials=480).neighbours
    assert found is not None
    assert found.is_peak is is_peak


def test_a_default_between_two_values_has_both_as_neighbours(
    sweep_of: Sweep, tmp_path: Path
) -> None:
    """A policy file whose value is not on the grid is a step away from the values around it."""
    prepared = sweep_of('"bands.delta" = [0, 0.4, 0.6, 1]\n"limits.min_trade" = [5, 10]')
    figures = compute(prepared.given, 0, 8).figures.copy()
    figures[:, GROWTH] = np.arange(8)
    out = written(prepared, tmp_path / "out.parquet", figures)
    found = standing_of(prepared.given, out, trials=480).neighbours
    assert found is not None
    # 0.5 lies between 0.4 and 0.6; 25 lies beyond 10.
    assert (found.count, found.least, found.most) == (2, 3.0, 5.0)


def test_the_best_is_deflated_by_all_trials(prepared: Prepared, tmp_path: Path) -> None:
    """The deflated Sharpe ratio is that of the best row, with every trial of the log counted."""
    figures = compute(prepared.given, 0, 60).figures
    standing = standing_of(
        prepared.given, written(prepared, tmp_path / "out.parquet", figures), trials=480
    )
    sharpes = figures[:, SHARPE]
    best = list(prepared.given.grid.policies())[int(np.argmax(sharpes))]
    values = run_one(prepared.given, best).to_run().values
    wanted = deflated_sharpe(
        np.diff(values) / values[:-1], trials=480, variance=float(np.var(sharpes, ddof=1)) / 365.25
    )
    assert standing.trials == 480
    assert standing.deflated is not None
    assert standing.deflated.probability == pytest.approx(wanted.probability)
    assert standing.deflated.sharpe == pytest.approx(sharpes.max() / 365.25**0.5)
    assert standing.overfit is not None
    assert standing.overfit.settings == 60
