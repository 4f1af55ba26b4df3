"""Which days count as seen, and of which spans yearly figures are told."""

from datetime import UTC, date, datetime, timedelta

from bot.research.windows import SEEN_TO, Sample, Window, samples_of
from core.simulation.statistics import YEARLY_FROM


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


def test_a_window_is_whole_days() -> None:
    """It begins with the midnight of its first day and ends with that after its last."""
    window = Window(date(2024, 2, 28), date(2024, 2, 29))
    assert window.starts_at == datetime(2024, 2, 28, tzinfo=UTC)
    assert window.ends_at == datetime(2024, 3, 1, tzinfo=UTC)
    assert window.days == 2
