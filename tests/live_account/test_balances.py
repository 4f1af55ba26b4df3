"""What the account holds: every code by the table, every oddity an error that names it."""

from __future__ import annotations

from decimal import Decimal

import ccxt.async_support as ccxt
import pytest

from bot.exchange.live.codes import RENAMED, Codes
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.portfolio import Balance
from core.domain.units import Asset, Quantity
from tests.emulators.kraken.faults import EMPTY, NO_RESULT, Puts, Rewrites, error
from tests.emulators.kraken.keys import TRADING
from tests.emulators.kraken.listings import default_assets
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff, Fault
from tests.live_account.scene import HOUR, Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


def balance(asset: str, free: str = "0", locked: str = "0", staked: str = "0") -> Balance:
    """Return a balance."""
    parts = (Quantity(Decimal(part)) for part in (free, locked, staked))
    return Balance(Asset(asset), *parts)


async def test_every_code_of_a_coin_counts_for_it(scene: Scene) -> None:
    """Plain coins are free; earning, bonded and staked ones count and are not sold."""
    scene.begin(
        {
            "ZUSD": "100.5",
            "USD.HOLD": "20",
            "USD.M": "3",
            "XXBT": "0.5",
            "XBT.F": "0.25",
            "XBT.M": "0.125",
            "XETH": "1",
            "ETH2": "0.1",
            "ETH2.S": "2",
            "ETH.B": "4",
            "SOL.F": "7",
            "DOT28.S": "9",
            "XXDG": "1000",
        }
    )
    assert await scene.account().balances() == (
        balance("BTC", "0.5", staked="0.375"),
        balance("DOGE", "1000"),
        balance("DOT", staked="9"),
        balance("ETH", "1", staked="6.1"),
        balance("SOL", staked="7"),
        balance("USD", "100.5", "20", "3"),
    )


async def test_what_orders_keep_is_locked(scene: Scene) -> None:
    """An order by hand that rests takes its coins out of what is free, and out of nothing else."""
    scene.owner.trade("XBT/USD", "sell", "0.2", "90000")
    assert await scene.account().balances() == (
        balance("BTC", "0.3", "0.2"),
        balance("USD", "10000"),
    )


async def test_a_long_amount_keeps_every_digit(scene: Scene) -> None:
    """No amount goes through a float."""
    scene.begin({"XXBT": "12345678.1234567891"})
    (held,) = await scene.account().balances()
    assert str(held.free) == "12345678.1234567891"


async def test_a_balance_of_zero_is_left_out_whatever_its_code(scene: Scene) -> None:
    """Kraken keeps rows of nothing for ever; they stop nobody."""
    scene.kraken.misbehave(
        "BalanceEx",
        Rewrites(lambda told: told | {"OLD.Q": {"balance": "0.00", "hold_trade": "0.00"}}),
    )
    assert [held.asset for held in await scene.account().balances()] == ["BTC", "USD"]


@pytest.mark.parametrize("code", ["NEWCOIN", "XBT.Q", "NEWCOIN.S", "XBT.", "XBT.F.S", "DOT29.S"])
async def test_an_unknown_code_stops_and_is_named(scene: Scene, code: str) -> None:
    """A coin that cannot be placed is neither left out nor guessed."""
    scene.owner.deposit(code, "1")
    with pytest.raises(AccountProblem, match=f"'{code}'"):
        await scene.account().balances()


async def test_a_coin_that_is_listed_meanwhile_is_known_at_once(scene: Scene) -> None:
    """The list of assets is kept for a day, but read anew for a code that it lacks."""
    account = scene.account()
    await account.balances()
    scene.later(HOUR)
    await account.balances()
    assert scene.kraken.record.count("Assets") == 1
    listed = default_assets()["ADA"]
    listed.id = listed.altname = "NEWCOIN"
    scene.kraken.assets["NEWCOIN"] = listed
    scene.owner.deposit("NEWCOIN", "5")
    assert balance("NEWCOIN", "5") in await account.balances()
    assert scene.kraken.record.count("Assets") == 2


ODD: dict[str, object] = {
    "not a number": "NaN",
    "endless": "Infinity",
    "words": "plenty",
    "an empty text": "",
    "spaces": " 1 ",
    "an exponent": "1e3",
    "a float": 0.5,
    "a whole number": 1,
    "a truth": True,
    "nothing": None,
    "a list": ["1"],
}


@pytest.mark.parametrize("field", ["balance", "hold_trade"])
@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_amount_is_no_amount(scene: Scene, odd: str, field: str) -> None:
    """Only a plain decimal text is believed, and the code is named."""
    scene.kraken.misbehave("BalanceEx", Puts(("XXBT", field), ODD[odd]))
    with pytest.raises(FeedUnavailable, match="'XXBT'") as failed:
        await scene.account().balances()
    assert failed.value.trouble == "malformed"


async def test_a_debt_stops(scene: Scene) -> None:
    """A negative balance or borrowed money is the owner's to settle, not a holding."""
    for path, value in ((("ZUSD", "balance"), "-0.01"), (("ZUSD", "credit_used"), "5")):
        scene.kraken.misbehave("BalanceEx", Puts(path, value))
        with pytest.raises(AccountProblem, match="owes ZUSD"):
            await scene.account().balances()


@pytest.mark.parametrize("kept", ["0.6", "-0.1"])
async def test_orders_cannot_keep_more_than_there_is(scene: Scene, kept: str) -> None:
    """A row that contradicts itself is refused."""
    scene.kraken.misbehave("BalanceEx", Puts(("XXBT", "hold_trade"), kept))
    with pytest.raises(FeedUnavailable) as failed:
        await scene.account().balances()
    assert failed.value.trouble == "malformed"


BROKEN: dict[str, Fault] = {
    "a web page": HTML,
    "half an answer": CutsOff(),
    "an answer that breaks off": BreaksOff(),
    "nothing": EMPTY,
    "no result": NO_RESULT,
    "a result of null": Answers('{"error":[],"result":null}'),
    "a list as result": Answers('{"error":[],"result":[]}'),
    "no balance at all": Answers('{"error":[],"result":{}}'),
    "a balance that is no row": Answers('{"error":[],"result":{"ZUSD":"5"}}'),
    "a number that is none": Answers('{"error":[],"result":{"ZUSD":{"balance":NaN}}}'),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_answer_is_not_an_empty_account(scene: Scene, name: str) -> None:
    """What ccxt takes for an account without a coin is an error here, under status 200 as well."""
    scene.kraken.misbehave("BalanceEx", BROKEN[name])
    account = scene.account()
    with pytest.raises(FeedUnavailable) as failed:
        await account.balances()
    assert failed.value.trouble == "malformed"
    assert await account.balances()


async def test_a_broken_list_of_assets_is_no_list(scene: Scene) -> None:
    """Without Kraken's list no code is known, and a bad one is not kept."""
    account = scene.account()
    for answer in ('{"error":[],"result":{}}', '{"error":[],"result":{"XXBT":{}}}'):
        scene.kraken.misbehave("Assets", Answers(answer))
        with pytest.raises(FeedUnavailable):
            await account.balances()
    assert await account.balances()


async def test_busy_is_no_problem_of_the_account(scene: Scene) -> None:
    """What passes by itself does not page the owner."""
    scene.kraken.misbehave("BalanceEx", error("EService:Busy"))
    scene.kraken.misbehave("BalanceEx", error("EAPI:Rate limit exceeded"), nth=2)
    account = scene.account()
    for trouble in ("down", "limited"):
        with pytest.raises(FeedUnavailable) as failed:
            await account.balances()
        assert failed.value.trouble == trouble


async def test_a_question_is_asked_once(scene: Scene) -> None:
    """Nothing is repeated behind the caller's back."""
    scene.kraken.misbehave("BalanceEx", error("EService:Unavailable"), times=None)
    with pytest.raises(FeedUnavailable):
        await scene.account(TRADING).balances()
    assert scene.kraken.record.count("BalanceEx") == 1


async def test_names_agree_with_the_markets_names() -> None:
    """A coin on the account and a coin of a market are the same word, LUNA and LUNC included."""
    kraken = ccxt.kraken()
    renamed = {name: kraken.commonCurrencies[name] for name in RENAMED}
    await kraken.close()
    assert renamed == RENAMED
    codes = Codes({asset.id: asset.altname for asset in default_assets().values()})
    assert codes.read("XXDG")[0] == "DOGE"
    assert codes.read("XBT")[0] == codes.read("XXBT")[0] == "BTC"
