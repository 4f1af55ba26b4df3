"""What each family says on one day, and when it is silent (METHODS 3.2, 3.4, 9a; S3, S6)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.readings import ReadingKind, ReadingSeries
from core.domain.stress import Family, Silence, Vote
from core.signals.votes import (
    flow_vote,
    price_vote,
    robust_z,
    sentiment_vote,
    shock_of,
    venue_vote,
)
from tests.core.stress.days import RULES, day, indicators, series, start_of

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("z1", "r3", "z3", "points"),
    [
        ("0", "0", "0", 0),
        ("-2.999999", "-0.099999", "-9", 0),
        ("-3", "0", "0", 1),
        ("0", "-0.10", "0", 1),
        ("-3.999999", "-0.119999", "-9", 1),
        ("0", "-0.12", "-2.999999", 1),
        ("-4", "0", "0", 2),
        ("0", "-0.15", "0", 2),
        ("0", "-0.12", "-3", 2),
        ("-4", "-0.099999", "0", 2),
        ("-3.999999", "-0.199999", "-9", 2),
        ("-4", "-0.10", "0", 3),
        ("0", "-0.20", "0", 3),
        ("9", "9", "9", 0),
    ],
)
def test_the_price_votes_by_the_table(z1: str, r3: str, z3: str, points: int) -> None:
    """A limit is met when it is reached exactly, and not a millionth before."""
    found = price_vote(indicators(z1, r3, z3), RULES)
    assert found == Vote(Family.PRICE, points, measured=Decimal(r3))


@given(
    st.decimals("0", "999", places=6),
    st.decimals("0", "999", places=6),
    st.decimals("-999", "999", places=6),
)
def test_a_rise_has_no_points(z1: Decimal, r3: Decimal, z3: Decimal) -> None:
    """S9: however violent, a rise of one and of three days is no stress."""
    assert price_vote(indicators(str(z1), str(r3), str(z3)), RULES).points == 0


def test_a_day_without_a_bar_has_no_price_vote() -> None:
    """No indicators, or a previous close that stands in, leave the price unknown."""
    silent = Vote(Family.PRICE, None, Silence.MISSING)
    assert price_vote(None, RULES) == silent
    assert price_vote(indicators("-9", "-0.5", missing=True), RULES) == silent


@pytest.mark.parametrize(
    ("value", "points"), [(0, 2), (12, 2), (13, 1), (25, 1), (26, 0), (100, 0)]
)
def test_fear_votes_by_the_table(value: int, points: int) -> None:
    """Extreme fear has two points, fear one, greed never any."""
    fear = series(ReadingKind.FEAR_GREED, [(start_of(day(0)), value)])
    found = sentiment_vote(day(0), fear, RULES)
    assert found == Vote(Family.SENTIMENT, points, measured=Decimal(value))


def test_fear_of_the_evaluated_day_is_used_even_if_the_next_is_out() -> None:
    """The evaluation of a day reads the value stamped with that day, not tomorrow's."""
    fear = series(ReadingKind.FEAR_GREED, [(start_of(day(n)), 50 - n) for n in range(-3, 2)])
    assert sentiment_vote(day(0), fear, RULES).measured == 50


def _flows(newest: date, values: list[int], *, is_point_in_time: bool = True) -> ReadingSeries:
    rows = [
        (start_of(newest) - timedelta(days=back), value)
        for back, value in reversed(list(enumerate(reversed(values))))
    ]
    return series(ReadingKind.NET_INFLOW, rows, is_point_in_time=is_point_in_time)


QUARTER = [(-1) ** n * (n % 5) for n in range(186)]
"""Half a year of flows that sum up to something else every week."""


def _weeks(values: list[int]) -> list[Decimal]:
    return [Decimal(sum(values[n : n + 7])) for n in range(len(values) - 6)]


@pytest.mark.parametrize(("last", "points"), [(0, 0), (13, 1), (60, 2), (-60, 0)])
def test_flows_vote_by_their_weeks_robust_z(last: int, points: int) -> None:
    """The sum of seven days is held against the 180 sums up to today; only inflow has points."""
    values = [*QUARTER[:-1], last]
    found = flow_vote(day(0), _flows(day(0), values), RULES)
    weeks = _weeks(values)
    assert len(weeks) == 180
    assert found == Vote(Family.FLOWS, points, measured=robust_z(weeks[-1], weeks))


def test_older_flows_than_the_window_do_not_count() -> None:
    """Half a year and a week is all that is read."""
    long = flow_vote(day(0), _flows(day(0), [10**6] * 50 + QUARTER), RULES)
    assert long == flow_vote(day(0), _flows(day(0), QUARTER), RULES)


@pytest.mark.parametrize(
    ("value", "others", "z"),
    [
        ("5", ["1", "2", "3", "4", "5"], "1.348982"),
        ("1", ["1", "2", "3", "4", "5"], "-1.348982"),
        ("3", ["1", "2", "3", "4", "5"], "0"),
        ("7", ["7", "7", "7"], "0"),
        ("8", ["7", "7", "7", "8"], "999"),
        ("6", ["7", "7", "7", "6"], "-999"),
        ("9999", ["1", "2", "3", "4", "9999"], "999"),
    ],
)
def test_robust_z(value: str, others: list[str], z: str) -> None:
    """Distance from the median over 1.4826 MAD; 0/0 is 0, and x/0 is 999 towards x."""
    assert robust_z(Decimal(value), [Decimal(other) for other in others]) == Decimal(z)


@pytest.mark.parametrize(
    ("said", "points"),
    [([0], 0), ([1], 1), ([3], 1), ([3] * 6, 1), ([3] * 7, 3), ([3] * 6 + [0], 0), ([3, 0, 3], 1)],
)
def test_the_venue_votes_as_it_says(said: list[int], points: int) -> None:
    """In order, withdrawals delayed, halted: in full only after six hours of nothing else."""
    now = start_of(day(0)) + len(said) * HOUR
    told = [(now - back * HOUR, value) for back, value in enumerate(reversed(said))][::-1]
    found = venue_vote(now, series(ReadingKind.VENUE, told), RULES)
    assert found == Vote(Family.VENUE, points, measured=Decimal(said[-1]))


def test_distrust_outweighs_what_the_venue_says() -> None:
    """A person's ``venue_risk`` is three points, whether the venue tells or not."""
    rules = replace(RULES, venue_risk=True)
    fine = series(ReadingKind.VENUE, [(start_of(day(0)), 0)])
    for said in (fine, None):
        assert venue_vote(day(0), said, rules).points == 3


def test_a_bare_day_stands_for_its_end() -> None:
    """Folding history, the venue's newest word of that day holds, a later one does not."""
    said = series(ReadingKind.VENUE, [(start_of(day(1)) - HOUR, 1), (start_of(day(1)) + HOUR, 0)])
    assert venue_vote(day(0), said, RULES).points == 1
    assert venue_vote(start_of(day(1)) + HOUR, said, RULES).points == 0


def _fear(stamp: int | None) -> Vote:
    told = [] if stamp is None else [(start_of(day(stamp)), 5)]
    return sentiment_vote(day(0), series(ReadingKind.FEAR_GREED, told), RULES)


def _flow(stamp: int | None, values: list[int] = QUARTER, *, is_point_in_time: bool = True) -> Vote:
    if stamp is None:
        return flow_vote(day(0), series(ReadingKind.NET_INFLOW, []), RULES)
    told = _flows(day(stamp), values, is_point_in_time=is_point_in_time)
    return flow_vote(day(0), told, RULES)


def _venue(hours: float) -> Vote:
    now = start_of(day(0))
    told = series(ReadingKind.VENUE, [(now - timedelta(hours=hours), 3)])
    return venue_vote(now, told, RULES)


@pytest.mark.parametrize(
    ("found", "silence"),
    [
        pytest.param(_fear(0), None, id="fear of the day"),
        pytest.param(_fear(-1), Silence.LATE, id="fear of the day before: 48 hours"),
        pytest.param(_fear(-30), Silence.LATE, id="fear of last month"),
        pytest.param(_fear(1), Silence.MISSING, id="fear of tomorrow only"),
        pytest.param(_fear(None), Silence.MISSING, id="no fear at all"),
        pytest.param(sentiment_vote(day(0), None, RULES), Silence.MISSING, id="no fear feed"),
        pytest.param(_flow(0), None, id="flows of the day"),
        pytest.param(_flow(-1), None, id="flows of the day before: 24 hours"),
        pytest.param(_flow(-2), Silence.LATE, id="flows two days old: 48 hours"),
        pytest.param(
            _flow(0, is_point_in_time=False), Silence.NOT_POINT_IN_TIME, id="restated flows"
        ),
        pytest.param(_flow(1, QUARTER[:1]), Silence.MISSING, id="flows of tomorrow only"),
        pytest.param(_flow(0, QUARTER[:95]), Silence.MISSING, id="flows of 89 weeks' ends"),
        pytest.param(_flow(0, QUARTER[:96]), None, id="flows of 90 weeks' ends"),
        pytest.param(_flow(None), Silence.MISSING, id="no flows at all"),
        pytest.param(flow_vote(day(0), None, RULES), Silence.MISSING, id="no flow feed"),
        pytest.param(_venue(0), None, id="venue just now"),
        pytest.param(_venue(36), None, id="venue 36 hours ago"),
        pytest.param(_venue(36.01), Silence.LATE, id="venue longer ago"),
        pytest.param(_venue(-1), Silence.MISSING, id="venue of the future only"),
        pytest.param(venue_vote(day(0), None, RULES), Silence.MISSING, id="no venue feed"),
    ],
)
def test_late_and_missing_readings_are_no_vote(found: Vote, silence: Silence | None) -> None:
    """S6: the staleness table, row by row; what is unknown has neither points nor a figure."""
    assert found.silence is silence
    assert (found.points is None) is (silence is not None)
    assert (found.measured is None) is (silence is not None)


def _without(back: int) -> ReadingSeries:
    rows = [(start_of(day(-n)), n % 7) for n in reversed(range(186)) if n != back]
    return series(ReadingKind.NET_INFLOW, rows)


def test_a_day_that_the_flows_lack_costs_a_week_not_half_a_year() -> None:
    """A hole in the newest week leaves the sum unknown, an older one only thins the window."""
    assert flow_vote(day(0), _without(6), RULES).silence is Silence.MISSING
    assert flow_vote(day(0), _without(7), RULES).silence is None


@pytest.mark.parametrize(
    ("mid", "before", "change"),
    [
        ("85", "100", "-0.15"),
        ("84.99", "100", "-0.1501"),
        ("85.0001", "100", None),
        ("100", "85", None),
        ("200", "100", None),
    ],
)
def test_a_fall_within_the_day_counts_from_fifteen_percent(
    mid: str, before: str, change: str | None
) -> None:
    """METHODS 3.3 and S9: the simple return of 24 hours, downwards only."""
    found = shock_of(Decimal(mid), Decimal(before), day(0), RULES)
    assert (found and found.change) == (change and Decimal(change))
    assert found is None or found.day == day(0)


def test_readings_before_the_first_are_none() -> None:
    """A feed that starts later than the evaluated day is missing, not late."""
    later = series(ReadingKind.VENUE, [(datetime.fromisoformat("2030-01-01T00:00:00Z"), 0)])
    assert venue_vote(day(0), later, RULES).silence is Silence.MISSING
