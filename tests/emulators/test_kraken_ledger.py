"""The emulated Kraken seen by a real ccxt client: every change of a balance is in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random

import ccxt.async_support as ccxt
import pytest

from tests.emulators.kraken.owner import Owner
from tests.emulators.kraken.scene import MORNING, Scene
from tests.emulators.kraken.wire import KrakenError

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECOND = int(MORNING.timestamp())
NO_FEE = "0.0000000000"


@pytest.fixture
def play(shared: Scene) -> Iterator[Scene]:
    """Give an exchange a second after its first deposits. At its end no coin was sent out."""
    shared.begin({"ZUSD": "10000", "XXBT": "0.5", "DOT": "20"})
    shared.clock.at = MORNING.replace(second=1)
    yield shared
    assert shared.kraken.record.moving_coins() == []


HANDS: dict[str, tuple[Callable[[Owner], object], list[tuple[str, ...]]]] = {
    "a deposit": (
        lambda owner: owner.deposit("ZUSD", "250", fee="1.5"),
        [("deposit", "", "ZUSD", "250.0000", "1.5000", "10248.5000")],
    ),
    "a withdrawal": (
        lambda owner: owner.withdraw("XXBT", "0.1", fee="0.0002"),
        [("withdrawal", "", "XXBT", "-0.1000000000", "0.0002000000", "0.3998000000")],
    ),
    "a staking reward": (
        lambda owner: owner.reward("DOT28.S", "0.01"),
        [("staking", "", "DOT28.S", "0.0100000000", NO_FEE, "0.0100000000")],
    ),
    "interest": (
        lambda owner: owner.reward("XBT.F", "0.00000012", ("earn", "reward")),
        [("earn", "reward", "XBT.F", "0.0000001200", NO_FEE, "0.0000001200")],
    ),
    "staking": (
        lambda owner: owner.stake("DOT", "DOT28.S", "5"),
        [
            (
                "transfer",
                "stakingfromspot",
                "DOT28.S",
                "5.0000000000",
                NO_FEE,
                "5.0000000000",
            ),
            ("transfer", "spottostaking", "DOT", "-5.0000000000", NO_FEE, "15.0000000000"),
        ],
    ),
    "earning": (
        lambda owner: owner.allocate("XXBT", "XBT.F", "0.2"),
        [
            ("earn", "autoallocation", "XBT.F", "0.2000000000", NO_FEE, "0.2000000000"),
            ("earn", "autoallocation", "XXBT", "-0.2000000000", NO_FEE, "0.3000000000"),
        ],
    ),
    "a conversion": (
        lambda owner: owner.convert(("ZUSD", "100"), ("XETH", "0.04"), fee="1"),
        [
            ("receive", "", "XETH", "0.0400000000", NO_FEE, "0.0400000000"),
            ("spend", "", "ZUSD", "-100.0000", "1.0000", "9899.0000"),
        ],
    ),
    "a renamed coin": (
        lambda owner: owner.rename("DOT", "NEWDOT", "20"),
        [
            ("conversion", "", "NEWDOT", "20.0000000000", NO_FEE, "20.0000000000"),
            ("conversion", "", "DOT", "-20.0000000000", NO_FEE, "0.0000000000"),
        ],
    ),
    "coins to futures": (
        lambda owner: owner.send_to_futures("XXBT", "0.1"),
        [("transfer", "spottofutures", "XXBT", "-0.1000000000", NO_FEE, "0.4000000000")],
    ),
    "a trade by hand": (
        lambda owner: owner.trade("BTC/USD", "sell", "0.1", "49990"),
        [
            ("trade", "", "XXBT", "-0.1000000000", NO_FEE, "0.4000000000"),
            ("trade", "", "ZUSD", "4999.0000", "19.9960", "14979.0040"),
        ],
    ),
    "anything": (
        lambda owner: owner.post(("adjustment", "bonus"), ("ZUSD", "-3", "0")),
        [("adjustment", "bonus", "ZUSD", "-3.0000", "0.0000", "9997.0000")],
    ),
}


@pytest.mark.parametrize("hand", HANDS)
async def test_what_the_owner_does_is_in_the_ledger(play: Scene, hand: str) -> None:
    """Type, subtype, amount before the fee, fee and balance are Kraken's; ccxt can read them."""
    do, expected = HANDS[hand]
    play.kraken.market("BTC/USD").set_book([("49990", "1")], [("50010", "1")])
    do(play.kraken.owner)
    told = (await play.ask("Ledgers", start=SECOND))["ledger"]
    names = ("type", "subtype", "asset", "amount", "fee", "balance")
    assert [tuple(row[name] for name in names) for row in told.values()] == expected
    assert len({row["refid"] for row in told.values()}) in {1, len(told)}
    assert len(await play.client.fetch_ledger(None, SECOND * 1000)) == len(expected)


async def test_a_conversion_shares_its_reference(play: Scene) -> None:
    """Both sides of a swap in the app have one refid, so they can be told from two flows."""
    spend, receive = play.kraken.owner.convert(("ZUSD", "100"), ("XETH", "0.04"))
    told = (await play.ask("QueryLedgers", id=f"{spend.id},{receive.id}")).values()
    assert {row["refid"] for row in told} == {spend.refid}


async def test_balances_are_what_the_ledger_adds_up_to(play: Scene) -> None:
    """After fifty random trades every balance is the exact sum of its entries, none negative."""
    draw, kraken = Random(11), play.kraken
    for _ in range(50):
        market = kraken.market("BTC/USD")
        market.move_to(str(draw.randrange(45_000, 55_000)))
        market.depth = Decimal(draw.randrange(500, 4_000))
        side = draw.choice(["buy", "sell"])
        volume = f"0.{draw.randrange(1_000, 90_000_000):08d}"
        price = str(draw.randrange(45_000, 55_000)) if draw.random() < 0.6 else None
        try:
            kraken.owner.trade("BTC/USD", side, volume, price)
        except KrakenError as refused:
            assert refused.text == "EOrder:Insufficient funds"  # noqa: PT017  # a poor man's trade
        kraken.catch_up()
        for asset in ("ZUSD", "XXBT"):
            entries = [row for row in kraken.account.ledger.entries if row.change.asset == asset]
            total = sum((row.change.amount - row.change.fee for row in entries), Decimal(0))
            assert total == kraken.balance(asset) == entries[-1].balance
            assert 0 <= kraken.account.available(asset) <= total
    assert len(kraken.account.trades) > 20
    shown = await play.client.fetch_balance()
    assert Decimal(shown["total"]["USD"]) == kraken.balance("ZUSD")


async def test_a_ledger_comes_in_pages_of_fifty(play: Scene) -> None:
    """Newest first, count tells all, and pages meet without a gap while nothing happens."""
    for number in range(1, 71):
        await play.clock.sleep(1)
        play.kraken.owner.reward("DOT28.S", f"0.{number:04d}")
    first = await play.ask("Ledgers", asset="DOT28.S")
    rest = await play.ask("Ledgers", asset="DOT28.S", ofs=50)
    assert (first["count"], len(first["ledger"]), len(rest["ledger"])) == (70, 50, 20)
    amounts = [row["amount"] for page in (first, rest) for row in page["ledger"].values()]
    assert amounts == [f"0.{number:04d}000000" for number in range(70, 0, -1)]


async def test_a_ledger_can_be_narrowed(play: Scene) -> None:
    """By asset under either name, by type, by time without its start, and by an entry's id."""
    await play.clock.sleep(9)
    deposit = play.kraken.owner.deposit("XXBT", "1")
    await play.clock.sleep(10)
    play.kraken.owner.withdraw("XXBT", "0.25")

    async def found(**params: object) -> list[str]:
        rows = (await play.ask("Ledgers", **params))["ledger"].values()
        return [row["amount"].rstrip("0") for row in rows]

    assert await found(asset="XBT") == await found(asset="XXBT") == ["-0.25", "1.", "0.5"]
    assert await found(asset="XBT", type="deposit") == ["1.", "0.5"]
    assert await found(start=SECOND + 10, end=SECOND + 20) == ["-0.25"]
    assert await found(start=SECOND + 9, end=SECOND + 20) == ["-0.25", "1."]
    assert await found(start=deposit.id) == ["-0.25"]


async def test_an_unknown_entry_is_an_error(play: Scene) -> None:
    """QueryLedgers names what is not there, and a span needs times or ids."""
    with pytest.raises(ccxt.ExchangeError, match="EQuery:Unknown ledger"):
        await play.ask("QueryLedgers", id="LAAAAA-BBBBB-CCCCCC")
    with pytest.raises(ccxt.ExchangeError, match="arguments:start"):
        await play.ask("Ledgers", start="yesterday")


async def test_the_owner_cannot_take_what_is_not_there(play: Scene) -> None:
    """Neither more than there is, nor what an open order holds, nor finer than Kraken counts."""
    play.kraken.owner.trade("BTC/USD", "sell", "0.4", "90000")
    for amount in ("0.2", "0.6"):
        with pytest.raises(ValueError, match=r"0\.1.* is free"):
            play.kraken.owner.withdraw("XXBT", amount)
    with pytest.raises(ValueError, match="4 decimals"):
        play.kraken.owner.deposit("ZUSD", "0.00001")
    with pytest.raises(ValueError, match="balance of -1"):
        play.kraken.owner.rename("DOT", "NEWDOT", "21")
    assert len((await play.ask("Ledgers"))["ledger"]) == 3
