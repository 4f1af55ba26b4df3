"""Quotes and books that cannot be: each is refused, by a reason of its own that people can read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from bot.exchange.live.books import MOST_MONEY
from bot.exchange.live.market import CcxtMarket
from bot.explain.reasons import gate_lines
from core.domain.decision import Decision, Verdict
from core.domain.errors import FeedUnavailable
from core.domain.policy import BandRules
from core.domain.state import EngineState
from core.domain.units import Asset
from core.engine import decide
from core.planning.validity import FROZEN_AFTER
from tests.dsl import codes_of, history, portfolio
from tests.emulators.public_venue import Answers
from tests.live_market.scene import BRISK, BTC, EMULATORS, ETH, Scene, scene_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINUTE = timedelta(minutes=1)
SOUND = ([("99980", "5"), ("99970", "5")], [("100020", "5"), ("100030", "5")])
WORLD = portfolio(
    "BTC 0.62 @ 100000 -> 50", "ETH 5 @ 4000 -> 20", cash="18000 -> 30", bands=BandRules(confirm=1)
)


@dataclass
class Beside:
    """Kraken with a second venue beside it."""

    here: Scene
    there: Scene
    market: CcxtMarket

    async def look(self, **changes: Any) -> Decision:  # noqa: ANN401
        """Decide on what the venues say now, with an account that must sell BTC."""
        books = await self.market.books([BTC, ETH])
        quotes = await self.market.quotes([BTC, ETH])
        seen = replace(
            WORLD.snapshot, as_of=self.here.clock.now(), quotes=quotes, books=books, **changes
        )
        return decide(seen, WORLD.policy, EngineState())

    def later(self, span: timedelta) -> None:
        """Let time pass at both."""
        self.here.clock.at += span
        self.there.clock.at += span


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[tuple[Scene, Scene]]:
    """Serve both for the whole module."""
    async with scene_at("kraken") as here, scene_at("binance") as there:
        yield here, there


@pytest_asyncio.fixture(loop_scope="module")
async def beside(shared: tuple[Scene, Scene]) -> AsyncIterator[Beside]:
    """Give a fresh day, and a market that remembers nothing."""
    here, there = shared
    for scene in shared:
        scene.begin()
    market = CcxtMarket(
        "kraken",
        Asset("USD"),
        here.clock,
        base_url=here.venue.base_url,
        second_opinions=(there.market,),
        manners=BRISK,
    )
    here.venue.coins["BTC"].book = SOUND
    yield Beside(here, there, market)
    await market.close()


def said(decision: Decision) -> str:
    """Return everything that /why shows of a decision."""
    now = decision.decided_at
    return "\n".join(gate_lines(decision, quote="USD", now=now, zone=UTC))


async def test_sound_books_lead_to_a_proposal(beside: Beside) -> None:
    """Every other test here changes one thing of this."""
    decision = await beside.look()
    assert decision.verdict is Verdict.PROPOSE
    assert codes_of(decision)[0] == "DATA_VALID"


Side = list[tuple[str, str]]

CONTRADICTIONS: Mapping[str, tuple[tuple[Side, Side], str]] = {
    "crossed": (([("100030", "5")], [("100020", "5")]), "is crossed: somebody offers to pay more"),
    "locked while the ticker is not": (([("100020", "5")], [("100020", "5")]), "is crossed"),
    "crossed further down": (
        ([("99980", "5"), ("100050", "5")], [("100020", "5")]),
        "is out of order",
    ),
    "bids out of order": (
        ([("99970", "5"), ("99980", "5")], [("100020", "5")]),
        "is out of order",
    ),
    "asks out of order": (
        ([("99980", "5")], [("100030", "5"), ("100020", "5")]),
        "is out of order",
    ),
    "ordered as text": (
        ([("99980", "5"), ("9998", "5"), ("99970", "1")], [("100020", "5")]),
        "is out of order",
    ),
    "a negative size": (
        ([("99980", "5"), ("99970", "-1")], [("100020", "5")]),
        "has prices or sizes that cannot be right",
    ),
    "a price of zero": (
        ([("99980", "5"), ("0", "1")], [("100020", "5")]),
        "has prices or sizes that cannot be right",
    ),
    "another coin's": (
        ([("3999", "5")], [("4001", "5")]),
        "is far from the price that the same venue shows",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
async def test_a_book_that_contradicts_itself_stops_everything(beside: Beside, name: str) -> None:
    """The first gate refuses it and says how; before, it was silently left out."""
    book, words = CONTRADICTIONS[name]
    beside.here.venue.coins["BTC"].book = book
    decision = await beside.look()
    assert codes_of(decision) == ["BOOK_ABSURD:BTC"]
    assert f"The order book of BTC {words}" in said(decision)


@pytest.mark.parametrize(
    "book", [([], []), (SOUND[0], []), ([], SOUND[1])], ids=["empty", "only bids", "only asks"]
)
async def test_a_book_without_two_sides_leaves_its_coin_alone(
    beside: Beside, book: tuple[Side, Side]
) -> None:
    """Nothing can be traded there, so nothing is; no estimate stands in for the missing side."""
    beside.here.venue.coins["BTC"].book = book
    decision = await beside.look()
    assert decision.verdict is Verdict.NO_TRADE
    assert "ILLIQUID:BTC" in codes_of(decision)
    assert "The order book of BTC is empty, or has only one side" in said(decision)


@pytest.mark.parametrize(
    ("bids", "words"),
    [
        ([("99980", "0.001")], "is too thin for this order"),
        ([("99980", "0.001"), ("99300", "5")], "is too thin for this order"),
    ],
    ids=["not enough", "only beyond 50 basis points"],
)
async def test_a_thin_book_leaves_its_coin_alone(beside: Beside, bids: Side, words: str) -> None:
    """What cannot be filled within 50 basis points is not tried."""
    beside.here.venue.coins["BTC"].book = (bids, SOUND[1])
    decision = await beside.look()
    assert decision.verdict is Verdict.NO_TRADE
    assert f"The order book of BTC {words}" in said(decision)


UNREADABLE: Mapping[str, Side] = {
    "a size that is no number": [("99980", "NaN")],
    "an endless size": [("99980", "Infinity")],
    "a price in words": [("dear", "1")],
    "a size in words": [("99980", "plenty")],
    "no size": [("99980", "")],
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_level_that_is_no_number_is_refused_at_once(beside: Beside, name: str) -> None:
    """It is not skipped: the rest of such an answer is worth nothing either."""
    beside.here.venue.coins["BTC"].book = (UNREADABLE[name], SOUND[1])
    with pytest.raises(FeedUnavailable, match="order book of BTC that cannot be read") as failed:
        await beside.look()
    assert failed.value.trouble == "malformed"


async def test_a_level_that_is_deeper_than_any_market_is_refused(beside: Beside) -> None:
    """A size that slipped by many digits would let any order through."""
    most = MOST_MONEY / 99980
    beside.here.venue.coins["BTC"].book = ([("99980", str(most * 2))], SOUND[1])
    with pytest.raises(FeedUnavailable, match="no market is that deep"):
        await beside.look()


@pytest.mark.parametrize(
    "body",
    [
        '{"error":[],"result":{}}',
        '{"error":[],"result":{"XXBTZUSD":{}}}',
        '{"error":[],"result":{"XXBTZUSD":{"bids":[],"asks":null}}}',
        '{"error":[],"result":{"XXBTZUSD":{"bids":{},"asks":{}}}}',
        '{"error":[],"result":{"XXBTZUSD":{"bids":[[]],"asks":[[]]}}}',
        '{"error":[],"result":{"XXBTZUSD":{"bids":["1"],"asks":["2"]}}}',
        '{"error":[],"result":{"XXBTZUSD":{"bids":[["1","1"]],"asks":[["2","1"]]}}}',
        '{"error":[],"result":{"A":{"bids":[],"asks":[]},"B":{"bids":[],"asks":[]}}}',
    ],
)
async def test_an_answer_that_is_no_book_is_not_an_empty_one(beside: Beside, body: str) -> None:
    """Of most of these ccxt makes an empty book, and an empty book is an answer."""
    beside.here.venue.spoil("Depth", Answers(body))
    with pytest.raises(FeedUnavailable) as failed:
        await beside.look()
    assert failed.value.trouble == "malformed"


async def test_a_book_whose_newest_level_is_old_stands_still(beside: Beside) -> None:
    """Kraken stamps its levels: ten minutes without any change is a book that nobody renews."""
    coin = beside.here.venue.coins["BTC"]
    coin.still_since = beside.here.clock.now() - FROZEN_AFTER
    assert (await beside.look()).verdict is Verdict.PROPOSE
    coin.still_since -= timedelta(seconds=1)
    decision = await beside.look()
    assert decision.verdict is Verdict.NO_TRADE
    assert "BOOK_FROZEN:BTC" in codes_of(decision)
    assert "The order book of BTC has stood still since" in said(decision)


async def test_a_stamp_from_the_future_is_refused(beside: Beside) -> None:
    """A venue whose books come from tomorrow is not asked for today's."""
    beside.here.venue.coins["BTC"].still_since = beside.here.clock.now() + timedelta(hours=1)
    with pytest.raises(FeedUnavailable, match="instant to come"):
        await beside.look()


async def test_a_price_that_stands_still_while_another_venue_moves_is_stale(
    beside: Beside,
) -> None:
    """The same prices, sizes and last trade for more than ten minutes are an old copy."""
    assert (await beside.look()).verdict is Verdict.PROPOSE
    beside.later(FROZEN_AFTER)
    beside.there.venue.coins["BTC"].price = Decimal(100_500)
    assert (await beside.look()).verdict is Verdict.PROPOSE
    beside.later(timedelta(seconds=1))
    decision = await beside.look()
    assert decision.verdict is Verdict.NO_TRADE
    assert "PRICE_STALE:BTC" in codes_of(decision)
    assert "too old to trade on" in said(decision)
    beside.here.venue.coins["BTC"].price = Decimal("100000.01")
    assert (await beside.look()).verdict is Verdict.PROPOSE


async def test_a_quiet_market_is_no_frozen_one(beside: Beside) -> None:
    """Hours without a change are believed while the price elsewhere does not move either."""
    for _ in range(4):
        assert (await beside.look()).verdict is Verdict.PROPOSE
        beside.later(timedelta(hours=2))


async def test_without_another_venue_nothing_stands_still(beside: Beside) -> None:
    """Nobody can tell a quiet market from a dead one alone."""
    beside.there.venue.spoil("ticker", Answers("oh", 500), times=9)
    assert (await beside.look()).verdict is Verdict.PROPOSE
    beside.later(timedelta(hours=2))
    assert (await beside.look()).verdict is Verdict.PROPOSE


@pytest.mark.parametrize("venue", ["binance", "coinbase"])
async def test_books_without_stamps_stand_still_by_comparison(venue: str) -> None:
    """The very same levels while a second venue moved: the book bears the instant since when."""
    async with scene_at(venue) as here, scene_at("kraken") as there:
        market = CcxtMarket(
            venue,
            Asset(here.venue.quote),
            here.clock,
            base_url=here.venue.base_url,
            second_opinions=(there.market,),
            manners=BRISK,
        )
        began = here.clock.now()
        for price in (100_000, 100_300, 100_300):
            there.venue.coins["BTC"].price = Decimal(price)
            await market.quotes([BTC])
            (book,) = await market.books([BTC])
            assert book.observed_at == here.clock.now()
            here.clock.at += 4 * MINUTE
        await market.quotes([BTC])
        (book,) = await market.books([BTC])
        assert book.observed_at == began
        here.venue.coins["BTC"].book = SOUND
        (book,) = await market.books([BTC])
        assert book.observed_at == here.clock.now()
        await market.close()


@pytest.mark.parametrize("prices", [("100020", "99980"), ("100000", "100000"), ("0", "100000")])
async def test_a_crossed_locked_or_missing_price_is_no_price(
    beside: Beside, prices: tuple[str, str]
) -> None:
    """Bid at or above ask cannot be in a market that works."""
    beside.here.venue.coins["BTC"].prices = prices
    decision = await beside.look()
    assert codes_of(decision) == ["PRICE_MISSING:BTC"]
    assert "There is no price for BTC." in said(decision)


async def test_a_second_venue_more_than_one_percent_away_stops_everything(beside: Beside) -> None:
    """A price that nobody else sees is not traded on."""
    beside.there.venue.coins["BTC"].price = Decimal(101_100)
    decision = await beside.look()
    assert codes_of(decision) == ["SOURCES_DISAGREE:BTC"]
    assert "away from the other sources" in said(decision)


async def test_a_price_three_times_the_last_close_stops_everything(beside: Beside) -> None:
    """A slipped digit is an impossible price, even if every venue had it."""
    decision = await beside.look(bars=(history("BTC", 30_000.0),))
    assert codes_of(decision) == ["PRICE_ABSURD:BTC"]
    assert "cannot be right" in said(decision)


async def test_old_prices_and_books_are_not_traded_on(beside: Beside) -> None:
    """Two minutes between asking and deciding are too long; each says from when it is."""
    books, quotes = await beside.market.books([BTC]), await beside.market.quotes([BTC, ETH])
    late = beside.here.clock.now() + timedelta(seconds=121)
    new_books = tuple(replace(row, observed_at=late) for row in books)
    new_quotes = tuple(replace(row, observed_at=late) for row in quotes)
    for seen in ((quotes, new_books), (new_quotes, books)):
        snapshot = replace(WORLD.snapshot, as_of=late, quotes=seen[0], books=seen[1])
        assert "PRICE_STALE:BTC" in codes_of(decide(snapshot, WORLD.policy, EngineState()))


@pytest.mark.parametrize("venue", sorted(EMULATORS))
async def test_as_few_questions_as_the_venue_allows(venue: str) -> None:
    """One question for the prices of all coins where there is such a one; one for each book."""
    async with scene_at(venue) as scene:
        assets = [BTC, ETH, Asset("DOGE")]
        await scene.market.rules(assets)
        scene.venue.heal()
        await scene.market.quotes(assets)
        assert len(scene.venue.calls) == (3 if venue == "coinbase" else 1)
        scene.venue.heal()
        await scene.market.books(assets)
        assert len(scene.venue.calls) == 3
