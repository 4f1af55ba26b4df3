"""What changed an account at Binance: window by window, each entry once, called what it was."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817  # many of them
from typing import Any

import pytest

from bot.exchange.live.others.binance import BinanceAccount
from core.domain.errors import AccountProblem, FeedUnavailable, InputInvalid
from core.domain.units import Asset
from tests.emulators.binance_account import deposit, trade, withdrawal
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff, Fault
from tests.other_accounts.scene import COINS, DAY, HOUR, MORNING, BinanceScene, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGO = MORNING - 2 * HOUR
SINCE = MORNING - DAY
LISTS = ("deposit/hisrec", "withdraw/history", "assetDividend", "tradeFlow", "myTrades")


def conversion(id_: str, given: tuple[str, str], got: tuple[str, str], **more: object) -> Any:  # noqa: ANN401
    """Return a conversion of (coin, amount) into another."""
    return {
        "quoteId": "q",
        "orderId": id_,
        "orderStatus": "SUCCESS",
        "fromAsset": given[0],
        "fromAmount": given[1],
        "toAsset": got[0],
        "toAmount": got[1],
        "ratio": "1",
        "inverseRatio": "1",
        "createTime": int(AGO.timestamp() * 1000),
    } | more


async def test_each_entry_is_called_what_it_is(binance: BinanceScene) -> None:
    """Deposit, withdrawal, fee, reward, conversion, trade; each with its worth if it is known."""
    account = binance.begin()
    owner = binance.owner
    owner.deposits = [deposit("d1", "USDT", "250", AGO), deposit("d2", "ETH", "1", AGO)]
    owner.withdrawals = [withdrawal("w1", "BTC", "0.1", "0.0002", AGO)]
    owner.dividends = [
        {"id": 5, "tranId": 9, "asset": "BNB", "amount": "0.01", "enInfo": "Flexible"}
        | {"divTime": int(AGO.timestamp() * 1000)}
    ]
    owner.conversions = [
        conversion("c1", ("USDT", "100"), ("SOL", "0.8")),
        conversion("c2", ("ETH", "1"), ("BTC", "0.04")),
    ]
    owner.trades = [
        trade(7, "buy", "0.1", "10000", AGO),
        trade(9, "sell", "0.2", "20000", AGO, commission="0.003", commissionAsset="BNB"),
    ]
    flows = await account.flows(SINCE)
    assert sorted(map(told, flows), key=str) == sorted(
        [
            ("USDT", "deposit", D(250), D(250)),
            ("ETH", "deposit", D(1), None),
            ("BTC", "withdrawal", D("-0.1"), None),
            ("BTC", "fee", D("-0.0002"), None),
            ("BNB", "reward", D("0.01"), None),
            ("USDT", "trade", D(-100), D(-100)),
            ("SOL", "trade", D("0.8"), D(100)),
            ("ETH", "trade", D(-1), None),
            ("BTC", "trade", D("0.04"), None),
            ("BTC", "trade", D("0.1"), D(10000)),
            ("USDT", "trade", D(-10000), D(-10000)),
            ("USDT", "fee", D("-1.5"), D("-1.5")),
            ("BTC", "trade", D("-0.2"), D(-20000)),
            ("USDT", "trade", D(20000), D(20000)),
            ("BNB", "fee", D("-0.003"), None),
        ],
        key=str,
    )
    assert len({flow.flow_id for flow in flows}) == len(flows)
    assert [f.occurred_at for f in flows] == sorted(f.occurred_at for f in flows)
    assert all(flow.reference == "" for flow in flows)
    assert await account.flows(SINCE) == flows


async def test_what_did_not_happen_in_the_spot_wallet_is_no_flow(binance: BinanceScene) -> None:
    """On its way, rejected, failed, or in the funding wallet: the spot balance did not change."""
    account = binance.begin()
    owner = binance.owner
    owner.deposits = [deposit(f"d{n}", "ETH", "1", AGO, status=n) for n in (0, 2, 7, 8)]
    owner.deposits.append(deposit("d9", "ETH", "1", AGO, walletType=1))
    owner.withdrawals = [
        withdrawal(f"w{n}", "ETH", "1", "0.1", AGO, status=n) for n in (0, 1, 2, 3, 4, 5)
    ]
    owner.withdrawals.append(withdrawal("w9", "ETH", "1", "0.1", AGO, walletType=1))
    owner.conversions = [
        conversion(f"c{n}", ("USDT", "1"), ("SOL", "1"), orderStatus=status)
        for n, status in enumerate(("PROCESS", "ACCEPT_SUCCESS", "FAIL"))
    ]
    assert await account.flows(SINCE) == ()


@pytest.mark.parametrize("part", ["deposits", "withdrawals", "conversions"])
async def test_a_status_that_is_not_known_stops(binance: BinanceScene, part: str) -> None:
    """Whether it changed a balance is not guessed; the status is named."""
    account = binance.begin()
    rows = {
        "deposits": deposit("d", "ETH", "1", AGO, status=99),
        "withdrawals": withdrawal("w", "ETH", "1", "0", AGO, status=99),
        "conversions": conversion("c", ("USDT", "1"), ("SOL", "1"), orderStatus="99"),
    }
    setattr(binance.owner, part, [rows[part]])
    with pytest.raises(AccountProblem, match="'99'"):
        await account.flows(SINCE)


async def test_an_entry_counts_when_it_ended(binance: BinanceScene) -> None:
    """A withdrawal that was asked for three days ago and left an hour ago is new; d2 is not."""
    account = binance.begin()
    ended = int((MORNING - HOUR).timestamp() * 1000)
    binance.owner.deposits = [
        deposit("d1", "ETH", "1", MORNING - 3 * DAY, completeTime=ended),
        deposit("d2", "ETH", "2", MORNING - 3 * DAY),
    ]
    binance.owner.withdrawals = [
        withdrawal("w1", "BTC", "1", "0", MORNING - 3 * DAY)
        | {"completeTime": f"{MORNING - HOUR:%Y-%m-%d %H:%M:%S}"}
    ]
    flows = await account.flows(SINCE)
    assert [flow.flow_id for flow in flows] == ["deposit:d1", "withdrawal:w1"]
    assert {flow.occurred_at for flow in flows} == {MORNING - HOUR}


async def test_the_whole_past_is_read_in_windows(binance: BinanceScene) -> None:
    """From the first day of Binance on, and no window is longer than Binance allows."""
    account = binance.begin()
    binance.owner.deposits = [
        deposit(f"d{n}", "ETH", "1", MORNING - timedelta(days=37 * n)) for n in range(80)
    ]
    assert len(await account.flows(None)) == 80
    assert binance.venue.count("deposit/hisrec") < 40
    assert all("offset" not in query for _, query in binance.venue.calls)


async def test_a_full_answer_is_asked_again_in_halves(binance: BinanceScene) -> None:
    """No entry hides behind the end of a page, and entries at its edges come once."""
    account = binance.begin()
    binance.owner.deposits = [
        deposit(f"d{n}", "ETH", "1", MORNING - timedelta(minutes=n)) for n in range(1003)
    ]
    flows = await account.flows(MORNING - 5 * DAY)
    assert {flow.flow_id for flow in flows} == {f"deposit:d{n}" for n in range(1003)}


async def test_too_many_entries_in_one_instant_are_refused(binance: BinanceScene) -> None:
    """Where halves do not help, an answer that may hide something is not believed."""
    account = binance.begin()
    binance.owner.deposits = [deposit(f"d{n}", "ETH", "1", AGO) for n in range(1000)]
    with pytest.raises(FeedUnavailable, match="too many rows") as failed:
        await account.flows(SINCE)
    assert failed.value.trouble == "malformed"


async def test_trades_are_read_page_by_page_and_once(binance: BinanceScene) -> None:
    """More trades than a page holds are all there; the next time only new ones are asked for."""
    account = binance.begin()
    binance.owner.trades = [trade(n, "buy", "0.001", "100", AGO) for n in range(1, 2502, 2)]
    flows = await account.flows(SINCE)
    assert sum(flow.amount for flow in flows if flow.asset == "BTC") == D("1.251")
    assert binance.venue.count("myTrades") == 3  # two of BTC, one of ETH
    binance.owner.trades.append(trade(2503, "sell", "0.001", "100", MORNING))
    again = await account.flows(SINCE)
    assert len(again) == len(flows) + 3
    asked = [int(query["fromId"]) for path, query in binance.venue.calls if "myTrades" in path]
    assert asked == [0, 2000, 0, 2502, 0]


async def test_a_coin_without_a_market_has_no_trades(binance: BinanceScene) -> None:
    """A target that Binance does not list against the quote currency stops nothing."""
    binance.begin()
    odd = BinanceAccount(
        binance.connection, Asset("USDT"), [*COINS, Asset("NOSUCH")], binance.clock
    )
    binance.owner.trades = [trade(1, "buy", "1", "100", AGO)]
    assert len(await odd.flows(SINCE)) == 3


@pytest.mark.parametrize(
    "rows",
    [
        [trade(2, "buy", "1", "1", AGO), trade(1, "buy", "1", "1", AGO)],
        [trade(1, "buy", "1", "1", AGO)] * 2,
        [trade(1, "buy", "1", "1", AGO, symbol="ETHUSDT")],
        [trade(1, "buy", "-1", "1", AGO)],
        [trade(1, "buy", "1", "1", AGO, isBuyer="yes")],
        [trade(1, "buy", "1", "1", AGO, commission=0.1)],
        [trade(1, "buy", "1", "1", AGO, time="soon")],
        [trade(1, "buy", "1", "1", AGO, time=0)],
    ],
)
async def test_trades_that_cannot_be_are_refused(
    binance: BinanceScene, rows: list[dict[str, Any]]
) -> None:
    """Out of order, repeated, of another market or odd: nothing of it is believed."""
    account = binance.begin()
    binance.venue.spoil("myTrades", Answers(json.dumps(rows)))
    with pytest.raises(FeedUnavailable) as failed:
        await account.flows(SINCE)
    assert failed.value.trouble == "malformed"
    assert await account.flows(SINCE) == ()


BROKEN: dict[str, tuple[Fault, str]] = {
    "a web page": (HTML, "malformed"),
    "half an answer": (CutsOff(), "malformed"),
    "an answer that breaks off": (BreaksOff(), "malformed"),
    "nothing": (Answers(""), "malformed"),
    "an object": (Answers('{"code":0}'), "malformed"),
    "rows without content": (Answers("[1,2]"), "malformed"),
    "an internal error": (Answers("oh", 500), "down"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("part", LISTS)
async def test_a_broken_list_is_not_an_empty_one(
    binance: BinanceScene, part: str, name: str
) -> None:
    """Whichever list fails and however: an error, and the next time all is told."""
    account = binance.begin()
    binance.owner.deposits = [deposit("d1", "ETH", "1", AGO)]
    fault, trouble = BROKEN[name]
    binance.venue.spoil(part, fault)
    with pytest.raises(FeedUnavailable) as failed:
        await account.flows(SINCE)
    assert failed.value.trouble == trouble
    assert len(await account.flows(SINCE)) == 1


async def test_a_currency_without_markets_is_refused_with_a_mend(binance: BinanceScene) -> None:
    """Binance has no dollars: who counts in them is told what to write instead."""
    with pytest.raises(InputInvalid, match='quote = "USDT"'):
        BinanceAccount(binance.connection, Asset("USD"), COINS, binance.clock)
