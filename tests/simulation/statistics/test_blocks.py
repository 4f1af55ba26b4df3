"""How long blocks should be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.simulation.bar_table import Floats
from core.simulation.statistics import optimal_block


def _autoregression(days: int, share: float, seed: int) -> Floats:
    series = np.random.default_rng(seed).standard_normal(days)
    for day in range(1, days):
        series[day] += share * series[day - 1]
    return series


def _by_definition(series: Floats) -> float:
    """Return the block length in plain Python, step by step as Politis and White write it."""
    count = len(series)
    mean = math.fsum(series) / count
    x = [float(value) - mean for value in series]
    cov = [
        math.fsum(x[i] * x[i + lag] for i in range(count - lag)) / count
        for lag in range(min(math.ceil(math.sqrt(count)) + 5, count - 2) + 1)
    ]
    limit = 2 * math.sqrt(math.log10(count) / count)
    small = [abs(value / cov[0]) < limit for value in cov]
    lags = range(1, len(cov) - 4)
    first = next((lag for lag in lags if all(small[lag : lag + 5])), None)
    most = math.ceil(math.sqrt(count)) + 5
    window = most if first is None else min(2 * first, most)
    spectrum, slope = cov[0], 0.0
    for lag in range(1, min(window, len(cov) - 1) + 1):
        taper = 1.0 if lag / window <= 0.5 else 2 * (1 - lag / window)
        spectrum += 2 * taper * cov[lag]
        slope += 2 * taper * lag * cov[lag]
    block = float((2 * slope**2 / (2 * spectrum**2) * count) ** (1 / 3))
    return min(max(block, 1.0), math.ceil(min(3 * math.sqrt(count), count / 3)))


@given(st.integers(10, 400), st.floats(-0.9, 0.97), st.integers(0, 1_000))
def test_it_is_politis_and_white(days: int, share: float, seed: int) -> None:
    """The length is the one that the definition gives, computed lag by lag."""
    series = _autoregression(days, share, seed)
    assert optimal_block(series) == pytest.approx(_by_definition(series), rel=1e-9)


@pytest.mark.parametrize(
    ("days", "share", "seed", "known"),
    [
        (1_000, 0.0, 1, 1.1141416677449838),
        (1_000, 0.5, 2, 9.00659410316523),
        (2_500, 0.9, 3, 48.239740401126355),
        (150, 0.3, 4, 4.445886741397133),
    ],
)
def test_it_agrees_with_another_program(days: int, share: float, seed: int, known: float) -> None:
    """Four series have the length that arch 8.0 reports for them."""
    assert optimal_block(_autoregression(days, share, seed)) == pytest.approx(known, rel=1e-12)


def test_lasting_series_need_longer_blocks() -> None:
    """On average the length comes near theory's for a first-order autoregression."""
    share, days = 0.6, 4_000
    # The sums of |k| R(k) and of R(k) over all lags stand to each other as this.
    theory = ((2 * share / (1 - share**2)) ** 2 * days) ** (1 / 3)
    found = [optimal_block(_autoregression(days, share, seed)) for seed in range(30)]
    assert np.mean(found) == pytest.approx(theory, rel=0.15)
    assert max(optimal_block(_autoregression(days, 0.0, seed)) for seed in range(10)) < max(found)


@pytest.mark.parametrize("factor", [1e-150, 1e-3, 1e150])
def test_the_unit_does_not_matter(factor: float) -> None:
    """The same series in another unit has the same blocks, without under- or overflow."""
    series = _autoregression(500, 0.7, 9)
    assert optimal_block(series * factor) == pytest.approx(optimal_block(series), rel=1e-9)


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (np.arange(9.0), "9 observations"),
        (np.full(50, 0.1), "the same"),
        (np.zeros(50), "the same"),
        (np.append(np.arange(50.0), np.inf), "finite"),
    ],
)
def test_what_has_no_block_is_refused(series: Floats, said: str) -> None:
    """A short, constant or infinite series is named, never answered with NaN."""
    with pytest.raises(ValueError, match=said):
        optimal_block(series)
