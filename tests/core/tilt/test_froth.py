"""The funding switch: when positions count as crowded, and when that is over (METHODS 4.3)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.domain.market import BarSeries
from core.domain.readings import ReadingSeries
from core.domain.regime import Regime
from core.domain.tilt import Froth
from core.domain.units import Asset, Rate
from core.domain.watching import TiltRules
from core.signals.froth import step_froth
from tests.core.tilt.arranging import closes, day, funding, step, targets, walk

RULES = TiltRules()
SOL = Froth(Asset("SOL"))
CALM_YEAR = ("0.01",) * 364
HIGH = ("0.06",) * 3
STRETCHED = (100.0,) * 49 + (130.0,)


def _step(
    froth: Froth,
    series: ReadingSeries | None,
    bars: BarSeries | None = None,
    *,
    on: date | None = None,
    rules: TiltRules = RULES,
) -> Froth:
    return step_froth(froth, on or day(0), series, bars, rules)


def _fold(*percents: str, froth: Froth = SOL, rules: TiltRules = RULES) -> list[Froth]:
    """Step from the third value on, one a day, each day knowing no more than it could."""
    found = []
    for last in range(2, len(percents)):
        series = funding(*percents[: last + 1], last=last)
        froth = _step(froth, series, on=day(last), rules=rules)
        found.append(froth)
    return found


def _line(days: Iterable[Froth]) -> str:
    """Return the switch day by day: ``#`` for on and ``.`` for off."""
    return "".join("#" if froth.is_on else "." for froth in days)


@pytest.mark.parametrize(
    ("percents", "expected"),
    [
        (("0.1", "0.1", "0.1"), True),
        (("0.05", "0.1", "0.15"), True),
        (("0.1", "0.1", "0.09997"), False),  # a mean of 0.09999
        (("0.3", "0.02", "0.02", "0.02"), False),  # only the newest three count
        (("-0.1", "-0.1", "-0.1"), False),
    ],
)
def test_a_tenth_of_a_percent_is_crowded_by_itself(
    percents: tuple[str, ...], expected: bool
) -> None:
    """The mean over three days decides, at 0.10 % per 8 hours and above."""
    stepped = _step(SOL, funding(*percents))
    assert stepped.is_on is expected
    assert stepped.since == (day(0) if expected else None)


def test_the_mean_is_kept_as_a_fraction_of_eight_decimals() -> None:
    """What a card shows is the figure that was compared."""
    assert _step(SOL, funding("0.01", "0.01", "0.02")).rate == Decimal("0.00013333")


@pytest.mark.parametrize(
    "series",
    [
        None,
        funding(),
        funding("0.2", "0.2"),
        funding("0.2", "0.2", "0.2", last=-2),
        funding("0.2", "0.2", "0.2", last=3),
        funding("0.2", "0.2", "NaN"),
        funding("0.2", "Infinity", "0.2"),
    ],
    ids=["none", "empty", "two days", "old", "too young", "no number", "infinite"],
)
def test_missing_funding_switches_off(series: ReadingSeries | None) -> None:
    """T6: without three known days up to yesterday the rate is unknown and the switch is off."""
    on = replace(SOL, is_on=True, since=day(-5), rate=Decimal("0.001"))
    stepped = _step(on, series)
    assert (stepped.is_on, stepped.rate, stepped.low_days) == (False, None, 0)
    assert _step(SOL, series) == SOL


def test_a_missing_day_inside_the_three_is_missing_funding() -> None:
    """T6: three values that span four days are no mean over three days."""
    whole = funding("0.2", "0.2", "0.2", "0.2")
    gap = replace(whole, readings=(*whole.readings[:2], whole.readings[3]))
    assert _step(SOL, whole).is_on
    assert _step(SOL, gap).rate is None


def test_missing_funding_is_no_tilt() -> None:
    """T6: a coin whose funding falls silent gives its points back, two a day, to the last one."""
    policy = targets("BTC 40, ETH 30, SOL 10, USD 20")
    on = _step(replace(SOL, asset=Asset("ETH")), funding("0.2", "0.2", "0.2", asset="ETH"))
    tilted = walk(policy, [Regime.RANGING] * 4, froths=(on,))
    assert [tilt.subject for tilt in tilted.tilts] == ["ETH"]
    off = step_froth(on, day(4), None, None, RULES)
    sizes = []
    for number in range(4, 8):
        tilted = step(policy, tilted, number, froths=(off,))
        sizes.append(sum((tilt.size for tilt in tilted.tilts), Decimal(0)))
    assert sizes == [Decimal("0.03"), Decimal("0.01"), 0, 0]


def test_yesterdays_value_will_do() -> None:
    """A value about the day before counts, one about two days before does not."""
    series = funding("0.2", "0.2", "0.2", last=0)
    assert _step(SOL, series, on=day(1)).is_on
    assert not _step(SOL, series, on=day(2)).is_on


def test_the_future_is_not_looked_at() -> None:
    """What is about later days changes nothing, so a replay may hand over all of history."""
    past = funding("0.05", "0.05", "0.05")
    all_of_it = funding("0.05", "0.05", "0.05", "0.9", "0.9", "0.9", last=3)
    assert _step(SOL, all_of_it) == _step(SOL, past)


def test_high_for_its_own_year_needs_all_three() -> None:
    """Above its own 97.5 % of a full year, at least 0.05 %, and price 25 % over its average."""
    year, price = funding(*CALM_YEAR, *HIGH), closes(*STRETCHED)
    assert _step(SOL, year, price).is_on
    assert not _step(SOL, year).is_on
    assert _step(SOL, funding(*CALM_YEAR, *("0.05",) * 3), price).is_on
    assert not _step(SOL, funding(*CALM_YEAR, *("0.049",) * 3), price).is_on
    often = ("0.07",) * 12 + CALM_YEAR[12:]
    assert not _step(SOL, funding(*often, *HIGH), price).is_on


def test_the_year_must_be_full() -> None:
    """365 means of three days need 367 days; with one less, or a gap, the year has no say."""
    price = closes(*STRETCHED)
    assert not _step(SOL, funding(*CALM_YEAR[1:], *HIGH), price).is_on
    whole = funding(*CALM_YEAR, *HIGH)
    gap = replace(whole, readings=whole.readings[:100] + whole.readings[101:])
    assert not _step(SOL, gap, price).is_on
    assert _step(SOL, gap, price).rate == Decimal("0.0006")


def test_only_the_newest_year_counts() -> None:
    """What was hotter more than a year ago does not make today look calm."""
    series = funding(*["0.09"] * 30, *CALM_YEAR, *HIGH)
    assert _step(SOL, series, closes(*STRETCHED)).is_on


def test_the_percentile_counts_today_and_its_equals() -> None:
    """At most 9 of 365 means may lie above today's: with 9 it is crowded, with 10 it is not."""
    price = closes(*STRETCHED)
    for above, expected in ((9, True), (10, False)):
        # a plateau of n days gives n - 2 means at its height, and two lower ones on each side
        plateau = ("0.09",) * (above + 2)
        rest = ("0.0",) * (364 - len(plateau))
        series = funding(*rest[:100], *plateau, *rest[100:], *HIGH)
        assert _step(SOL, series, price).is_on is expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (STRETCHED, True),
        ((100.0,) * 49 + (125.6411,), True),  # 1.250001
        ((100.0,) * 49 + (125.641,), False),  # 1.250000
        ((100.0,) * 50 + (130.0,), True),
        ((1000.0, *STRETCHED), True),  # 51 closes: the oldest is no part of it
        (STRETCHED[1:], False),  # 49 closes
        ((100.0,) * 48 + (float("nan"), 130.0), False),
        ((100.0,) * 48 + (0.0, 130.0), False),
    ],
)
def test_price_over_its_average(prices: tuple[float, ...], expected: bool) -> None:
    """More than 1.25 times the mean of 50 closes, today's included; unknown is no."""
    assert _step(SOL, funding(*CALM_YEAR, *HIGH), closes(*prices)).is_on is expected


def test_an_old_close_has_no_say() -> None:
    """Price counts only with the close of the very day."""
    year = funding(*CALM_YEAR, *HIGH)
    assert not _step(SOL, year, closes(*STRETCHED, last=-1)).is_on


def test_two_low_days_end_it() -> None:
    """Below 0.04 % for two days in a row; one low day, or exactly 0.04 %, does not."""
    assert _line(_fold(*["0.1"] * 4, *["0.03"] * 4)) == "#####."
    assert _line(_fold(*["0.1"] * 3, *["0.04"] * 9)) == "#" * 10
    days = _fold("0.1", "0.1", "0.1", "0.01", "0.005", "0.2", "0.005")
    assert [froth.low_days for froth in days] == [0, 0, 1, 0, 0]
    assert all(froth.is_on for froth in days)


def test_a_late_value_is_not_counted_twice() -> None:
    """The same low day, seen today and again tomorrow for want of news, is one low day."""
    series = funding("0.1", "0.1", "0.1", "0.0", "0.0", last=4)
    on = replace(SOL, is_on=True, since=day(2))
    first = _step(on, series, on=day(4))
    again = _step(first, series, on=day(5))
    assert (first.low_days, again.low_days) == (1, 1)
    assert again.is_on


def test_three_weeks_end_it_and_it_must_cool_first() -> None:
    """After 21 days it is spent: off while funding is high, and free again after a low day."""
    hot = ("0.2",) * 30
    days = _fold(*hot, "0.0", "0.0", "0.0", "0.2", "0.2")
    assert _line(days) == "#" * 21 + "." * 11 + "#"
    assert [froth.low_days for froth in days] == [0] * 30 + [1, 0, 0]
    assert [froth.is_spent for froth in days] == [False] * 21 + [True] * 9 + [False] * 3
    assert (days[20].since, days[-1].since) == (day(2), day(34))


def test_missing_funding_does_not_wipe_out_that_it_is_spent() -> None:
    """T6: a silent feed is no low day."""
    spent = replace(SOL, is_spent=True, since=day(-30))
    silent = _step(spent, None)
    assert silent.is_spent
    assert not _step(silent, funding("0.2", "0.2", "0.2", last=1), on=day(1)).is_on


def test_a_low_day_after_three_weeks_leaves_it_free() -> None:
    """When the last day is itself a low one, it has cooled already."""
    on = replace(SOL, is_on=True, since=day(-21))
    stepped = _step(on, funding("0.2", "0.0", "0.0", "0.0"))
    assert (stepped.is_on, stepped.is_spent, stepped.low_days) == (False, False, 1)


def test_levels_come_from_the_rules() -> None:
    """Another level, another number of days."""
    rules = replace(RULES, funding_days=1, funding_off_days=1)
    days = _fold("0.0", "0.0", "0.1", "0.0", "0.1", rules=rules)
    assert [froth.is_on for froth in days] == [True, False, True]


def test_levels_that_contradict_each_other_leave_it_off() -> None:
    """Funding below the off level is never crowded, even where it is above the on level."""
    rules = replace(RULES, funding_off=Rate(Decimal("0.003")))
    days = _fold(*["0.2"] * 6, rules=rules)
    assert _line(days) == "...."
    assert [froth.low_days for froth in days] == [1, 2, 2, 2]
