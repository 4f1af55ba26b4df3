"""What each venue's own words about a market become."""

from decimal import Decimal
from typing import Any

import pytest

from bot.exchange.live.rules import CAREFUL_MIN_NOTIONAL, rules_of
from core.domain.errors import FeedUnavailable
from core.domain.market import MarketStatus
from tests.live_market.scene import BTC


def market(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a market as ccxt describes it."""
    return {
        "precision": {"amount": "0.00000001", "price": "0.01"},
        "limits": {"amount": {"min": "0.00005"}, "cost": {"min": "0.5"}},
        "taker": "0.004",
        "is_open": True,
        "info": {"status": "online"},
        **changes,
    }


def test_krakens_own_tick_wins_over_its_decimals() -> None:
    """The true step is coarser than the number of decimals suggests."""
    told = market(info={"status": "online", "tick_size": "0.1"})
    assert rules_of("kraken", "Kraken", BTC, told).price_tick == Decimal("0.1")
    assert rules_of("kraken", "Kraken", BTC, market()).price_tick == Decimal("0.01")


def test_unknown_minimums_are_careful_not_zero() -> None:
    """Without a least cost an own floor holds, without a least amount one step."""
    rules = rules_of("kraken", "Kraken", BTC, market(limits={}))
    assert rules.min_notional == CAREFUL_MIN_NOTIONAL
    assert rules.min_quantity == rules.quantity_step == Decimal("0.00000001")
    assert rules_of("kraken", "Kraken", BTC, market()).min_notional == Decimal("0.5")


def test_a_fee_that_is_not_told_stays_unknown() -> None:
    """None is handed on, so that nobody computes with an invented fee."""
    assert rules_of("binance", "Binance", BTC, market(taker=None)).taker_fee is None


def test_a_fee_that_ccxt_made_of_a_float_is_exact() -> None:
    """One hundred-thousandth is one hundred-thousandth."""
    rules = rules_of("coinbase", "Coinbase", BTC, market(taker=0.00001))
    assert rules.taker_fee == Decimal("0.00001")


@pytest.mark.parametrize(
    "changes",
    [
        {"precision": {"amount": "0.1", "price": None}},
        {"precision": {"amount": "0", "price": "0.1"}},
        {"precision": None},
        {"taker": "much"},
        {"taker": "1.5"},
        {"taker": "-0.1"},
    ],
)
def test_rules_that_cannot_be_read_are_refused(changes: dict[str, Any]) -> None:
    """A missing step or an impossible fee is nonsense, with the coin and the venue named."""
    with pytest.raises(FeedUnavailable, match=r"Kraken .* BTC") as refused:
        rules_of("kraken", "Kraken", BTC, market(**changes))
    assert refused.value.trouble == "malformed"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("online", MarketStatus.ONLINE),
        ("limit_only", MarketStatus.ONLINE),
        ("post_only", MarketStatus.POST_ONLY),
        ("cancel_only", MarketStatus.HALTED),
        ("reduce_only", MarketStatus.HALTED),
        ("a new word", MarketStatus.HALTED),
        (None, MarketStatus.HALTED),
    ],
)
def test_krakens_words_for_a_market(word: str | None, status: MarketStatus) -> None:
    """Limit orders pass in limit_only; whatever is not known counts as shut."""
    assert rules_of("kraken", "Kraken", BTC, market(info={"status": word})).status is status


@pytest.mark.parametrize(
    ("info", "status"),
    [
        ({}, MarketStatus.ONLINE),
        ({"post_only": True}, MarketStatus.POST_ONLY),
        ({"trading_disabled": True}, MarketStatus.HALTED),
        ({"is_disabled": True}, MarketStatus.HALTED),
        ({"cancel_only": True, "post_only": True}, MarketStatus.HALTED),
        ({"auction_mode": True}, MarketStatus.HALTED),
    ],
)
def test_coinbases_switches_for_a_market(info: dict[str, bool], status: MarketStatus) -> None:
    """The strictest switch that is on decides."""
    assert rules_of("coinbase", "Coinbase", BTC, market(info=info)).status is status


def test_binances_market_is_open_or_halted() -> None:
    """What ccxt calls not active takes no order."""
    assert rules_of("binance", "Binance", BTC, market()).status is MarketStatus.ONLINE
    shut = market(is_open=False)
    assert rules_of("binance", "Binance", BTC, shut).status is MarketStatus.HALTED
