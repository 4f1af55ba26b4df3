"""Pictures are made of what is on record: no day, figure or mark is invented."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.draw import can_draw
from bot.ports.messages import Digest
from bot.ports.pictures import Allocation, BookValues, DayLine
from bot.store.sqlite import SqliteStore
from bot.workflow.charting import (
    allocation,
    book_values,
    drawdowns,
    drift_history,
    happened,
    market_ribbon,
)
from bot.workflow.digest import compose_digest, post_digest
from bot.workflow.review import compose_review
from core.domain.regime import Regime
from core.domain.stress import Stress, StressState
from tests.chat.stops_charts import one_day, some_days
from tests.chat.world import World, world
from tests.store.samples import AT, STANDINGS, USD

A_DAY = timedelta(days=1)


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    """A world that was looked at once."""
    async with world(tmp_path) as fresh:
        await one_day(fresh)
        yield fresh


def test_weights_stand_as_on_the_card() -> None:
    """Coins by symbol, cash last; every figure is the standing's own."""
    picture = allocation(reversed(STANDINGS), USD)
    assert [row.asset for row in picture.rows] == ["BTC", "ETH", "USD"][: len(picture.rows)]
    by_asset = {row.asset: row for row in STANDINGS}
    for row in picture.rows:
        standing = by_asset[row.asset]  # type: ignore[index]
        assert (row.weight, row.target) == (float(standing.weight), float(standing.target))
        assert (row.low, row.high) == (float(standing.low), float(standing.high))


async def test_a_day_without_a_look_is_a_gap(made: World) -> None:
    """Between two looks no figure is made up."""
    made.later(days=2)
    await one_day(made)
    with made.desk.store.reading() as tx:
        drifts = drift_history(tx, made.desk.policy, now=made.clock.now(), days=30)
        market = market_ribbon(tx, made.desk.policy, now=made.clock.now(), days=30)
    assert drifts is not None
    assert len(drifts.days) == 3
    assert all(
        [value is None for value in line.values] == [False, True, False] for line in drifts.lines
    )
    assert market is not None
    assert market.days == tuple(day - A_DAY for day in drifts.days)
    assert market.regimes[1] == Regime.UNKNOWN
    assert None not in market.prices


async def test_the_newest_look_of_a_day_counts(made: World) -> None:
    """What was seen later on the same day stands in place of what was seen before."""
    made.later(hours=3)
    made.market.move("BTC", "0.8")
    last = await made.look_daily()
    with made.desk.store.reading() as tx:
        drifts = drift_history(tx, made.desk.policy, now=made.clock.now(), days=30)
    assert drifts is not None
    assert {line.name: line.values for line in drifts.lines} == {
        row.asset: (float(row.drift),) for row in last.standings
    }


async def test_only_the_days_asked_for_are_shown(made: World) -> None:
    """Today counts as one of them."""
    await some_days(made, 5)
    now = made.clock.now()
    with made.desk.store.reading() as tx:
        for days, shown in ((2, 2), (30, 6)):
            drifts = drift_history(tx, made.desk.policy, now=now, days=days)
            books = book_values(tx, now=now, days=days)
            assert drifts is not None
            assert books is not None
            assert len(drifts.days) == len(books.days) == shown
            assert drifts.days[-1] == books.days[-1] == now.date()
            assert all(line.values[0] == 1.0 for line in books.lines)
            assert can_draw(drifts)


async def test_what_became_of_proposals_is_marked_on_its_day(made: World) -> None:
    """One rejected and those carried out are marked; an open one is not, nor one of other days."""
    await some_days(made, 12)
    with made.desk.store.reading() as tx:
        proposals = tx.proposals.latest(100)
        days = tuple(made.clock.now().date() - number * A_DAY for number in range(13))[::-1]
        marks = happened(tx, days)
        assert happened(tx, (days[0] - 99 * A_DAY,)) == ()
    ended = [row for row in proposals if row.state in ("DONE", "REJECTED")]
    assert sorted((mark.day, mark.kind) for mark in marks) == sorted(
        (row.decided_at.date(), "executed" if row.state == "DONE" else "rejected")
        for row in ended
        if row.decided_at is not None
    )
    assert {mark.kind for mark in marks} >= {"rejected"}


async def test_a_pause_is_drawn_as_long_as_it_lasted(made: World) -> None:
    """Each day bears the phase of the look that followed it."""
    made.remember(stress=StressState(Stress.PAUSED, since=made.clock.now().date()))
    made.later(days=1)
    await one_day(made)
    with made.desk.store.reading() as tx:
        last = tx.decisions.latest(1)[0]
        market = market_ribbon(tx, made.desk.policy, now=made.clock.now(), days=30)
    assert market is not None
    assert market.phases[-1] == last.next_state.stress.phase
    assert market.phases[0] == Stress.NORMAL


async def test_books_grow_as_the_review_says(made: World) -> None:
    """The lines end where the scorecard's growth ends."""
    await some_days(made, 8)
    review = await compose_review(made.desk, None)
    with made.desk.store.reading() as tx:
        values = book_values(tx, now=made.clock.now(), days=365)
    assert values is not None
    for line, result in zip(values.lines, review.scorecard.books, strict=True):
        assert line.name == result.book
        assert line.values[-1] == pytest.approx(1 + result.growth)


@given(st.lists(st.one_of(st.none(), st.floats(0.01, 100)), min_size=1, max_size=40))
def test_a_drawdown_is_never_above_zero(values: list[float | None]) -> None:
    """It is nothing at a new height, a loss below it, and unknown where the value is."""
    days = tuple(AT.date() + number * A_DAY for number in range(len(values)))
    (line,) = drawdowns(BookValues(days, (DayLine("actual", tuple(values)),))).lines
    peak = 0.0
    for value, depth in zip(values, line.values, strict=True):
        assert (value is None) is (depth is None)
        if value is not None and depth is not None:
            peak = max(peak, value)
            assert -1 <= depth <= 0
            assert (depth == 0) is (value == peak)


class TestDigest:
    async def test_the_summary_carries_the_weights_it_tells_of(self, made: World) -> None:
        """The picture shows the newest standings, the ones in the table below it."""
        digest = await compose_digest(made.desk)
        assert isinstance(digest.picture, Allocation)
        newest = digest.decisions[-1].standings
        assert digest.picture == allocation(newest, made.desk.policy.quote)

    async def test_without_weights_there_is_no_picture(self, tmp_path: Path) -> None:
        """A summary of a day on which nothing could be read is words alone."""
        async with world(tmp_path) as dark:
            dark.market.is_down = True
            assert (await compose_digest(dark.desk)).picture is None

    async def test_switched_off_it_carries_none(self, made: World) -> None:
        """The setting counts for the summary, and for the monthly one."""
        audience = replace(made.desk.audience, pictures=False)
        made.desk = replace(made.desk, audience=audience)
        await some_days(made, 2)
        assert (await self._monthly(made)).picture is None

    async def test_the_first_one_of_a_month_shows_the_books(self, made: World) -> None:
        """Once a month the four books stand above the summary, and their table in it."""
        await some_days(made, 2)
        monthly = await self._monthly(made)
        assert monthly.review is not None
        assert monthly.picture == monthly.review.picture
        assert isinstance(monthly.picture, BookValues)
        made.later(days=1)
        assert isinstance((await post_digest(made.desk)).picture, Allocation)

    async def _monthly(self, made: World) -> Digest:
        """Return the first summary after a turn of the month, as it is read back."""
        await post_digest(made.desk)
        made.later(days=31)
        sent = await post_digest(made.desk)
        assert isinstance(made.desk.store, SqliteStore)
        with made.desk.store.reading() as tx:
            stored = tx.outbox.latest(made.desk.audience.approvers[0], "digest:")
        assert stored is not None
        assert stored.message == sent
        return sent
