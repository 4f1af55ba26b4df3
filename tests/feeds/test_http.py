"""How a question is put: how often, how long, and what is told of it when it fails."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.clocks import SimulatedClock
from bot.feeds.http import AskLater, JsonReader, Limits
from core.domain.errors import FeedUnavailable
from tests.feeds import misbehaviour as bad
from tests.feeds.conftest import NOON
from tests.feeds.server import FeedServer
from tests.feeds.wires import KEY

LIMIT = {"limit": "3"}
SECRET = {"Authorization": f"Apikey {KEY}"}


async def test_numbers_arrive_as_decimals(server: FeedServer, reader: JsonReader) -> None:
    """No number of an answer is ever a double."""
    server.always = bad.text(
        '{"whole": 7, "part": 0.1, "large": 1e30, "list": [12345678901234567]}'
    )
    assert await reader.get(f"{server.url}/fng/", LIMIT) == {
        "whole": Decimal(7),
        "part": Decimal("0.1"),
        "large": Decimal("1E+30"),
        "list": [Decimal(12345678901234567)],
    }


@pytest.mark.parametrize("body", ["[NaN]", "[Infinity]", "[-Infinity]", "[1e99999999999999999999]"])
async def test_what_is_no_number_is_no_answer(
    body: str, server: FeedServer, reader: JsonReader
) -> None:
    """NaN, the infinities and exponents beyond reason make an answer unreadable."""
    server.always = bad.text(body)
    with pytest.raises(FeedUnavailable, match="not JSON") as caught:
        await reader.get(f"{server.url}/fng/", LIMIT)
    assert caught.value.trouble == "malformed"


async def test_three_attempts_and_growing_waits(
    server: FeedServer, reader: JsonReader, waits: list[float]
) -> None:
    """A server in trouble is asked three times in all, with waits that are bounded and vary."""
    server.always = bad.status(500)
    for _ in range(20):
        with pytest.raises(FeedUnavailable, match="busy"):
            await reader.get(f"{server.url}/fng/", LIMIT)
    assert len(server.asked) == 60
    assert len(waits) == 40
    assert len(set(waits)) > 10
    assert min(waits) >= 0
    assert max(waits) <= Limits().longest_wait


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451])
async def test_a_definite_no_is_not_asked_again(
    code: int, server: FeedServer, reader: JsonReader, waits: list[float]
) -> None:
    """A refusal is final for now."""
    server.always = bad.status(code)
    with pytest.raises(FeedUnavailable, match=str(code)) as caught:
        await reader.get(f"{server.url}/fng/", LIMIT)
    assert caught.value.trouble == "refused"
    assert len(server.asked) == 1
    assert waits == []


async def test_a_short_rest_is_taken_exactly(
    server: FeedServer, reader: JsonReader, waits: list[float]
) -> None:
    """When the source says how long to wait, that is how long we wait."""
    date = (NOON + timedelta(seconds=3)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.spoils = [bad.status(429, Retry_After="4"), bad.status(503, Retry_After=date)]
    assert await reader.get(f"{server.url}/fng/", LIMIT)
    assert waits == [4, 3]


@pytest.mark.parametrize("text", ["soon", "-5", "1e9", "", "Someday, 99 Foo 2026"])
async def test_a_rest_that_nobody_understands_is_our_own_guess(
    text: str, server: FeedServer, reader: JsonReader, waits: list[float]
) -> None:
    """A senseless Retry-After neither stops nor hurries us."""
    server.spoils = [bad.status(429, Retry_After=text)]
    assert await reader.get(f"{server.url}/fng/", LIMIT)
    assert len(waits) == 1
    assert 0 <= waits[0] <= Limits().longest_wait


async def test_a_long_rest_is_left_to_the_caller(
    server: FeedServer, reader: JsonReader, waits: list[float]
) -> None:
    """A source that wants an hour is not asked again now; the error says when it may be."""
    server.always = bad.status(429, Retry_After="3600")
    with pytest.raises(AskLater, match="wants a rest of 3600 s") as caught:
        await reader.get(f"{server.url}/fng/", LIMIT)
    assert caught.value.trouble == "limited"
    assert caught.value.retry_at == NOON + timedelta(hours=1)
    assert len(server.asked) == 1
    assert waits == []


async def test_what_has_not_changed_is_not_sent_again(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """An answer with a tag is asked for by its tag, and 304 stands for the answer we have."""
    server.tags = True
    url = f"{server.url}/fng/"
    first = await reader.get(url, LIMIT)
    assert await reader.get(url, LIMIT) == first
    assert "If-None-Match" not in server.asked[0].headers
    assert "If-None-Match" in server.asked[1].headers
    assert await reader.get(url, {"limit": "2"}) != first
    assert "If-None-Match" not in server.asked[2].headers
    clock.advance_to(NOON + timedelta(days=1))
    assert await reader.get(url, LIMIT) != first


async def test_the_date_of_an_answer_serves_as_its_tag(
    server: FeedServer, reader: JsonReader
) -> None:
    """A source without tags is asked by the date of its last change."""
    date = "Wed, 20 May 2026 00:00:05 GMT"
    server.spoils = [bad.text("[1]", Last_Modified=date), bad.text("", status=304)]
    url = f"{server.url}/fng/"
    assert await reader.get(url, LIMIT) == await reader.get(url, LIMIT) == [Decimal(1)]
    assert server.asked[1].headers["If-Modified-Since"] == date


async def test_not_changed_since_never_is_no_answer(server: FeedServer, reader: JsonReader) -> None:
    """A 304 that nobody asked for holds nothing."""
    server.always = bad.text("", status=304)
    with pytest.raises(FeedUnavailable, match="status 304") as caught:
        await reader.get(f"{server.url}/fng/", LIMIT)
    assert caught.value.trouble == "malformed"


async def test_a_move_within_the_host_is_followed(server: FeedServer, reader: JsonReader) -> None:
    """A source may move its pages about."""
    server.spoils = [bad.text("", status=308, Location="/moved/fng/?limit=2")]
    said = await reader.get(f"{server.url}/fng/", LIMIT)
    assert len(said["data"]) == 2


@pytest.mark.parametrize(
    "location",
    ["http://localhost:{port}/fng/", "http://127.0.0.1:1/fng/", "//evil.example/fng/", "http://["],
)
async def test_a_move_elsewhere_is_not_followed(
    location: str, server: FeedServer, reader: JsonReader
) -> None:
    """No other host, and no other port, ever gets a question or a key."""
    port = server.url.rpartition(":")[2]
    server.always = bad.text("", status=307, Location=location.format(port=port))
    with pytest.raises(FeedUnavailable, match=r"another host|no address") as caught:
        await reader.post(f"{server.url}/graphql", QUESTION, SECRET)
    assert caught.value.trouble == "malformed"
    assert len(server.asked) == 1


QUESTION = {"query": '{ getMetric(metric: "exchange_balance") from: "2026-05-01T00:00:00Z" }'}


async def test_a_key_is_taken_out_of_every_answer(
    server: FeedServer, reader: JsonReader, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that repeats the key, in a value or an address, does not get it into ours."""
    caplog.set_level(logging.DEBUG)
    server.spoils = [
        bad.text(f'{{"value": "{KEY}", "all": "Apikey {KEY}"}}'),
        bad.text("", status=307, Location=f"/graphql/{KEY}"),
    ]
    url = f"{server.url}/graphql"
    assert await reader.post(url, QUESTION, SECRET) == {"value": "***", "all": "***"}
    with pytest.raises(FeedUnavailable, match="wanted the key in an address") as caught:
        await reader.post(url, QUESTION, SECRET)
    assert KEY not in str(caught.value)
    told = [record for record in caplog.records if record.name.split(".")[0] in {"httpx", "bot"}]
    assert all(KEY not in record.getMessage() for record in told)


async def test_a_body_beyond_the_limit_is_not_read_to_its_end(
    server: FeedServer, clock: SimulatedClock
) -> None:
    """An answer that is too large is broken off, however it is packed."""
    reader = JsonReader(clock, limits=Limits(body=1000))
    server.always = bad.huge
    with pytest.raises(FeedUnavailable, match="more than 1000 bytes") as caught:
        await reader.get(f"{server.url}/fng/", LIMIT)
    assert caught.value.trouble == "malformed"
    await reader.close()


async def test_a_reader_can_be_closed_at_any_time(
    server: FeedServer, clock: SimulatedClock
) -> None:
    """Closing before the first question, twice, and before another question all work."""
    reader = JsonReader(clock)
    await reader.close()
    assert await reader.get(f"{server.url}/fng/", LIMIT)
    await reader.close()
    await reader.close()
    assert await reader.get(f"{server.url}/fng/", LIMIT)
    await reader.close()
