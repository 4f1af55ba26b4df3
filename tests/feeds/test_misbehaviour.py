"""How a server misbehaves x which source -> readings, or the one word for why there are none."""

from datetime import timedelta
from typing import Any

import pytest

from bot.clocks import SimulatedClock
from bot.feeds.http import JsonReader, Limits
from core.domain.errors import FeedUnavailable
from tests.feeds import misbehaviour as bad
from tests.feeds.conftest import NOON
from tests.feeds.server import FeedServer, Spoil
from tests.feeds.sources import NAMES, SOURCES, TRUTH, feed_of
from tests.feeds.wires import DAY, KEY, WIRES, Wire

FIRST = NOON.replace(hour=0) - 399 * DAY
ALL = "readings"
ONE_LESS = "one reading less"

# What the whole answer is like: the outcome is the same for every source.
ANSWERS: dict[str, tuple[list[Spoil], Spoil | None, str]] = {
    "good": ([], None, ALL),
    "web page": ([], bad.PAGE, "malformed"),
    "web page that calls itself JSON": ([], bad.PAGE_AS_JSON, "malformed"),
    "nothing at all": ([], bad.EMPTY, "malformed"),
    "half an answer": ([], bad.truncated, "malformed"),
    "ten thousand brackets": ([], bad.DEEP, "malformed"),
    "JSON null": ([], bad.text("null"), "malformed"),
    "JSON text": ([], bad.text('"ok"'), "malformed"),
    "object without fields": ([], bad.text("{}"), "malformed"),
    "object of an error": ([], bad.text('{"error": "busy"}'), "malformed"),
    "damaged packing": ([], bad.damaged, "malformed"),
    "five megabytes": ([], bad.huge, "malformed"),
    "redirect to another host": ([], bad.elsewhere, "malformed"),
    "redirect in circles": ([], bad.in_circles, "malformed"),
    "no content": ([], bad.text("", status=204), "malformed"),
    "401": ([], bad.status(401), "refused"),
    "403": ([], bad.status(403), "refused"),
    "404": ([], bad.status(404), "refused"),
    "429 for ever": ([], bad.status(429), "limited"),
    "429 once": ([bad.status(429)], None, ALL),
    "429, a short rest, then good": ([bad.status(429, Retry_After="2")], None, ALL),
    "429, an hour's rest": ([], bad.status(429, Retry_After="3600"), "limited"),
    "500 twice": ([bad.status(500), bad.status(502)], None, ALL),
    "500 for ever": ([], bad.status(500), "down"),
    "503, an hour's rest": ([], bad.status(503, Retry_After="3600"), "down"),
    "cut once": ([bad.cut], None, ALL),
    "cut for ever": ([], bad.cut, "down"),
}


def _repeat(rows: list[dict[str, Any]], wire: Wire) -> None:
    rows.insert(4, dict(rows[4]))


def _contradict(rows: list[dict[str, Any]], wire: Wire) -> None:
    rows.insert(4, {**rows[4], wire.value: "1.5"})


def _reorder(rows: list[dict[str, Any]], wire: Wire) -> None:
    rows[2], rows[7] = rows[7], rows[2]


def _shift(rows: list[dict[str, Any]], wire: Wire) -> None:
    fifth = FIRST + 4 * DAY
    rows[4][wire.time] = wire.write(fifth + timedelta(hours=7))


def _future(rows: list[dict[str, Any]], wire: Wire) -> None:
    rows.append({**rows[-1], wire.time: wire.write(NOON + DAY)})


def _milliseconds(rows: list[dict[str, Any]], wire: Wire) -> None:
    rows[4][wire.time] = str(int(NOON.timestamp()) * 1000)


def _ancient(rows: list[dict[str, Any]], wire: Wire) -> None:
    rows[4][wire.time] = wire.write(NOON.replace(year=1999))


# What one row is like: (change, outcome, outcome of the sources that differ).
ROWS: dict[str, tuple[Any, str, dict[str, str]]] = {
    "null": (bad.value(None), "malformed", {"coin_metrics": ONE_LESS}),
    "empty text": (bad.value(""), "malformed", {}),
    "NaN text": (bad.value("NaN"), "malformed", {}),
    "NaN": (bad.value(float("nan")), "malformed", {}),
    "infinity": (bad.value(float("inf")), "malformed", {}),
    "a word": (bad.value("fear"), "malformed", {}),
    "true": (bad.value(True), "malformed", {}),
    "a list": (bad.value([42]), "malformed", {}),
    "an object": (bad.value({"v": 42}), "malformed", {}),
    "underscores": (bad.value("1_0"), "malformed", {}),
    "far too high": (bad.value("1e12"), "malformed", {}),
    "far too low": (bad.value("-1e12"), "malformed", {}),
    "absurdly small": (bad.value("1e-300"), "malformed", {}),
    "no value": (
        lambda rows, wire: rows[4].pop(wire.value),
        "malformed",
        {"coin_metrics": ONE_LESS},
    ),
    "a row that is a text": (lambda rows, wire: rows.insert(4, "row"), "malformed", {}),
    "no time": (lambda rows, wire: rows[4].pop(wire.time), "malformed", {}),
    "null time": (bad.time(None), "malformed", {}),
    "empty time": (bad.time(""), "malformed", {}),
    "a time that is a word": (bad.time("yesterday"), "malformed", {}),
    "a time of tomorrow": (_future, "malformed", {}),
    "a time in milliseconds": (_milliseconds, "malformed", {}),
    "a time before there were coins": (_ancient, "malformed", {}),
    "a time within the day": (_shift, "malformed", {"fear_greed": ALL}),
    "a day told twice alike": (_repeat, ALL, {}),
    "a day told twice differently": (_contradict, "malformed", {}),
    "days out of order": (_reorder, ALL, {}),
    "a day missing": (lambda rows, wire: rows.pop(4), ONE_LESS, {}),
    "no rows": (lambda rows, wire: rows.clear(), "late", {}),
}


async def _outcome(name: str, server: FeedServer, reader: JsonReader, clock: SimulatedClock) -> str:
    """Return what a feed makes of its server, and check everything that holds in any case."""
    feed = feed_of(name, server, reader, clock)
    try:
        readings = await feed.read()
    except FeedUnavailable as failure:
        said = str(failure)
        assert KEY not in said
        assert "127.0.0.1" in said or SOURCES[name] in said
        assert said.isprintable()
        return failure.trouble
    days = [reading.about for reading in readings]
    assert days == sorted(set(days))
    assert all(reading.value == TRUTH[name](reading.about) for reading in readings)
    newest = NOON.replace(hour=0) - (timedelta(0) if name == "fear_greed" else DAY)
    assert days[-1] == newest
    whole = (newest - FIRST) // DAY + 1
    return {whole: ALL, whole - 1: ONE_LESS}[len(days)]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("name", NAMES)
async def test_a_bad_answer_is_a_word_and_never_a_value(
    name: str, answer: str, server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Whatever the server sends as a whole, a feed gives true readings or one word for why not."""
    spoils, always, expected = ANSWERS[answer]
    server.spoils, server.always = list(spoils), always
    assert await _outcome(name, server, reader, clock) == expected


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("name", NAMES)
async def test_one_bad_row_spoils_the_answer(
    name: str, row: str, server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """One value that cannot be believed is never replaced, guessed or silently dropped."""
    change, usual, others = ROWS[row]
    server.always = bad.changed(change, WIRES[name])
    assert await _outcome(name, server, reader, clock) == others.get(name, usual)


@pytest.mark.parametrize("spoil", [bad.hang, bad.drip], ids=["hang", "drip"])
@pytest.mark.parametrize("name", NAMES)
async def test_a_server_that_keeps_us_waiting_is_down(
    name: str, spoil: Spoil, server: FeedServer, clock: SimulatedClock
) -> None:
    """A server that never finishes its answer costs a bounded time and is then called down."""
    server.always = spoil
    reader = JsonReader(clock, limits=Limits(read=0.2, total=0.3, attempts=2), wait=_no_wait)
    assert await _outcome(name, server, reader, clock) == "down"
    await reader.close()


async def test_a_server_that_is_not_there_is_down(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Nobody listening is a word, too."""
    feed = feed_of("fear_greed", server, reader, clock)
    await server.stop()
    with pytest.raises(FeedUnavailable, match="could not be reached") as caught:
        await feed.read()
    assert caught.value.trouble == "down"


async def _no_wait(seconds: float) -> None:
    """Go on at once."""
