"""Which days may be read, and which of them count as seen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.research.study.windows import (
    SEEN_TO,
    Sample,
    Window,
    asked_window,
    samples_of,
    seal_of,
)
from core.domain.errors import InputInvalid
from core.simulation.statistics import YEARLY_FROM

END = datetime(2025, 1, 1, tzinfo=UTC)


def test_the_last_twelve_months_are_shut() -> None:
    """Without a reason nothing of the newest year is read."""
    seal = seal_of(END, None)
    assert (seal.first, seal.last, seal.is_open) == (date(2024, 1, 1), date(2024, 12, 31), False)
    assert asked_window(None, None, seal).last == date(2023, 12, 31)
    with pytest.raises(InputInvalid, match=r"sealed; end at 2023-12-31, or open them"):
        asked_window(None, "2024-01-01", seal)


def test_a_reason_opens_them() -> None:
    """With a reason all days are read; an empty one is refused."""
    seal = seal_of(END, "release 1")
    assert asked_window(None, None, seal).last == date(2024, 12, 31)
    with pytest.raises(InputInvalid, match="needs a reason"):
        seal_of(END, "  ")


def test_a_leap_day_has_its_seal() -> None:
    """Data that end on 28 February of a leap year are sealed for a year as well."""
    assert seal_of(datetime(2024, 2, 29, tzinfo=UTC), None).first == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("yesterday", None, "--from is 'yesterday'"),
        (None, "31.12.2023", "--to is '31.12.2023'"),
        ("2023-05-01", "2023-01-01", "leave no day"),
        ("2024-06-01", None, "leave no day"),
    ],
)
def test_impossible_days_are_told(first: str | None, last: str | None, message: str) -> None:
    """Each mistake names the option and its value."""
    with pytest.raises(InputInvalid, match=message):
        asked_window(first, last, seal_of(END, None))


def test_a_window_is_cut_where_the_rules_stop_having_seen_it() -> None:
    """Days on both sides of the last seen one are told apart; neither is told twice."""
    window = Window(SEEN_TO - timedelta(days=99), SEEN_TO + timedelta(days=50))
    parts = samples_of(window)
    assert [(part.sample, part.days) for part in parts] == [(Sample.IN, 100), (Sample.OUT, 50)]
    assert window.sample is Sample.IN


def test_a_day_seen_makes_a_window_in_sample() -> None:
    """Only a window without any seen day is out of sample."""
    assert Window(SEEN_TO, SEEN_TO + timedelta(days=900)).sample is Sample.IN
    assert Window(SEEN_TO + timedelta(days=1), SEEN_TO + timedelta(days=9)).sample is Sample.OUT


def test_three_years_are_needed_for_yearly_figures() -> None:
    """A day less than three years has none."""
    first = date(2020, 1, 1)
    assert not Window(first, first + timedelta(days=YEARLY_FROM - 1)).has_years
    assert Window(first, first + timedelta(days=YEARLY_FROM)).has_years
