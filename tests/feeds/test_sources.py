"""Each source asked for what it has, in its own words."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.clocks import SimulatedClock
from bot.feeds import santiment
from bot.feeds.coin_metrics import MOST_PAGES, coin_metrics_feeds
from bot.feeds.fear_greed import FearGreedFeed
from bot.feeds.glassnode import glassnode_feeds
from bot.feeds.http import JsonReader
from bot.feeds.santiment import santiment_feeds
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind
from core.domain.watching import BTC, ETH
from tests.feeds import misbehaviour as bad
from tests.feeds import wires
from tests.feeds.conftest import NOON
from tests.feeds.server import FeedServer, Spoil
from tests.feeds.wires import DAY, KEY

TODAY = NOON.replace(hour=0)


async def _trouble(feed: object) -> tuple[str, str]:
    with pytest.raises(FeedUnavailable) as caught:
        await feed.read()  # type: ignore[attr-defined]
    return caught.value.trouble, str(caught.value)


async def test_the_index_is_read_once_whole_and_then_by_ten(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """The first question brings 400 days, the next ten, and one after a silence as many as miss."""
    feed = FearGreedFeed(reader, clock, server.url)
    first = await feed.read()
    assert [row.about for row in first] == list(wires.days(TODAY - 399 * DAY, TODAY))
    assert all(row.is_append_only and row.source == "alternative.me" for row in first)
    assert {(row.kind, row.asset) for row in first} == {(ReadingKind.FEAR_GREED, "")}
    assert len(await feed.read()) == 10
    clock.advance_to(NOON + 30 * DAY)
    assert len(await feed.read()) == 40
    assert [asked.query["limit"] for asked in server.asked] == ["400", "10", "40"]


async def test_an_error_in_the_metadata_is_no_index(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """The source's own word that something is wrong counts more than the numbers beside it."""
    document = wires.fear_document(TODAY, 3) | {"metadata": {"error": "late\nfeed"}}
    server.always = bad.text(json.dumps(document))
    word, said = await _trouble(FearGreedFeed(reader, clock, server.url))
    assert word == "down"
    assert 'alternative.me reports an error: "late feed"' in said


async def test_yesterdays_index_again_is_no_error(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """When nothing new is out, the newest reading is an old one, and says so by its day."""
    server.late = timedelta(days=2)
    readings = await FearGreedFeed(reader, clock, server.url).read()
    assert readings[-1].about == TODAY - 2 * DAY


async def test_an_index_that_is_early_waits_for_our_clock(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """A stamp a little ahead of our clock is left out until our clock has got there."""
    clock.advance_to(TODAY + DAY - timedelta(minutes=1))
    server.always = bad.text(json.dumps(wires.fear_document(TODAY + DAY, 5)))
    feed = FearGreedFeed(reader, clock, server.url)
    assert (await feed.read())[-1].about == TODAY
    clock.advance_to(TODAY + DAY)
    assert (await feed.read())[-1].about == TODAY + DAY


async def test_glassnode_gives_finished_days_of_every_metric(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Five series come, without the running day, append-only where the metric is."""
    truth = {
        (ReadingKind.NET_INFLOW, BTC): (wires.net, True),
        (ReadingKind.NET_INFLOW, ETH): (wires.net, True),
        (ReadingKind.EXCHANGE_BALANCE, BTC): (wires.flow_in, True),
        (ReadingKind.EXCHANGE_BALANCE, ETH): (wires.flow_in, True),
        (ReadingKind.ACCUMULATION, BTC): (wires.score, False),
    }
    feeds = glassnode_feeds(reader, clock, base_url=server.url, key=KEY)
    assert [feed.promises for feed in feeds] == [(promise,) for promise in truth]
    for feed, (value_of, is_append_only) in zip(feeds, truth.values(), strict=True):
        readings = await feed.read()
        assert [row.about for row in readings] == list(wires.days(TODAY - 399 * DAY, TODAY - DAY))
        assert all(row.value == value_of(row.about) for row in readings)
        assert all(row.is_append_only is is_append_only for row in readings)
    assert [asked.query["a"] for asked in server.asked] == ["BTC", "ETH", "BTC", "ETH", "BTC"]


async def test_the_key_travels_in_a_header_only(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """An address that is written to a log shows no key."""
    for feeds in (
        glassnode_feeds(reader, clock, base_url=server.url, key=KEY),
        santiment_feeds(reader, clock, base_url=server.url, key=KEY),
    ):
        await feeds[0].read()
    for asked in server.asked:
        assert KEY not in f"{asked.path}{asked.query}{asked.body}"
    assert server.asked[0].headers["X-Api-Key"] == KEY
    assert server.asked[1].headers["Authorization"] == f"Apikey {KEY}"


async def test_without_a_key_nobody_is_asked(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """A feed that needs a key and has none is off, and sends no question."""
    for feeds in (
        glassnode_feeds(reader, clock, base_url=server.url, key=None),
        santiment_feeds(reader, clock, base_url=server.url, key=""),
    ):
        for feed in feeds:
            assert (await _trouble(feed))[0] == "off"
    assert server.asked == []


async def test_a_wrong_key_is_refused_and_not_repeated(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """A source that repeats a wrong key in its refusal does not bring it into our message."""
    wrong = "not-the-right-one"
    feed = glassnode_feeds(reader, clock, base_url=server.url, key=wrong)[0]
    word, said = await _trouble(feed)
    assert word == "refused"
    assert wrong not in said
    assert len(server.asked) == 1


async def test_santiment_takes_what_flows_out_off_what_flows_in(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Net inflow is made of two metrics asked for in one question, balance of one."""
    feeds = santiment_feeds(reader, clock, base_url=server.url, key=KEY)
    told = [await feed.read() for feed in feeds]
    assert [feed.promises[0] for feed in feeds] == [
        (ReadingKind.NET_INFLOW, BTC),
        (ReadingKind.NET_INFLOW, ETH),
        (ReadingKind.EXCHANGE_BALANCE, BTC),
        (ReadingKind.EXCHANGE_BALANCE, ETH),
    ]
    for readings, value_of in zip(told, [wires.net] * 2 + [wires.flow_in] * 2, strict=True):
        assert readings[-1].about == TODAY - DAY
        assert all(row.value == value_of(row.about) for row in readings)
        assert not any(row.is_append_only for row in readings)
    assert len(server.asked) == 4
    assert 'slug: "ethereum"' in server.asked[1].body.replace("\\", "")


async def test_the_free_plan_of_santiment_is_named(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """A month that is cut off without a word does not pass for news."""
    server.hidden = 30
    word, said = await _trouble(santiment_feeds(reader, clock, base_url=server.url, key=KEY)[1])
    assert word == "late"
    assert "after 2026-04-19" in said
    assert "hides the newest 30 days" in said


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        (
            [
                {
                    "message": "Both `from` and `to` parameters are outside the allowed interval "
                    "you can query exchange_inflow with your current subscription SANAPI FREE."
                }
            ],
            "late",
        ),
        ({"details": f"Apikey '{KEY}' is not valid"}, "refused"),
        ([{"message": "The metric exchange_inflow is not accessible with SANAPI FREE"}], "refused"),
        ([{"message": "API Rate Limit Reached. Try again in 61 seconds"}], "limited"),
        ([{"message": "Can't fetch exchange_inflow for project with slug bitcoin"}], "down"),
        ("something else", "down"),
        ([[]], "down"),
    ],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_errors_of_santiment_come_before_its_data(
    errors: object,
    expected: str,
    status: int,
    server: FeedServer,
    reader: JsonReader,
    clock: SimulatedClock,
) -> None:
    """An error beside numbers, with whatever status, is a word and never a value or a key."""
    good = wires.santiment_document(list(santiment.METRICS[ReadingKind.NET_INFLOW]), TODAY, TODAY)
    server.always = bad.text(json.dumps(good | {"errors": errors}), status=status)
    word, said = await _trouble(santiment_feeds(reader, clock, base_url=server.url, key=KEY)[0])
    assert word == expected
    assert KEY not in said
    assert len(said) < 200


async def test_a_day_that_only_one_metric_knows_is_left_out(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """What flows in on a day is no net inflow as long as nobody tells what flows out."""
    document = wires.santiment_document(
        ["exchange_inflow", "exchange_outflow"], TODAY - 5 * DAY, TODAY - DAY
    )
    document["data"]["exchange_outflow"]["timeseriesDataJson"].pop()
    server.always = bad.text(json.dumps(document))
    feed = santiment_feeds(reader, clock, base_url=server.url, key=KEY)[0]
    readings = await feed.read()
    assert [row.about for row in readings] == list(wires.days(TODAY - 5 * DAY, TODAY - 2 * DAY))


async def test_coin_metrics_asks_its_catalogue_once_a_day(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Three series share one look at the catalogue, and the next is a day later."""
    feeds = coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4/")
    told = {feed.promises[0]: await feed.read() for feed in feeds}
    for (kind, _), readings in told.items():
        value_of = wires.ratio if kind is ReadingKind.MVRV else wires.net
        assert readings[-1].about == TODAY - DAY
        assert all(row.value == value_of(row.about) for row in readings)
    assert list(told) == [
        (ReadingKind.NET_INFLOW, BTC),
        (ReadingKind.NET_INFLOW, ETH),
        (ReadingKind.MVRV, BTC),
    ]
    clock.advance_to(NOON + DAY)
    await feeds[0].read()
    looks = [asked for asked in server.asked if "catalog" in asked.path]
    assert [dict(asked.query) for asked in looks] == [{"assets": "btc,eth"}] * 2


async def test_a_series_that_is_not_served_is_off(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Where the catalogue lacks a metric its series is off, unasked, and the others are not."""
    server.unserved = {("eth", "FlowOutExNtv")}
    flows, ether, ratio = coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")
    word, said = await _trouble(ether)
    assert word == "off"
    assert said == "coinmetrics.io does not serve FlowInExNtv and FlowOutExNtv of ETH without a key"
    assert len(server.asked) == 1
    assert await flows.read()
    assert await ratio.read()


async def test_a_metric_that_costs_money_is_not_served(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """The catalogue lists what others pay for, and says so; a feed takes its word."""
    server.paid = {("btc", "CapMVRVCur")}
    flows, _, ratio = coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")
    assert (await _trouble(ratio))[0] == "off"
    assert await flows.read()


@pytest.mark.parametrize(
    ("catalogue", "word"),
    [
        (bad.PAGE, "malformed"),
        (bad.text('{"data": [{"asset": "btc", "metrics": "many"}]}'), "malformed"),
        (bad.text('{"data": []}'), "off"),
        (bad.status(403), "refused"),
        (bad.status(500), "down"),
    ],
)
async def test_a_catalogue_that_cannot_be_read_is_asked_again(
    catalogue: Spoil, word: str, server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Without a catalogue no value is asked for, and a bad one is not kept for a day."""
    server.catalogue = catalogue
    feed = coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")[0]
    assert (await _trouble(feed))[0] == word
    assert not [asked for asked in server.asked if "timeseries" in asked.path]
    server.catalogue = None
    clock.advance_to(NOON + (DAY if word == "off" else timedelta(0)))
    assert await feed.read()


async def test_pages_are_followed_but_not_for_ever(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """An answer of four pages is read whole; one that never ends is not believed."""
    server.page = 100
    feed = coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")[0]
    assert len(await feed.read()) == 399
    assert len(server.asked) == 1 + 4
    server.page = 1
    server.asked.clear()
    word, said = await _trouble(feed)
    assert word == "malformed"
    assert "at most 5 pages" in said
    assert len(server.asked) == MOST_PAGES


async def test_rows_of_another_coin_are_not_ours(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """An answer about another coin than the one asked for is not believed."""
    rows = wires.coin_metrics_rows("eth", ["FlowInExNtv", "FlowOutExNtv"], TODAY - DAY, TODAY - DAY)
    server.always = bad.text(json.dumps({"data": rows}))
    word, said = await _trouble(coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")[0])
    assert word == "malformed"
    assert said == 'coinmetrics.io: asset is "eth", expected btc'


async def test_flows_are_exact_decimals(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """A text of 24 digits goes through to the value without a double in between."""
    rows = wires.coin_metrics_rows("btc", ["FlowInExNtv", "FlowOutExNtv"], TODAY - DAY, TODAY - DAY)
    rows[0] |= {"FlowInExNtv": "32461.860236740000000001", "FlowOutExNtv": "1.000000000000000002"}
    server.always = bad.text(json.dumps({"data": rows}))
    feed = coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4")[0]
    assert [row.value for row in await feed.read()] == [Decimal("32460.860236739999999999")]
