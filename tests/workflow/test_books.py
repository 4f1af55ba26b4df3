"""The books follow the stored evaluations: once a day, later if need be, and in nobody's way."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.jobs import Rhythm, jobs_of, run_job
from bot.ports.messages import Card, NoticeCode
from bot.workflow.books import are_books_behind, keep_books
from bot.workflow.digest import LAST_DIGEST, post_digest
from bot.workflow.flows import sync_flows
from core.domain.errors import StoreCorrupt
from core.domain.proposal import ProposalState
from core.domain.scorecard import BookName
from core.domain.snapshot import Occasion
from core.domain.units import Asset, Quantity
from core.simulation.books import BookDay
from tests.store import damage
from tests.workflow.office import BTC, ETH, USD, Office, policy


def days(office: Office) -> list[BookDay]:
    """Return every marked day."""
    with office.store.reading() as tx:
        return list(tx.books.days())


async def run_daily(office: Office) -> None:
    """Run the daily job as the bot does."""
    daily = next(job for job in jobs_of(office.desk, Rhythm()) if job.name == "daily")
    await run_job(office.desk, daily, due_at=office.clock.now())


async def test_the_daily_job_marks_the_books(office: Office) -> None:
    """The evaluation of a day is in the books right after it, with the account's own value."""
    await run_daily(office)
    (day,) = days(office)
    with office.store.reading() as tx:
        (decision,) = tx.decisions.latest(1)
        assert [book.name for book in tx.books.current()] == ["always", "never", "plain"]
    assert (day.decision_id, day.is_first) == (decision.decision_id, True)
    assert {mark.value for mark in day.marks} == {decision.value}
    assert not are_books_behind(office.desk)


async def test_a_day_is_marked_once(office: Office) -> None:
    """Neither a second evaluation of a day nor a look within it changes the books."""
    await office.check()
    assert keep_books(office.desk) == 1
    before = days(office)
    office.clock.step(hours=3)
    await office.check()
    await office.check(Occasion.INTRADAY)
    assert keep_books(office.desk) == keep_books(office.desk) == 0
    assert days(office) == before
    office.clock.step(days=1)
    await office.check()
    assert keep_books(office.desk) == 1


async def live_four_days(office: Office, *, in_time: bool) -> None:
    """Let prices move and coins come in; keep the books every day, or the first day only."""
    for number in range(4):
        await office.check()
        if in_time or number == 0:
            keep_books(office.desk)
        await office.paper.deposit(ETH, Quantity(Decimal("0.1")))
        await office.market.shift("BTC", "9")
        office.clock.step(days=1)


async def test_what_a_crash_cut_off_is_made_up_for(tmp_path: Path) -> None:
    """Books kept late, several days at once and after a restart, equal books kept in time."""
    kept = []
    for in_time in (True, False):
        folder = tmp_path / str(in_time)
        folder.mkdir()
        office = await Office.open(folder)
        await live_four_days(office, in_time=in_time)
        if not in_time:
            await office.restart()
            assert are_books_behind(office.desk)
            assert keep_books(office.desk) == 3
        with office.store.reading() as tx:
            books = tx.books.current()
        kept.append(([(day.day, day.prices, day.marks) for day in days(office)], books))
        office.close()
    assert len(kept[0][0]) == 4
    assert kept[0] == kept[1]


async def test_flows_are_in_the_books_once(office: Office) -> None:
    """What came before an evaluation is in its mark, what came after it in the next one."""
    await run_daily(office)
    await office.paper.deposit(USD, Quantity(Decimal(500)))
    office.clock.step(days=1)
    await run_daily(office)
    await office.paper.deposit(ETH, Quantity(Decimal("0.5")))
    office.clock.step(hours=1)
    await office.check(Occasion.ASKED)
    office.clock.step(hours=23)
    await run_daily(office)
    office.clock.step(days=1)
    await run_daily(office)
    flows = [{mark.flow for mark in day.marks} for day in days(office)]
    assert flows[0] == flows[3] == {0}
    assert flows[1] == {500}
    (price,) = [dict(day.prices)[ETH] for day in days(office)[2:3]]
    assert flows[2] == {price / 2}


async def test_a_flow_of_the_very_instant_is_in_the_next_mark(office: Office) -> None:
    """What was booked after a decision is not in its snapshot, whatever the clock says."""
    await office.check()
    await office.paper.deposit(USD, Quantity(Decimal(500)))
    await sync_flows(office.desk)
    assert keep_books(office.desk) == 1
    office.clock.step(days=1)
    await run_daily(office)
    assert [{mark.flow for mark in day.marks} for day in days(office)] == [{0}, {500}]


async def test_a_new_policy_holds_from_its_day_on(office: Office) -> None:
    """A policy that counts other coins is a flow on its first day, and steers the books from it."""
    await run_daily(office)
    cold = policy(cold=((BTC, Quantity(Decimal("0.1"))),))
    await office.restart(cold)
    office.clock.step(days=1)
    await run_daily(office)
    _, second = days(office)
    assert {mark.flow for mark in second.marks} == {dict(second.prices)[BTC] / 10}


async def test_another_currency_begins_anew(office: Office) -> None:
    """Values in another currency cannot be compared: the books begin again with the account."""
    await run_daily(office)
    (first,) = days(office)
    with office.store.transaction() as tx:
        books = tx.books.current()
        tx.books.begin_anew("as if another currency had been", at=first.marked_at, actor="test")
        tx.books.add(replace(first, quote=Asset("EUR")), books)
    office.clock.step(days=1)
    await run_daily(office)
    again = days(office)[-1]
    assert again.is_first
    assert len({mark.value for mark in again.marks}) == 1
    assert first.day < again.day


async def test_books_that_cannot_be_kept_hold_nobody_up(office: Office) -> None:
    """Damaged books are told of, and the same job's proposal is posted and carried out."""
    await run_daily(office)
    office.deliver()
    damage.run(office.folder / "evenkeel.db", "UPDATE shadow_book SET document = '{'")
    await office.approve_all()
    office.clock.step(days=4)
    await office.market.shift("BTC", "80")
    await run_daily(office)
    assert len(days(office)) == 1
    assert len(office.notices(NoticeCode.BOOKS_DAMAGED)) == 1
    assert not office.notices(NoticeCode.INTERNAL)
    assert office.letter(Card).outgoing.message is not None
    assert (await office.approve_all()).state is ProposalState.DONE


async def test_an_unsafe_day_is_no_step(office: Office) -> None:
    """A day whose data cannot be believed has no mark; the next one goes on from the last."""
    await run_daily(office)
    office.clock.step(days=1)
    office.market.age = timedelta(days=3)
    await run_daily(office)
    assert len(days(office)) == 1
    office.market.age = timedelta()
    await office.market.shift("BTC", "1")
    office.clock.step(days=1)
    await run_daily(office)
    assert [day.is_first for day in days(office)] == [True, False]


async def test_missing_decision_is_named(office: Office) -> None:
    """A decision that the journal tells of and the store lacks is damage, and said so."""
    await office.check()
    damage.run(office.folder / "evenkeel.db", "PRAGMA foreign_keys = OFF")
    damage.run(
        office.folder / "evenkeel.db", "UPDATE decision SET decision_id = 'x' || decision_id"
    )
    with pytest.raises(StoreCorrupt, match="is in the journal and not in the store"):
        keep_books(office.desk)
    assert days(office) == []


async def test_the_person_differs_from_always(office: Office) -> None:
    """A rejected proposal stays out of the account and is carried out in ``always``."""
    await run_daily(office)
    (day,) = days(office)
    held = {mark.book: dict(mark.balances) for mark in day.marks}
    assert held[BookName.ACTUAL] == held[BookName.NEVER]
    assert held[BookName.ALWAYS][BTC] < held[BookName.NEVER][BTC]


async def test_books_that_cannot_be_read_cost_no_digest(office: Office) -> None:
    """The first summary of a month goes out without its review, and the trouble is told of."""
    await post_digest(office.desk)
    office.clock.step(days=31)
    await run_daily(office)
    damage.run(office.folder / "evenkeel.db", "UPDATE book_mark SET balances = '{'")
    digest = await post_digest(office.desk)
    assert digest.review is None
    office.deliver()
    assert len(office.notices(NoticeCode.BOOKS_DAMAGED)) == 1
    with office.store.reading() as tx:
        assert tx.memory.get(LAST_DIGEST) == digest.at.isoformat()
