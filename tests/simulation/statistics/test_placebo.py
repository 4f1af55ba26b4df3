"""Labels at the wrong time."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.simulation.bar_table import Floats
from core.simulation.statistics import circular_shifts, placebo, shifted_placebo


def _runs(days: int, seed: int) -> Floats:
    """Return labels of 0 and 1 that stay for some days."""
    drawn = np.random.default_rng(seed).random(days // 10 + 1) < 0.5
    return np.repeat(drawn.astype(np.float64), 10)[:days]


def _earned(returns: Floats, labels: Floats) -> float:
    return float((labels * returns).sum())


def test_the_p_value_counts_ties_and_itself() -> None:
    """Two of four shifts do at least as well: p = (1 + 2) / (1 + 4)."""
    found = placebo(2.0, np.array([1.0, 2.0, 3.0, 0.0]))
    assert found.p_value == pytest.approx(3 / 5)
    assert (found.observed, found.draws) == (2.0, 4)


def test_a_planted_effect_is_found() -> None:
    """Labels that really tell the next return beat all 200 shifts: p = 1 / 201."""
    labels = _runs(1_500, 1)
    returns = 0.02 * labels + np.random.default_rng(2).normal(0, 0.01, 1_500)
    found = shifted_placebo(labels, partial(_earned, returns), seed=3)
    assert found.p_value == pytest.approx(1 / 201)
    assert found.is_outside_middle


def test_labels_that_know_nothing_are_ordinary() -> None:
    """Without any effect a p-value of 5 % comes up about once in twenty."""
    values = []
    for seed in range(300):
        labels = _runs(400, seed)
        returns = np.random.default_rng(10_000 + seed).normal(0, 0.01, 400)
        answer = shifted_placebo(labels, partial(_earned, returns), seed=seed, draws=99)
        values.append(answer.p_value)
    assert 0.02 <= np.mean(np.array(values) <= 0.05) <= 0.09
    assert 0.42 <= np.mean(np.array(values) <= 0.5) <= 0.58


def test_all_columns_move_together() -> None:
    """A shift turns whole rows: labels of one day stay with one another."""
    rows = np.column_stack((np.arange(50), np.arange(50) * 2))
    seen = []

    def statistic(labels: Floats) -> float:
        seen.append(int(labels[0, 0]))
        assert (labels[:, 1] == labels[:, 0] * 2).all()
        assert sorted(labels[:, 0].tolist()) == list(range(50))
        return 0.0

    shifted_placebo(rows, statistic, seed=1, draws=20)
    assert seen.count(0) == 1  # only the real labels begin where they began


@given(
    length=st.integers(2, 300), draws=st.integers(1, 250), seed=st.integers(0, 99), data=st.data()
)
def test_shifts_differ_and_keep_their_distance(
    length: int, draws: int, seed: int, data: st.DataObject
) -> None:
    """No shift comes twice, none is nearer than asked, and never more than there are."""
    least = data.draw(st.integers(1, length // 2))
    shifts = circular_shifts(length, seed=seed, draws=draws, least=least)
    possible = set(range(least, length - least + 1))
    assert len(set(shifts.tolist())) == len(shifts) == min(draws, len(possible))
    assert set(shifts.tolist()) <= possible
    assert shifts.tolist() == circular_shifts(length, seed=seed, draws=draws, least=least).tolist()


def test_the_middle_ninety_percent() -> None:
    """Value may be claimed only outside the 5th and 95th percentile of the shifts."""
    shifted = np.arange(101.0)
    assert not placebo(95.0, shifted).is_outside_middle
    assert placebo(95.5, shifted).is_outside_middle
    assert placebo(4.5, shifted).is_outside_middle


@pytest.mark.parametrize(
    ("observed", "shifted"),
    [(1.0, np.array([])), (1.0, np.array([1.0, np.nan])), (np.nan, np.array([1.0]))],
)
def test_nothing_to_compare_with_is_refused(observed: float, shifted: Floats) -> None:
    """No shift, or a statistic that is no number, is refused."""
    with pytest.raises(ValueError, match="finite"):
        placebo(observed, shifted)


@pytest.mark.parametrize(
    ("length", "least", "draws"), [(1, 1, 5), (10, 6, 5), (10, 0, 5), (10, 1, 0)]
)
def test_bars_that_cannot_be_shifted_are_refused(length: int, least: int, draws: int) -> None:
    """One bar, a distance beyond half of all bars, or no draw at all: refused by name."""
    with pytest.raises(ValueError, match="cannot be shifted"):
        circular_shifts(length, seed=1, draws=draws, least=least)
