"""Damaged books: found when they are used, made again as they were, or begun anew and said so."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat.render.pages import plain
from bot.chat.render.reader import Reader
from bot.chat.render.review import review_blocks
from bot.clocks import SimulatedClock
from bot.ports.messages import NoticeCode
from bot.ports.reviews import Gap
from bot.store.sqlite import open_store
from bot.store.verify import verify_journal
from bot.workflow import mending
from bot.workflow.books import keep_books, safely_keep_books
from bot.workflow.desk import Desk
from bot.workflow.mending import Mended, mend_books
from bot.workflow.review import compose_review
from core.domain.errors import BooksCorrupt, StoreCorrupt
from core.simulation.books import BookDay, ShadowBook
from tests.chat.stops_charts import one_day, some_days
from tests.chat.world import ANN, BERLIN, World, world
from tests.store import damage

DAMAGE = [
    "UPDATE book_mark SET balances = '{' WHERE day = '2026-03-04'",
    "UPDATE book_mark SET value = value || '1'",
    "UPDATE book_day SET flows_to = flows_to + 1",
    "UPDATE book_day SET decision_id = X'80FF' WHERE day = '2026-03-03'",
    "DELETE FROM book_mark WHERE day = '2026-03-04'",
    "DELETE FROM book_day WHERE day = '2026-03-06'",
    "UPDATE shadow_book SET document = replace(document, '0', '1')",
    "DELETE FROM shadow_book",
]

_DAY = "INSERT INTO book_day SELECT '{day}', entry, marked_at, 'nobody', quote, is_first, prices, "
_MARKS = "INSERT INTO book_mark SELECT '{day}', book, value, flow, cost, balances FROM book_mark "
SLIPPED_IN = {
    "day": _DAY.format(day="2026-03-07") + "flows_to FROM book_day LIMIT 1",
    "marks": _MARKS.format(day="2026-03-07") + "WHERE day = '2026-03-04'",
    "older": _MARKS.format(day="2025-03-04") + "WHERE day = '2026-03-04'",
    "deep": DAMAGE[0].replace("{", "[" * 100_000),
}


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose books are kept for five days, with plans carried out."""
    async with world(tmp_path) as opened:
        await one_day(opened)
        await some_days(opened, 4)
        yield opened


def harm(tmp_path: Path, sql: str) -> None:
    """Change the database behind the store's back."""
    damage.run(tmp_path / "evenkeel.db", sql)


def books_of(made: World) -> tuple[list[BookDay], list[ShadowBook]]:
    """Return everything that is stored of the books."""
    with made.desk.store.reading() as tx:
        return list(tx.books.days()), list(tx.books.current())


@pytest.mark.parametrize("sql", DAMAGE)
async def test_damage_is_found_and_mended(made: World, tmp_path: Path, sql: str) -> None:
    """Every day and book comes back as it was marked, and the journal tells of the mending."""
    before = books_of(made)
    harm(tmp_path, sql)
    with pytest.raises(BooksCorrupt):
        await compose_review(made.desk, 30)
    assert await mend_books(made.desk, ANN) == Mended(5)
    assert books_of(made) == before
    assert made.journal("books.restored") == ["engine"]
    with open_store(tmp_path / "evenkeel.db", read_only=True) as store:
        assert verify_journal(store).ok


async def test_whole_books_are_left_alone(made: World) -> None:
    """Where nothing is wrong nothing is written."""
    with made.desk.store.reading() as tx:
        head = tx.journal.head()
    assert await mend_books(made.desk, ANN) is None
    with made.desk.store.reading() as tx:
        assert tx.journal.head() == head


async def test_days_that_were_missed_meanwhile_are_kept(made: World, tmp_path: Path) -> None:
    """Damaged books stand still; once mended they catch up, as if nothing had been."""
    harm(tmp_path, "UPDATE shadow_book SET document = '{'")
    for _ in range(2):
        made.later(days=1)
        await made.look_daily()
        safely_keep_books(made.desk)
    codes = [getattr(row.outgoing.message, "code", "") for row in made.deliver()]
    assert codes.count(NoticeCode.BOOKS_DAMAGED) == len(made.desk.audience.approvers) + 1
    assert await mend_books(made.desk, ANN) == Mended(5)
    assert len(books_of(made)[0]) == 7


async def test_a_day_that_is_marked_meanwhile_is_no_reason_to_begin_anew(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daily evaluation may come while years are made again; nothing is lost by that."""
    harm(tmp_path, "DELETE FROM book_mark WHERE day = '2026-03-04'")
    made.later(days=1)
    await made.look_daily()
    make_again = mending._made_again  # noqa: SLF001  # the part that takes long

    def and_a_day_passes(desk: Desk, *given: Any) -> Any:  # noqa: ANN401  # as it is
        made_again = make_again(desk, *given)
        safely_keep_books(desk)
        return made_again

    monkeypatch.setattr(mending, "_made_again", and_a_day_passes)
    assert await mend_books(made.desk, ANN) == Mended(6)
    assert [row.is_first for row in books_of(made)[0]] == [True, *[False] * 5]
    assert made.journal("books.begun_anew") == []


async def test_to_mend_twice_at_once_loses_nothing(made: World, tmp_path: Path) -> None:
    """An impatient person sends it again; one of them mends, the others find the books whole."""
    harm(tmp_path, "UPDATE shadow_book SET document = '{'")
    made.later(days=1)
    await made.look_daily()
    mended = await asyncio.gather(*(mend_books(made.desk, ANN) for _ in range(4)))
    assert [row for row in mended if row is not None] == [Mended(5)]
    assert len(books_of(made)[0]) == 6


@pytest.mark.parametrize("sql", SLIPPED_IN.values(), ids=SLIPPED_IN.keys())
async def test_what_was_slipped_in_is_found_and_mended(
    made: World, tmp_path: Path, sql: str
) -> None:
    """A row of a day to come would keep that day from being marked; it is told, and taken away."""
    harm(tmp_path, sql)
    with open_store(tmp_path / "evenkeel.db", read_only=True) as store:
        assert not verify_journal(store).ok
    assert await mend_books(made.desk, ANN) == Mended(5)
    made.later(days=1)
    await made.look_daily()
    assert keep_books(made.desk) == 1
    with open_store(tmp_path / "evenkeel.db", read_only=True) as store:
        assert verify_journal(store).ok


async def test_a_day_that_was_slipped_in_stops_the_books_aloud(made: World, tmp_path: Path) -> None:
    """No day is left out in silence because something stands in its place."""
    harm(tmp_path, SLIPPED_IN["marks"])
    made.later(days=1)
    await made.look_daily()
    with pytest.raises(BooksCorrupt, match="2026-03-07 were never marked"):
        keep_books(made.desk)


async def test_what_cannot_be_made_again_begins_anew(made: World, tmp_path: Path) -> None:
    """With a decision damaged as well, the books wait until somebody lets them go on from today."""
    harm(tmp_path, "UPDATE decision SET state = X'00' WHERE seq = 2")
    harm(tmp_path, "DELETE FROM book_mark")
    before = damage.run(tmp_path / "evenkeel.db", "SELECT * FROM book_day")
    refused = await mend_books(made.desk, ANN)
    assert refused is not None
    assert (refused.days, refused.anew) == (0, False)
    assert refused.why
    assert damage.run(tmp_path / "evenkeel.db", "SELECT * FROM book_day") == before
    assert made.journal("books.begun_anew") == []
    assert await mend_books(made.desk, ANN, anew=True) == replace(refused, anew=True)
    assert made.journal("books.begun_anew") == [ANN]
    (day,) = books_of(made)[0]
    assert (day.is_first, day.day) == (True, made.clock.now().date())
    made.later(days=1)
    await one_day(made)
    assert [row.is_first for row in books_of(made)[0]] == [True, False]
    with open_store(tmp_path / "evenkeel.db", read_only=True) as store, store.reading() as tx:
        assert tx.books.damage() == ""


async def test_a_damaged_journal_mends_nothing(made: World, tmp_path: Path) -> None:
    """Where nobody knows what the books were, what is stored of them stays as it is."""
    damage.disarm(tmp_path / "evenkeel.db")
    harm(tmp_path, "UPDATE journal SET actor = 'nobody' WHERE seq = 3")
    harm(tmp_path, "DELETE FROM book_mark WHERE day = '2026-03-04'")
    with pytest.raises(StoreCorrupt, match="entry 3"):
        await mend_books(made.desk, ANN)
    rows = damage.run(tmp_path / "evenkeel.db", "SELECT count(*) FROM book_mark")
    assert rows == [(16,)]


async def test_a_clock_that_was_ahead_leaves_a_gap_that_is_told(made: World) -> None:
    """Days that have no mark because one bears a later day stand in the review by their dates."""
    today = made.clock.now().date()
    made.later(days=9)
    await one_day(made)
    corrected = replace(made.desk, clock=SimulatedClock(made.clock.now() - timedelta(days=7)))
    review = await compose_review(corrected, None)
    assert review.gaps == (Gap(today + timedelta(days=1), today + timedelta(days=8)),)
    told = plain(review_blocks(review, Reader(review.at, BERLIN, made.desk.policy.quote)))
    assert "No marks from 7 Mar to 14 Mar." in told
    assert "the clock was ahead. Until 15 Mar no further day is marked." in told


async def test_books_that_stand_still_are_told_by_their_dates(made: World) -> None:
    """Days without a look have no mark; yesterday counts, and today may have its own yet."""
    today = made.clock.now().date()
    made.later(days=2)
    assert (await compose_review(made.desk, 30)).gaps == ()
    made.later(days=1)
    (gap,) = (await compose_review(made.desk, 30)).gaps
    assert gap == Gap(today + timedelta(days=1), today + timedelta(days=2))


async def test_a_begun_day_counts_flows_since_its_midnight(tmp_path: Path) -> None:
    """The first day made again has the flows that it had when the books began."""
    async with world(tmp_path) as made:
        midnight = datetime.combine(made.clock.now().date(), time(), UTC)
        assert made.clock.now() > midnight
        await one_day(made)
        (before,) = books_of(made)[0]
        harm(tmp_path, "DELETE FROM book_mark")
        assert await mend_books(made.desk, ANN) == Mended(1)
        assert books_of(made)[0] == [before]
        assert keep_books(made.desk) == 0
