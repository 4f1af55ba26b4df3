"""A changed policy: recorded, told, and nothing of the old one is carried out."""

from decimal import Decimal

from bot.ports.messages import CardUpdate, NoticeCode
from bot.workflow.approve import TapResult
from core.domain.policy import ApprovalRules
from core.domain.proposal import ProposalState
from core.domain.units import Money, Weight
from tests.workflow.conftest import Opener
from tests.workflow.office import Office, policy

LENIENT = ApprovalRules(tier1_share=Weight(Decimal("0.3")), tier1_amount=Money(Decimal(30_000)))
EASY = policy(approval=LENIENT)
CAREFUL = policy(approval=LENIENT, reserve=Money(Decimal(100)))


async def test_a_changed_policy_takes_the_open_proposal_back(office: Office) -> None:
    """After a change the open card is closed with its reason, its buttons are dead, people know."""
    await office.check()
    tap = office.tap()
    await office.restart(CAREFUL)
    office.deliver()
    ended = office.proposal(tap.proposal_id)
    assert (ended.state, ended.note) == (ProposalState.SUPERSEDED, "the policy changed")
    assert office.approve() is TapResult.ENDED
    assert len(office.notices(NoticeCode.POLICY_CHANGED)) == 1
    assert office.said(CardUpdate)[-1].proposal.state is ProposalState.SUPERSEDED
    assert office.state().open_proposal == ""
    assert len(office.journal("policy.used")) == 2
    office.clock.step(days=1)
    await office.check()
    assert office.live() is not None


async def test_the_same_policy_changes_nothing(office: Office) -> None:
    """A restart under the same policy leaves the open card as it is and says nothing."""
    await office.check()
    await office.restart()
    await office.restart()
    assert office.proposal().state is ProposalState.PROPOSED
    assert office.notices(NoticeCode.POLICY_CHANGED) == []
    assert len(office.journal("policy.used")) == 1


async def test_the_first_plan_under_a_new_policy_asks_most(open_office: Opener) -> None:
    """After a change the next plan needs the fullest confirmation, the one after it does not."""
    office = await open_office(policy=EASY)
    await office.gather_experience()
    await office.restart(CAREFUL)
    tiers = []
    for _ in range(2):
        await office.market.shift("BTC", "26")
        await office.check()
        tiers.append(office.proposal().tier)
        assert (await office.approve_all()).state is ProposalState.DONE
        office.clock.step(days=4)
    assert tiers == [3, 1]


async def test_an_unanswered_plan_does_not_wear_the_change_off(open_office: Opener) -> None:
    """As long as nothing was executed under the new policy, each plan asks for most."""
    office = await open_office(policy=EASY)
    await office.gather_experience()
    await office.restart(CAREFUL)
    await office.market.shift("BTC", "26")
    for _ in range(2):
        await office.check()
        assert office.proposal().tier == 3
        office.clock.step(days=1)
        await office.restart()


async def test_a_plan_approved_before_the_change_is_not_carried_out(office: Office) -> None:
    """Who approved under the old policy agreed to other rules: nothing of that plan is sent."""
    await office.check()
    proposal = office.agree()
    await office.restart(CAREFUL)
    office.deliver()
    ended = office.proposal(proposal.proposal_id)
    assert (ended.state, ended.note) == (ProposalState.SUPERSEDED, "the policy changed")
    assert list(office.sent()) == []
    assert await office.problems() == []
