"""What ccxt offers and this program leaves alone, each for a reason."""

import ast
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import ccxt.async_support as ccxt
import pytest

from bot.exchange.live.watching import NoOrders
from core.domain.errors import OrderRejected
from core.domain.market import Side
from core.domain.proposal import Order, OrderState
from core.domain.units import Asset, Price, Quantity

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))

AVOIDED: Mapping[str, str] = {
    "cancel_all_orders_after": "takes milliseconds where Kraken takes seconds",
    "create_limit_order": "rounds a price half up, beyond what was approved",
    "create_market_buy_order_with_cost": "cuts the money to the digits of a price",
    "create_market_order": "has no limit",
    "create_order": "rounds a price half up, and answers without an id as if all were well",
    "create_orders": "rounds like the single one",
    "edit_order": "is a second order to whoever lost the first answer",
    "fetch_balance": "makes an empty account of an answer that cannot be read",
    "fetch_closed_orders": "tells averages and costs of its own",
    "fetch_ledger": "stops at the first fifty entries",
    "fetch_my_trades": "narrows to a coin after cutting to fifty",
    "fetch_open_orders": "tells averages and costs of its own",
    "fetch_order": "sends a client id as a userref",
    "fetch_orders_by_ids": "tells averages and costs of its own",
    "fetch_trading_fee": "tells one pair a call, as a float",
    "fetch_trading_fees": "is not there for Kraken",
    "private_post_addorderbatch": "is sent as JSON, and has one answer for several orders",
    "set_sandbox_mode": "breaks with an error of Python's own at venues without a sandbox",
}
SWITCHES: Mapping[str, str] = {
    "adjustForTimeDifference": "takes Kraken's whole seconds for a difference of clocks",
    "sandbox": "breaks with an error of Python's own at venues without a sandbox",
    "test": "is sent to the real place of orders by most venues",
    "validate": "is sent as True, which Kraken may read as no",
    "verbose": "prints the key",
}


@cache
def _words_of(path: Path) -> frozenset[str]:
    """Return every name and every text that a file uses."""
    return frozenset(_words(path))


def _words(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Call) and not ast.unparse(node.func).startswith("base64."):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg is not None)


VENUE_FILES = [path for path in SOURCES if {"live", "venues"} & set(path.parts)]


@pytest.mark.parametrize("name", AVOIDED)
def test_no_method_is_used_that_guesses(name: str) -> None:
    """Each of them does something else than it says; the raw question is asked instead."""
    assert hasattr(ccxt.kraken, name), "ccxt has no such method any more: take it off the list"
    using = [str(path.relative_to(ROOT)) for path in SOURCES if name in _words_of(path)]
    assert using == [], f"{name} {AVOIDED[name]}"


@pytest.mark.parametrize("name", SWITCHES)
def test_no_switch_is_turned_that_misleads(name: str) -> None:
    """Each of them works at some venues, and does harm at the others."""
    using = [str(path.relative_to(ROOT)) for path in VENUE_FILES if name in _words_of(path)]
    assert using == [], f"{name} {SWITCHES[name]}"


def test_only_a_zero_is_ever_said_of_repeating() -> None:
    """The library repeats orders when told to repeat what failed: it is told not to."""
    values = [
        ast.unparse(value)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "maxRetriesOnFailure"
    ]
    assert values == ["0"]


async def test_where_nothing_may_be_ordered_nothing_can_be() -> None:
    """A dry run that the venue is asked for may be a real order: here no connection is there."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    order = Order(
        client_id="00000000-0000-0000-0000-000000000001",
        proposal_id="watched",
        leg=1,
        attempt=1,
        asset=Asset("BTC"),
        side=Side.BUY,
        quantity=Quantity(Decimal(1)),
        limit_price=Price(Decimal(1)),
        state=OrderState.SENDING,
        intent_at=at,
        deadline_at=at,
    )
    placer = NoOrders()
    with pytest.raises(OrderRejected, match="nothing was sent"):
        await placer.place(order)
    assert await placer.find(order.client_id) is None
    assert vars(placer) == {"_finder": None}
