"""The emulated Kraken seen by a real ccxt client: keys, permissions, limits, and what it tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest
import pytest_asyncio

from tests.emulators.kraken.books import Swing
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import EVERYTHING, READING, Permission
from tests.emulators.kraken.limits import INTERMEDIATE, STARTER, cancel_cost
from tests.emulators.kraken.private import ENDPOINTS
from tests.emulators.kraken.scene import MORNING, Scene, client_of
from tests.emulators.kraken.signing import signature
from tests.emulators.kraken.wire import KrakenError

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="
VECTORS = {
    (
        "/0/private/BalanceEx",
        "1700000000000",
        "nonce=1700000000000",
    ): "vnSN/o6bXyCuXhDMHDOgJttMgymH1nuY8+futvheAwAnez+SxYp9VMJX3QOdmly2xebq5OWwOQzvI+0Ie47FIQ==",
    (
        "/0/private/AddOrder",
        "1700000000001",
        (
            "nonce=1700000000001&pair=XXBTZUSD&type=buy&ordertype=limit&volume=0.01"
            "&cl_ord_id=rb-0001&price=50000"
        ),
    ): "LfFB53YImi1C8kLb2kpAL+lN+hSVGRTGMDaIcMQFO0Sw8YrKLqXK6ZhVDw/XozYWWxmwthMTh0AUENNoWEUfxw==",
}


@pytest.fixture
def play(shared: Scene) -> Scene:
    """Give a fresh exchange without rate limits."""
    shared.begin()
    return shared


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def second(shared: Scene) -> AsyncIterator[Scene]:
    """Open another client of the same exchange, with a clock a minute behind."""
    client = client_of(shared.server)
    client.set_markets(shared.client.markets, shared.client.currencies)
    client.options["timeDifference"] = 60_000
    yield Scene(shared.clock, shared.server, client)
    await client.close()


@pytest.mark.parametrize("vector", VECTORS)
async def test_signature_is_that_of_the_reference(vector: tuple[str, str, str]) -> None:
    """Path, nonce and body give the signature that two independent programs agreed on."""
    path, nonce, body = vector
    assert signature(path, nonce, body, SECRET) == VECTORS[vector]


async def test_a_json_body_is_read_and_its_signature_checked(play: Scene) -> None:
    """What ccxt sends as JSON, here because of a percent price, comes in like a form."""
    with pytest.raises(ccxt.ExchangeError, match="EGeneral:Invalid arguments:price"):
        await play.ask(
            "AddOrder", pair="XBTUSD", type="buy", ordertype="limit", volume="1", price="2%"
        )
    call = play.kraken.record.of("AddOrder")[0]
    assert (call.key, call.params["volume"]) == ("evenkeel", "1")


async def test_an_unknown_key_and_a_wrong_secret_stay_out(play: Scene) -> None:
    """The first is an AuthenticationError to ccxt, the second a bare ExchangeError."""
    play.client.apiKey = "nobody"
    with pytest.raises(ccxt.AuthenticationError, match="EAPI:Invalid key"):
        await play.client.fetch_balance()
    key = play.use(play.kraken.issue_key(READING))
    play.client.secret = SECRET
    with pytest.raises(ccxt.ExchangeError, match="EAPI:Invalid signature") as refused:
        await play.client.fetch_balance()
    assert type(refused.value) is ccxt.ExchangeError
    play.use(key)
    assert (await play.client.fetch_balance())["total"]["BTC"] == "0.5000000000"


async def test_a_key_that_is_over_is_unknown(play: Scene) -> None:
    """After its last day a key is refused like one that never was."""
    key = play.use_new(READING)
    key.valid_until = MORNING + timedelta(hours=1)
    await play.client.fetch_balance()
    await play.clock.sleep(3600)
    with pytest.raises(ccxt.AuthenticationError):
        await play.client.fetch_balance()


async def test_two_programs_with_one_key_collide(play: Scene, second: Scene) -> None:
    """The one whose nonce is behind is refused, and the one ahead goes on."""
    second.use(play.use_new(READING))
    await play.client.fetch_balance()
    with pytest.raises(ccxt.InvalidNonce):
        await second.client.fetch_balance()
    await play.client.fetch_balance()


async def test_a_nonce_window_forgives(play: Scene, second: Scene) -> None:
    """A key made with a window takes a lower nonce, but not the same one twice."""
    key = play.use(play.kraken.issue_key(READING, nonce_window=120_000))
    second.use(key)
    await play.client.fetch_balance()
    await second.client.fetch_balance()
    key.use(key.last_nonce + 5)
    with pytest.raises(KrakenError, match="EAPI:Invalid nonce"):
        key.use(key.last_nonce)


async def test_ten_bad_attempts_lock_out_for_a_while(play: Scene) -> None:
    """Then even a right signature is refused, until 15 minutes have passed."""
    key = play.use_new(READING)
    play.client.secret = SECRET
    for _ in range(10):
        with pytest.raises(ccxt.ExchangeError, match="Invalid signature"):
            await play.client.fetch_balance()
    play.use(key)
    with pytest.raises(ccxt.DDoSProtection, match="Temporary lockout"):
        await play.client.fetch_balance()
    await play.clock.sleep(15 * 60)
    await play.client.fetch_balance()


@pytest.mark.parametrize("endpoint", [name for name, row in ENDPOINTS.items() if row.permissions])
async def test_an_endpoint_needs_its_permission(play: Scene, endpoint: str) -> None:
    """Without it Kraken denies; with it alone the request is let in."""
    needed = ENDPOINTS[endpoint].permissions
    play.use_new(EVERYTHING - set(needed))
    with pytest.raises(ccxt.PermissionDenied, match="EGeneral:Permission denied"):
        await play.ask(endpoint)
    for permission in needed:
        play.use_new({permission})
        try:
            await play.ask(endpoint)
        except ccxt.ExchangeError as refused:
            assert "Permission" not in str(refused)  # noqa: PT017  # it asks for parameters


async def test_a_key_tells_what_it_may(play: Scene) -> None:
    """GetApiKeyInfo needs no permission, and lists every one of them in Kraken's words."""
    play.use_new({Permission.WITHDRAW_FUNDS, Permission.QUERY_FUNDS})
    told = await play.ask("GetApiKeyInfo")
    assert told["permissions"] == ["query-funds", "withdraw-funds"]
    assert (told["apiKey"], told["nonceWindow"]) == (play.client.apiKey, 0)
    play.use_new(())
    assert (await play.ask("GetApiKeyInfo"))["permissions"] == []


async def test_a_request_to_move_coins_is_seen_and_moves_none(play: Scene) -> None:
    """A looking key can send to the Futures wallet, as on Kraken; the record shows each attempt."""
    play.use_new({Permission.QUERY_FUNDS})
    await play.ask("WalletTransfer", asset="XXBT", amount="0.5")
    with pytest.raises(ccxt.PermissionDenied):
        await play.ask("Withdraw", asset="XXBT", key="cold", amount="0.5")
    assert [call.endpoint for call in play.kraken.record.moving_coins()] == [
        "WalletTransfer",
        "Withdraw",
    ]
    assert play.kraken.balance("XXBT") == Decimal("0.5")


async def test_an_unknown_method_is_named_so(play: Scene) -> None:
    """Kraken's own words, on both sides."""
    with pytest.raises(ccxt.ExchangeError, match="EGeneral:Unknown method"):
        await play.ask("NoSuchThing")
    with pytest.raises(ccxt.ExchangeError, match="EGeneral:Unknown method"):
        await play.client.request("NoSuchThing", ["public"], "GET", {})


async def test_balances_come_by_every_code(play: Scene) -> None:
    """Legacy ids are renamed by ccxt, suffixes stay apart, unlisted coins and zeros are told."""
    kept = ["ETH2.S", "ETH.B", "SOL.F", "DOT28.S", "USD.HOLD", "MYSTERY9"]
    play.begin(dict.fromkeys(["ZUSD", "XXBT", "XBT.F", *kept], "1.5"))
    play.kraken.owner.deposit("SOL", "2")
    play.kraken.owner.withdraw("SOL", "2")
    balance = await play.client.fetch_balance()
    amounts = {code: Decimal(amount) for code, amount in balance["total"].items()}
    told = dict.fromkeys(["USD", "BTC", "BTC.F", *kept], Decimal("1.5"))
    assert amounts == told | {"SOL": Decimal(0)}
    assert (await play.ask("Balance"))["XXBT"] == "1.5000000000"
    assert (await play.ask("TradeBalance", asset="ZUSD"))["eb"] == "75001.5000"


async def test_fees_follow_the_volume(play: Scene) -> None:
    """TradeVolume tells the tier of the account, and what would come next."""
    fee = await play.client.fetch_trading_fee("BTC/USD")
    assert (fee["taker"], fee["maker"]) == ("0.004", "0.0025")
    play.kraken.account.volume_before = Decimal(60_000)
    fee = await play.client.fetch_trading_fee("BTC/USD")
    assert (fee["taker"], fee["maker"]) == ("0.0024", "0.0014")
    told = (await play.ask("TradeVolume", pair="XXBTZUSD"))["fees"]["XXBTZUSD"]
    assert (told["tiervolume"], told["nextvolume"]) == ("50000.0000", "100000.0000")


async def test_calls_are_counted_and_forgiven(play: Scene) -> None:
    """Twenty points are allowed, histories cost two, half a point a second decays."""
    play.begin(tier=INTERMEDIATE)
    for _ in range(9):
        await play.client.fetch_ledger()
    await play.client.fetch_balance()
    await play.client.fetch_balance()
    with pytest.raises(ccxt.DDoSProtection, match="EAPI:Rate limit exceeded"):
        await play.client.fetch_balance()
    await play.clock.sleep(2)
    await play.client.fetch_balance()
    play.use(play.kraken.issue_key(READING))
    await play.client.fetch_balance()


async def test_orders_are_counted_by_pair(play: Scene) -> None:
    """Cancelling young orders costs dearly in their pair, and nothing in another one."""
    play.begin({"ZUSD": "100000"}, tier=STARTER)
    for _ in range(6):
        placed = await play.client.create_order("BTC/USD", "limit", "buy", "0.001", "40000")
        await play.client.cancel_order(placed["id"])
    for _ in range(6):
        await play.client.create_order("BTC/USD", "limit", "buy", "0.001", "40000")
    with pytest.raises(ccxt.DDoSProtection, match="EOrder:Rate limit exceeded"):
        await play.client.create_order("BTC/USD", "limit", "buy", "0.001", "40000")
    await play.client.create_order("ETH/USD", "limit", "buy", "0.1", "2000")
    assert [cancel_cost(age) for age in (4, 9, 14, 44, 89, 299, 300)] == [8, 6, 5, 4, 2, 1, 0]


async def test_open_orders_are_capped(play: Scene) -> None:
    """The beginner's tier may have sixty orders open in a pair."""
    play.begin({"ZUSD": "100000"}, tier=STARTER)
    for _ in range(60):
        play.kraken.owner.trade("BTC/USD", "buy", "0.0001", "40000")
    with pytest.raises(ccxt.ExchangeError, match="EOrder:Orders limit exceeded"):
        await play.client.create_order("BTC/USD", "limit", "buy", "0.001", "40000")


async def test_public_prices_are_those_of_the_books(play: Scene) -> None:
    """Ticker and Depth tell the levels that orders will meet; candles end at the same price."""
    play.kraken.market("BTC/USD").set_book([("49990", "1.5")], [("50010", "0.25"), ("50020", "2")])
    ticker = (await play.client.fetch_tickers(["BTC/USD"]))["BTC/USD"]
    assert (ticker["bid"], ticker["ask"], ticker["last"]) == (
        "49990.00000",
        "50010.00000",
        "50000.00000",
    )
    book = await play.client.fetch_order_book("BTC/USD", 1)
    second = int(MORNING.timestamp())
    assert book["asks"] == [["50010.00000", "0.250", second]]
    candles = await play.client.fetch_ohlcv("BTC/USD", "1d")
    assert len(candles) == 720
    assert 48_000 < float(candles[-1][4]) < 52_000


async def test_own_orders_stand_in_the_book(play: Scene) -> None:
    """A resting order is part of the depth that everybody sees."""
    play.kraken.market("BTC/USD").set_book([("49990", "1")], [("50010", "1")])
    await play.client.create_order("BTC/USD", "limit", "buy", "0.1", "49995")
    book = await play.client.fetch_order_book("BTC/USD")
    assert [level[:2] for level in book["bids"]] == [
        ["49995.00000", "0.100"],
        ["49990.00000", "1.000"],
    ]


async def test_a_swinging_book_moves_alike_each_time(play: Scene) -> None:
    """Equal seeds give equal books at equal times, and other ones later."""

    async def books() -> list[Any]:
        play.begin().market("BTC/USD").swing = Swing(seed=7)
        told = []
        for _ in range(3):
            told.append((await play.client.fetch_order_book("BTC/USD"))["asks"])
            await play.clock.sleep(60)
        return told

    first = await books()
    assert first == await books()
    assert first[0] != first[1] != first[2]


async def test_time_and_status_are_told(play: Scene) -> None:
    """A clock that is ahead shows in Time; every status but online is maintenance to ccxt."""
    play.kraken.habits.ahead = timedelta(seconds=90)
    assert await play.client.fetch_time() == int(MORNING.timestamp() + 90) * 1000
    assert (await play.client.fetch_status())["status"] == "ok"
    play.kraken.habits.system = "post_only"
    told = await play.client.fetch_status()
    assert (told["status"], told["info"]["result"]["status"]) == ("maintenance", "post_only")


async def test_rules_are_those_that_are_enforced(play: Scene) -> None:
    """AssetPairs tells minimums, steps, fees and status as they are at the moment."""
    pair = play.kraken.market("BTC/USD").pair
    pair.ordermin, pair.status = Decimal("0.0002"), "cancel_only"
    answer = await play.client.request("AssetPairs", ["public"], "GET", {"pair": "XBTUSD"})
    told = answer["result"]["XXBTZUSD"]
    assert (told["ordermin"], told["tick_size"], told["status"]) == ("0.0002", "0.1", "cancel_only")
    assert told["fees"][1] == [10_000, 0.35]


async def test_everything_that_came_is_recorded(play: Scene) -> None:
    """Endpoint, key, number, time, and what Kraken refused."""
    play.use_new({Permission.QUERY_FUNDS})
    await play.client.fetch_balance()
    with pytest.raises(ccxt.PermissionDenied):
        await play.client.fetch_ledger()
    first, refused = play.kraken.record.calls
    assert (first.endpoint, first.key, first.at, first.error) == (
        "BalanceEx",
        "evenkeel",
        MORNING,
        None,
    )
    assert (refused.was_worked_on, refused.error) == (False, "EGeneral:Permission denied")
    assert play.kraken.record.counts() == {"BalanceEx": 1, "Ledgers": 1}


async def test_accounts_do_not_see_each_other(play: Scene) -> None:
    """Each key opens its own account."""
    kraken: Kraken = play.kraken
    kraken.open_account("other", {"XETH": "3"})
    play.use(kraken.issue_key(READING, account="other"))
    assert (await play.client.fetch_balance())["total"] == {"ETH": "3.0000000000"}
