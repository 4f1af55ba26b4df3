"""Grids whose best setting is luck."""

from itertools import combinations

import numpy as np
import pytest

from core.simulation.bar_table import Floats
from core.simulation.statistics import overfit_probability
from core.simulation.statistics import overfitting as module


def _by_hand(returns: Floats, blocks: int) -> list[float]:
    """Return the rank elsewhere of the best setting of every half, split by split."""
    length = len(returns) // blocks
    kept = returns[len(returns) - blocks * length :]
    ranks = []
    for chosen in combinations(range(blocks), blocks // 2):
        rows = np.array([day // length in chosen for day in range(len(kept))])
        inside, outside = (_sharpes(kept[part]) for part in (rows, ~rows))
        best = outside[inside.index(max(inside))]
        below = sum(value < best for value in outside)
        equal = sum(value == best for value in outside)
        ranks.append((below + (equal + 1) / 2) / (len(outside) + 1))
    return ranks


def _sharpes(part: Floats) -> list[float]:
    return [float(column.mean() / column.std()) for column in part.T]


@pytest.mark.parametrize(("days", "settings", "blocks"), [(97, 3, 4), (240, 7, 6), (200, 2, 8)])
def test_it_is_every_split_by_hand(days: int, settings: int, blocks: int) -> None:
    """Probability and median rank are those of each half chosen and judged one by one."""
    returns = np.random.default_rng(days).normal(0.0005, 0.01, (days, settings))
    found, ranks = overfit_probability(returns, blocks=blocks), _by_hand(returns, blocks)
    assert found.splits == len(ranks)
    assert found.probability == pytest.approx(np.mean(np.array(ranks) <= 0.5))
    assert found.median_rank == pytest.approx(np.median(ranks))
    assert (found.settings, found.blocks) == (settings, blocks)


def test_a_truly_better_setting_is_not_overfit() -> None:
    """A setting that earns more in every part of history is chosen and stays best."""
    returns = np.random.default_rng(1).normal(0, 0.01, (1_600, 20))
    returns[:, 7] += 0.005
    found = overfit_probability(returns)
    assert found.probability == 0.0
    assert found.median_rank == pytest.approx(20 / 21)
    assert found.splits == 12_870


def test_the_best_of_noise_is_a_coin_toss() -> None:
    """Among settings without merit the best of one half is below the middle every other time."""
    found = [
        overfit_probability(
            np.random.default_rng(seed).normal(0, 0.01, (640, 30)), blocks=8
        ).probability
        for seed in range(40)
    ]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_what_was_fitted_to_one_half_is_found_out() -> None:
    """Settings that are good exactly where others are bad are overfit nearly always."""
    returns = np.random.default_rng(2).normal(0, 0.001, (160, 16))
    for setting in range(16):
        returns[setting * 10 : setting * 10 + 10, setting] += 0.01
    assert overfit_probability(returns).probability > 0.95


def test_the_oldest_days_are_left_out() -> None:
    """Days that do not fill a block are taken off the beginning, whatever they hold."""
    returns = np.random.default_rng(5).normal(0, 0.01, (160, 6))
    before = np.full((7, 6), 0.5)
    before[:, 0] = -0.9
    assert overfit_probability(np.vstack((before, returns)), blocks=8) == overfit_probability(
        returns, blocks=8
    )


def test_memory_is_bounded_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few splits at a time give the same answer as all at once."""
    returns = np.random.default_rng(3).normal(0, 0.01, (200, 9))
    whole = overfit_probability(returns, blocks=8)
    monkeypatch.setattr(module, "_CHUNK_CELLS", 9 * 11)
    assert overfit_probability(returns, blocks=8) == whole


def test_settings_that_stand_still_are_no_trouble() -> None:
    """A setting that holds cash, always or in half of history, gives no NaN and no warning."""
    returns = np.random.default_rng(4).normal(0.001, 0.01, (320, 4))
    returns[:, 0] = 0.0
    returns[:160, 1] = 0.0
    returns[:, 2] = 0.0001
    found = overfit_probability(returns)
    assert 0.0 <= found.probability <= 1.0
    assert overfit_probability(np.zeros((64, 3))).median_rank == 0.5


@pytest.mark.parametrize(
    ("returns", "blocks", "said"),
    [
        (np.zeros(100), 16, "at least 2 settings"),
        (np.zeros((100, 1)), 16, "at least 2 settings"),
        (np.zeros((31, 2)), 16, "31 days"),
        (np.zeros((100, 2)), 7, "7 blocks"),
        (np.zeros((100, 2)), 22, "22 blocks"),
        (np.full((100, 2), np.nan), 16, "finite"),
    ],
)
def test_what_cannot_be_split_is_refused(returns: Floats, blocks: int, said: str) -> None:
    """Too few days or settings, odd blocks and broken returns are named."""
    with pytest.raises(ValueError, match=said):
        overfit_probability(returns, blocks=blocks)
