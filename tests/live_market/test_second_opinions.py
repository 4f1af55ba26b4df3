"""Prices of other venues beside the own one: for comparison, and never in the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
import pytest_asyncio

from bot.exchange.live.market import CcxtMarket
from bot.venues.connection import Manners
from core.domain.units import Asset
from core.planning.validity import find_faults
from tests.dsl import portfolio
from tests.emulators.public_venue import HTML, Answers, Hangs, Holds
from tests.live_market.scene import BTC, ETH, Scene, scene_at

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Three:
    """Kraken with Binance and Coinbase beside it, all at one time."""

    kraken: Scene
    binance: Scene
    coinbase: Scene
    market: CcxtMarket

    async def references(self, asset: Asset = BTC) -> tuple[Decimal, ...]:
        """Return the other venues' prices of a coin."""
        (quote,) = await self.market.quotes([asset])
        return quote.references

    async def faults(self) -> list[str]:
        """Return what the last gate before a trade says about these prices."""
        situation = portfolio("BTC 0.62 @ 100000 -> 80", cash="30000 -> 20")
        quotes = await self.market.quotes([BTC])
        snapshot = replace(
            situation.snapshot, as_of=self.kraken.clock.now(), quotes=quotes, books=(), bars=()
        )
        return [
            f"{fault.code}:{fault.subject}" for fault in find_faults(snapshot, situation.policy)
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Three]:
    """Serve all three for the whole module."""
    async with (
        scene_at("kraken") as kraken,
        scene_at("binance") as binance,
        scene_at("coinbase") as coinbase,
    ):
        market = CcxtMarket(
            "kraken",
            Asset("USD"),
            kraken.clock,
            base_url=kraken.venue.base_url,
            second_opinions=(binance.market, coinbase.market),
            manners=Manners(reference_seconds=1, is_paced=False),
        )
        yield Three(kraken, binance, coinbase, market)
        await market.close()


@pytest.fixture
def three(shared: Three) -> Three:
    """Give a fresh day at all of them."""
    for scene in (shared.kraken, shared.binance, shared.coinbase):
        scene.begin()
    return shared


async def test_other_venues_middles_stand_beside_the_quote(three: Three) -> None:
    """Each venue that knows the coin adds its middle price, in the order they were named."""
    three.binance.venue.coins["BTC"].prices = ("100100.00", "100100.02")
    three.coinbase.venue.coins["BTC"].prices = ("99900.00", "99900.01")
    assert await three.references() == (Decimal("100100.01"), Decimal("99900.005"))


@pytest.mark.parametrize("fault", [HTML, Answers("oh", 500), Answers("no", 451)])
async def test_a_venue_that_fails_is_no_reference(three: Three, fault: Answers) -> None:
    """The others still count, and the own price is there."""
    three.binance.venue.spoil("ticker", fault)
    assert await three.references() == (Decimal(100_000),)
    assert await three.faults() == []


async def test_a_venue_that_hangs_is_no_reference(three: Three) -> None:
    """Prices do not wait for a second opinion until they are old."""
    three.coinbase.venue.spoil("ticker", Hangs())
    assert await three.references(ETH) == (Decimal(4_000),)


async def test_a_venue_that_is_slow_to_begin_is_waited_for_once(three: Three) -> None:
    """A long list of markets outlasts our patience; it goes on loading for the next look."""
    loaded = asyncio.Event()
    three.binance.venue.spoil("exchangeInfo", Holds(loaded))
    assert len(await three.references()) == 1
    loaded.set()
    assert len(await three.references()) == 2
    assert three.binance.venue.count("exchangeInfo") == 1


async def test_other_venues_prepare_before_prices_are_asked(three: Three) -> None:
    """Their lists are read while the own venue is asked for the rest: a first look has them all."""
    loaded = asyncio.Event()
    three.binance.venue.spoil("exchangeInfo", Holds(loaded))
    market = CcxtMarket(
        "kraken",
        Asset("USD"),
        three.kraken.clock,
        base_url=three.kraken.venue.base_url,
        second_opinions=(three.binance.market, three.coinbase.market),
        manners=Manners(is_paced=False),
    )
    try:
        await market.rules([BTC])
        async with asyncio.timeout(30):
            while not three.binance.venue.count("exchangeInfo"):  # noqa: ASYNC110  # a request
                await asyncio.sleep(0.01)
        assert three.binance.venue.count("ticker") == 0
        loaded.set()
        (quote,) = await market.quotes([BTC])
        assert len(quote.references) == 2
    finally:
        await market.close()


async def test_closing_does_not_wait_for_what_is_still_loading(three: Three) -> None:
    """A market that is closed while it loads leaves nothing behind, and opens again."""
    three.binance.venue.spoil("exchangeInfo", Hangs())
    assert len(await three.references()) == 1
    await three.binance.market.close()
    assert len(await three.references()) == 2


async def test_a_coin_that_another_venue_lacks_has_one_reference_less(three: Three) -> None:
    """Not every venue knows every coin."""
    del three.binance.venue.coins["ETH"]
    assert await three.references(ETH) == (Decimal(4_000),)
    assert len(await three.references(BTC)) == 2


async def test_a_crossed_price_elsewhere_is_no_reference(three: Three) -> None:
    """Nonsense at a second venue does not count against the first."""
    three.binance.venue.coins["BTC"].prices = ("100001", "99999")
    assert await three.references() == (Decimal(100_000),)


async def test_sources_that_agree_raise_no_doubt(three: Three) -> None:
    """Half a percent between venues is the ordinary state of things."""
    three.kraken.venue.coins["BTC"].price = Decimal("100000.01")  # alive since the last test
    three.binance.venue.coins["BTC"].price = Decimal(100_500)
    assert await three.faults() == []


async def test_sources_that_disagree_by_more_than_a_percent_stop_every_trade(
    three: Three,
) -> None:
    """A price far from the middle of all sources ends in SOURCES_DISAGREE."""
    three.kraken.venue.coins["BTC"].price = Decimal(102_000)
    assert await three.faults() == ["SOURCES_DISAGREE:BTC"]


async def test_one_other_source_is_enough_to_doubt(three: Three) -> None:
    """With one venue silent the other's opinion still stops a trade on a strange price."""
    three.binance.venue.spoil("ticker", Answers("oh", 500))
    three.kraken.venue.coins["BTC"].price = Decimal(98_900)
    assert await three.faults() == ["SOURCES_DISAGREE:BTC"]


async def test_without_an_own_price_there_is_no_quote(three: Three) -> None:
    """Other venues compare; they never stand in."""
    three.kraken.venue.coins["BTC"].prices = ("0", "0")
    quotes = await three.market.quotes([BTC, ETH])
    assert [quote.asset for quote in quotes] == [ETH]
