"""Hours joined to days."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.domain.market import BarSeries
from core.domain.units import Asset
from core.simulation.bar_table import DAY, MAX_DAYS, AssetBars, closed_days, daily

FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def _hours(hours: list[int], price: float = 100.0) -> AssetBars:
    """Return bars at these hours since the first day; the open is the price plus the hour."""
    opens = price + np.array(hours, dtype=np.float64)
    return AssetBars(
        Asset("BTC"),
        int(FIRST.timestamp()) + 3600 * np.array(hours, dtype=np.int64),
        opens,
        opens + 3,
        opens - 2,
        opens + 1,
        np.full(len(hours), 2.0),
    )


def _series(bars: AssetBars, at: datetime) -> BarSeries:
    series = closed_days(daily(bars), "test", at)
    assert series is not None
    return series


def test_a_day_is_its_hours() -> None:
    """A day opens with its first hour, closes with its last, and encloses all of them."""
    days = daily(_hours([*range(24), 30, 40]))
    assert days.opens.tolist() == [100, 130]
    assert days.highs.tolist() == [126, 143]
    assert days.lows.tolist() == [98, 128]
    assert days.closes.tolist() == [124, 141]
    assert days.volumes.tolist() == [48, 4]


def test_a_missing_day_holds_the_last_close() -> None:
    """A day without a bar has the previous close four times, and no volume."""
    days = daily(_hours([5, 24 * 3 + 1]))
    assert len(days) == 4
    for day in (1, 2):
        bar = (days.opens[day], days.highs[day], days.lows[day], days.closes[day])
        assert bar == (106, 106, 106, 106)
        assert math.isnan(days.volumes[day])
    assert days.opens[3] == 173
    assert days.starts.tolist() == [int(FIRST.timestamp()) + DAY * n for n in range(4)]


def test_unknown_volumes_do_not_count() -> None:
    """A day's volume is that of the hours that have one; without any there is none."""
    hours = _hours([0, 1, 24, 25])
    volumes = np.array([math.nan, 3.0, math.nan, math.nan])
    bars = AssetBars(
        hours.asset, hours.starts, hours.opens, hours.highs, hours.lows, hours.closes, volumes
    )
    days = daily(bars)
    assert days.volumes[0] == 3
    assert math.isnan(days.volumes[1])


@pytest.mark.parametrize(
    ("at", "newest"),
    [
        (FIRST + timedelta(days=2, minutes=4, seconds=59), FIRST),
        (FIRST + timedelta(days=2, minutes=5), FIRST + timedelta(days=1)),
        (FIRST + timedelta(days=2, hours=23), FIRST + timedelta(days=1)),
    ],
)
def test_a_day_is_closed_five_minutes_after_its_end(at: datetime, newest: datetime) -> None:
    """A day counts from five minutes after midnight."""
    assert _series(_hours(list(range(24 * 5))), at).opened_at == newest


def test_before_the_first_day_is_over_there_is_none() -> None:
    """Without a closed day there are no daily bars."""
    assert closed_days(daily(_hours([0, 1])), "test", FIRST + timedelta(hours=23)) is None
    assert closed_days(daily(_hours([0, 1])), "test", FIRST - timedelta(days=3)) is None


def test_silence_after_the_last_bar_is_missing_days() -> None:
    """Days after the end of the bars are missing days, not days that never were."""
    series = _series(_hours(list(range(48))), FIRST + timedelta(days=5, hours=1))
    assert series.opened_at == FIRST + timedelta(days=4)
    assert list(series.closes) == [124, 148, 148, 148, 148]
    assert all(math.isnan(volume) for volume in series.volumes[2:])


def test_at_most_460_days_are_given() -> None:
    """Of a long history the newest 460 days are given."""
    long = _hours(list(range(0, 24 * 600, 12)))
    series = _series(long, FIRST + timedelta(days=600, hours=1))
    assert len(series.closes) == MAX_DAYS
    assert series.opened_at == FIRST + timedelta(days=599)
    later = _series(long, FIRST + timedelta(days=2000))
    assert len(later.closes) == MAX_DAYS
    assert set(later.closes) == {long.closes[-1]}


def test_columns_cannot_be_changed_or_uneven() -> None:
    """Columns are read-only and equally long."""
    bars = _hours([0, 1])
    with pytest.raises(ValueError, match="read-only"):
        bars.opens[0] = 1
    with pytest.raises(ValueError, match="different lengths"):
        AssetBars(
            bars.asset,
            bars.starts,
            bars.opens[:1],
            bars.highs,
            bars.lows,
            bars.closes,
            bars.volumes,
        )
