"""Paired differences and their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.simulation.bar_table import Floats
from core.simulation.statistics import DAYS_A_YEAR, Interval, bootstrap_means, paired_interval
from core.simulation.statistics import intervals as module

YEARLY = DAYS_A_YEAR * 100


def _noise(days: int, seed: int, scale: float = 0.01) -> Floats:
    return np.random.default_rng(seed).normal(0.0, scale, days)


def _persistent(days: int, seed: int, share: float = 0.8) -> Floats:
    steps = np.random.default_rng(seed).standard_normal(days)
    for day in range(1, days):
        steps[day] += share * steps[day - 1]
    return steps


def _expected_variance(series: Floats, block: float) -> float:
    """Return the variance of a stationary bootstrap mean, from its circular autocovariances."""
    count, centred = len(series), series - series.mean()
    total = float(centred @ centred) / count
    for lag in range(1, count):
        circular = float(centred @ np.roll(centred, -lag)) / count
        total += 2 * (1 - lag / count) * (1 - 1 / block) ** lag * circular
    return total / count


@pytest.mark.parametrize("block", [1.0, 5.0, 20.0, 60.0])
def test_means_vary_as_theory_says(block: float) -> None:
    """Bootstrap means have the variance that Politis and Romano derive, for every block length."""
    series = _persistent(600, 3)
    means = bootstrap_means(series, seed=1, draws=20_000, block=block)
    assert means.mean() == pytest.approx(series.mean(), abs=5 * means.std() / math.sqrt(20_000))
    assert means.var() == pytest.approx(_expected_variance(series, block), rel=0.05)


def test_a_block_as_long_as_the_series_runs_on_at_its_beginning() -> None:
    """Of three draws, each as often the last of three as its chain of neighbours says."""
    means = bootstrap_means(np.array([0.0, 0.0, 3.0]), seed=2, draws=30_000, block=3.0)
    for hits, share in _three_by_hand().items():
        assert np.mean(np.abs(means - hits) < 0.1) == pytest.approx(share, abs=0.012)


def _three_by_hand() -> dict[int, float]:
    """Return how likely 0, 1, 2 or 3 of three draws are the last of three observations."""
    states = {(place, int(place == 2)): 1 / 3 for place in range(3)}
    for _ in range(2):
        following: dict[tuple[int, int], float] = {}
        for (place, hits), chance in states.items():
            for now in range(3):
                step = 1 / 9 + (2 / 3 if now == (place + 1) % 3 else 0.0)
                key = (now, hits + int(now == 2))
                following[key] = following.get(key, 0.0) + chance * step
        states = following
    return {n: sum(c for (_, hits), c in states.items() if hits == n) for n in range(4)}


def test_equal_seeds_give_equal_intervals() -> None:
    """The same seed gives the same interval to the last bit, as a number or as a generator."""
    a, b = _noise(400, 1), _noise(400, 2)
    first = paired_interval(a, b, seed=5)
    assert first == paired_interval(a, b, seed=np.random.default_rng(5))
    assert first != paired_interval(a, b, seed=6)


@given(st.integers(0, 10_000), st.floats(-0.001, 0.001), st.floats(0.1, 10.0))
def test_an_interval_moves_and_stretches_with_its_series(
    seed: int, shift: float, scale: float
) -> None:
    """A constant daily lead moves the interval by itself; larger differences stretch it."""
    a, b = _noise(200, seed), _noise(200, seed + 1)
    plain = paired_interval(a, b, seed=1, draws=200)
    moved = paired_interval(a * scale + shift, b * scale, seed=1, draws=200)
    for name in ("mean", "low", "high"):
        expected = getattr(plain, name) * scale + shift * YEARLY
        assert getattr(moved, name) == pytest.approx(expected, abs=1e-8 * YEARLY)


def test_the_mean_is_the_yearly_difference() -> None:
    """The middle of an interval is 365.25 mean daily differences in log points, and lies inside."""
    a, b = _noise(1_500, 1), _noise(1_500, 2)
    found = paired_interval(a, b, seed=1)
    assert found.mean == pytest.approx(
        sum(x - y for x, y in zip(a, b, strict=True)) / 1_500 * YEARLY
    )
    assert found.low < found.mean < found.high
    assert (found.level, found.draws, found.block, found.days) == (0.95, 2_000, 60.0, 1_500)


def test_intervals_cover_as_often_as_they_say() -> None:
    """Of 400 series without any difference, about 95 in 100 intervals cover zero."""
    zero = np.zeros(800)
    covered = sum(
        paired_interval(_noise(800, seed), zero, seed=seed, draws=400, block=20.0).covers_zero
        for seed in range(400)
    )
    assert 0.91 <= covered / 400 <= 0.98


def test_dependence_widens_an_interval() -> None:
    """Differences that last for weeks are less sure than the same ones tossed about."""
    lasting = _persistent(1_000, 5, share=0.95) * 0.01
    tossed = np.random.default_rng(1).permutation(lasting)
    zero = np.zeros(1_000)
    wide, narrow = (paired_interval(x, zero, seed=1, block=60.0) for x in (lasting, tossed))
    assert wide.high - wide.low > 2.5 * (narrow.high - narrow.low)


@pytest.mark.parametrize("block", [60.0, None])
def test_equal_policies_differ_by_nothing(block: float | None) -> None:
    """Two policies that did the same have a difference of exactly 0, without a warning."""
    a = _noise(300, 1)
    found = paired_interval(a, a.copy(), seed=1, block=block)
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)
    assert found.covers_zero


def test_what_rounding_leaves_is_no_difference() -> None:
    """Two runs that did the same in another order of sums do not leave zero out."""
    a = _noise(300, 1)
    found = paired_interval(a, a + 1e-15, seed=1)
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


def test_blocks_stay_within_a_tenth_of_a_short_series() -> None:
    """Ninety days are not cut into blocks of sixty: the interval would be too narrow."""
    a, b = _noise(90, 1), _noise(90, 2)
    assert paired_interval(a, b, seed=1).block == 9.0
    assert paired_interval(a, b, seed=1, block=None).block == 9.0
    assert paired_interval(_noise(3_000, 1), _noise(3_000, 2), seed=1, block=None).block == 20.0


def test_three_years_make_a_yearly_figure() -> None:
    """An interval knows whether it may be told a year, and what it is over all of its days."""
    a, b = _noise(1_095, 1), _noise(1_095, 2)
    assert paired_interval(a, b, seed=1, draws=50).is_yearly
    short = paired_interval(a[:-1], b[:-1], seed=1, draws=50)
    assert not short.is_yearly
    assert short.over_all_days().mean == pytest.approx(100 * float((a - b)[:-1].sum()))
    assert short.over_all_days().high == pytest.approx(short.high * 1_094 / DAYS_A_YEAR)


def test_memory_is_bounded_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing a few samples at a time gives as many, and the same spread."""
    series = _noise(500, 4)
    monkeypatch.setattr(module, "_CHUNK_CELLS", 100)
    means = bootstrap_means(series, seed=1, draws=3_001, block=5.0)
    assert means.shape == (3_001,)
    assert means.var() == pytest.approx(_expected_variance(series, 5.0), rel=0.12)


def test_a_row_that_is_too_short_is_drawn_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample whose first blocks do not fill it is filled by more of them, to the same length."""
    sums = np.concatenate(([0.0], np.cumsum(np.ones(400))))
    draw = module._sums_of_samples  # noqa: SLF001  # its last resort is rarer than any seed shows
    totals = draw(sums, 200, np.random.default_rng(1), block=2.0, shape=(50, 3))
    assert totals.tolist() == [200.0] * 50


@pytest.mark.parametrize(
    ("a", "b", "settings", "said"),
    [
        (np.zeros(30), np.zeros(31), {}, "do not pair"),
        (np.zeros((30, 2)), np.zeros((30, 2)), {}, "do not pair"),
        (np.zeros(19), np.zeros(19), {}, "19 paired days"),
        (np.full(30, np.nan), np.zeros(30), {}, "finite"),
        (np.full(30, np.nan), np.zeros(30), {"block": None}, "finite"),
        (np.zeros(30), np.zeros(30), {"level": 1.0}, "level is 1.0"),
        (np.zeros(30), np.zeros(30), {"block": 0.5}, "block is 0.5"),
        (np.zeros(30), np.zeros(30), {"block": math.nan}, "block is nan"),
        (np.zeros(30), np.zeros(30), {"draws": 0}, "0 draws"),
    ],
)
def test_what_cannot_be_is_refused(
    a: Floats, b: Floats, settings: dict[str, float], said: str
) -> None:
    """Series that do not pair, are too short or no numbers, and odd settings, are named."""
    with pytest.raises(ValueError, match=said):
        paired_interval(a, b, seed=1, **settings)  # type: ignore[arg-type]


def test_zero_at_the_edge_is_covered() -> None:
    """An interval that ends at zero covers it; one beside it does not."""
    assert Interval(1.0, 0.0, 2.0, 0.95, 10, 5.0, 100).covers_zero
    assert not Interval(1.0, 0.1, 2.0, 0.95, 10, 5.0, 100).covers_zero
    assert not Interval(-1.0, -2.0, -0.1, 0.95, 10, 5.0, 100).covers_zero
