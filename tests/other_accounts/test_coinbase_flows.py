"""What changed an account at Coinbase: wallet by wallet, each entry once, called what it was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817  # many of them
from typing import Any

import pytest

from core.domain.errors import AccountProblem, FeedUnavailable
from tests.emulators.coinbase_account import entry, wallet
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff, Fault
from tests.other_accounts.scene import DAY, HOUR, MORNING, CoinbaseScene, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGO = MORNING - 2 * HOUR
SINCE = MORNING - DAY
IN_DOLLARS = {"native_amount": {"amount": "-60.00", "currency": "USD"}}


def fill(id_: str, code: str, amount: str) -> dict[str, Any]:
    """Return one side of a fill in BTC-USD whose fee was 1.5 dollars."""
    about = {
        "fill_price": "100000",
        "product_id": "BTC-USD",
        "order_id": "o1",
        "commission": "1.5",
        "order_side": "buy",
    }
    return entry(id_, "advanced_trade_fill", code, amount, AGO, advanced_trade_fill=about)


ENTRIES: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, D, D | None]]]] = {
    "a fill, its fee told with the coins and taken in money": (
        [fill("a", "BTC", "0.1"), fill("b", "USD", "-10000")],
        [
            ("BTC", "trade", D("0.1"), None),
            ("USD", "fee", D("-1.5"), D("-1.5")),
            ("USD", "trade", D(-10000), D(-10000)),
        ],
    ),
    "coins that came": (
        [entry("a", "receive", "BTC", "0.2", AGO)],
        [("BTC", "deposit", D("0.2"), None)],
    ),
    "coins that were sent, with the network's fee inside": (
        [
            entry("a", "send", "BTC", "-0.3", AGO, **IN_DOLLARS)
            | {"network": {"transaction_fee": {"amount": "0.01", "currency": "BTC"}}}
        ],
        [("BTC", "withdrawal", D("-0.29"), D(-60)), ("BTC", "fee", D("-0.01"), None)],
    ),
    "coins sent to this account, the sender's fee beside": (
        [
            entry("a", "send", "BTC", "0.3", AGO)
            | {"network": {"transaction_fee": {"amount": "0.01", "currency": "BTC"}}}
        ],
        [("BTC", "deposit", D("0.3"), None)],
    ),
    "money from the bank": (
        [entry("a", "fiat_deposit", "USD", "500.00", AGO)],
        [("USD", "deposit", D(500), D(500))],
    ),
    "money to the bank": (
        [entry("a", "fiat_withdrawal", "USD", "-500.00", AGO)],
        [("USD", "withdrawal", D(-500), D(-500))],
    ),
    "a reward": (
        [entry("a", "staking_reward", "BTC", "0.001", AGO)],
        [("BTC", "reward", D("0.001"), None)],
    ),
    "a purchase in the app": (
        [entry("a", "buy", "BTC", "0.1", AGO)],
        [("BTC", "trade", D("0.1"), None)],
    ),
    "the price of a subscription": (
        [entry("a", "subscription", "USD", "-30", AGO)],
        [("USD", "fee", D(-30), D(-30))],
    ),
    "staking": ([entry("a", "staking_transfer", "BTC", "-1", AGO)], []),
    "something on its way": ([entry("a", "send", "BTC", "-1", AGO, status="pending")], []),
    "something that failed": ([entry("a", "fiat_deposit", "USD", "9", AGO, status="failed")], []),
}


def put(scene: CoinbaseScene, entries: Iterable[dict[str, Any]]) -> None:
    """Put each entry into the history of its coin's wallet."""
    for row in entries:
        code = row["amount"]["currency"].lower()
        scene.owner.entries.setdefault(f"wallet-{code}", []).append(row)


@pytest.mark.parametrize("name", ENTRIES)
async def test_each_entry_is_called_what_it_is(coinbase: CoinbaseScene, name: str) -> None:
    """No deposit, reward, trade or fee passes for another."""
    account = coinbase.begin()
    entries, expected = ENTRIES[name]
    put(coinbase, entries)
    flows = await account.flows(SINCE)
    assert sorted(map(told, flows), key=str) == sorted(expected, key=str)
    assert len({flow.flow_id for flow in flows}) == len(flows)
    assert all(flow.reference == "" for flow in flows)


@pytest.mark.parametrize(
    "odd", [entry("a", "newkind", "BTC", "1", AGO), entry("a", "send", "BTC", "1", AGO, status="?")]
)
async def test_an_entry_that_is_not_known_stops(
    coinbase: CoinbaseScene, odd: dict[str, Any]
) -> None:
    """Why a balance changed is not guessed."""
    account = coinbase.begin()
    put(coinbase, [odd])
    with pytest.raises(AccountProblem, match=r"newkind|'\?'"):
        await account.flows(SINCE)


async def test_what_takes_days_counts_when_it_ended(coinbase: CoinbaseScene) -> None:
    """A deposit that began last week and cleared an hour ago is new; one of last week is not."""
    account = coinbase.begin()
    slow = entry("a", "fiat_deposit", "USD", "5", MORNING - 6 * DAY)
    slow["updated_at"] = f"{MORNING - HOUR:%Y-%m-%dT%H:%M:%SZ}"
    old = entry("b", "buy", "BTC", "5", MORNING - 6 * DAY)
    old["updated_at"] = slow["updated_at"]
    put(coinbase, [slow, old])
    assert [(flow.flow_id, flow.occurred_at) for flow in await account.flows(SINCE)] == [
        ("a", MORNING - HOUR)
    ]


async def test_a_long_history_is_read_down_to_the_instant_and_no_further(
    coinbase: CoinbaseScene,
) -> None:
    """Every entry from then on is there; the pages of the years before are not asked for."""
    account = coinbase.begin()
    put(
        coinbase,
        (entry(f"e{n}", "buy", "BTC", "1", MORNING - timedelta(days=n)) for n in range(1000)),
    )
    coinbase.owner.page = 10
    flows = await account.flows(MORNING - 30 * DAY)
    assert {flow.flow_id for flow in flows} == {f"e{n}" for n in range(31)}
    assert coinbase.venue.count("wallet-btc") == 5
    assert len(await account.flows(None)) == 1000


async def test_empty_wallets_of_the_policy_are_read_and_of_others_not(
    coinbase: CoinbaseScene,
) -> None:
    """All ETH was sold: that is told. Hundreds of wallets that were never used are left alone."""
    account = coinbase.begin()
    coinbase.owner.wallets += [wallet("ETH", "0"), wallet("SOL", "0")]
    put(coinbase, [entry("a", "sell", "ETH", "-3", AGO), entry("b", "sell", "SOL", "-3", AGO)])
    assert [flow.flow_id for flow in await account.flows(SINCE)] == ["a"]


async def test_a_history_out_of_order_is_refused(coinbase: CoinbaseScene) -> None:
    """Reading ends at an instant, so an older entry above a newer one would hide the rest."""
    account = coinbase.begin()
    rows = [entry("a", "buy", "BTC", "1", AGO - HOUR), entry("b", "buy", "BTC", "1", AGO)]
    coinbase.venue.spoil("transactions", Answers(json.dumps({"data": rows})))
    with pytest.raises(FeedUnavailable, match="out of order"):
        await account.flows(SINCE)


async def test_a_history_that_leads_in_a_circle_ends(coinbase: CoinbaseScene) -> None:
    """A page that names itself as the next is not read for ever."""
    account = coinbase.begin()
    put(coinbase, [entry("a", "buy", "BTC", "1", AGO)])
    page = {
        "data": coinbase.owner.entries["wallet-btc"],
        "pagination": {"next_starting_after": "a"},
    }
    coinbase.venue.spoil("wallet-btc", Answers(json.dumps(page)), times=9)
    with pytest.raises(FeedUnavailable, match="circle"):
        await account.flows(SINCE)
    coinbase.venue.heal()


BROKEN: dict[str, tuple[Fault, str]] = {
    "a web page": (HTML, "malformed"),
    "half an answer": (CutsOff(), "malformed"),
    "an answer that breaks off": (BreaksOff(), "malformed"),
    "nothing": (Answers(""), "malformed"),
    "no list": (Answers('{"pagination":{}}'), "malformed"),
    "rows without content": (Answers('{"data":[1]}'), "malformed"),
    "an amount that is a float": (
        Answers(json.dumps({"data": [entry("a", "buy", "BTC", "1", AGO) | {"amount": 0.1}]})),
        "malformed",
    ),
    "a time that is none": (
        Answers(json.dumps({"data": [entry("a", "buy", "BTC", "1", AGO) | {"created_at": "x"}]})),
        "malformed",
    ),
    "an internal error": (Answers("oh", 500), "down"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_history_is_not_an_empty_one(coinbase: CoinbaseScene, name: str) -> None:
    """However it fails: an error, and the next time all is told."""
    account = coinbase.begin()
    put(coinbase, [entry("a", "buy", "BTC", "1", AGO)])
    fault, trouble = BROKEN[name]
    coinbase.venue.spoil("transactions", fault)
    with pytest.raises(FeedUnavailable) as failed:
        await account.flows(SINCE)
    assert failed.value.trouble == trouble
    assert len(await account.flows(SINCE)) == 1
