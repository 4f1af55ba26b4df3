"""Courses and price matrices: what they hold, and what they refuse with one clear message."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.domain.errors import InputInvalid
from core.domain.units import Asset, Money, Quantity, Rate
from core.simulation.backtest import TradingCosts, course_of, first_possible_day, run_backtest
from core.simulation.bar_table import AssetBars, BarTable
from core.simulation.matrix import matrix_of
from tests.simulation.backtest.worlds import FIRST, THREE, day, full, market, plain

BTC, ETH = Asset("BTC"), Asset("ETH")
NO_ENDS = (-1, -1)


def hourly(days: int) -> BarTable:
    """Return hours that make the same days whatever the hour: open 1, close 2, high 3, low 0.5."""
    starts = np.arange(days * 24, dtype=np.int64) * 3_600 + int(FIRST.timestamp())
    flat = np.ones(len(starts))
    coins = []
    for name in ("BTC", "ETH"):
        prices = (flat * 1.0, flat * 3.0, flat * 0.5, flat * 2.0)
        coins.append(AssetBars(Asset(name), starts.copy(), *prices, volumes=flat.copy()))
    return BarTable("hours", timedelta(hours=1), tuple(coins))


def test_a_matrix_is_the_bars_of_its_span() -> None:
    """Closes are those of the bars, and a decision fills at the open of the next one."""
    table = market(30)
    matrix = matrix_of(table, (ETH, BTC), day(5), day(20))
    assert (matrix.assets, len(matrix)) == ((BTC, ETH), 15)
    for row, bars in zip(range(2), table.series, strict=True):
        np.testing.assert_array_equal(matrix.closes[row], bars.closes[5:20])
        np.testing.assert_array_equal(matrix.fills[row, :-1], bars.opens[6:20])
    assert np.isnan(matrix.fills[:, -1]).all()
    assert matrix.has_bar.all()
    assert matrix.delisted_after == NO_ENDS


def test_a_gap_carries_the_close_and_has_no_fill() -> None:
    """On a missing bar the last close marks, nothing fills there, and the flag says so."""
    matrix = matrix_of(market(30, without={"ETH": (7, 8)}), (BTC, ETH), day(0), day(30))
    assert matrix.closes[1, 6] == matrix.closes[1, 7] == matrix.closes[1, 8]
    assert matrix.has_bar[1, 6:10].tolist() == [True, False, False, True]
    assert np.isnan(matrix.fills[1]).nonzero()[0].tolist() == [6, 7, 29]


def test_a_close_before_the_span_marks_a_gap_at_its_begin() -> None:
    """A span that begins in a gap is marked with the close before it."""
    table = market(30, without={"ETH": (10,)})
    matrix = matrix_of(table, (BTC, ETH), day(10), day(20))
    assert matrix.closes[1, 0] == table.series[1].closes[9]


def test_without_opens_a_decision_fills_at_the_next_close() -> None:
    """Where the source has no opens the close of the next bar is the price. Source: METHODS 6.1."""
    table = market(10)
    bare = replace(
        table, series=tuple(replace(row, opens=np.full(10, np.nan)) for row in table.series)
    )
    matrix = matrix_of(bare, (BTC,), day(0), day(10))
    np.testing.assert_array_equal(matrix.fills[0, :-1], table.series[0].closes[1:])


def test_a_coin_has_ended_only_well_before_the_others() -> None:
    """A week without bars at the end is an ending; fewer days are a gap at the end."""
    for days, ended in ((23, 22), (24, -1)):
        matrix = matrix_of(market(30, ends={"ETH": days}), (BTC, ETH), day(0), day(30))
        assert matrix.delisted_after == (-1, ended)


def test_hours_are_joined_to_days_for_decisions_and_kept_for_the_matrix() -> None:
    """A course has UTC days made of the hours; a matrix keeps the table's own interval."""
    table, policy = hourly(40), plain({"BTC": "0.5", "ETH": "0.5", "USD": "0"})
    course = course_of(table, policy)
    assert (len(course), course.matrix.interval) == (40, timedelta(days=1))
    assert (course.matrix.closes == 2.0).all()
    assert (course.matrix.fills[:, :-1] == 1.0).all()
    assert len(matrix_of(table, (BTC,), day(0), day(40))) == 960


def test_a_day_that_is_not_over_is_not_decided_on() -> None:
    """Hours of an unfinished last day make no daily bar."""
    table = hourly(40).before(day(39) + timedelta(hours=7))
    course = course_of(table, plain({"BTC": "0.5", "ETH": "0.5", "USD": "0"}))
    assert course.day(len(course) - 1) == day(38).date()


def test_the_first_decision_has_the_days_it_reads() -> None:
    """A policy that reads the market begins on the 460th day, a plain one on the first."""
    table = market(500)
    assert first_possible_day(table, full(THREE)) == day(459)
    assert first_possible_day(table, plain(THREE)) == day(0)


def test_a_late_listing_moves_the_first_day() -> None:
    """No decision is made before every target has bars."""
    table = market(60, without={"ETH": range(20)})
    assert first_possible_day(table, plain(THREE)) == day(20)


@pytest.mark.parametrize(
    ("days", "options", "said"),
    [
        (400, {}, "400 days of BTC; the first decision needs 460"),
        (600, {"start": day(100)}, "may begin on 2015-04-05, not on 2014-04-11"),
        (600, {"start": day(550), "end": day(550)}, "holds no day"),
        (600, {"start": day(550), "end": day(500)}, "holds no day"),
        (600, {"start": day(900)}, "can be used from 2015-04-05 to 2015-08-23"),
        (600, {"start": day(500) + timedelta(hours=3)}, "give the start of a UTC day"),
    ],
    ids=["short", "too early", "empty", "backwards", "after the end", "no midnight"],
)
def test_an_impossible_span_is_refused(days: int, options: dict[str, object], said: str) -> None:
    """The message names what is there, what was asked and what can be had."""
    with pytest.raises(InputInvalid, match=said):
        course_of(market(days), full(THREE), **options)  # type: ignore[arg-type]


def test_a_missing_coin_is_named_with_what_there_is() -> None:
    """A target or the coin the market is read by that the file lacks is named."""
    with pytest.raises(InputInvalid, match="no bars of SOL, only of BTC, ETH"):
        course_of(market(30), plain({"BTC": "0.5", "SOL": "0.5", "USD": "0"}))
    with pytest.raises(InputInvalid, match="no bars of BTC, only of ADA, ETH"):
        course_of(market(600, ("ADA", "ETH")), full({"ETH": "0.5", "ADA": "0.5", "USD": "0"}))


def test_calendars_that_never_meet_are_refused() -> None:
    """Coins without a single day in common leave no day to begin on."""
    odd, even = range(1, 60, 2), range(0, 60, 2)
    with pytest.raises(InputInvalid, match="a bar of each of BTC, ETH"):
        course_of(market(60, without={"BTC": odd, "ETH": even}), plain(THREE))


def test_a_course_does_not_begin_on_a_day_that_a_coin_lacks() -> None:
    """The first close would be a price of the past; the next whole day is named, and taken."""
    table = market(60, without={"ETH": (20, 21)})
    with pytest.raises(InputInvalid, match=r"no bar of ETH on 2014-01-21.* begin on 2014-01-23 or"):
        course_of(table, plain(THREE), start=day(20))
    assert course_of(table, plain(THREE), start=day(22)).starts_at == day(22)


@pytest.mark.parametrize(
    ("span", "said"),
    [((day(40), day(50)), "holds no bar"), ((day(0), day(20)), "first bar of ETH")],
    ids=["outside", "late listing"],
)
def test_a_matrix_outside_the_bars_is_refused(span: tuple[object, object], said: str) -> None:
    """A span without bars, or before a coin is listed, is refused with the days that can be had."""
    table = market(30, without={"ETH": range(10)})
    with pytest.raises(InputInvalid, match=said):
        matrix_of(table, (BTC, ETH), *span)  # type: ignore[arg-type]


def test_a_policy_needs_the_course_of_its_targets() -> None:
    """A course of other targets, or without the history that is read, is refused."""
    table, policy = market(600), plain(THREE)
    course = course_of(table, policy)
    with pytest.raises(InputInvalid, match="make the history for these targets"):
        run_backtest(course, plain({"BTC": "0.5", "USD": "0.5"}))
    with pytest.raises(InputInvalid, match="460 days lie before"):
        run_backtest(course, full(THREE))
    cold = replace(policy, cold=((BTC, Quantity(Decimal(1))),))
    with pytest.raises(InputInvalid, match="cold or excluded"):
        run_backtest(course, cold)


@pytest.mark.parametrize("value", ["0", "-5", "NaN"])
def test_an_impossible_beginning_is_refused(value: str) -> None:
    """A portfolio begins with an amount above zero."""
    course = course_of(market(30), plain(THREE))
    with pytest.raises(InputInvalid, match="above 0"):
        run_backtest(course, plain(THREE), value=Money(Decimal(value)))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fee": "1"}, "fee is 1"),
        ({"half_spread": "-0.1"}, "half_spread is -0.1"),
        ({"quantity_step": "0"}, "must be above 0"),
    ],
    ids=["fee", "spread", "step"],
)
def test_costs_that_no_venue_charges_are_refused(wrong: dict[str, str], said: str) -> None:
    """Rates are fractions from 0 to below 1, and a step is above 0."""
    given = {name: Rate(Decimal(text)) for name, text in wrong.items()}
    with pytest.raises(InputInvalid, match=said):
        TradingCosts(**given)  # type: ignore[arg-type]


def test_a_tax_rate_beyond_all_gains_is_refused() -> None:
    """A flat rate is a fraction from 0 to 1."""
    course = course_of(market(30), plain(THREE))
    with pytest.raises(InputInvalid, match="tax rate is 20"):
        run_backtest(course, plain(THREE), tax_rate=Rate(Decimal(20)))
