"""Tomorrow is out of reach. Source: METHODS 6.1, 6.7 B1 and 2.9 R2."""

from dataclasses import fields, replace
from datetime import timedelta

import numpy as np
import pytest

from core.codec import Series, bar_series, decode, digest_of, encode, reading_series
from core.domain.decision import Decision
from core.domain.readings import ReadingKind
from core.domain.snapshot import Snapshot
from core.domain.stress import Family
from core.engine import decide
from core.signals.prepared import FEATURES, PAIRS
from core.simulation.backtest import LivedDay, course_of, run_backtest
from core.simulation.backtest.course import Known
from core.simulation.backtest.windows import BarWindows, ReadingWindows
from core.simulation.bar_table import DAY, AssetBars, BarTable, closed_days, daily, instant
from tests.simulation.backtest.worlds import A_DAY, FIRST, THREE, day, full, index, market, plain

COINS = ("ADA", "BTC", "ETH", "LTC")
POLICY = full({**THREE, "ADA": "0.1", "BTC": "0.4"}, *Family.__members__.values())
DAYS = 620


def lived(table: BarTable, *, until: int | None = None) -> list[LivedDay]:
    """Return every evaluation of a full policy."""
    end = None if until is None else day(until)
    course = course_of(table, POLICY, end=end, readings=(index(DAYS),))
    found: list[LivedDay] = []
    run_backtest(course, POLICY, watch=found.append)
    return found


@pytest.fixture(scope="module")
def years() -> list[LivedDay]:
    """Return a year and more of evaluations, lived once."""
    return lived(market(DAYS, COINS, seed=2))


def test_what_comes_after_a_day_never_changes_what_was_decided(years: list[LivedDay]) -> None:
    """R2: histories that end on different days agree on every decision they share."""
    for until in (480, 533, 600):
        cut = lived(market(DAYS, COINS, seed=2), until=until)
        assert len(cut) == until - 459
        assert [row.decision for row in cut] == [row.decision for row in years[: len(cut)]]


def test_a_poisoned_future_changes_nothing_before_it(years: list[LivedDay]) -> None:
    """B1: with every later price and volume torn apart, all decisions up to that day are equal."""
    table, last = market(DAYS, COINS, seed=2), 540
    torn = replace(table, series=tuple(_torn(bars, last) for bars in table.series))
    same = last - 459
    assert [row.decision.decision_id for row in lived(torn)[: same + 1]] == [
        row.decision.decision_id for row in years[: same + 1]
    ]
    assert lived(torn)[same + 1].decision != years[same + 1].decision


def test_a_snapshot_holds_nothing_younger_than_itself(years: list[LivedDay]) -> None:
    """B1: bars are closed, readings are published, and quotes are of the moment, on every day."""
    for row in years:
        snapshot = row.snapshot
        assert all(bars.opened_at + A_DAY <= snapshot.as_of for bars in snapshot.bars)
        for series in snapshot.readings:
            assert all(one.known_at <= snapshot.as_of for one in series.readings)
        assert {quote.observed_at for quote in snapshot.quotes} == {snapshot.as_of}


def test_tomorrow_has_no_field() -> None:
    """B1: what a snapshot is made from, and a snapshot, take nothing that could hold tomorrow."""
    known = {row.name for row in fields(Known)}
    assert known == {"as_of", "source", "closes", "ended", "bars", "readings"}
    with pytest.raises(TypeError, match="tomorrow"):
        Snapshot(tomorrow=1.0)  # type: ignore[call-arg]


def test_an_index_that_comes_late_is_not_seen_early() -> None:
    """known_at: values published two days late leave the family silent, in time they vote."""
    table = market(DAYS, COINS, seed=2)
    for late, are_silent in ((timedelta(0), False), (2 * A_DAY, True)):
        course = course_of(table, POLICY, end=day(480), readings=(index(DAYS, late=late),))
        found: list[LivedDay] = []
        run_backtest(course, POLICY, watch=found.append)
        votes = [
            vote.points
            for row in found
            for vote in row.decision.next_state.stress.votes
            if vote.family is Family.SENTIMENT
        ]
        assert len(votes) == len(found)
        assert all((points is None) is are_silent for points in votes)


def test_a_stored_snapshot_decides_the_same_again(years: list[LivedDay]) -> None:
    """Replay: from its stored text alone every snapshot gives the same decision and the same id.

    Nothing that was worked out in a batch is remembered by then.
    """
    for row in years[::7]:
        FEATURES._values.clear()  # noqa: SLF001  # as in a process that never saw the batch
        PAIRS._values.clear()  # noqa: SLF001  # as in a process that never saw the batch
        series: dict[str, Series] = {one.digest: one for one in row.snapshot.bars}
        series |= {one.digest: one for one in row.snapshot.readings}
        stored = decode(Snapshot, encode(Snapshot, row.snapshot), series)
        again = decide(stored, POLICY, row.state)
        assert again.decision_id == row.decision.decision_id
        assert digest_of(again) == digest_of(row.decision)


def test_shorter_windows_of_compared_coins_decide_the_same(years: list[LivedDay]) -> None:
    """With the live bot's 460 days of every coin, outcome and memory are the same."""
    table = market(DAYS, COINS, seed=2)
    for row in (years[0], *years[1::11]):
        bars = [closed_days(daily(one), "made up", row.snapshot.as_of) for one in table.series]
        whole = replace(row.snapshot, bars=tuple(one for one in bars if one is not None))
        again = decide(whole, POLICY, row.state)
        assert _content(again) == _content(row.decision)
        assert max(len(one.closes) for one in whole.bars) == 460


def test_windows_have_the_digests_of_the_codec() -> None:
    """A window's digest is the one the codec gives the same bars or readings, on any day."""
    bars = market(300, ("BTC",), without={"BTC": (50, 51, 52)}).series[0]
    windows = BarWindows(bars, "made up", until=int(day(310).timestamp()))
    for number in (0, 1, 50, 52, 200, 299, 304, 310):
        found = windows.until(int(day(number).timestamp()), 120)
        assert found is not None
        made = bar_series(
            found.asset, found.source, found.opened_at,
            opens=found.opens, highs=found.highs, lows=found.lows,
            closes=found.closes, volumes=found.volumes,
        )  # fmt: skip
        assert made.digest == found.digest
        same = closed_days(daily(bars), "made up", day(number + 1) + A_DAY / 4, most=120)
        assert same == found
    series = index(200)
    seen = ReadingWindows(series)
    for number in (0, 3, 99, 100, 199, 250):
        found_readings = seen.at(day(number))
        expected = [row for row in series.readings if row.known_at <= day(number)][-100:]
        assert found_readings == reading_series(
            ReadingKind.FEAR_GREED, series.asset, "index", expected, is_point_in_time=True
        )
        assert list(found_readings.readings) == expected


def test_readings_published_out_of_order_are_seen_by_their_own_time() -> None:
    """known_at: a value that came later than a younger one stays unseen until it came."""
    rows = list(index(10).readings)
    rows[4] = replace(rows[4], known_at=day(8))
    series = reading_series(
        ReadingKind.FEAR_GREED, index(1).asset, "index", rows, is_point_in_time=True
    )
    seen = ReadingWindows(series)
    assert [row.about for row in seen.at(day(6)).readings] == [day(n) for n in (0, 1, 2, 3, 5, 6)]
    assert len(seen.at(day(8)).readings) == 9


def test_a_day_is_decided_five_minutes_after_its_close() -> None:
    """A bar is used from its close + 5 min, and fills come at the next open (METHODS 6.1)."""
    policy = plain(THREE, confirm=1)
    calm = market(120, seed=8)
    # Opens unlike the closes before them, so that a fill at the wrong price shows.
    apart = tuple(replace(bars, opens=bars.opens * 1.01) for bars in calm.series)
    course = course_of(replace(calm, series=apart), policy)
    test = run_backtest(course, policy)
    asked = test.proposals[0]
    assert asked.decided_at == instant(int(course.matrix.starts[asked.bar]) + DAY + 300)
    assert asked.asked_on == asked.decided_at.date()
    assert asked.filled_on == asked.asked_on
    place = course.matrix.assets.index(asked.trades[0].asset)
    opened = course.matrix.fills[place, asked.bar]
    assert float(asked.trades[0].middle) == opened != course.matrix.closes[place, asked.bar]
    assert course.starts_at == FIRST


def _torn(bars: AssetBars, last: int) -> AssetBars:
    later = bars.starts > int(day(last).timestamp())
    factor = np.where(later, np.linspace(3.0, 9.0, len(bars)), 1.0)
    columns = (bars.opens, bars.highs, bars.lows, bars.closes)
    opens, highs, lows, closes = (column * factor for column in columns)
    volumes = np.where(later, 1.0, bars.volumes)
    return AssetBars(bars.asset, bars.starts, opens, highs, lows, closes, volumes)


def _content(decision: Decision) -> tuple[object, ...]:
    """Return what a decision says, without the names that follow from digests."""
    memory = replace(decision.next_state, open_proposal="")
    return decision.outcome, decision.gates, decision.standings, memory
