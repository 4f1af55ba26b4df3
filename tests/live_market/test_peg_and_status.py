"""Whether the quote coin keeps its peg and the venue is in order, as venues tell without a key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.feeds.peg import PegFeed
from bot.feeds.venue_status import VenueStatusFeed
from core.codec import reading_series
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.readings import Reading, ReadingKind
from core.domain.units import Asset
from core.domain.watching import StressRules
from core.signals.peg import peg_vote
from tests.emulators.binance_public import BinancePublic
from tests.emulators.coinbase_public import CoinbasePublic
from tests.emulators.kraken_public import KrakenPublic
from tests.emulators.public_venue import HTML, Answers, Coin, Row
from tests.exchange.manual_clock import ManualClock
from tests.live_market.scene import BRISK, BTC, EMULATORS, ETH, MORNING, coins

USDT, USDC, USD = Asset("USDT"), Asset("USDC"), Asset("USD")
STEP = timedelta(minutes=5)
NOW = MORNING + timedelta(minutes=2)


async def no_wait(seconds: float) -> None:
    """Pass no time."""


def fixed_at(price: str) -> Coin:
    """Return a coin that has had one price for hours."""
    coin = Coin(Decimal(price))

    def flat(rows: list[Row]) -> list[Row]:
        return [[row[0], price, price, price, price, "1000"] for row in rows]

    coin.edits[STEP] = flat
    return coin


@asynccontextmanager
async def peg_at(name: str, price: str = "0.9931") -> AsyncIterator[tuple[PegFeed, ManualClock]]:
    """Serve a venue where a stable coin has had one price for hours."""
    clock = ManualClock(NOW)
    async with EMULATORS[name](clock, {"USDT": fixed_at(price)}) as venue:
        feed = PegFeed(USDT, name, clock, base_url=venue.base_url, manners=BRISK, wait=no_wait)
        try:
            yield feed, clock
        finally:
            await feed.close()


@pytest.mark.parametrize("name", ["kraken", "coinbase"])
async def test_a_peg_is_two_hours_of_closes(name: str) -> None:
    """Every five minutes one price, about the moment it was the last, without the open one."""
    async with peg_at(name) as (feed, clock):
        readings = await feed.read()
        assert feed.promises == ((ReadingKind.PEG, USDT),)
        assert {(row.asset, row.source, row.value) for row in readings} == {
            (USDT, name, Decimal("0.9931"))
        }
        newest = MORNING
        assert [row.about for row in readings] == [newest - n * STEP for n in range(22, -1, -1)]
        assert clock.now() - newest < STEP


async def test_two_venues_that_agree_make_a_vote() -> None:
    """An hour and more at 0.9931 at both venues is one point of stress: the times meet."""
    series = []
    for name in ("kraken", "coinbase"):
        async with peg_at(name) as (feed, clock):
            rows = [Reading(row.about, row.value, clock.now()) for row in await feed.read()]
        series.append(reading_series(ReadingKind.PEG, USDT, name, rows, is_point_in_time=True))
    assert peg_vote(NOW, series, StressRules()).points == 1
    assert peg_vote(NOW, series[:1], StressRules()).points is None


async def test_a_venue_without_the_pair_is_refused() -> None:
    """A stable coin that a venue does not trade against its currency has no peg there."""
    clock = ManualClock(NOW)
    async with KrakenPublic(clock, coins()) as venue:
        feed = PegFeed(USDC, "kraken", clock, base_url=venue.base_url, manners=BRISK, wait=no_wait)
        with pytest.raises(FeedUnavailable, match="does not trade USDC/USD") as failed:
            await feed.read()
        await feed.close()
    assert failed.value.trouble == "refused"


@pytest.mark.parametrize(("fault", "trouble"), [(HTML, "malformed"), (Answers("oh", 500), "down")])
async def test_a_peg_that_is_not_told_is_trouble(fault: Answers, trouble: str) -> None:
    """A broken answer is no price, and only a silent venue is asked again."""
    clock = ManualClock(NOW)
    async with KrakenPublic(clock, {"USDT": fixed_at("1")}) as venue:
        feed = PegFeed(USDT, "kraken", clock, base_url=venue.base_url, manners=BRISK, wait=no_wait)
        venue.spoil("OHLC", fault, times=3)
        with pytest.raises(FeedUnavailable) as failed:
            await feed.read()
        await feed.close()
        assert venue.count("OHLC") == (3 if trouble == "down" else 1)
    assert failed.value.trouble == trouble


async def test_prices_of_yesterday_are_late() -> None:
    """A venue whose candles have stopped has no price of now."""
    clock = ManualClock(NOW)
    coin = fixed_at("1")
    coin.edits[STEP] = lambda rows: [row for row in rows if row[0] < 0]
    async with KrakenPublic(clock, {"USDT": coin}) as venue:
        feed = PegFeed(USDT, "kraken", clock, base_url=venue.base_url, manners=BRISK, wait=no_wait)
        with pytest.raises(FeedUnavailable) as failed:
            await feed.read()
        await feed.close()
    assert failed.value.trouble == "late"


def test_a_coin_without_a_peg_is_the_callers_mistake() -> None:
    """Nobody promised what a euro costs in dollars."""
    with pytest.raises(InputInvalid, match="USD has no peg"):
        PegFeed(USD, "kraken", ManualClock())


async def status(
    venue: KrakenPublic | BinancePublic | CoinbasePublic, name: str, *watched: Asset
) -> tuple[datetime, Decimal]:
    """Return what one look at a venue says."""
    async with venue:
        feed = VenueStatusFeed(
            name, watched, ManualClock(NOW), base_url=venue.base_url, manners=BRISK, wait=no_wait
        )
        try:
            (reading,) = await feed.read()
        finally:
            await feed.close()
    assert (reading.kind, reading.asset, reading.source) == (ReadingKind.VENUE, "", name)
    return reading.about, reading.value


@pytest.mark.parametrize(
    ("word", "value"),
    [("online", 0), ("post_only", 1), ("maintenance", 3), ("cancel_only", 3)],
)
async def test_krakens_words_for_itself(word: str, value: int) -> None:
    """In order, hardly trading, and not trading at all, about now."""
    venue = KrakenPublic(ManualClock(NOW), coins())
    venue.system = word
    assert await status(venue, "kraken", BTC) == (NOW, Decimal(value))


@pytest.mark.parametrize(
    ("coin", "state", "value"),
    [
        ("XBT", "deposit_only", 1),
        ("XBT", "funding_temporarily_disabled", 1),
        ("USD", "funding_temporarily_disabled", 1),
        ("XBT", "withdrawal_only", 0),
        ("XDG", "deposit_only", 0),
    ],
)
async def test_a_watched_coin_that_cannot_leave_is_a_warning(
    coin: str, state: str, value: int
) -> None:
    """Only coins of the policy count, and only the way out."""
    venue = KrakenPublic(ManualClock(NOW), coins())
    venue.funding[coin] = state
    assert (await status(venue, "kraken", BTC, ETH, USD))[1] == Decimal(value)


async def test_a_word_that_is_not_known_is_malformed() -> None:
    """A new state of the venue is neither in order nor halted: it is not known."""
    venue = KrakenPublic(ManualClock(NOW), coins())
    venue.system = "dreaming"
    with pytest.raises(FeedUnavailable, match="dreaming") as failed:
        await status(venue, "kraken", BTC)
    assert failed.value.trouble == "malformed"


@pytest.mark.parametrize(("code", "value"), [(0, 0), (1, 3)])
async def test_binance_tells_a_number(code: int, value: int) -> None:
    """Zero is in order, one is maintenance."""
    venue = BinancePublic(ManualClock(NOW), coins())
    venue.system = code
    assert (await status(venue, "binance", BTC))[1] == Decimal(value)


async def test_coinbase_is_halted_when_no_watched_coin_trades() -> None:
    """It tells no status; one coin out of two is a coin's trouble, both are the venue's."""
    venue = CoinbasePublic(ManualClock(NOW), coins())
    venue.coins["BTC"].status = "disabled"
    assert (await status(venue, "coinbase", BTC, ETH))[1] == Decimal(0)
    venue = CoinbasePublic(ManualClock(NOW), coins())
    venue.coins["BTC"].status = venue.coins["ETH"].status = "disabled"
    assert (await status(venue, "coinbase", BTC, ETH))[1] == Decimal(3)


@pytest.mark.parametrize("name", sorted(EMULATORS))
async def test_a_venue_that_answers_with_a_web_page_is_not_in_order(name: str) -> None:
    """A status that cannot be read is unknown, never 0."""
    venue = EMULATORS[name](ManualClock(NOW), coins())
    assert isinstance(venue, KrakenPublic | BinancePublic | CoinbasePublic)
    venue.spoil("/", HTML, times=3)
    with pytest.raises(FeedUnavailable) as failed:
        await status(venue, name, BTC)
    assert failed.value.trouble == "malformed"
