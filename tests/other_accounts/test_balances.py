"""What an account at Binance or Coinbase holds: every code by the table, every oddity an error."""

from __future__ import annotations

import json
from typing import Any

import ccxt.async_support as ccxt
import pytest

from bot.exchange.live.others.binance_codes import RENAMED, Coins
from bot.exchange.live.others.coinbase_flows import ALIASES
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.units import Asset
from tests.emulators.coinbase_account import wallet
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff, Fault
from tests.other_accounts.scene import DAY, HOUR, BinanceScene, CoinbaseScene, balance

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNT, WALLETS = "api/v3/account", "brokerage/accounts"


async def refused(reader: Any) -> FeedUnavailable:  # noqa: ANN401  # either reader
    """Return the error of balances that must not be believed; afterwards they are again."""
    with pytest.raises(FeedUnavailable) as failed:
        await reader.balances()
    assert await reader.balances()
    return failed.value


async def test_binance_tells_free_locked_and_lent_coins(binance: BinanceScene) -> None:
    """What orders keep is locked, what Simple Earn holds counts and is not sold, LDO is a coin."""
    account = binance.begin()
    binance.owner.balances = {
        "BTC": ("0.50000000", "0.10000000"),
        "LDBTC": ("0.25000000", "0.00000000"),
        "LDO": ("7.00000000", "0.00000000"),
        "LDLDO": ("3.00000000", "0.00000000"),
        "YOYO": ("1.00000000", "0.00000000"),
        "USDT": ("10000.00000000", "500.00000000"),
        "ETH": ("0.00000000", "0.00000000"),
    }
    assert await account.balances() == (
        balance("BTC", "0.5", "0.1", "0.25"),
        balance("LDO", "7", staked="3"),
        balance("USDT", "10000", "500"),
        balance("YOYOW", "1"),
    )


@pytest.mark.parametrize("code", ["NEWCOIN", "LDNEWCOIN", "LD", "QBTC", "ldbtc", "BTC "])
async def test_binance_codes_that_are_not_known_stop_and_are_named(
    binance: BinanceScene, code: str
) -> None:
    """A coin that cannot be placed is neither left out nor guessed."""
    account = binance.begin()
    binance.owner.balances[code] = ("1", "0")
    with pytest.raises(AccountProblem, match=f"'{code}'"):
        await account.balances()
    binance.owner.balances[code] = ("0", "0")
    assert len(await account.balances()) == 2


async def test_binance_coins_are_read_once_a_day_and_for_a_new_code(binance: BinanceScene) -> None:
    """A coin that is listed meanwhile is known at once, and nothing else is asked again."""
    account = binance.begin()
    await account.balances()
    binance.clock.at += HOUR
    await account.balances()
    assert binance.venue.count("getall") == 1
    binance.owner.coins.add("NEWCOIN")
    binance.owner.balances["NEWCOIN"] = ("5", "0")
    assert balance("NEWCOIN", "5") in await account.balances()
    binance.clock.at += DAY
    await account.balances()
    assert binance.venue.count("getall") == 3


async def test_coinbase_tells_free_and_kept_coins(coinbase: CoinbaseScene) -> None:
    """What orders keep is locked; vaults and staked coins count and are not sold."""
    account = coinbase.begin()
    coinbase.owner.wallets = [
        wallet("BTC", "0.5000000000000000", "0.1000000000000000"),
        wallet("ETH", "1"),
        wallet("ETH2", "2"),
        wallet("CGLD", "4"),
        wallet("USD", "10000.25", kind="ACCOUNT_TYPE_FIAT"),
        wallet("SOL", "0"),
        wallet("XRP", "9", kind="ACCOUNT_TYPE_VAULT"),
    ]
    assert await account.balances() == (
        balance("BTC", "0.5", "0.1"),
        balance("CELO", "4"),
        balance("ETH", "1", staked="2"),
        balance("USD", "10000.25"),
        balance("XRP", staked="9"),
    )


async def test_coinbase_wallets_come_in_pages(coinbase: CoinbaseScene) -> None:
    """The last wallet of a long list counts like the first."""
    account = coinbase.begin()
    coinbase.owner.wallets = [wallet(f"C{n}", "1") for n in range(7)]
    coinbase.owner.page = 3
    assert len(await account.balances()) == 7
    assert coinbase.venue.count(WALLETS) == 3


@pytest.mark.parametrize(
    ("code", "kind"), [("BTC", "ACCOUNT_TYPE_PERP_FUTURES"), ("BTC-PERP", "ACCOUNT_TYPE_CRYPTO")]
)
async def test_coinbase_wallets_of_an_unknown_kind_stop(
    coinbase: CoinbaseScene, code: str, kind: str
) -> None:
    """A wallet that cannot be placed is named; an empty one stops nobody."""
    account = coinbase.begin()
    odd = wallet(code, "1", kind=kind) | {"uuid": "odd"}
    coinbase.owner.wallets += [wallet("SOL", "0", kind=kind), odd]
    with pytest.raises(AccountProblem, match=f"'{code}'"):
        await account.balances()
    coinbase.owner.wallets.pop()
    assert len(await account.balances()) == 2


ODD: dict[str, object] = {
    "not a number": "NaN",
    "words": "plenty",
    "an empty text": "",
    "an exponent": "1e3",
    "a float": 0.5,
    "a whole number": 1,
    "nothing": None,
    "a debt": "-1",
}


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_amount_is_no_amount(
    binance: BinanceScene, coinbase: CoinbaseScene, odd: str
) -> None:
    """Only a plain decimal text from zero on is believed, at either venue."""
    at_binance, at_coinbase = binance.begin(), coinbase.begin()
    for parts in ((ODD[odd], "0"), ("1", ODD[odd])):
        rows = [{"asset": "BTC", "free": parts[0], "locked": parts[1]}]
        binance.venue.spoil(ACCOUNT, Answers(json.dumps({"balances": rows})))
        assert (await refused(at_binance)).trouble == "malformed"
        row = wallet("BTC", "1")
        row["available_balance"]["value"], row["hold"]["value"] = parts
        coinbase.venue.spoil(
            WALLETS, Answers(json.dumps({"accounts": [row], "has_next": False, "cursor": ""}))
        )
        assert (await refused(at_coinbase)).trouble == "malformed"


BROKEN: dict[str, Fault] = {
    "a web page": HTML,
    "half an answer": CutsOff(),
    "an answer that breaks off": BreaksOff(),
    "nothing": Answers(""),
    "null": Answers("null"),
    "an empty object": Answers("{}"),
    "a list": Answers("[]"),
    "no list of balances": Answers('{"balances":null,"accounts":null}'),
    "an empty account": Answers('{"balances":[],"accounts":[],"has_next":false}'),
    "balances in a table": Answers('{"balances":{},"accounts":{},"has_next":false}'),
    "a balance that is no row": Answers('{"balances":["BTC"],"accounts":["BTC"]}'),
    "a coin twice": Answers(
        json.dumps(
            {
                "balances": [{"asset": "BTC", "free": "1", "locked": "0"}] * 2,
                "accounts": [wallet("BTC", "1")] * 2,
                "has_next": False,
            }
        )
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_not_an_empty_account(
    binance: BinanceScene, coinbase: CoinbaseScene, name: str
) -> None:
    """What ccxt takes for an account without a coin is an error here, under status 200 as well."""
    at_binance, at_coinbase = binance.begin(), coinbase.begin()
    binance.venue.spoil(ACCOUNT, BROKEN[name])
    coinbase.venue.spoil(WALLETS, BROKEN[name])
    assert (await refused(at_binance)).trouble == "malformed"
    assert (await refused(at_coinbase)).trouble == "malformed"


@pytest.mark.parametrize(
    ("status", "trouble"), [(500, "down"), (503, "down"), (504, "down"), (429, "limited")]
)
async def test_a_venue_in_trouble_is_no_problem_of_the_account(
    binance: BinanceScene, coinbase: CoinbaseScene, status: int, trouble: str
) -> None:
    """What passes by itself does not page the owner, and nothing is asked twice."""
    at_binance, at_coinbase = binance.begin(), coinbase.begin()
    binance.venue.spoil(ACCOUNT, Answers("<html>sorry</html>", status, "text/html"))
    coinbase.venue.spoil(WALLETS, Answers("<html>sorry</html>", status, "text/html"))
    with pytest.raises(FeedUnavailable) as failed:
        await at_binance.balances()
    assert failed.value.trouble == trouble
    with pytest.raises(FeedUnavailable) as failed:
        await at_coinbase.balances()
    assert failed.value.trouble == trouble
    assert binance.venue.count(ACCOUNT) == coinbase.venue.count(WALLETS) == 1


async def test_a_list_of_coins_that_is_none_is_not_kept(binance: BinanceScene) -> None:
    """Without Binance's list no code is known, and a bad one is asked for again."""
    account = binance.begin()
    for body in ("[]", "{}", '[{"name":"Bitcoin"}]'):
        binance.venue.spoil("getall", Answers(body))
        assert (await refused(account)).trouble == "malformed"
        binance.clock.at += 2 * DAY


async def test_wallets_that_lead_in_a_circle_end(coinbase: CoinbaseScene) -> None:
    """A venue that sends the same page for ever is not believed."""
    account = coinbase.begin()
    page = {"accounts": [wallet("BTC", "1")], "has_next": True, "cursor": "0"}
    coinbase.venue.spoil(WALLETS, Answers(json.dumps(page)), times=2)
    assert "twice" in str(await refused(account))


async def test_names_agree_with_the_markets_names() -> None:
    """A coin on the account and a coin of a market are the same word."""
    binance, coinbase = ccxt.binance(), ccxt.coinbase()
    assert {name: binance.safe_currency_code(name) for name in RENAMED} == RENAMED
    renamed = {name: ours for name, ours in ALIASES.items() if name != "ETH2"}
    assert {name: coinbase.safe_currency_code(name) for name in renamed} == renamed
    own = {name for name, ours in binance.commonCurrencies.items() if name != ours}
    generic = ccxt.Exchange().commonCurrencies
    assert own - set(generic) == set(RENAMED)
    assert set(coinbase.commonCurrencies) - set(generic) == set(renamed)
    await binance.close()
    await coinbase.close()
    assert Coins(frozenset({"LDO"})).read("LDO")[0] == Asset("LDO")
