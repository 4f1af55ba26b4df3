"""The pauses that the rules would have made of real history (METHODS 3.3; S1, S8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from pyarrow import parquet

from core.codec import bar_series
from core.domain.market import BarSeries
from core.domain.readings import ReadingKind
from core.domain.stress import Family, Stress, StressState
from core.domain.watching import BTC, CORRELATED, RegimeRules, StressRules
from core.signals.correlation import correlation_vote, correlations
from core.signals.indicators import indicators
from core.signals.stress import step_stress
from core.signals.votes import price_vote, sentiment_vote
from tests.core.stress.days import series

pytestmark = pytest.mark.data

MEASURED = StressRules(families=(Family.PRICE, Family.SENTIMENT, Family.CORRELATION))
"""The families that METHODS measured with; the history has no others."""


@dataclass(frozen=True)
class Pause:
    """One pause: its first day, its last, and what came after it."""

    began_on: date
    ended_on: date
    then: Stress


def bars_of(folder: Path, source: str) -> list[BarSeries]:
    """Return the daily bars of every watched coin that a source has, volume in coins."""
    found = []
    for asset in CORRELATED:
        filters = [("source", "==", source), ("asset", "==", asset)]
        columns = parquet.read_table(folder / "spot_1d.parquet", filters=filters).to_pydict()
        if not columns["ts"]:
            continue
        pairs = zip(columns["volume_quote"], columns["close"], strict=True)
        found.append(
            bar_series(
                asset,
                source,
                columns["ts"][-1],
                opens=columns["open"],
                highs=columns["high"],
                lows=columns["low"],
                closes=columns["close"],
                volumes=[volume / close for volume, close in pairs],
            )
        )
    return found


@cache
def history(folder: Path, source: str) -> tuple[StressState, ...]:
    """Return the memory after every day from the 400th bar on."""
    bars = bars_of(folder, source)
    leader = next(row for row in bars if row.asset == BTC)
    told = parquet.read_table(folder / "fear_greed_1d.parquet").to_pydict()
    values = [Decimal(str(value)) for value in told["value"]]
    fear = series(ReadingKind.FEAR_GREED, zip(told["ts"], values, strict=True))
    count = len(leader.closes) - 399
    state, seen = StressState(), []
    pairs = correlations(bars, count, MEASURED, until=leader.opened_at)
    for one, pair in zip(indicators(leader, count, RegimeRules()), pairs, strict=True):
        cast = (
            price_vote(one, MEASURED),
            sentiment_vote(one.day, fear, MEASURED),
            correlation_vote(pair, MEASURED),
        )
        state = step_stress(state, one.day, cast, MEASURED, has_data=not one.is_missing)
        seen.append(state)
    return tuple(seen)


def pauses(states: Sequence[StressState]) -> list[Pause]:
    """Return every pause that has ended."""
    found = []
    for before, after in pairwise(states):
        if before.phase is Stress.PAUSED and after.phase is not Stress.PAUSED:
            assert before.since is not None
            assert after.day is not None
            found.append(Pause(before.since, after.day, after.phase))
    return found


@pytest.mark.parametrize(
    "began_on",
    [
        date(2020, 3, 9),
        date(2021, 5, 19),
        date(2022, 5, 7),
        date(2022, 6, 13),
        date(2022, 11, 8),
    ],
)
def test_the_great_falls_paused_on_the_days_that_were_measured(
    market_data_dir: Path, began_on: date
) -> None:
    """S1: March 2020, May 2021, and Luna, June and November of 2022."""
    assert began_on in {pause.began_on for pause in pauses(history(market_data_dir, "yahoo"))}


def test_another_source_may_see_the_fall_of_march_2020_later(market_data_dir: Path) -> None:
    """S1 on another venue's bars: the 9th stays just below the limits there, the 12th does not."""
    found = {pause.began_on for pause in pauses(history(market_data_dir, "binance"))}
    assert date(2020, 3, 12) in found
    assert not any(date(2020, 3, 1) <= began_on < date(2020, 3, 12) for began_on in found)
    assert {date(2021, 5, 19), date(2022, 5, 7), date(2022, 6, 13), date(2022, 11, 8)} <= found


def test_the_share_of_paused_days(market_data_dir: Path) -> None:
    """S8: between 3 and 6 % of the days of 2018 to 2024, in two or three pauses a year."""
    days = [state for state in history(market_data_dir, "yahoo") if _year(state) >= 2018]
    paused = sum(state.phase is Stress.PAUSED for state in days)
    assert len(days) == 2557
    assert 0.03 <= paused / len(days) <= 0.06
    assert 2 <= len(pauses(days)) / 7 <= 3.5


def test_no_real_pause_was_longer_than_it_may(market_data_dir: Path) -> None:
    """S4 on history: three to fourteen days, and guarded after the fourteenth only."""
    for pause in pauses(history(market_data_dir, "yahoo")):
        days = (pause.ended_on - pause.began_on).days
        assert 3 <= days <= 14
        assert pause.then is Stress.NORMAL or days == 14


def _year(state: StressState) -> int:
    assert state.day is not None
    return state.day.year
