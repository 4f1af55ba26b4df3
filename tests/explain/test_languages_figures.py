"""Figures, days and lists in German, and what holds for them in every language."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.explain.wording import LANGUAGES, de, en, wording_of

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
"""A Wednesday, 12:00 in Berlin."""


@pytest.mark.parametrize(
    ("amount", "quote", "text"),
    [
        ("3514.50", "USD", "3.514 $"),
        ("12.4", "USD", "12,40 $"),
        ("99.994", "USD", "99,99 $"),
        ("99.996", "USD", "100 $"),
        ("1234567.8", "EUR", "1.234.568 €"),
        ("3514", "USDT", "3.514 USDT"),
        ("5.5", "USDT", "5,50 USDT"),
        ("-12.4", "USD", "−12,40 $"),
        ("-250", "USDT", "−250 USDT"),
        ("0", "USD", "0,00 $"),
        ("-0.00", "USD", "0,00 $"),
        ("0.004", "USD", "0,0040 $"),
        ("0.00000000000000000123", "USD", "0,0000000000000000012 $"),
        ("1E+5", "GBP", "100.000 £"),
        ("1E+40", "EUR", "10.000.000.000.000.000.000.000.000.000.000.000.000.000 €"),
    ],
)
def test_german_money_has_its_sign_behind(amount: str, quote: str, text: str) -> None:
    """Comma for cents, dots for thousands, the currency after the figure."""
    assert de.money(Decimal(amount), quote) == text


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (de.about(Decimal("26.83"), "USD"), "etwa 27 $"),
        (de.about(Decimal("8.1"), "USD"), "etwa 8,10 $"),
        (de.about(Decimal("3514.5"), "USDT"), "etwa 3.514 USDT"),
        (de.quantity(Decimal("0.03195")), "0,03195"),
        (de.quantity(Decimal("1234567.8")), "1.234.568"),
        (de.quantity(Decimal("-1234.5")), "−1.234,5"),
        (de.quantity(Decimal("1E-9")), "0,000000001"),
        (de.quantity(Decimal("1E+3")), "1.000"),
        (de.quantity(Decimal(100)), "100"),
        (de.quantity(Decimal("999999.5")), "1.000.000"),
        (de.quantity(Decimal("1E-60")), "0"),
        (de.price(Decimal(108900)), "108.900"),
        (de.price(Decimal("4242.37"), "EUR"), "4.242,37 €"),
        (de.price(Decimal("0.00001234"), "USD"), "0,00001234 $"),
        (de.weight(Decimal("0.27")), "27,0 %"),
        (de.weight(Decimal("0.26949999")), "26,9 %"),
        (de.weight(Decimal("0.2695")), "27,0 %"),
        (de.weight(Decimal("0.12345"), 1), "12,35 %"),
        (de.weight(Decimal("-0.0004")), "0,0 %"),
        (de.points(Decimal("0.12")), "12,0 Punkte"),
        (de.points(Decimal("-0.0123")), "−1,2 Punkte"),
        (de.rate(Decimal("0.034")), "3,4 %"),
        (de.rate(Decimal("0.00003")), "0,003 %"),
        (de.rate(Decimal(0)), "0,00 %"),
        (de.ratio(Decimal("2.05")), "2,1"),
        (de.ratio(Decimal("12.4")), "12"),
        (de.number(Decimal("-0.42")), "−0,42"),
        (de.number(Decimal(22)), "22"),
    ],
)
def test_german_figures_have_a_comma_and_dots(told: str, text: str) -> None:
    """Negative, huge, tiny and rounded at an edge; what rounds to nothing has no sign."""
    assert told == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 18, 20, 0, 59, tzinfo=UTC), "heute 21:00"),
        (datetime(2026, 11, 19, 5, 10, tzinfo=UTC), "morgen 06:10"),
        (datetime(2026, 11, 16, 23, 30, tzinfo=UTC), "gestern 00:30"),
        (datetime(2026, 2, 28, 21, 9, tzinfo=UTC), "Sa. 28. Feb. 22:09"),
        (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), "Mi. 1. Juli 12:00"),
        (datetime(2027, 3, 2, 10, 0, tzinfo=UTC), "Di. 2. März 2027 11:00"),
    ],
)
def test_a_german_instant_is_told_as_seen_from_now(at: datetime, text: str) -> None:
    """Near days by their word, others by weekday and date, another year with the year."""
    assert de.instant(at, now=NOON, zone=BERLIN) == text


def test_german_days_spans_and_lists() -> None:
    """Days of the market, lengths of time, and names in a list."""
    assert de.instant(NOON, now=NOON, zone=UTC) == "heute 11:00 UTC"
    days = [NOON, NOON - timedelta(days=40), NOON - timedelta(days=400)]
    assert [de.day(at, now=NOON) for at in days] == ["heute", "9. Okt.", "14. Okt. 2025"]
    spans = [timedelta(seconds=45), timedelta(minutes=90), timedelta(hours=47), timedelta(days=3)]
    assert [de.span(length) for length in spans] == ["45 s", "90 min", "47 h", "3 Tage"]
    assert [de.ahead(length) for length in spans[2:]] == ["in 47 h", "in 3 Tagen"]
    assert de.ahead(timedelta()) == "jetzt"
    assert [de.days([1]), de.days([7]), de.days([1, 7, 30])] == [
        "1 Tag",
        "7 Tage",
        "1, 7 und 30 Tage",
    ]
    assert de.listed(["BTC", "ETH", "SOL"]) == "BTC, ETH und SOL"
    assert de.listed_short(["A", "B", "C", "D", "E", "F"]) == "A, B, C und 3 weitere"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_beyond_all_bounds_is_told_as_more_than_that(language: str) -> None:
    """Nothing makes a text of a million digits, and no clipped figure passes for a whole one."""
    wording = wording_of(language)
    for figure in (Decimal("1E+999999"), Decimal("-1E+70")):
        mark = "> " if figure > 0 else "< −"
        for text in (
            wording.money(figure, "USD"),
            wording.quantity(figure),
            wording.weight(figure),
            wording.rate(figure),
        ):
            assert text.startswith(mark)
            assert len(text) < 100
    assert _digits(wording.quantity(Decimal("9" * 50))) == "9" * 50
    assert len(wording.price(Decimal("1E-999999"), "EUR")) < 60


finite = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.decimals("-1e6", "1e6", allow_nan=False, allow_infinity=False, places=9),
    st.builds(
        lambda sign, digits, exponent: Decimal((sign, tuple(digits), exponent)),
        st.sampled_from([0, 1]),
        st.lists(st.integers(0, 9), min_size=1, max_size=60),
        st.one_of(st.integers(-80, 80), st.integers(-999_999, 900_000)),
    ),
)
moments = st.datetimes(
    timezones=st.one_of(
        st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Kiritimati")]),
        st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


@given(finite, st.sampled_from(["USD", "EUR", "USDT"]), st.integers(0, 3))
def test_every_finite_figure_has_the_same_digits_in_both_languages(
    figure: Decimal, quote: str, extra: int
) -> None:
    """No figure raises, whatever its size, and only marks and words differ between languages."""
    told = [
        (
            words.money(figure, quote, extra),
            words.about(figure, quote),
            words.quantity(figure, extra),
            words.price(figure, quote, extra),
            words.price(figure),
            words.weight(figure, extra),
            words.points(figure, extra),
            words.rate(figure, extra),
            words.ratio(figure),
            words.number(figure, extra),
        )
        for words in (en, de)
    ]
    for english, german in zip(*told, strict=True):
        assert _digits(english) == _digits(german)
        assert ("−" in english) is ("−" in german)
        assert german.count(",") == english.count(".") <= 1
        assert german.count(".") == english.count(",")


@example(datetime.max.replace(tzinfo=UTC), NOON, "Europe/Berlin")
@example(NOON, datetime.min.replace(tzinfo=UTC), "America/Los_Angeles")
@example(datetime.min.replace(tzinfo=BERLIN), NOON, "UTC")
@given(moments, moments, st.sampled_from(["Europe/Berlin", "UTC", "America/Los_Angeles"]))
def test_every_moment_has_the_same_digits_in_both_languages(
    at: datetime, now: datetime, zone: str
) -> None:
    """No moment raises, however far away, and only the words differ between languages."""
    reader = ZoneInfo(zone)
    for english, german in (
        (en.instant(at, now=now, zone=reader), de.instant(at, now=now, zone=reader)),
        (en.day(at, now=now), de.day(at, now=now)),
    ):
        assert _digits(english) == _digits(german)
        assert ("today" in english) is ("heute" in german)
        assert ("yesterday" in english) is ("gestern" in german)


@given(st.timedeltas(), st.lists(st.integers(0, 400), min_size=1, max_size=4))
def test_every_length_of_time_has_the_same_digits_in_both_languages(
    length: timedelta, counts: list[int]
) -> None:
    """No length raises, and only the words differ between languages."""
    assert _digits(en.span(length)) == _digits(de.span(length))
    assert _digits(en.ahead(length)) == _digits(de.ahead(length))
    assert _digits(en.days(counts)) == _digits(de.days(counts))
