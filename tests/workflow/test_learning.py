"""What 90 days of watching came to: told when it is due, and never better than it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports.messages import Mode
from bot.ports.reviews import Check, CheckName, Learned
from bot.workflow.review import compose_review
from core.domain.errors import InvariantBroken
from tests.store.arranging import add_decision
from tests.store.book_cards import BOOKS, book_day
from tests.workflow.office import Office


def watch_for(office: Office, days: float) -> None:
    """Let the books have begun so many days ago, with one more mark yesterday."""
    now = office.clock.now()
    for number, ago in ((1, days), (2, 1.0)):
        at = now - timedelta(days=ago)
        with office.store.transaction() as tx:
            add_decision(tx, number)
            tx.books.add(book_day(number, day=at.date(), marked_at=at), BOOKS)


async def learned(office: Office, **changes: object) -> Learned | None:
    """Return what a review of the whole time says was learned."""
    desk = replace(office.desk, **changes)  # type: ignore[arg-type]
    return (await compose_review(desk, None)).learned


async def check(office: Office, name: CheckName) -> Check:
    """Return one line of the checklist."""
    found = await learned(office)
    assert found is not None
    return next(row for row in found.checks if row.name is name)


@pytest.mark.parametrize(("days", "is_told"), [(89.9, False), (90.0, True)])
async def test_nothing_is_learned_before_ninety_days(
    office: Office, days: float, is_told: bool
) -> None:
    """The checklist is there from the ninetieth day on, on paper and while watching."""
    watch_for(office, days)
    assert (await learned(office) is not None) is is_told
    assert (await learned(office, mode=Mode.WATCH) is not None) is is_told


async def test_live_there_is_nothing_to_go_live_for(office: Office) -> None:
    """A bot that trades real money has no checklist for going live."""
    watch_for(office, 100)
    assert await learned(office, mode=Mode.LIVE) is None


async def test_days_without_an_evaluation_count(office: Office) -> None:
    """Two marks in 100 days are two percent of them, and not enough."""
    watch_for(office, 100)
    line = await check(office, CheckName.DAYS_EVALUATED)
    assert (line.is_met, line.value, line.count) == (False, 2 / 100, 100)
    found = await learned(office)
    assert found is not None
    assert not found.is_ready


async def test_what_was_never_asked_is_not_known(office: Office) -> None:
    """Without questions and trades, answers and costs are unknown, and neither met nor failed."""
    watch_for(office, 100)
    for name in (CheckName.PROPOSALS_ANSWERED, CheckName.ANSWER_TIME, CheckName.COST_RATIO):
        line = await check(office, name)
        assert (line.is_met, line.value, line.count) == (None, None, 0)


async def test_days_of_silence_count_once_each(office: Office) -> None:
    """Feeds that fail twice on one day make one day of failure; a tenth of the days is too many."""
    watch_for(office, 100)
    start = office.clock.now() - timedelta(days=60)
    for number in range(11):
        with office.store.transaction() as tx:
            at = start + timedelta(days=number)
            for _ in range(2):
                tx.journal.append("feed.unavailable", "engine", {"why": "down"}, at=at)
    line = await check(office, CheckName.DATA_FAILURES)
    assert (line.is_met, line.value, line.count) == (False, 11 / 100, 11)


async def test_a_broken_journal_is_never_forgiven(office: Office) -> None:
    """A journal that was once found broken is not met, although the bot goes on after it."""
    watch_for(office, 100)
    assert (await check(office, CheckName.JOURNAL)).is_met
    with office.store.transaction() as tx:
        tx.journal.append("journal.broken", "engine", {"problem": "x"}, at=office.clock.now())
    assert (await check(office, CheckName.JOURNAL)).is_met is False


async def test_balances_that_do_not_reconcile_are_counted(office: Office) -> None:
    """A balance that flows and trades do not explain is one too many, and is counted."""
    watch_for(office, 100)
    assert (await check(office, CheckName.RECONCILIATION)).is_met
    office.falsify(office.policy.risk_assets[0], "9")
    line = await check(office, CheckName.RECONCILIATION)
    assert (line.is_met, line.value) == (False, 1.0)


async def test_only_the_offered_spans_are_made(office: Office) -> None:
    """A review looks back 30 days, 90, or to the first day."""
    with pytest.raises(InvariantBroken, match="30 days, 90"):
        await compose_review(office.desk, 31)
    assert (await compose_review(office.desk, 30)).picture is None
