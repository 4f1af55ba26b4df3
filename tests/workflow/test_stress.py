"""A market in stress: the open proposal is taken back, its buttons say so, and its plan is kept."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.ports.messages import Digest, NoticeCode
from bot.workflow.approve import TapResult
from bot.workflow.check import EVALUATED_ON, lacks_today, safely_check
from bot.workflow.controls import ResumeResult, pause, resume
from bot.workflow.digest import post_digest
from bot.workflow.withheld import mark_withheld
from core.domain.proposal import ProposalState
from core.domain.snapshot import Occasion
from core.domain.stress import Family, Stress
from core.domain.watching import RegimeRules, StressRules, TiltRules
from tests.workflow.conftest import Opener
from tests.workflow.office import OWNER, Office, policy

WATCHFUL = policy(
    stress=StressRules(families=(Family.PRICE,)),
    regime=RegimeRules(is_directional=False),
    tilt=TiltRules(is_on=False),
)


@pytest.fixture
async def watchful(open_office: Opener) -> Office:
    """Give a bot with an open proposal that watches a calm market."""
    office = await open_office(policy=WATCHFUL, history=460)
    await office.check()
    assert office.proposal().state is ProposalState.PROPOSED
    return office


async def crash(office: Office) -> None:
    """Let BTC lose a third within an hour, and let the bot look."""
    office.clock.step(hours=1)
    await office.market.shift("BTC", "-33")
    await safely_check(office.desk, Occasion.INTRADAY)
    office.deliver()


async def test_s7_entering_a_pause_withdraws_the_open_proposal(watchful: Office) -> None:
    """The card is taken back, and its buttons then answer that it was withdrawn."""
    tap = watchful.tap()
    letter = watchful.letters[-1]
    await crash(watchful)
    assert watchful.state().stress.phase is Stress.PAUSED
    ended = watchful.proposal(tap.proposal_id)
    assert (ended.state, ended.note) == (ProposalState.WITHDRAWN, "market stress")
    assert watchful.approve(letter) is not TapResult.APPROVED
    assert watchful.proposal(tap.proposal_id).state is ProposalState.WITHDRAWN
    assert len(watchful.notices(NoticeCode.STRESS_BEGAN)) == 1


async def test_the_withdrawn_plan_is_held_against_the_market_later(watchful: Office) -> None:
    """What the pause took back is marked after 1, 7 and 30 days with what it would have brought."""
    plan = watchful.proposal().plan
    await crash(watchful)
    for days in (1, 6, 23):
        watchful.clock.step(days=days)
        await mark_withheld(watchful.desk)
    with watchful.store.reading() as tx:
        (kept,) = tx.withheld.latest(5)
    assert kept.plan == plan
    assert [mark.days for mark in kept.marks] == [1, 7, 30]
    # BTC was to be sold at 110,000 and has lost a third since: selling would have gained that.
    sold = next(trade for trade in plan.trades if trade.asset == "BTC")
    least = sold.quantity * 110_000 * Decimal("0.30") - plan.cost
    assert all(mark.gained > least for mark in kept.marks)
    assert len(watchful.notices(NoticeCode.WITHHELD_MARKED)) == 3


async def test_a_pause_of_the_market_and_one_by_hand_are_two(watchful: Office) -> None:
    """Ending one by hand leaves the market's, and the market's end leaves the one by hand."""
    await crash(watchful)
    assert pause(watchful.desk, OWNER)
    assert resume(watchful.desk, OWNER) is ResumeResult.RESUMED
    assert watchful.state().stress.phase is Stress.PAUSED
    assert resume(watchful.desk, OWNER) is ResumeResult.NEEDS_REASON
    result = resume(watchful.desk, OWNER, reason="I looked", is_second_tap=True)
    assert result is ResumeResult.OVERRIDDEN
    assert watchful.state().stress.phase is Stress.PAUSED


async def test_a_pause_survives_a_restart_and_ends_in_time(watchful: Office) -> None:
    """After a restart the pause still stands, and it is over after at most 21 days."""
    await crash(watchful)
    since = watchful.state().stress.since
    await watchful.restart()
    assert watchful.state().stress.phase is Stress.PAUSED
    phases = []
    for _ in range(24):
        watchful.clock.step(days=1)
        await safely_check(watchful.desk, Occasion.DAILY)
        phases.append(watchful.state().stress.phase)
    assert since is not None
    assert phases[-1] is Stress.NORMAL
    told = [code for code in (NoticeCode.STRESS_ENDED,) if watchful.notices(code)]
    assert told == [NoticeCode.STRESS_ENDED]


async def test_the_digest_says_that_rebalancing_is_on_hold(watchful: Office) -> None:
    """The summary of a paused day names the pause and when it ends at the latest."""
    await crash(watchful)
    await post_digest(watchful.desk)
    (digest,) = watchful.said(Digest)
    assert "on hold" in " ".join(digest.explanation.lines)


async def test_a_feed_that_was_down_at_the_hour_costs_no_day(watchful: Office) -> None:
    """A daily evaluation that got no data is made up for at the next look, and only once."""
    watchful.clock.step(days=1)
    watchful.market.is_down = True
    assert await safely_check(watchful.desk, Occasion.DAILY) is None
    assert lacks_today(watchful.desk)
    watchful.clock.step(minutes=15)
    watchful.market.is_down = False
    decision = await safely_check(watchful.desk, Occasion.INTRADAY)
    assert decision is not None
    assert not lacks_today(watchful.desk)
    with watchful.store.reading() as tx:
        assert tx.memory.get(EVALUATED_ON) == watchful.clock.now().date().isoformat()
        count = len(tx.decisions.ids())
    watchful.clock.step(minutes=15)
    await safely_check(watchful.desk, Occasion.INTRADAY)
    with watchful.store.reading() as tx:
        assert len(tx.decisions.ids()) == count


async def test_unsafe_data_are_recorded_once_and_tried_again(watchful: Office) -> None:
    """Quotes that stay too old all morning are one decision on record, not one per look."""
    watchful.clock.step(days=1)
    watchful.market.age = timedelta(days=2)
    with watchful.store.reading() as tx:
        before = len(tx.decisions.ids())
    for _ in range(5):
        await safely_check(watchful.desk, Occasion.INTRADAY)
        watchful.clock.step(minutes=15)
    with watchful.store.reading() as tx:
        assert len(tx.decisions.ids()) == before + 1
    assert lacks_today(watchful.desk)
    watchful.market.age = timedelta()
    await safely_check(watchful.desk, Occasion.INTRADAY)
    assert not lacks_today(watchful.desk)
