"""Worlds in which nothing can be foreseen."""

from dataclasses import replace

import numpy as np
import pytest

from core.domain.regime import Regime
from core.domain.units import Asset
from core.simulation.bar_table import Floats
from core.simulation.matrix import PriceMatrix
from core.simulation.worlds import (
    LabelPlan,
    WorldLabels,
    WorldPlan,
    random_labels,
    random_world,
    shuffled,
)
from tests.simulation.coverage import LEAST, MOST, summary
from tests.simulation.worlds.policies import (
    COINS,
    Tilts,
    four_coins,
    full_less_fixed,
    live_worlds,
    world_of,
)

SEED = 6


def _steps(matrix: PriceMatrix) -> Floats:
    steps: Floats = np.diff(np.log(matrix.closes), axis=1)
    return steps


def test_prices_are_the_walks_that_were_asked_for() -> None:
    """Steps have the volatility and correlation asked for, no drift and no memory."""
    plan = WorldPlan(COINS, 40_000, (0.05, 0.035, 0.045, 0.06), 0.6)
    matrix = random_world(plan, np.random.default_rng(1))
    steps = _steps(matrix)
    assert steps.std(axis=1) == pytest.approx(plan.volatilities, rel=0.02)
    assert np.asarray(np.corrcoef(steps))[np.triu_indices(4, 1)] == pytest.approx(
        np.full(6, 0.6), abs=0.02
    )
    assert steps.mean(axis=1) == pytest.approx(np.zeros(4), abs=4 * 0.06 / 200)
    for row in steps:
        assert np.asarray(np.corrcoef(row[1:], row[:-1]))[0, 1] == pytest.approx(0.0, abs=0.02)
    assert matrix.closes[:, 0].tolist() == [100.0] * 4
    assert (matrix.fills[:, :-1] == matrix.closes[:, :-1]).all()
    assert np.isnan(matrix.fills[:, -1]).all()


def test_labels_come_and_go_as_asked() -> None:
    """Shares, stays and pauses are those of the plan, and the shares are of days."""
    plan, days = LabelPlan(), 200_000
    labels = random_labels(plan, days, np.random.default_rng(2))
    for regime, share in plan.shares:
        assert labels.regimes.count(regime.value) / days == pytest.approx(share, abs=0.03)
    flips = sum(a != b for a, b in zip(labels.regimes, labels.regimes[1:], strict=False))
    other = 1 - sum(share**2 for _, share in plan.shares)
    assert flips / days == pytest.approx(other / plan.stay, rel=0.05)
    begins = np.count_nonzero(np.diff(labels.paused.astype(np.int8)) == 1)
    assert begins / days == pytest.approx(1 / plan.pause_every, rel=0.12)
    assert labels.paused.mean() == pytest.approx(
        1 - np.exp(-plan.pause_days / plan.pause_every), rel=0.1
    )


def test_labels_know_nothing_of_prices() -> None:
    """Returns under each label are alike, before and after it."""
    rng = np.random.default_rng(3)
    steps = _steps(random_world(WorldPlan(COINS, 60_001), rng))[0]
    labels = np.array(random_labels(LabelPlan(), 60_000, rng).regimes)
    for regime in (Regime.UP, Regime.DOWN, Regime.RANGING, Regime.TURBULENT):
        under = steps[labels == regime.value]
        assert abs(under.mean()) < 4 * 0.04 / np.sqrt(len(under))


def test_equal_seeds_make_equal_worlds() -> None:
    """The same seed gives the same prices and labels to the last bit; another gives others."""
    plan = world_of(50)
    first, again, other = (random_world(plan, np.random.default_rng(n)) for n in (1, 1, 2))
    assert first.closes.tolist() == again.closes.tolist()
    assert first.closes.tolist() != other.closes.tolist()
    labels = [random_labels(LabelPlan(), 500, np.random.default_rng(n)) for n in (1, 1)]
    assert labels[0].regimes == labels[1].regimes
    assert labels[0].paused.tolist() == labels[1].paused.tolist()


@pytest.mark.parametrize(
    "broken",
    [
        {"assets": ()},
        {"assets": (Asset("B"), Asset("A"))},
        {"days": 0},
        {"volatilities": (0.1, 0.2)},
        {"volatilities": (-0.1,)},
        {"correlation": 1.0},
        {"correlation": -0.1},
    ],
)
def test_what_is_no_world_is_refused(broken: dict[str, object]) -> None:
    """No coins, unsorted coins, no days, or odd figures are refused by name."""
    with pytest.raises(ValueError, match=r"a world of|volatilities|correlation"):
        replace(WorldPlan(COINS, 10), **broken)  # type: ignore[arg-type]


def test_a_shuffle_keeps_every_day_and_its_company() -> None:
    """The same moves in another order: each day's coins stay together, the end is the same."""
    matrix = random_world(world_of(300), np.random.default_rng(4))
    mixed = shuffled(matrix, np.random.default_rng(5))
    assert sorted(map(tuple, np.round(_steps(mixed).T, 12).tolist())) == sorted(
        map(tuple, np.round(_steps(matrix).T, 12).tolist())
    )
    assert mixed.closes[:, -1] == pytest.approx(matrix.closes[:, -1])
    assert mixed.closes[:, 150].tolist() != matrix.closes[:, 150].tolist()


def test_b6_intervals_cover_where_nothing_can_be_foreseen() -> None:
    """B6, small: of 60 worlds about 95 in 100 intervals cover zero; the mean is within noise.

    ``python -m tests.simulation.coverage --worlds 400`` is the whole of it.
    """
    lived = live_worlds(60, 1_200, seed=SEED)
    covered = sum(one.interval.covers_zero for one in lived)
    assert 53 <= covered <= 60
    means = np.array([one.interval.mean for one in lived])
    assert abs(means.mean()) < 3 * means.std(ddof=1) / np.sqrt(60)
    assert min(one.proposals for one in lived) > 5
    assert f"{covered} of 60" in summary(lived, 1_200)
    assert LEAST < MOST


def _seer(matrix: PriceMatrix) -> WorldLabels:
    """Return labels that know the next twenty days of the market."""
    path = np.log(matrix.closes).mean(axis=0)
    ahead = np.append(path[20:], np.full(20, path[-1])) - path
    names = np.where(ahead > 0.1, "up", np.where(ahead < -0.1, "down", "ranging"))
    return WorldLabels(tuple(names.tolist()), np.zeros(len(path), dtype=np.bool_))


def test_labels_that_know_tomorrow_are_found_out() -> None:
    """The same count on labels that look ahead leaves zero far outside: the count can fail."""
    tilts = Tilts(four_coins())
    for world in range(5):
        matrix = random_world(world_of(1_200), np.random.default_rng((SEED, world)))
        lived = full_less_fixed(matrix, _seer(matrix), tilts=tilts, seed=world)
        assert lived.interval.low > 0


def test_b4_shuffled_prices_leave_nothing() -> None:
    """B4: what labels know of prices is gone once the days are shuffled; the rest is noise."""
    tilts, rng = Tilts(four_coins()), np.random.default_rng(SEED)
    matrix = random_world(world_of(1_200), rng)
    labels = _seer(matrix)
    known = full_less_fixed(matrix, labels, tilts=tilts, seed=1).interval
    means = np.array(
        [
            full_less_fixed(shuffled(matrix, rng), labels, tilts=tilts, seed=n).interval.mean
            for n in range(30)
        ]
    )
    assert abs(means.mean()) < 2.5 * means.std(ddof=1) / np.sqrt(30)
    assert known.low > means.max()
