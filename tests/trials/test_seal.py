"""The newest months stay shut until somebody says why."""

from datetime import UTC, date, datetime

import pytest

from bot.research.seal import asked_window, seal_of
from core.domain.errors import InputInvalid

END = datetime(2025, 1, 1, tzinfo=UTC)


def test_the_last_twelve_months_are_shut() -> None:
    """Without a reason nothing of the newest year is read."""
    seal = seal_of(END)
    assert (seal.first, seal.last, seal.is_open) == (date(2024, 1, 1), date(2024, 12, 31), False)
    assert asked_window(None, None, seal).last == date(2023, 12, 31)
    with pytest.raises(InputInvalid, match=r"sealed; end at 2023-12-31, or open them"):
        asked_window(None, date(2024, 1, 1), seal)


def test_a_reason_opens_them() -> None:
    """With a reason all days are read; an empty one is refused."""
    seal = seal_of(END, "release 1")
    assert asked_window(None, None, seal).last == date(2024, 12, 31)
    assert asked_window(None, date(9999, 12, 31), seal).last == date(2024, 12, 31)
    with pytest.raises(InputInvalid, match="needs a reason"):
        seal_of(END, "  ")


@pytest.mark.parametrize("reason", ["two\nlines", "red \x1b[31m", "not\udcff text", "long" * 51])
def test_a_reason_can_be_printed(reason: str) -> None:
    """What is logged once and told on every page is one line of text."""
    with pytest.raises(InputInvalid, match="one line of plain text") as refused:
        seal_of(END, reason)
    assert str(refused.value).isascii()
    assert seal_of(END, "Veröffentlichung 1 – größer").is_open


def test_a_leap_day_has_its_seal() -> None:
    """Data that end on 28 February of a leap year are sealed for a year as well."""
    assert seal_of(datetime(2024, 2, 29, tzinfo=UTC)).first == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (date(2023, 5, 1), date(2023, 1, 1), "--from 2023-05-01 and --to 2023-01-01 leave no day"),
        (date(2024, 6, 1), None, "days up to 2023-12-31 may be read"),
    ],
)
def test_impossible_days_are_told(first: date, last: date | None, message: str) -> None:
    """Each mistake names the option and its value."""
    with pytest.raises(InputInvalid, match=message):
        asked_window(first, last, seal_of(END))


def test_who_has_too_few_days_is_told_how_to_get_more() -> None:
    """The mend names what stands in the way: the last day that was asked for, or the seal."""
    assert "--to" in seal_of(END).more_days(date(2020, 1, 1))
    assert '--unseal "why"' in seal_of(END).more_days(None)
    assert seal_of(END, "release 1").more_days(None) == "take more history"
