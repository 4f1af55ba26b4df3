from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.wording import en

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
"""A Wednesday, 12:00 in Berlin."""

amounts = st.decimals("-1e12", "1e12", allow_nan=False, allow_infinity=False, places=9)


@pytest.mark.parametrize(
    ("amount", "quote", "text"),
    [
        ("3514.50", "USD", "$3,514"),
        ("12.4", "USD", "$12.40"),
        ("99.994", "USD", "$99.99"),
        ("99.996", "USD", "$100"),
        ("1234567.8", "EUR", "€1,234,568"),
        ("3514", "USDT", "3,514 USDT"),
        ("5.5", "USDT", "5.50 USDT"),
        ("-12.4", "USD", "−$12.40"),
        ("-250", "USDT", "−250 USDT"),
        ("0", "USD", "$0.00"),
        ("0.004", "USD", "$0.0040"),
        ("1E+5", "GBP", "£100,000"),
    ],
)
def test_money_reads_as_people_write_it(amount: str, quote: str, text: str) -> None:
    """Whole from 100 on, cents below, the currency where its readers expect it."""
    assert en.money(Decimal(amount), quote) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("26.83", "about $27"),
        ("8.1", "about $8.10"),
        ("6", "about $6"),
        ("0.251", "about $0.25"),
        ("3514.5", "about $3,514"),
    ],
)
def test_an_estimate_shows_no_cents_it_cannot_know(amount: str, text: str) -> None:
    """An estimate keeps cents only below ten."""
    assert en.about(Decimal(amount), "USD") == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.03195", "0.03195"),
        ("0.6200", "0.62"),
        ("1234567.8", "1,234,568"),
        ("1234.56789", "1,234.57"),
        ("0.00000012", "0.00000012"),
        ("1E-9", "0.000000001"),
        ("1E+3", "1,000"),
        ("100", "100"),
        ("0", "0"),
    ],
)
def test_a_quantity_keeps_six_digits_and_no_exponent(amount: str, text: str) -> None:
    """Coins are written out, whatever their size."""
    assert en.quantity(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "quote", "text"),
    [
        ("108900", "", "108,900"),
        ("4242.37", "USD", "$4,242.37"),
        ("0.00001234", "USD", "$0.00001234"),
        ("109626.0101", "USDT", "109,626 USDT"),
    ],
)
def test_a_price_has_thousands_separators(amount: str, quote: str, text: str) -> None:
    """A price is readable for a coin of any price."""
    assert en.price(Decimal(amount), quote) == text


def test_shares_distances_rates_and_factors() -> None:
    """Weights and points have one decimal, rates as many as they need."""
    assert en.weight(Decimal("0.62001")) == "62.0 %"
    assert en.weight(Decimal("0.12345"), 1) == "12.35 %"
    assert en.points(Decimal("0.12")) == "12.0 points"
    assert [en.rate(Decimal(r)) for r in ("0.034", "0.004", "0.00003", "0")] == [
        "3.4 %",
        "0.40 %",
        "0.003 %",
        "0.00 %",
    ]
    assert [en.ratio(Decimal(r)) for r in ("2", "2.05", "12.4")] == ["2", "2.1", "12"]


@given(amounts)
def test_no_figure_ever_has_an_exponent(amount: Decimal) -> None:
    """Every figure is plain digits, separators and its unit, and close to what it stands for."""
    texts = [
        en.money(amount, "USD"),
        en.money(amount, "USDT"),
        en.about(amount, "USD"),
        en.quantity(amount),
        en.price(amount, "EUR"),
        en.weight(amount),
        en.points(amount),
        en.rate(amount),
        en.ratio(amount),
    ]
    allowed = set("0123456789.,−$€ %USDTpointsabou")
    assert all(set(text) <= allowed for text in texts)
    read = Decimal(en.quantity(amount).replace(",", "").replace("−", "-"))
    assert abs(read - amount) <= abs(amount) * Decimal("0.00001")


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 18, 20, 0, 59, tzinfo=UTC), "today 21:00"),
        (datetime(2026, 11, 19, 5, 10, tzinfo=UTC), "tomorrow 06:10"),
        (datetime(2026, 11, 18, 23, 0, tzinfo=UTC), "tomorrow 00:00"),
        (datetime(2026, 11, 16, 23, 30, tzinfo=UTC), "yesterday 00:30"),
        (datetime(2026, 11, 22, 20, 0, tzinfo=UTC), "Sun 22 Nov 21:00"),
        (datetime(2026, 7, 1, 10, 0, tzinfo=UTC), "Wed 1 Jul 12:00"),
        (datetime(2027, 1, 2, 10, 0, tzinfo=UTC), "Sat 2 Jan 2027 11:00"),
    ],
)
def test_an_instant_is_told_as_seen_from_now(at: datetime, text: str) -> None:
    """Days are the reader's days, also across a change of the clocks."""
    assert en.instant(at, now=NOON, zone=BERLIN) == text


def test_utc_is_named_because_it_is_rarely_the_readers_own() -> None:
    """Without a time zone of one's own the zone stands beside the time."""
    assert en.instant(NOON, now=NOON, zone=ZoneInfo("UTC")) == "today 11:00 UTC"
    assert en.instant(NOON, now=NOON, zone=UTC) == "today 11:00 UTC"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=45.9), "45 s"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=12), "12 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=3, hours=5), "3 days"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(length: timedelta, text: str) -> None:
    """Lengths of time are short to read."""
    assert en.span(length) == text


def test_what_lies_ahead_is_told_as_ahead() -> None:
    """An end in twelve hours is in 12 h; one that has passed is now."""
    assert en.ahead(timedelta(hours=12)) == "in 12 h"
    assert en.ahead(timedelta()) == "now"


def test_lists_end_in_and() -> None:
    """Names are listed as in speech, and long lists say how much they leave out."""
    assert [en.listed(["BTC", "ETH", "SOL"][:n]) for n in range(4)] == [
        "",
        "BTC",
        "BTC and ETH",
        "BTC, ETH and SOL",
    ]
    assert en.listed_short(["A", "B", "C", "D", "E", "F"]) == "A, B, C and 3 more"
    assert en.listed_short(["A", "B", "C", "D"]) == "A, B, C and D"
