"""``/chart``: a picture, its caption, and a table that says the same, from the first day on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.commands.charts import BURST
from bot.chat.render.charts import picture_table
from bot.chat.render.columns import WIDTH
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Command
from bot.ports.pictures import Allocation, BookValues, Drawdowns, DriftHistory, MarketRibbon
from bot.store.sqlite import SqliteStore
from tests.chat.stops_charts import CHARTS, one_day, some_days
from tests.chat.tour import tables_of
from tests.chat.world import ANN, EVE, VERA, Shown, World, world
from tests.dsl import MORNING
from tests.store.samples import BTC, USD

KINDS = {
    "weights": Allocation,
    "drift": DriftHistory,
    "books": BookValues,
    "market": MarketRibbon,
    "drawdown": Drawdowns,
}


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[World]:
    """A world after its first look."""
    async with world(tmp_path) as made:
        await one_day(made)
        yield made


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[World]:
    """A world after three weeks, with plans carried out and one rejected."""
    async with world(tmp_path) as made:
        await one_day(made)
        await some_days(made, 21)
        yield made


async def asked(made: World, words: str, person: str = ANN) -> Shown:
    """Return what a command brings, long enough after the last one."""
    made.later(minutes=11)
    await made.send(person, words)
    return made.newest(person)


async def test_every_picture_comes_with_its_caption_and_its_table(lived: World) -> None:
    """Each name, in any order and case, brings its picture, a caption, and a table for a phone."""
    for name, kind in KINDS.items():
        shown = await asked(lived, f"/chart {name} 30", VERA)
        (photo,) = shown.words.photos
        assert isinstance(photo.picture, kind)
        assert 0 < len(photo.caption) <= 60
        lines = [*tables_of(shown.words.pages)]
        assert len(lines) >= 3
        assert max(map(len, lines)) <= WIDTH
    for words in ("drift 30", "30 drift", "DRIFT 30"):
        assert "Distance from the goals" in (await asked(lived, f"/chart {words}")).words.plain


async def test_what_is_drawn_is_what_the_table_says(lived: World) -> None:
    """The figures of the newest day stand in the table as they stand in the picture."""
    shown = await asked(lived, "/chart drift 30")
    picture = shown.words.photos[0].picture
    assert isinstance(picture, DriftHistory)
    table = {line[:3]: line for line in tables_of(shown.words.pages)}
    for line in picture.lines:
        newest = line.values[-1]
        assert newest is not None
        figure = f"{newest:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")
        assert figure in table[line.name]
    kinds = [mark.kind for mark in picture.marks]
    assert kinds.count("rejected") == 1
    assert kinds.count("executed") >= 1
    assert "rejected                         1" in shown.words.plain


async def test_the_usual_picture_is_the_weights(fresh: World) -> None:
    """/chart alone shows where everything stands, and names the others."""
    shown = await asked(fresh, "/chart")
    assert shown.words.plain.startswith("Weights and goals")
    assert "BTC  61.9   50 40–60 −1.9 ◂" in shown.words.plain
    assert "/chart drawdown" in shown.words.plain


async def test_before_the_first_look_there_is_a_calm_sentence(tmp_path: Path) -> None:
    """Nothing on record is said to be so, for every picture, and nothing fails."""
    async with world(tmp_path) as made:
        for command in CHARTS:
            shown = await asked(made, command)
            assert shown.words.photos == ()
            assert "first picture" in shown.words.plain or "nothing on record" in shown.words.plain


@pytest.mark.parametrize("name", ["drift", "books", "market", "drawdown"])
async def test_one_day_is_too_little_for_a_line(fresh: World, name: str) -> None:
    """The first day has its table, and a sentence in place of a picture without a line."""
    shown = await asked(fresh, f"/chart {name}")
    assert shown.words.photos == ()
    assert "A picture needs two days" in shown.words.plain
    assert "1 days" not in shown.words.plain
    assert [*tables_of(shown.words.pages)]


@pytest.mark.parametrize("words", ["x", "31", "drift 7", "drift market", "30 90", "drift 9" * 99])
async def test_what_is_not_understood_is_answered_with_what_there_is(
    fresh: World, words: str
) -> None:
    """An unknown name or span brings the list of pictures, and none is drawn."""
    shown = await asked(fresh, f"/chart {words}")
    assert shown.words.plain.splitlines()[1:] == [
        "/chart weights",
        *(f"/chart {name} 90" for name in ("drift", "books", "market", "drawdown")),
    ]


async def test_pictures_of_one_chat_come_one_at_a_time(fresh: World) -> None:
    """While one is on its way the next is not begun; another chat does not wait."""
    fresh.later(minutes=11)
    await fresh.front.handle(fresh.request(ANN, Command("chart")))
    await fresh.front.handle(fresh.request(ANN, Command("chart")))
    await fresh.front.handle(fresh.request(VERA, Command("chart")))
    new = fresh.deliver()
    photos = [(row.chat_id, len(row.words.photos)) for row in new]
    assert sorted(photos) == [(ANN, 0), (ANN, 1), (VERA, 1)]
    assert "still on its way" in next(r for r in new if not r.words.photos).words.plain
    assert (await asked(fresh, "/chart")).words.photos


async def test_many_pictures_of_one_person_have_to_wait(fresh: World) -> None:
    """Drawing costs time: after a dozen within ten minutes the next is put off."""
    fresh.later(minutes=11)
    for _ in range(BURST):
        await fresh.send(VERA, "/chart")
        assert fresh.newest(VERA).words.photos
    assert "in a few minutes" in (await fresh.send(VERA, "/chart"))[0]
    assert (await asked(fresh, "/chart", ANN)).words.photos
    assert (await asked(fresh, "/chart", VERA)).words.photos


async def test_strangers_see_nothing(fresh: World) -> None:
    """Pictures are behind the same gate as every other look."""
    for command in ("/chart", "/review"):
        assert await fresh.send(EVE, command) == []


async def test_a_group_that_gets_messages_may_look(tmp_path: Path) -> None:
    """In a familiar group a viewer may ask; in another one not."""
    async with world(tmp_path, groups=["-300"]) as made:
        await one_day(made)
        assert await made.send(VERA, "/chart", chat_id="-300", is_private=False)
        (refused,) = await made.send(VERA, "/chart", chat_id="-400", is_private=False)
        assert "private chat" in refused


async def test_switched_off_the_table_stands_alone(fresh: World) -> None:
    """With pictures off, /chart and /settings say so and no picture is made."""
    fresh.desk = replace(fresh.desk, audience=replace(fresh.desk.audience, pictures=False))
    fresh.__post_init__()
    shown = await asked(fresh, "/chart")
    assert shown.words.photos == ()
    assert "BTC  61.9" in shown.words.plain
    assert "switched off in the policy file" in shown.words.plain
    assert "No pictures, tables alone" in (await fresh.send(ANN, "/settings"))[0]


def test_a_market_without_a_price_has_no_empty_line_above_it() -> None:
    """Where a day's price is not known yet, its table begins with what the market was doing."""
    day = MORNING.date()
    ribbon = MarketRibbon(BTC, USD, (day,), (None,), ("ranging",), ("NORMAL",))
    assert picture_table(ribbon, ENGLISH)[0].startswith("moving sideways")


async def test_a_picture_survives_a_restart(fresh: World) -> None:
    """What was written down and not sent is read back whole, bit for bit."""
    fresh.later(minutes=11)
    await fresh.front.handle(fresh.request(ANN, Command("chart")))
    store = fresh.desk.store
    assert isinstance(store, SqliteStore)
    with store.reading() as tx:
        waiting = tx.outbox.next(ANN)
        last = tx.decisions.latest(1)[0]
    assert waiting is not None
    picture = fresh.renderer.render(waiting).photos[0].picture
    assert isinstance(picture, Allocation)
    weights = {row.asset: float(row.weight) for row in last.standings}
    assert {row.asset: row.weight for row in picture.rows} == weights
    assert picture.rows[-1].asset == "USD"
    assert fresh.clock.now() > MORNING
