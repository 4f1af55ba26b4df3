"""What the account pays: its own tier, read once a day, and the dearest one in every doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from bot.exchange.live.fees import OwnFees
from bot.exchange.live.market import CcxtMarket
from bot.venues.connection import Connection
from bot.venues.table import spot_venue
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from tests.emulators.kraken.faults import EMPTY, NO_RESULT, Disconnects, Fault, Puts, error, status
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff
from tests.live_account.scene import BRISK, HOUR, SECOND, USD, Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")

BTC, ETH, SOL = Asset("BTC"), Asset("ETH"), Asset("SOL")
PUBLIC, OWN = Decimal("0.004"), Decimal("0.0022")
VOLUME = Decimal(150_000)
"""Traded in 30 days; its tier is the fourth."""


@pytest_asyncio.fixture(loop_scope="module")
async def market(scene: Scene) -> AsyncIterator[CcxtMarket]:
    """Open a market at an exchange whose account trades much."""
    scene.kraken.account.volume_before = VOLUME
    opened = CcxtMarket("kraken", USD, scene.clock, base_url=scene.server.base_url, manners=BRISK)
    yield opened
    await opened.close()


@pytest.fixture
def fees(scene: Scene, market: CcxtMarket) -> OwnFees:
    """Lay the account's own fees over the market."""
    return OwnFees(market, scene.connect(), USD)


async def paid(fees: OwnFees, *assets: Asset) -> list[Decimal | None]:
    """Return the taker fee of each asset."""
    return [rules.taker_fee for rules in await fees.rules(assets or (BTC,))]


def asked(scene: Scene) -> list[str]:
    """Return the pairs of every question for fees."""
    return [call.params["pair"] for call in scene.kraken.record.of("TradeVolume")]


async def test_the_account_pays_its_own_tier(
    scene: Scene, market: CcxtMarket, fees: OwnFees
) -> None:
    """The public rules name the first tier, these the account's; everything else is the same."""
    (public,) = await market.rules([BTC])
    (own,) = await fees.rules([BTC])
    assert (public.taker_fee, own.taker_fee) == (PUBLIC, OWN)
    assert own.min_quantity == public.min_quantity
    scene.kraken.account.volume_before = Decimal(0)
    scene.later(timedelta(days=1))
    assert await paid(fees) == [PUBLIC]


async def test_one_question_a_day_tells_all(scene: Scene, fees: OwnFees) -> None:
    """All pairs are asked for together, and again a day later."""
    assert await paid(fees, BTC, ETH, SOL) == [OWN] * 3
    scene.later(timedelta(days=1) - SECOND)
    assert await paid(fees, ETH) == [OWN]
    assert asked(scene) == ["XXBTZUSD,XETHZUSD,SOLUSD"]
    scene.later(SECOND)
    await paid(fees, ETH)
    assert asked(scene)[1:] == ["XXBTZUSD,XETHZUSD,SOLUSD"]


async def test_questions_at_once_are_one_question(scene: Scene, fees: OwnFees) -> None:
    """Who comes while the fees are being read waits for them."""
    answers = await asyncio.gather(*(paid(fees) for _ in range(5)))
    assert answers == [[OWN]] * 5
    assert len(asked(scene)) == 1


async def test_another_coin_is_asked_for_with_the_others(scene: Scene, fees: OwnFees) -> None:
    """A coin that nobody asked for yet has its own fee at once."""
    await paid(fees, BTC)
    assert await paid(fees, ETH) == [OWN]
    assert asked(scene) == ["XXBTZUSD", "XXBTZUSD,XETHZUSD"]


async def test_a_clock_that_was_set_back_reads_anew(scene: Scene, fees: OwnFees) -> None:
    """A fee is not kept for the time that a clock was wrong."""
    await paid(fees)
    scene.later(-3 * HOUR)
    await paid(fees)
    assert len(asked(scene)) == 2


async def test_a_coin_that_is_not_traded_is_no_question(scene: Scene, fees: OwnFees) -> None:
    """What the market leaves out is left out here, too."""
    assert await fees.rules([Asset("NOSUCHCOIN")]) == ()
    assert asked(scene) == []


BROKEN: dict[str, Fault] = {
    "a web page": HTML,
    "nothing": EMPTY,
    "no result": NO_RESULT,
    "half an answer": CutsOff(),
    "an answer that breaks off": BreaksOff(),
    "a closed connection": Disconnects(),
    "status 502": status(502),
    "an empty result": Answers('{"error":[],"result":{}}'),
    "fees that are none": Puts(("fees",), None),
    "a fee that is none": Puts(("fees", "*"), "0.1"),
    "no pair": Puts(("fees",), {}),
    "busy": error("EService:Busy"),
    "too often": error("EAPI:Rate limit exceeded"),
    "a refused nonce": error("EAPI:Invalid nonce"),
    "a key without the right": error("EGeneral:Permission denied"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_in_doubt_the_public_fee_holds(scene: Scene, fees: OwnFees, name: str) -> None:
    """Whatever comes in the place of an answer, no fee is made up and the rules are there."""
    scene.kraken.misbehave("TradeVolume", BROKEN[name])
    assert await paid(fees) == [PUBLIC]


@pytest.mark.parametrize(
    "value",
    ["-0.0001", "5.0001", "40", "NaN", "1e-1", "", " 0.1", "free", None, 0.1, True, ["0.1"]],
)
async def test_a_fee_that_cannot_be_is_not_believed(
    scene: Scene, fees: OwnFees, value: object
) -> None:
    """Neither below nothing nor above five percent, and only a plain decimal text."""
    scene.kraken.misbehave("TradeVolume", Puts(("fees", "XXBTZUSD", "fee"), value))
    assert await paid(fees, BTC, ETH) == [PUBLIC, OWN]


@pytest.mark.parametrize(("value", "fee"), [("0", "0"), ("0.0000", "0"), ("5", "0.05")])
async def test_the_ends_are_fees(scene: Scene, fees: OwnFees, value: str, fee: str) -> None:
    """No fee at all is a fee, and so is five percent."""
    scene.kraken.misbehave("TradeVolume", Puts(("fees", "*", "fee"), value))
    assert await paid(fees) == [Decimal(fee)]


async def test_after_a_failure_it_is_asked_again_in_an_hour(scene: Scene, fees: OwnFees) -> None:
    """A venue in trouble is not asked with every look, and not given up for a day."""
    scene.kraken.misbehave("TradeVolume", NO_RESULT)
    for _ in range(3):
        assert await paid(fees) == [PUBLIC]
    assert len(asked(scene)) == 1
    scene.later(HOUR)
    assert await paid(fees) == [OWN]


async def test_an_old_fee_does_not_outlive_its_day(scene: Scene, fees: OwnFees) -> None:
    """When today's answer is no answer, yesterday's tier may be gone: the public fee holds."""
    assert await paid(fees) == [OWN]
    scene.later(timedelta(days=1))
    scene.kraken.misbehave("TradeVolume", NO_RESULT)
    assert await paid(fees) == [PUBLIC]


async def test_everything_else_is_the_markets(
    scene: Scene, market: CcxtMarket, fees: OwnFees
) -> None:
    """Prices, books and days come through as they are, and cost no question for fees."""
    assert await fees.quotes([BTC]) == await market.quotes([BTC])
    assert await fees.books([BTC]) == await market.books([BTC])
    assert await fees.daily_bars([BTC]) == await market.daily_bars([BTC])
    assert await fees.day_ago(BTC) == await market.day_ago(BTC)
    assert asked(scene) == []


async def test_fees_need_a_key(scene: Scene, market: CcxtMarket) -> None:
    """Without an account there is no own tier, and that is told when it is put together."""
    public = Connection(spot_venue("kraken"), scene.clock)
    with pytest.raises(InputInvalid, match="needs an API key"):
        OwnFees(market, public, USD)
