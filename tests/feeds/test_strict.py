"""Values that a stranger wrote."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.strict import Strict, shown
from core.domain.errors import FeedUnavailable

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
STRICT = Strict("source.example", NOW)

JSON = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.decimals(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def _check_sentence(failure: FeedUnavailable, beginning: str) -> None:
    assert failure.trouble == "malformed"
    assert str(failure).startswith(beginning)
    assert str(failure).isprintable()
    assert len(str(failure)) < 150


@given(JSON)
def test_anything_is_a_number_in_range_or_a_word(value: object) -> None:
    """Whatever stands where a number should, a decimal in range or one plain sentence comes out."""
    try:
        number = STRICT.number(value, "value", low=Decimal(-5), high=Decimal(5))
    except FeedUnavailable as failure:
        _check_sentence(failure, "source.example: value is ")
    else:
        assert -5 <= number <= 5
        assert len(str(number)) < 130


@given(JSON)
def test_anything_is_a_past_time_or_a_word(value: object) -> None:
    """Whatever stands where a time should, an aware UTC time not after now comes out, or a word."""
    for read in (STRICT.unix, STRICT.iso):
        try:
            at = read(value, "time")
        except FeedUnavailable as failure:
            _check_sentence(failure, "source.example: time is ")
        else:
            assert at.tzinfo is UTC
            assert at <= NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("47", "47"),
        ("-0.25", "-0.25"),
        ("+3", "3"),
        ("1.5e-3", "0.0015"),
        ("4E0", "4"),
        ("2.264447243535571", "2.264447243535571"),
    ],
)
def test_numbers_as_sources_write_them(text: str, number: str) -> None:
    """A text and a parsed number give the same exact decimal."""
    low, high = Decimal(-100), Decimal(100)
    assert STRICT.number(text, "v", low=low, high=high) == Decimal(number)
    assert STRICT.number(Decimal(text), "v", low=low, high=high) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 4",
        "4 ",
        "1_0",
        "٤",
        "1,5",
        "0x10",
        "1.",
        ".5",
        "--1",
        "1e999",
        "9" * 41,
        "sNaN",
        "4\n",
    ],
)
def test_texts_that_python_would_take_for_numbers(text: str) -> None:
    """Only a plain decimal number in ASCII is one."""
    with pytest.raises(FeedUnavailable, match="expected a number from 0 to 100"):
        STRICT.number(text, "v", low=Decimal(0), high=Decimal(100))


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-19T00:00:00.000000000Z",
        "2026-05-19T00:00:00Z",
        "2026-05-19T02:00:00+02:00",
    ],
)
def test_times_as_sources_write_them(text: str) -> None:
    """Nanoseconds and zones lead to one instant in UTC."""
    assert STRICT.iso(text, "time") == datetime(2026, 5, 19, tzinfo=UTC)


@pytest.mark.parametrize("value", ["1779148800", 1779148800, Decimal(1779148800)])
def test_seconds_as_sources_write_them(value: object) -> None:
    """Seconds come as a text or a number."""
    assert STRICT.unix(value, "t") == datetime(2026, 5, 19, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-05-19T00:00:00", "2026-05-19", "2026-13-01T00:00:00Z"])
def test_a_time_without_its_zone_is_none(text: str) -> None:
    """Nobody guesses a zone or mends a date."""
    with pytest.raises(FeedUnavailable, match="expected a time with its zone"):
        STRICT.iso(text, "time")


@pytest.mark.parametrize(
    ("ahead", "is_believed"), [(timedelta(minutes=9), True), (timedelta(minutes=11), False)]
)
def test_a_clock_may_be_a_little_ahead(ahead: timedelta, *, is_believed: bool) -> None:
    """Ten minutes are the difference of two clocks; more is the future."""
    at = NOW + ahead
    for read, value in ((STRICT.unix, int(at.timestamp())), (STRICT.iso, at.isoformat())):
        if is_believed:
            assert read(value, "time") == at
        else:
            with pytest.raises(FeedUnavailable, match="future"):
                read(value, "time")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("", '""'),
        ("a\x00b\u202ec\nd", '"a b c d"'),
        ("x" * 500, '"' + "x" * 40 + '…"'),
        ([1], "a list"),
        ({}, "an object"),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_a_value_is_shown_short_and_on_one_line(value: object, text: str) -> None:
    """What a stranger wrote cannot break a message, hide in it or fill it."""
    assert shown(value) == text


def test_a_sentence_names_source_field_value_and_expectation() -> None:
    """A person who reads the error knows where to look."""
    with pytest.raises(FeedUnavailable) as caught:
        STRICT.number("NaN", "data.value", low=Decimal(0), high=Decimal(100))
    assert str(caught.value) == (
        'source.example: data.value is "NaN", expected a number from 0 to 100'
    )


@given(st.permutations(range(6)), st.integers(0, 5))
def test_order_does_not_matter_and_a_repeat_counts_once(order: list[int], again: int) -> None:
    """Days in any order, one of them told twice alike, give one row a day, oldest first."""
    rows = [(NOW + timedelta(days=day), Decimal(day)) for day in [*order, again]]
    assert STRICT.by_day(rows, "value") == tuple(
        (NOW + timedelta(days=day), Decimal(day)) for day in range(6)
    )


def test_two_values_of_a_day_are_none() -> None:
    """Nobody chooses between two values of one day."""
    with pytest.raises(FeedUnavailable, match='"7 and 8 on 2026-05-20", expected one value a day'):
        STRICT.by_day([(NOW, Decimal(7)), (NOW, Decimal(8))], "value")


def test_shapes_are_checked() -> None:
    """A list is a list and an object an object."""
    with pytest.raises(FeedUnavailable, match="data is an object, expected a list"):
        STRICT.listing(json.loads("{}"), "data")
    with pytest.raises(FeedUnavailable, match="row is null, expected an object"):
        STRICT.record(None, "row")
