"""Where a pause could slip through: between a recheck and a look, between a word and its end."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.feeds.assemble import VenueSnapshots
from bot.ports.messages import NoticeCode
from bot.workflow.check import safely_check
from bot.workflow.controls import ResumeResult, resume
from core.domain.decision import Verdict
from core.domain.errors import FeedUnavailable
from core.domain.policy import BandRules
from core.domain.proposal import ProposalState
from core.domain.readings import Reading, ReadingKind, Trouble
from core.domain.snapshot import Occasion
from core.domain.stress import Family, Stress, StressState
from core.domain.units import Asset, Weight
from core.domain.watching import RegimeRules, StressRules, TiltRules
from tests.workflow.conftest import Opener
from tests.workflow.office import ETH, MORNING, OWNER, PRICES, USD, Office, policy
from tests.workflow.steered_market import SteeredBars, SteeredMarket

QUIET: dict[str, Any] = {
    "regime": RegimeRules(is_directional=False),
    "tilt": TiltRules(is_on=False),
}
WATCHFUL = policy(stress=StressRules(families=(Family.PRICE,)), **QUIET)


class Forgetful(SteeredMarket):
    """A market that does not tell what a coin cost a day ago."""

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Refuse."""
        raise FeedUnavailable(f"no price of {asset} of a day ago", trouble=Trouble.LIMITED)


async def look(office: Office, occasion: Occasion = Occasion.INTRADAY) -> None:
    """Let the bot look as its schedule does."""
    await safely_check(office.desk, occasion)
    office.deliver()


async def crash(office: Office) -> None:
    """Let BTC lose a third within an hour; nobody has looked yet."""
    office.clock.step(hours=1)
    await office.market.shift("BTC", "-33")


@pytest.fixture
async def watchful(open_office: Opener) -> Office:
    """Give a bot with an open proposal that watches a calm market."""
    office = await open_office(policy=WATCHFUL, history=460)
    await office.check()
    assert office.proposal().state is ProposalState.PROPOSED
    return office


async def test_a_fall_that_a_recheck_saw_first_pauses_at_the_next_look(open_office: Opener) -> None:
    """What a recheck saw is on record, not in the memory: the next look must still begin a pause.

    BTC is far outside its band, and the plan is of yesterday, so that the recheck and the look give
    the very same reasons.
    """
    office = await open_office(policy=WATCHFUL, history=460)
    office.clock.step(hours=20)
    await office.market.shift("BTC", "150")
    await look(office, Occasion.DAILY)
    office.clock.step(hours=4)
    await look(office, Occasion.DAILY)
    await crash(office)
    ended = await office.approve_all()
    assert ended.state is ProposalState.WITHDRAWN
    assert office.state().stress.phase is Stress.NORMAL
    await look(office)
    assert office.state().stress.phase is Stress.PAUSED
    assert len(office.notices(NoticeCode.STRESS_BEGAN)) == 1


async def test_nothing_is_sent_of_a_plan_approved_before_the_pause(watchful: Office) -> None:
    """An approval that was given in time and not begun ends with the pause, and says why."""
    pid = watchful.agree().proposal_id
    await crash(watchful)
    await look(watchful)
    assert watchful.proposal(pid).state is ProposalState.APPROVED
    ended = await watchful.carry_out(pid)
    assert (ended.state, watchful.sent()) == (ProposalState.WITHDRAWN, [])
    assert "PAUSED_STRESS" in ended.note


async def test_a_card_of_an_override_dies_with_it(open_office: Opener) -> None:
    """What was proposed on a person's word is not carried out after the word has run out."""
    heavy = {"BTC": "0.6", "ETH": "2.619", "USD": "8000"}
    office = await open_office(policy=WATCHFUL, history=460, holdings=heavy)
    await look(office, Occasion.DAILY)
    await crash(office)
    await look(office)
    said = resume(office.desk, OWNER, reason="I looked", is_second_tap=True)
    assert said is ResumeResult.OVERRIDDEN
    office.clock.step(hours=23)
    await look(office, Occasion.DAILY)
    proposal = office.live()
    assert proposal is not None
    assert proposal.tier == 3
    office.clock.step(hours=2)
    ended = await office.approve_all()
    assert (ended.state, office.sent()) == (ProposalState.WITHDRAWN, [])


async def test_a_market_that_nobody_holds_still_pauses(open_office: Opener) -> None:
    """An account without BTC is read by BTC all the same: its fall takes the open plan back."""
    targets = ((ETH, Weight(Decimal("0.8"))), (USD, Weight(Decimal("0.2"))))
    bare = replace(WATCHFUL, targets=targets)
    office = await open_office(policy=bare, holdings={"ETH": "10", "USD": "30000"}, history=460)
    await office.check()
    assert office.proposal().state is ProposalState.PROPOSED
    await crash(office)
    await look(office)
    assert office.proposal().state is ProposalState.WITHDRAWN
    assert office.state().stress.phase is Stress.PAUSED


async def test_a_pause_that_is_switched_off_ends_with_the_next_day(watchful: Office) -> None:
    """Without a family that watches, the pause is over at the next evaluation, and that is said."""
    await crash(watchful)
    await look(watchful)
    off = policy(stress=StressRules(families=()), **QUIET)
    await watchful.restart(off)
    for _ in range(3):
        watchful.clock.step(days=1)
        await look(watchful, Occasion.DAILY)
    assert watchful.state().stress == StressState()
    assert len(watchful.notices(NoticeCode.STRESS_ENDED)) == 1


async def test_a_price_of_a_day_ago_that_is_refused_is_told(office: Office) -> None:
    """Without that price no fall within the day can be seen, so its silence is a trouble."""
    market = Forgetful(SteeredBars(MORNING, PRICES, history=460), office.clock)
    snapshots = VenueSnapshots(market, office.watched, clock=office.clock, policy=WATCHFUL)
    for seen in (await snapshots.take(Occasion.DAILY), await snapshots.glance()):
        assert seen.readings_of(ReadingKind.DAY_AGO, "BTC") == ()
        (trouble,) = seen.troubles
        assert (trouble.kind, trouble.trouble) == (ReadingKind.DAY_AGO, Trouble.LIMITED)


async def test_a_retry_confirms_no_breach_twice_on_one_day(open_office: Opener) -> None:
    """However often a day is evaluated, it is one day of the two that a breach needs, one card."""
    slow = policy(bands=BandRules(confirm=2), stress=WATCHFUL.stress, **QUIET)
    office = await open_office(policy=slow, history=460)
    office.market.age = timedelta(days=2)
    await look(office, Occasion.DAILY)
    office.market.age = timedelta()
    verdicts = []
    for occasion in (Occasion.INTRADAY, Occasion.DAILY, Occasion.DAILY):
        office.clock.step(minutes=15)
        decision = await safely_check(office.desk, occasion)
        assert decision is not None
        verdicts.append(decision.verdict)
    assert verdicts == [Verdict.NO_TRADE] * 3
    assert [row.days for row in office.state().streaks] == [1]
    office.clock.step(days=1)
    await look(office, Occasion.DAILY)
    await office.approve_all()
    office.clock.step(minutes=15)
    await look(office, Occasion.DAILY)
    assert len(office.proposals()) == 1
