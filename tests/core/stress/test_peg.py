"""When the quote coin has lost its peg (METHODS 3.2; S6)."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.readings import ReadingKind, ReadingSeries
from core.domain.stress import Family, Silence, Vote
from core.signals.peg import peg_vote
from tests.core.stress.days import RULES, day, series, start_of

NOW = start_of(day(0)) + timedelta(hours=12)
FIVE, AGED = timedelta(minutes=5), timedelta(minutes=10)


def venue(
    prices: Sequence[str | None], *, source: str = "one", age: timedelta = timedelta()
) -> ReadingSeries:
    """Return one venue's prices of every five minutes up to ``age`` ago; None = it has none."""
    last = len(prices) - 1
    rows = [
        (NOW - age - FIVE * (last - place), price)
        for place, price in enumerate(prices)
        if price is not None
    ]
    return series(ReadingKind.PEG, rows, source=source)


def both(prices: Sequence[str | None], *, age: timedelta = timedelta()) -> list[ReadingSeries]:
    """Return two venues that agree."""
    return [venue(prices, age=age), venue(prices, source="two", age=age)]


@pytest.mark.parametrize(
    ("price", "minutes", "points"),
    [
        ("0.9950", 60, 1),
        ("0.9950", 55, 0),
        ("0.995001", 90, 0),
        ("1.0050", 60, 1),
        ("0.9900", 30, 2),
        ("0.9900", 25, 0),
        ("0.9850", 15, 3),
        ("0.9850", 10, 0),
        ("1.0150", 15, 3),
        ("0.9000", 15, 3),
    ],
)
def test_points_by_distance_and_by_how_long(price: str, minutes: int, points: int) -> None:
    """The farther from par, the sooner it counts, above and below alike, at exactly the limit."""
    prices = ["1"] * 20 + [price] * (minutes // 5 + 1)
    found = peg_vote(NOW, both(prices), RULES)
    assert found == Vote(Family.QUOTE, points, measured=Decimal(price) - 1)


def test_an_hour_that_ended_ten_minutes_ago_is_an_hour() -> None:
    """The span runs back from the newest price, not from now, and over a hole at its beginning."""
    assert peg_vote(NOW, both(["0.995"] * 13, age=AGED), RULES).points == 1
    assert peg_vote(NOW, both(["0.995", None, *["0.995"] * 12], age=AGED), RULES).points == 1


def test_one_price_back_at_par_ends_the_span() -> None:
    """Being off must not have been broken, not even once."""
    assert peg_vote(NOW, both(["0.98"] * 20 + ["1"] + ["0.98"] * 3), RULES).points == 0


def test_a_jump_across_par_goes_on_being_off() -> None:
    """Too dear after too cheap is no calm."""
    assert peg_vote(NOW, both(["0.98"] * 2 + ["1.02"] * 2), RULES).points == 3


def test_one_price_may_lack_two_may_not() -> None:
    """Nobody knows what was in a hole of more than ten minutes, so the span ends there."""
    assert peg_vote(NOW, both(["0.98", "0.98", None, "0.98"]), RULES).points == 3
    assert peg_vote(NOW, both(["0.98", "0.98", None, None, "0.98"]), RULES).points == 0


def test_the_median_of_the_venues_counts() -> None:
    """One venue of three that is off has no say; of two, the middle between them counts."""
    off, par = ["0.96"] * 5, ["1"] * 5
    lone = [venue(off), venue(par, source="two"), venue(par, source="three")]
    assert peg_vote(NOW, lone, RULES).points == 0
    assert peg_vote(NOW, lone[:2], RULES) == Vote(Family.QUOTE, 3, measured=Decimal("-0.02"))


def test_prices_of_the_future_are_not_used() -> None:
    """Only what was there at the look counts."""
    later = both(["1"] * 5 + ["0.9"] * 6, age=-FIVE * 6)
    assert peg_vote(NOW, later, RULES).points == 0


@pytest.mark.parametrize(
    ("venues", "silence"),
    [
        pytest.param([], Silence.MISSING, id="no venue"),
        pytest.param([venue([])], Silence.MISSING, id="a venue without prices"),
        pytest.param([venue(["1"] * 9)], Silence.TOO_FEW, id="one venue"),
        pytest.param([venue(["1"] * 9), venue([])], Silence.TOO_FEW, id="one venue with prices"),
        pytest.param(both(["1"] * 9, age=AGED), None, id="ten minutes old"),
        pytest.param(both(["1"] * 9, age=AGED + FIVE), Silence.LATE, id="fifteen minutes old"),
        pytest.param(both(["1"] * 9, age=timedelta(days=3)), Silence.LATE, id="three days old"),
        pytest.param(
            [venue(["1"] * 9), venue(["1"] * 9, source="two", age=AGED + FIVE)],
            Silence.LATE,
            id="only one of two goes on",
        ),
    ],
)
def test_when_the_peg_is_unknown(venues: list[ReadingSeries], silence: Silence | None) -> None:
    """S6: fewer than two venues, or prices older than ten minutes, are no vote."""
    found = peg_vote(NOW, venues, RULES)
    assert found.silence is silence
    assert (found.points is None) is (silence is not None)


@given(st.lists(st.sampled_from(["0.98", "0.988", "0.994", "1", "1.006"]), min_size=1, max_size=40))
def test_the_order_of_venues_and_older_prices_do_not_matter(prices: list[str]) -> None:
    """What is older than the longest span by half an hour cannot change the vote."""
    one, two = both(prices)
    found = peg_vote(NOW, [one, two], RULES)
    assert found == peg_vote(NOW, [two, one], RULES)
    assert found == peg_vote(NOW, both(prices[-20:]), RULES)
