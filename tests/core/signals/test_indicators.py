"""The daily features: two independent programs agree, and nothing looks ahead."""

import math
from dataclasses import asdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.market import BarSeries
from core.domain.regime import Indicators
from core.domain.watching import WINDOW, RegimeRules
from core.signals.indicators import indicators
from core.signals.profile import distances_from_value, value_area
from core.signals.wilder import directional_index
from tests.core.signals import naive
from tests.core.signals.bars import (
    COLUMNS,
    PRICES,
    changed,
    cut,
    random_bars,
    scaled,
    series,
    with_gaps,
    yahoo_bars,
)

RULES = RegimeRules()
NAN = math.nan


def _all(bars: BarSeries) -> tuple[Indicators, ...]:
    return indicators(bars, len(bars.closes) - WINDOW + 1, RULES)


def _one_by_one(bars: BarSeries) -> tuple[Indicators, ...]:
    """Return the features as the live bot sees them: each day has its own 400 bars and no more."""
    ends = range(WINDOW, len(bars.closes) + 1)
    return tuple(indicators(cut(bars, end - WINDOW, end), 1, RULES)[0] for end in ends)


def _features(row: Indicators) -> dict[str, Any]:
    """Return what was measured, without the day."""
    return {name: value for name, value in asdict(row).items() if name != "day"}


def _assert_agrees(bars: BarSeries, *, every: int = 1) -> None:
    rows = _all(bars)
    for offset in range(0, len(rows), every):
        window = [getattr(bars, name)[offset : offset + WINDOW] for name in COLUMNS]
        expected = naive.features(*window)
        for name, value in _features(rows[offset]).items():
            other = expected[name]
            if other is None or value is None:
                assert value is other, (offset, name)
            else:
                # One unit of the sixth digit: two ways of adding may round a tie apart.
                assert float(value) == pytest.approx(float(other), rel=0, abs=1.1e-6), (
                    offset,
                    name,
                )


def test_batch_and_one_day_at_a_time_give_the_same_bits() -> None:
    """R1: 2,000 made-up days in one call equal 2,000 calls with 400 bars each."""
    bars = random_bars(1, 2_000)
    assert _all(bars) == _one_by_one(bars)


@pytest.mark.data
@pytest.mark.slow
def test_batch_and_one_day_at_a_time_agree_on_real_bars(market_data_dir: Path) -> None:
    """R1: ten years of bitcoin in one call equal one call a day."""
    bars = yahoo_bars(market_data_dir)
    assert _all(bars) == _one_by_one(bars)


@pytest.mark.data
def test_a_second_program_agrees_on_real_bars(market_data_dir: Path) -> None:
    """Every feature of every 12th real day equals what plain loops find."""
    _assert_agrees(yahoo_bars(market_data_dir), every=12)


def test_a_second_program_agrees_where_inputs_are_missing() -> None:
    """Every feature equals what plain loops find, with volumes, ranges and whole days missing."""
    bars = with_gaps(random_bars(2, 720), [500, 501, 640, 719])
    missing = dict.fromkeys((460, 463, 470, 474, 480), NAN) | dict.fromkeys((481, 482), 0.0)
    bars = changed(bars, highs={405: NAN, 715: NAN}, lows={404: NAN}, volumes=missing)
    _assert_agrees(bars)
    rows = _all(bars)
    assert any(row.adx is None for row in rows)
    assert any(row.adx is not None for row in rows)
    assert any(row.vp is None for row in rows)
    assert any(row.vp is not None for row in rows)


@pytest.mark.parametrize("after", [399, 400, 555, 700, 898])
def test_the_future_changes_nothing(after: int) -> None:
    """R2: every later bar times 7 leaves each day up to then as it was."""
    bars = random_bars(3, 900)
    other = _all(scaled(bars, 7, names=COLUMNS, start=after + 1))
    past = after - WINDOW + 2
    assert other[:past] == _all(bars)[:past]
    assert other[past] != _all(bars)[past]


def test_only_400_bars_are_read() -> None:
    """What happened before the window has no part in a day's features."""
    bars = random_bars(4, 500)
    lost, other = dict.fromkeys(range(100), NAN), dict.fromkeys(range(100), 1.0)
    before = changed(bars, closes=other, highs=lost, volumes=lost)
    assert indicators(before, 1, RULES) == indicators(bars, 1, RULES)


def test_the_currency_does_not_matter() -> None:
    """R3: prices times 1,000 give the same features."""
    bars = random_bars(5, 900)
    dearer = _all(scaled(bars, 1000, names=PRICES))
    for ours, theirs in zip(_all(bars), dearer, strict=True):
        for name, value in _features(ours).items():
            assert float(_features(theirs)[name]) == pytest.approx(float(value), abs=1.1e-6), name


def test_the_sixth_decimal_is_the_last() -> None:
    """Every feature has at most 6 decimals, so that machines compare the same number."""
    for row in _all(random_bars(6, 420)):
        values = [value for value in asdict(row).values() if isinstance(value, Decimal)]
        assert len(values) == 9
        assert all(value == value.quantize(Decimal("0.000001")) for value in values)


def test_the_days_are_those_of_the_bars() -> None:
    """The newest row is about the newest bar, and each row before it about the day before."""
    bars = random_bars(7, 700)
    rows = indicators(bars, 300, RULES)
    assert rows[-1].day == bars.opened_at.date()
    assert all((b.day - a.day).days == 1 for a, b in pairwise(rows))
    assert rows[-10:] == indicators(bars, 10, RULES)


@pytest.mark.parametrize(("length", "count"), [(399, 1), (500, 102), (500, 0), (0, 1)])
def test_too_few_bars_are_refused(length: int, count: int) -> None:
    """Fewer bars than the windows need, or no day at all, is a mistake of the caller."""
    bars = cut(random_bars(8, 500), 0, length)
    with pytest.raises(ValueError, match=f"got {length}; ask for at least 1 day"):
        indicators(bars, count, RULES)


@pytest.mark.parametrize("close", [NAN, 0.0, -5.0, math.inf])
def test_a_close_that_is_no_price_is_refused_by_day(close: float) -> None:
    """A bad close inside the window names its day; one before the window harms nothing."""
    bars = changed(random_bars(9, 500), closes={120: close})
    with pytest.raises(ValueError, match=r"BTC: the close of 2020-04-30 from made is"):
        indicators(bars, 1, RULES)
    late = changed(random_bars(9, 600), closes={120: close})
    assert len(indicators(late, 80, RULES)) == 80


def test_a_missing_day_is_told_from_a_still_one() -> None:
    """The previous close with no volume is a missing day; with volume, or with a range, it is not.

    Volume of zero is a volume that is missing, on a day that is not.
    """
    bars = with_gaps(random_bars(10, 400), [399])
    assert indicators(bars, 1, RULES)[0].is_missing
    for name, value in (("volumes", 5.0), ("volumes", 0.0), ("highs", bars.closes[399] * 1.01)):
        assert not indicators(changed(bars, **{name: {399: value}}), 1, RULES)[0].is_missing


def test_six_bars_may_lack_volume() -> None:
    """The volume profile stands with 6 of 60 bars without volume, and is left out with 7."""
    bars = random_bars(11, 400)
    for missing, is_left_out in ((6, False), (7, True)):
        lost = dict.fromkeys(range(350, 350 + missing), NAN)
        (row,) = indicators(changed(bars, volumes=lost), 1, RULES)
        assert (row.vp is None) is is_left_out


def test_one_missing_high_leaves_the_adx_out() -> None:
    """A high or a low that is missing, or no price, anywhere in the window leaves the ADX out."""
    bars = random_bars(12, 400)
    for name, value in (("highs", NAN), ("lows", NAN), ("lows", 0.0), ("highs", math.inf)):
        (row,) = indicators(changed(bars, **{name: {0: value}}), 1, RULES)
        assert row.adx is None
        assert row.direction is None
        assert row.vp is not None


@pytest.mark.parametrize("price", [0.1, 1.0, 3.3, 12345.678])
@pytest.mark.parametrize("volume", [0.0, 1.0])
def test_a_flat_price_has_no_trend(price: float, volume: float) -> None:
    """R8: without any movement every feature is 0, and nothing fails."""
    flat = [price] * 400
    (row,) = indicators(series(flat, volumes=[volume] * 400), 1, RULES)
    assert not any((row.z_slope, row.z_er, row.z1, row.r3, row.z3, row.ratio, row.direction))
    assert row.adx == 0
    assert row.rank == 1
    assert row.vp == (0 if volume else None)


def test_a_move_out_of_a_flat_price_is_a_shock() -> None:
    """R8: a move after a year without any is cut to 999, with its sign."""
    for factor, z1 in ((1.001, 999), (0.999, -999)):
        (row,) = indicators(series([100.0] * 399 + [100 * factor]), 1, RULES)
        assert row.z1 == z1
        assert abs(row.z3) == 999
        assert row.rank == 1


def test_one_bin_of_volume() -> None:
    """R8: when one bin holds the whole value area, the close is measured against that bin."""
    closes = [100 + index % 2 * 0.0001 for index in range(399)] + [130.0]
    (row,) = indicators(series(closes, opens=closes, volumes=[1.0] * 400), 1, RULES)
    # 23.5 bins above the middle of the lowest bin, whose half-width is half a bin.
    assert row.vp == 47


def test_huge_numbers_are_cut() -> None:
    """Prices from one end of the number line to the other give features of at most 999."""
    draw = np.random.default_rng(0)
    closes = np.exp(draw.uniform(-300, 300, 450)).tolist()
    for row in _all(series(closes)):
        values = [value for value in asdict(row).values() if isinstance(value, Decimal)]
        assert all(abs(value) <= 999 for value in values)


def test_a_steady_rise_is_at_the_top_of_every_scale() -> None:
    """A price that rises by 1 % a day has ADX 100, an efficiency of 1 and no spread at all."""
    (row,) = indicators(series([1.01**index for index in range(400)]), 1, RULES)
    assert row.adx == 100
    assert row.direction == 1
    assert row.z_er == Decimal("4.370194")  # sqrt(60 / pi)
    assert row.z_slope == Decimal("7.316895")  # 10 days of one sigma each / 1.3667
    assert row.ratio == 0
    assert row.r3 == Decimal("0.030301")
    assert row.z1 == 1
    assert row.z3 == Decimal("1.732051")  # three sigmas / sqrt 3


@pytest.mark.parametrize("length", [28, 29, 60, 400])
def test_wilders_filters_start_from_their_first_values(length: int) -> None:
    """On a short window, where the start still counts, the index is that of plain loops."""
    bars = random_bars(16, length)
    index, signed = directional_index(np.array([bars.highs]), np.array([bars.lows]), RULES.adx)
    expected, direction = naive.adx_of(bars.highs, bars.lows, bars.closes)
    assert index[0] == pytest.approx(expected, rel=1e-12)
    assert np.sign(signed[0]) == direction


def test_a_day_that_reaches_out_equally_has_no_direction() -> None:
    """A bar that goes as far above the one before as below it moves neither way."""
    reach = np.arange(1.0, 61.0)
    index, signed = directional_index(np.array([100 + reach]), np.array([100 - reach]), RULES.adx)
    assert index[0] == 0
    assert signed[0] == 0


@pytest.mark.parametrize(
    ("shares", "area", "expected"),
    [
        ((0.2, 0.2, 0.2, 0.2, 0.2), 0.2, (0, 0)),  # equal busiest bins: the lower one
        ((0.3, 0.4, 0.3), 0.7, (1, 2)),  # equal neighbours: the higher one
        ((0.35, 0.4, 0.25), 0.7, (0, 1)),  # the busier neighbour
        ((0.1, 0.0, 0.9), 0.95, (0, 2)),  # through an empty bin
        ((0.0, 0.0, 1.0), 0.7, (2, 2)),  # at the upper edge
        ((0.1, 0.2, 0.7 - 1e-9), 0.7, (2, 2)),  # the share is rounded before it is compared
        ((0.5, 0.5), 1.0, (0, 1)),  # all of it
    ],
)
def test_the_value_area_grows_as_told(
    shares: tuple[float, ...], area: float, expected: tuple[int, int]
) -> None:
    """The area grows from the busiest bin, one bin at a time, by the rules for ties."""
    assert value_area(shares, area) == expected


@given(st.lists(st.floats(0, 1), min_size=1, max_size=24).filter(lambda row: sum(row) > 0.01))
def test_the_value_area_holds_its_share(weights: list[float]) -> None:
    """Whatever the volumes, the area holds 70 % of them, and begins at the busiest bin."""
    shares = [weight / sum(weights) for weight in weights]
    low, high = value_area(shares, 0.7)
    assert sum(shares[low : high + 1]) >= 0.7 - 1e-6
    assert low <= shares.index(max(shares)) <= high


def test_a_price_on_the_edge_of_a_bin_is_in_the_upper_one() -> None:
    """Noise in the last bits does not move a price across the edge of a bin."""
    offsets = np.array([[0.0, 0.44, 1.1]])  # 0.44 / 0.22 is a hair below 2 in binary
    (found,) = distances_from_value(
        offsets, np.array([[1.0, 8.0, 1.0]]), bins=5, area=0.7, max_gaps=0
    )
    assert found == pytest.approx(-5)  # from the middle of 0.44 to 0.66


def test_a_window_without_any_volume_has_no_distance() -> None:
    """With every gap allowed, nothing at all is still no profile."""
    (found,) = distances_from_value(
        np.array([[0.0, 0.1, 0.2]]), np.array([[0.0, NAN, -1.0]]), bins=4, area=0.7, max_gaps=3
    )
    assert math.isnan(found)
