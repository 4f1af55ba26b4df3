"""What becomes of a bad answer: never an empty market, always one word for why."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from math import isnan
from typing import Any

import pytest
import pytest_asyncio

from bot.exchange.live.market import CcxtMarket
from bot.venues.connection import Manners
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.units import Asset
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff, Edit, Fault, Hangs, Row
from tests.live_market.scene import BRISK, BTC, EMULATORS, ETH, ONE_DAY, ONE_HOUR, Scene, scene_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

Ask = Callable[[CcxtMarket], Awaitable[object]]

QUESTIONS: dict[str, tuple[str, Ask]] = {
    "markets": ("AssetPairs", lambda market: market.rules([BTC])),
    "coins": ("Assets", lambda market: market.rules([BTC])),
    "quotes": ("Ticker", lambda market: market.quotes([BTC])),
    "books": ("Depth", lambda market: market.books([BTC])),
    "bars": ("OHLC", lambda market: market.daily_bars([BTC])),
    "day ago": ("OHLC", lambda market: market.day_ago(BTC)),
    "candles": ("OHLC", lambda market: market.candles(BTC, ONE_HOUR, None)),
}

FAULTS: dict[str, tuple[Fault, str]] = {
    "a web page": (HTML, "malformed"),
    "half an answer": (CutsOff(), "malformed"),
    "an answer that breaks off": (BreaksOff(), "malformed"),
    "nothing": (Answers(""), "malformed"),
    "an empty envelope": (Answers('{"error":[]}'), "malformed"),
    "a list": (Answers("[]"), "malformed"),
    "null": (Answers("null"), "malformed"),
    "an error without a list": (Answers('{"error":null,"result":{}}'), "malformed"),
    "an error": (Answers('{"error":["EGeneral:Invalid arguments"]}'), "refused"),
    "a new error": (Answers('{"error":["ESomething:Else"]}'), "refused"),
    "an internal error": (Answers('{"error":["EGeneral:Internal error"]}'), "down"),
    "busy": (Answers('{"error":["EService:Busy"]}'), "down"),
    "too many requests": (Answers('{"error":["EGeneral:Too many requests"]}'), "limited"),
    "throttled": (Answers('{"error":["EService:Throttled: 1772443800"]}'), "limited"),
    "status 429": (Answers("slow down", 429), "limited"),
    "status 401": (Answers("who are you", 401), "refused"),
    "status 403": (Answers("<html>blocked</html>", 403, "text/html"), "refused"),
    "status 451": (Answers("not in your country", 451), "refused"),
    "status 500": (Answers("oh", 500), "down"),
    "status 503 with a web page": (Answers("<html>sorry</html>", 503, "text/html"), "down"),
    "status 504": (Answers("late", 504), "down"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Scene]:
    """Serve Kraken for the whole module."""
    async with scene_at("kraken") as scene:
        yield scene


@pytest.fixture
def scene(shared: Scene) -> Scene:
    """Give a fresh day."""
    shared.begin()
    return shared


async def refused(asking: Awaitable[object]) -> FeedUnavailable:
    """Return the error of a question that must fail."""
    with pytest.raises(FeedUnavailable) as failed:
        await asking
    return failed.value


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_bad_answer_is_an_error_with_a_word(
    scene: Scene, question: str, fault: str
) -> None:
    """Whatever is asked and however it fails: an error that says why, and no address in it."""
    path, ask = QUESTIONS[question]
    spoilt, trouble = FAULTS[fault]
    scene.venue.spoil(path, spoilt)
    error = await refused(ask(scene.market))
    assert error.trouble == trouble
    assert str(error).startswith("Kraken ")
    assert "://" not in str(error)
    assert "pair=" not in str(error)
    assert "<" not in str(error)
    assert error.__cause__ is None


@pytest.mark.parametrize("question", QUESTIONS)
async def test_after_a_bad_answer_a_good_one_is_believed(scene: Scene, question: str) -> None:
    """A failure leaves nothing behind, and is not asked again behind the caller's back."""
    path, ask = QUESTIONS[question]
    scene.venue.spoil(path, Answers("oh", 500))
    await refused(ask(scene.market))
    failed_after = scene.venue.count(path)
    assert failed_after == 1
    assert await ask(scene.market)


async def test_a_venue_that_says_nothing_is_down() -> None:
    """After its time an unanswered question is an error, not a wait without end."""
    hasty = Manners(answer_seconds=0.2, is_paced=False)
    async with scene_at("kraken") as scene:
        scene.venue.spoil("Assets", Hangs())
        market = CcxtMarket(
            "kraken", Asset("USD"), scene.clock, base_url=scene.venue.base_url, manners=hasty
        )
        error = await refused(market.quotes([BTC]))
        await market.close()
    assert error.trouble == "down"


async def test_nobody_listening_is_down(scene: Scene) -> None:
    """A refused connection is the venue's silence."""
    market = CcxtMarket("kraken", Asset("USD"), scene.clock, base_url="http://127.0.0.1:9")
    error = await refused(market.rules([BTC]))
    await market.close()
    assert error.trouble == "down"


async def test_a_market_that_was_closed_opens_again(scene: Scene) -> None:
    """Closing twice does no harm, and the next question connects anew."""
    await scene.market.quotes([BTC])
    await scene.market.close()
    await scene.market.close()
    assert await scene.market.quotes([BTC])


async def test_a_venue_without_any_market_is_malformed(scene: Scene) -> None:
    """An empty list of markets is not a venue without coins."""
    scene.venue.spoil("AssetPairs", Answers('{"error":[],"result":{}}'))
    assert (await refused(scene.market.quotes([BTC]))).trouble == "malformed"


async def test_an_answer_without_any_price_is_malformed(scene: Scene) -> None:
    """If no coin that was asked for has a price, the answer is broken, not the coins."""
    scene.venue.spoil("Ticker", Answers('{"error":[],"result":{}}'))
    error = await refused(scene.market.quotes([ETH, BTC]))
    assert error.trouble == "malformed"
    assert "BTC, ETH" in str(error)


def hole(day: int, rows: list[Row]) -> list[Row]:
    """Leave out the day that lies ``day`` days before the last."""
    return [row for n, row in enumerate(rows) if n != len(rows) - 1 - day]


def repeated(rows: list[Row]) -> list[Row]:
    """Send a day twice."""
    return [*rows[:-3], rows[-3], *rows[-3:]]


def swapped(rows: list[Row]) -> list[Row]:
    """Send two days in the wrong order."""
    return [*rows[:-4], rows[-3], rows[-4], *rows[-2:]]


def with_cell(column: int, value: Any, rows: list[Row]) -> list[Row]:  # noqa: ANN401
    """Change one number of the day before yesterday."""
    spoilt = list(rows[-3])
    spoilt[column] = value
    return [*rows[:-3], spoilt, *rows[-2:]]


def shifted(seconds: int, rows: list[Row]) -> list[Row]:
    """Move the newest day."""
    return [*rows[:-1], [rows[-1][0] + seconds, *rows[-1][1:]]]


BAD_DAYS: dict[str, tuple[Edit, str]] = {
    "a repeated day": (repeated, "comes twice"),
    "days out of order": (swapped, "out of order"),
    "a price that is no number": (partial(with_cell, 4, "NaN"), "prices"),
    "an endless price": (partial(with_cell, 2, "Infinity"), "prices"),
    "a price of zero": (partial(with_cell, 1, "0"), "prices"),
    "a negative price": (partial(with_cell, 3, "-5"), "prices"),
    "a missing price": (partial(with_cell, 4, None), "no row of numbers"),
    "a price in words": (partial(with_cell, 4, "dear"), "no row of numbers"),
    "a high below the low": (partial(with_cell, 2, "1"), "below low"),
    "a negative volume": (partial(with_cell, 5, "-1"), "volume"),
    "no time": (partial(with_cell, 0, None), "no row of numbers"),
    "a day from the future": (partial(shifted, 2 * 86_400), "future"),
    "a day that begins at one": (partial(shifted, 3_600), "no multiple"),
}


@pytest.mark.parametrize("name", BAD_DAYS)
async def test_a_day_that_cannot_be_is_refused(scene: Scene, name: str) -> None:
    """One impossible day spoils the series: the error names venue and coin, and says what."""
    edit, words = BAD_DAYS[name]
    scene.venue.coins["BTC"].edits[ONE_DAY] = edit
    error = await refused(scene.market.daily_bars([BTC]))
    assert error.trouble == "malformed"
    assert "Kraken" in str(error)
    assert "BTC" in str(error)
    assert words in str(error)


async def test_the_refused_day_is_named(scene: Scene) -> None:
    """Whoever reads the error knows which day to look up."""
    scene.venue.coins["BTC"].edits[ONE_DAY] = repeated
    named = scene.clock.now() - 2 * ONE_DAY
    assert f"{named:%Y-%m-%d}" in str(await refused(scene.market.daily_bars([BTC])))


async def test_a_hole_is_a_missing_day(scene: Scene) -> None:
    """A day without a candle has the previous close four times, and no volume."""
    scene.venue.coins["BTC"].edits[ONE_DAY] = partial(hole, 5)
    (series,) = await scene.market.daily_bars([BTC])
    assert len(series.closes) == 460
    before = series.closes[-6]
    assert (series.opens[-5], series.highs[-5], series.lows[-5], series.closes[-5]) == (before,) * 4
    assert isnan(series.volumes[-5])


async def test_a_missing_yesterday_before_todays_open_day_is_a_hole(scene: Scene) -> None:
    """The venue has moved on, so nothing more will come: yesterday is a missing day."""
    scene.venue.coins["BTC"].edits[ONE_DAY] = partial(hole, 1)
    (series,) = await scene.market.daily_bars([BTC])
    assert series.opened_at == scene.clock.now().replace(hour=0, minute=0) - ONE_DAY
    assert series.closes[-1] == series.closes[-2]
    assert isnan(series.volumes[-1])


@pytest.mark.parametrize("days", [2, 3, 30, 10_000])
async def test_a_series_that_ends_early_is_late(scene: Scene, days: int) -> None:
    """Days that have not come yet are not made up."""
    scene.venue.coins["BTC"].edits[ONE_DAY] = lambda rows: rows[:-days]
    error = await refused(scene.market.daily_bars([BTC]))
    assert error.trouble == "late"
    yesterday = scene.clock.now() - ONE_DAY
    assert f"{yesterday:%Y-%m-%d}" in str(error)


async def test_a_series_without_its_open_day_is_fine(scene: Scene) -> None:
    """Only the newest closed day must be there."""
    scene.venue.coins["BTC"].edits[ONE_DAY] = lambda rows: rows[:-1]
    assert len((await scene.market.daily_bars([BTC]))[0].closes) == 460


async def test_a_day_without_trade_is_no_fault(scene: Scene) -> None:
    """A volume of zero is a volume."""
    scene.venue.coins["BTC"].edits[ONE_DAY] = partial(with_cell, 5, "0.00000000")
    assert (await scene.market.daily_bars([BTC]))[0].volumes[-2] == 0.0


@pytest.mark.parametrize("edit", [repeated, swapped, partial(with_cell, 4, "NaN")])
async def test_hours_are_checked_like_days(scene: Scene, edit: Edit) -> None:
    """The price of 24 hours ago and the history come through the same checks."""
    scene.venue.coins["BTC"].edits[ONE_HOUR] = edit
    assert (await refused(scene.market.day_ago(BTC))).trouble == "malformed"
    assert (await refused(scene.market.candles(BTC, ONE_HOUR, None))).trouble == "malformed"


async def test_an_address_may_be_a_gateway_with_a_path(scene: Scene) -> None:
    """What stands in for the venue may have a path of its own in front of the venue's."""
    gateway = f"{scene.venue.base_url}/gate/"
    market = CcxtMarket("kraken", Asset("USD"), scene.clock, base_url=gateway, manners=BRISK)
    await refused(market.quotes([BTC]))
    await market.close()
    assert [path for path, _ in scene.venue.calls] == ["/gate/0/public/Assets"]


async def test_lengths_and_venues_that_do_not_exist_are_the_callers_mistake(scene: Scene) -> None:
    """What cannot be asked is refused with a sentence on what can."""
    with pytest.raises(InputInvalid, match="no candles of 0:07:00"):
        await scene.market.candles(BTC, timedelta(minutes=7), None)
    with pytest.raises(InputInvalid, match="kraken, binance, coinbase"):
        CcxtMarket("mtgox", Asset("USD"), scene.clock)


@pytest.mark.parametrize("venue", sorted(EMULATORS))
async def test_no_venue_becomes_an_empty_market(venue: str) -> None:
    """On every venue a broken list of markets is an error, not a venue without coins."""
    async with scene_at(venue) as scene:
        for fault in ("a web page", "half an answer", "nothing", "null", "status 451"):
            spoilt, trouble = FAULTS[fault]
            scene.venue.spoil("/", spoilt, times=9)
            assert (await refused(scene.market.quotes([BTC]))).trouble == trouble
            scene.venue.heal()
        assert await scene.market.quotes([BTC])
