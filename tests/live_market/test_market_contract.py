"""What every venue's market promises, over HTTP through real ccxt."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from core.codec import bar_series
from core.domain.market import MarketStatus
from core.domain.units import Asset
from core.planning.validity import flaw_of
from tests.emulators.public_venue import Coin
from tests.live_market.scene import (
    BTC,
    DOGE,
    EMULATORS,
    ETH,
    NOWHERE,
    ONE_DAY,
    ONE_HOUR,
    Scene,
    scene_at,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=sorted(EMULATORS))
async def shared(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """Serve each venue in turn for the whole module."""
    async with scene_at(request.param) as scene:
        yield scene


@pytest.fixture
def scene(shared: Scene) -> Scene:
    """Give a fresh day."""
    shared.begin()
    return shared


async def test_quotes_are_the_venues_own_prices_stamped_on_arrival(scene: Scene) -> None:
    """Bid and ask are exactly the venue's decimals, seen now, and bear the venue's name."""
    scene.venue.coins["BTC"].prices = ("99999.10", "100000.30")
    by_asset = {quote.asset: quote for quote in await scene.market.quotes([BTC, ETH])}
    quote = by_asset[BTC]
    assert (quote.bid, quote.ask) == (Decimal("99999.10"), Decimal("100000.30"))
    assert quote.observed_at == scene.clock.now()
    assert EMULATORS[quote.source] is type(scene.venue)
    assert quote.references == ()
    assert by_asset[ETH].mid == Decimal(4_000)


async def test_an_asset_that_the_venue_does_not_trade_is_left_out(scene: Scene) -> None:
    """A missing coin is missing from every answer, and the others are there."""
    market, both = scene.market, [BTC, NOWHERE]
    assert [row.asset for row in await market.quotes(both)] == [BTC]
    assert [row.asset for row in await market.books(both)] == [BTC]
    assert [row.asset for row in await market.rules(both)] == [BTC]
    assert [row.asset for row in await market.daily_bars(both)] == [BTC]
    assert await market.quotes([NOWHERE]) == ()
    assert await market.day_ago(NOWHERE) is None
    assert await market.candles(NOWHERE, ONE_DAY, None) == ()


@pytest.mark.parametrize(
    "prices", [("100001", "100000"), ("100000", "100000"), ("0", "100000"), ("NaN", "100000")]
)
async def test_a_price_that_cannot_be_is_no_quote(scene: Scene, prices: tuple[str, str]) -> None:
    """A crossed, zero or meaningless price leaves its coin out and does not harm the others."""
    scene.venue.coins["BTC"].prices = prices
    assert [row.asset for row in await scene.market.quotes([BTC, ETH])] == [ETH]


async def test_books_are_told_as_the_venue_tells_them(scene: Scene) -> None:
    """Exactly the venue's decimals, in its own order and not in that of the texts."""
    bids = [("100000", "2"), ("99999", "1.5"), ("9999", "3")]
    asks = [("100000.5", "4"), ("100001", "0.25"), ("1000000", "1")]
    scene.venue.coins["BTC"].book = (bids, asks)
    (book,) = await scene.market.books([BTC])
    assert [level.price for level in book.bids] == [Decimal(100_000), Decimal(99_999), 9_999]
    assert [level.price for level in book.asks] == [Decimal("100000.5"), 100_001, 1_000_000]
    assert [level.size for level in book.asks] == [4, Decimal("0.25"), 1]
    assert book.observed_at == scene.clock.now()


@pytest.mark.parametrize(
    ("bids", "asks"),
    [([], [("100000", "1")]), ([("99999", "1")], []), ([("100001", "1")], [("100000", "1")])],
)
async def test_a_bad_book_is_not_left_out(
    scene: Scene, bids: list[tuple[str, str]], asks: list[tuple[str, str]]
) -> None:
    """What is crossed stays crossed for who decides; one side alone is a book without levels."""
    scene.venue.coins["BTC"].book = (bids, asks)
    bad, good = await scene.market.books([BTC, ETH])
    assert (bad.asset, good.asset) == (BTC, ETH)
    assert (flaw_of(bad), flaw_of(good)) == ("crossed" if bids and asks else None, None)
    assert bool(bad.bids) is bool(bad.asks) is bool(bids and asks)


async def test_rules_are_positive_decimals(scene: Scene) -> None:
    """Steps, minimums and fee are exact decimals, and a market that trades is online."""
    (rules,) = await scene.market.rules([BTC])
    figures = (rules.price_tick, rules.quantity_step, rules.min_quantity, rules.min_notional)
    assert all(isinstance(figure, Decimal) and figure > 0 for figure in figures)
    assert rules.taker_fee is not None
    assert Decimal("0.0001") <= rules.taker_fee < Decimal("0.05")
    assert rules.status is MarketStatus.ONLINE


async def test_daily_bars_are_the_newest_460_closed_days(scene: Scene) -> None:
    """The newest bar is yesterday's, the oldest lies 459 days before, all as the venue told."""
    (series,) = await scene.market.daily_bars([BTC])
    yesterday = scene.clock.now().replace(hour=0, minute=0) - ONE_DAY
    assert series.opened_at == yesterday
    assert len(series.closes) == 460
    told = scene.venue.coins["BTC"].rows(ONE_DAY, *[int(yesterday.timestamp())] * 2)[0]
    ours = (series.opens[-1], series.highs[-1], series.lows[-1], series.closes[-1])
    assert ours == tuple(float(text) for text in told[1:5])
    assert series.volumes[-1] == 12.5
    again = bar_series(
        BTC,
        series.source,
        yesterday,
        opens=series.opens,
        highs=series.highs,
        lows=series.lows,
        closes=series.closes,
        volumes=series.volumes,
    )
    assert again == series


async def test_a_day_counts_as_closed_five_minutes_after_its_end(scene: Scene) -> None:
    """At four minutes past midnight the newest bar is of the day before yesterday."""
    midnight = scene.clock.now().replace(hour=0, minute=0) + ONE_DAY
    scene.clock.at = midnight + timedelta(minutes=4)
    (early,) = await scene.market.daily_bars([BTC])
    scene.clock.at = midnight + timedelta(minutes=5)
    (late,) = await scene.market.daily_bars([BTC])
    assert (early.opened_at, late.opened_at) == (midnight - 2 * ONE_DAY, midnight - ONE_DAY)


async def test_a_daily_series_is_asked_for_once_a_day(scene: Scene) -> None:
    """A second look on the same day asks the venue nothing; the next day does."""
    await scene.market.rules([BTC])
    loaded = len(scene.venue.calls)
    first = await scene.market.daily_bars([BTC])
    assert len(scene.venue.calls) - loaded <= 2
    asked = len(scene.venue.calls)
    scene.clock.at += timedelta(hours=6)
    assert await scene.market.daily_bars([BTC]) == first
    assert len(scene.venue.calls) == asked
    scene.clock.at += ONE_DAY
    assert await scene.market.daily_bars([BTC]) != first


async def test_a_young_coin_has_the_days_it_has(scene: Scene) -> None:
    """A coin listed three days ago has its closed days, one listed today none."""
    midnight = scene.clock.now().replace(hour=0, minute=0)
    scene.venue.coins["BTC"].listed_at = midnight - 3 * ONE_DAY
    scene.venue.coins["ETH"].listed_at = midnight
    series = await scene.market.daily_bars([BTC, ETH])
    assert [(row.asset, len(row.closes)) for row in series] == [(BTC, 3)]


async def test_day_ago_is_the_open_of_the_hour_that_was_on_then(scene: Scene) -> None:
    """The price of 24 hours ago is about the start of its hour and known now."""
    reading = await scene.market.day_ago(BTC)
    assert reading is not None
    hour = scene.clock.now().replace(minute=0) - ONE_DAY
    assert reading.about == hour
    assert reading.known_at == scene.clock.now()
    told = scene.venue.coins["BTC"].rows(ONE_HOUR, *[int(hour.timestamp())] * 2)[0]
    assert reading.value == Decimal(told[1])


async def test_day_ago_is_asked_for_every_ten_minutes(scene: Scene) -> None:
    """Within ten minutes the same reading comes back, then a new one."""
    first = await scene.market.day_ago(BTC)
    asked = len(scene.venue.calls)
    scene.clock.at += timedelta(minutes=9)
    assert await scene.market.day_ago(BTC) == first
    assert len(scene.venue.calls) == asked
    scene.clock.at += timedelta(minutes=1)
    again = await scene.market.day_ago(BTC)
    assert again is not None
    assert again.known_at == scene.clock.now()


async def test_day_ago_is_unknown_when_that_hour_has_no_candle(scene: Scene) -> None:
    """A hole is no price."""
    hour = int((scene.clock.now().replace(minute=0) - ONE_DAY).timestamp())
    scene.venue.coins["BTC"].edits[ONE_HOUR] = lambda rows: [r for r in rows if r[0] != hour]
    assert await scene.market.day_ago(BTC) is None


async def test_candles_come_closed_and_in_pages(scene: Scene) -> None:
    """History is read page by page to the newest closed candle, without a gap or a repeat."""
    since = scene.clock.now().replace(minute=0) - 700 * ONE_HOUR
    starts = []
    while page := await scene.market.candles(BTC, ONE_HOUR, since):
        starts += [candle.opened_at for candle in page]
        since = starts[-1] + ONE_HOUR
    newest = scene.clock.now().replace(minute=0) - ONE_HOUR
    assert starts == [newest - n * ONE_HOUR for n in range(699, -1, -1)]


async def test_without_a_beginning_candles_are_the_newest_page(scene: Scene) -> None:
    """The newest page ends with the newest closed candle."""
    page = await scene.market.candles(BTC, ONE_HOUR, None)
    assert page[-1].opened_at == scene.clock.now().replace(minute=0) - ONE_HOUR
    assert len(page) >= 299


async def test_history_begins_where_the_coin_was_listed(scene: Scene) -> None:
    """Asked from long before a coin existed, the first page begins with its first candle."""
    listed_at = scene.clock.now().replace(hour=0, minute=0) - 40 * ONE_DAY
    scene.venue.coins["BTC"].listed_at = listed_at
    page = await scene.market.candles(BTC, ONE_DAY, listed_at - 900 * ONE_DAY)
    assert page[0].opened_at == listed_at


async def test_markets_are_loaded_once_a_day(scene: Scene) -> None:
    """A coin that is listed today is known tomorrow, and not asked about on every look."""
    await scene.market.quotes([BTC])
    scene.venue.coins["SOL"] = Coin(Decimal(150))
    assert await scene.market.quotes([Asset("SOL")]) == ()
    scene.clock.at += ONE_DAY
    assert len(await scene.market.quotes([Asset("SOL")])) == 1


async def test_a_market_that_is_shut_is_halted_and_still_has_a_price(scene: Scene) -> None:
    """A halted coin is valued and not traded: it keeps its quote, and its status says so."""
    scene.venue.coins["DOGE"].status = "disabled"
    (rules,) = await scene.market.rules([DOGE])
    assert rules.status is MarketStatus.HALTED
    assert [quote.asset for quote in await scene.market.quotes([DOGE])] == [DOGE]
