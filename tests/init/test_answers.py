"""Every answer is checked when it is given; what cannot be is refused with a reason."""

from collections.abc import Callable
from contextlib import suppress
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import init_answers as answers
from core.domain.errors import InputInvalid

WIDE = "".join(chr(0xFF10 + digit) for digit in (5, 0))
"""Fifty, in digits that Python takes for digits and nobody means."""

HOSTILE = [
    "x" * 5_000,
    "\x1b[31mred",
    "a\x00b",
    "a\nb",
    "BTC 60\rETH 40",
    "٦٠",  # digits of another script
    f"BTC {WIDE} ETH {WIDE}",
    WIDE,
    "\u202eevil",
    "💰",
    "' OR 1=1 --",
    '"; rm -rf /',
    "[targets]",
    "../../etc/passwd",
    "1e999999999",
    "-1",
    "N/A",
    "Infinity",
    "0x10",
    "1_000",
]
CHECKS: list[Callable[[str], object]] = [
    answers.venue_of,
    lambda text: answers.mode_of(text, "kraken"),
    answers.quote_of,
    lambda text: answers.targets_of(text, "USD"),
    answers.profile_of,
    answers.amount_of,
    answers.capital_of,
    answers.ids_of,
    answers.zone_of,
    answers.time_of,
    answers.token_of,
    lambda text: answers.key_secret_of(text, "kraken", "key"),
    answers.address_of,
]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_are_refused(check: Callable[[str], object], text: str) -> None:
    """Nothing that no person would mean gets past any question, and each has a short reason."""
    with pytest.raises(InputInvalid) as error:
        check(text)
    assert 10 < len(str(error.value)) < 400
    assert str(error.value).isprintable()


@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_reason(text: str) -> None:
    """Whatever is typed, a question answers with a value or with a reason, never with a fault."""
    for check in CHECKS:
        with suppress(InputInvalid):
            check(text)


@pytest.mark.parametrize(
    ("line", "targets"),
    [
        ("BTC 60 ETH 40", {"BTC": "60", "ETH": "40"}),
        ("btc 60, eth 30, usd 10", {"BTC": "60", "ETH": "30", "USD": "10"}),
        ("BTC=60% ETH: 39.5% SOL 0.5 %", {"BTC": "60", "ETH": "39.5", "SOL": "0.5"}),
        ("  BTC   100 ", {"BTC": "100"}),
        ("1INCH 50 USD 50", {"1INCH": "50", "USD": "50"}),
    ],
)
def test_targets_in_one_line(line: str, targets: dict[str, str]) -> None:
    """However a person separates them, coins and percentages are read, in their order."""
    found = answers.targets_of(line, "USD")
    assert list(found.items()) == [(name, Decimal(share)) for name, share in targets.items()]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "cannot be read as targets"),
        ("BTC", "cannot be read as targets"),
        ("BTC 60 ETH", "cannot be read as targets"),
        ("60 40", "'60' is no coin"),
        ("BTC 101", "BTC 101: a share from 0 to 100 is expected"),
        ("BTC -60 ETH 160", "BTC -60: a share"),
        ("BTC 60 ETH 30", "sum to 90, and 100 is expected; USD 10 would keep the rest as cash"),
        ("BTC 60 USD 30", "sum to 90, and 100 is expected; USD 40 would keep"),
        ("BTC 60 ETH 60", "sum to 120, and 100 is expected; make some of them smaller"),
        ("BTC 50 btc 50", "BTC is there twice"),
        ("USD 100", "no coin is among them"),
        ("BTC 33.33333 ETH 66.66667", "a share from 0 to 100"),
    ],
)
def test_targets_that_cannot_be(line: str, reason: str) -> None:
    """The reason names what is wrong, and what would do."""
    with pytest.raises(InputInvalid) as error:
        answers.targets_of(line, "USD")
    assert reason in str(error.value)


def test_coins_that_a_market_does_not_have() -> None:
    """Where all coins are known, an unknown one is named at once."""
    with pytest.raises(InputInvalid, match=r"does not have DOGE; it has BTC, ETH"):
        answers.targets_of("BTC 50 DOGE 50", "USD", known=("BTC", "ETH"))


def test_modes_that_a_venue_does_not_allow() -> None:
    """Live trading is possible where orders are proven; the simulated market has no accounts."""
    assert answers.mode_of("LIVE", "kraken") == "live"
    assert answers.mode_of("watch", "coinbase") == "watch"
    for mode, venue in (("live", "binance"), ("live", "coinbase"), ("watch", "simulated")):
        with pytest.raises(InputInvalid, match="not possible there; paper"):
            answers.mode_of(mode, venue)


def test_plain_answers() -> None:
    """Usual answers are read as they are meant."""
    assert answers.quote_of(" eur ") == "EUR"
    assert answers.amount_of("0.5") == Decimal("0.5")
    assert answers.capital_of("") is None
    assert answers.ids_of("11, 22;11 33") == (11, 22, 33)
    assert answers.ids_of("") == ()
    assert answers.zone_of("Europe/Berlin") == "Europe/Berlin"
    assert answers.time_of("9:05") == time(9, 5)
    with pytest.raises(InputInvalid, match="somebody who approves"):
        answers.ids_of("", mode="live")
    with pytest.raises(InputInvalid, match="nothing would ever move"):
        answers.capital_of("0")


@pytest.mark.parametrize(
    ("check", "secret"),
    [
        (answers.token_of, "123456-not-the-form-of-a-token"),
        (answers.key_of, "two words of a key"),
        (lambda text: answers.key_secret_of(text, "kraken", "key"), "not_base64_at_all!"),
        (lambda text: answers.key_secret_of(text, "kraken", text), "c2VjcmV0"),
        (answers.token_of, '"123456:AAF-a_token_in_quotes_is_not_read"'),
    ],
)
def test_a_reason_never_repeats_a_secret(check: Callable[[str], object], secret: str) -> None:
    """A mistyped secret is nearly a secret, so the reason does not show it."""
    with pytest.raises(InputInvalid) as error:
        check(secret)
    assert secret.strip('"') not in str(error.value)
