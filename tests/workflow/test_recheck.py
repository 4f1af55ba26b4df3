"""Approval on fresh data: carried out, shown again, or taken back (METHODS 8.3, A5)."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from bot.explain.template import TemplateNarrator
from bot.ports.messages import Card, Explanation, NoticeCode
from bot.workflow.approve import TapResult, approve
from bot.workflow.controls import halt, pause
from bot.workflow.execute import carry_out
from core.domain.market import MarketStatus
from core.domain.policy import BenefitRules
from core.domain.proposal import Proposal, ProposalState
from core.domain.units import BPS, Quantity, Rate
from core.facts import FactTable
from tests.emulators.flaky_venue import Fine
from tests.workflow.conftest import Opener
from tests.workflow.office import USD, Office, policy

DONE, SUPERSEDED, WITHDRAWN = (
    ProposalState.DONE,
    ProposalState.SUPERSEDED,
    ProposalState.WITHDRAWN,
)
ALL_CASH = {"USD": "50000"}


async def reshown(office: Office, proposal: Proposal) -> Proposal:
    """Check that ``proposal`` was superseded by a card of its own; return the successor."""
    assert office.proposal(proposal.proposal_id).state is SUPERSEDED
    fresh = office.proposal()
    assert fresh.proposal_id != proposal.proposal_id
    assert fresh.state is ProposalState.PROPOSED
    assert fresh.reshows == proposal.reshows + 1
    assert fresh.expires_at == proposal.expires_at
    card = office.letter(Card).outgoing.message
    assert isinstance(card, Card)
    assert (card.proposal.proposal_id, card.moved) == (fresh.proposal_id, True)
    assert office.state().open_proposal == fresh.proposal_id
    assert office.sent() == []
    return fresh


async def withdrawn(office: Office, proposal: Proposal, why: str) -> None:
    """Check that nothing was sent, the plan was taken back, and the reason was told."""
    ended = office.proposal(proposal.proposal_id)
    assert (ended.state, office.sent(), office.live()) == (WITHDRAWN, [], None)
    assert why in ended.note
    (notice,) = office.notices(NoticeCode.WITHDRAWN)
    assert (notice.subject, why in dict(notice.values)["why"]) == (proposal.proposal_id, True)
    assert office.state().open_proposal == ""
    assert await office.problems() == []


@pytest.mark.parametrize("percent", ["0.9", "-0.9"])
@pytest.mark.parametrize("asset", ["BTC", "ETH"])
async def test_a5_a_small_move_executes(office: Office, asset: str, percent: str) -> None:
    """A move of 0.9 % at approval executes the recomputed plan, capped at what was approved."""
    await office.check()
    await office.market.shift(asset, percent)
    ended = await office.approve_all()
    assert ended.state is DONE
    approved = {str(trade.asset): trade for trade in ended.plan.trades}
    for row in office.sent():
        assert row.filled == row.quantity <= approved[row.asset].quantity
    for order in office.orders():
        trade = approved[order.asset]
        assert (order.limit_price - trade.worst_price) * order.side.sign <= 0
    assert await office.problems() == []


@pytest.mark.parametrize("percent", ["1.1", "-1.1"])
@pytest.mark.parametrize("asset", ["BTC", "ETH"])
async def test_a5_a_larger_move_is_shown_again(office: Office, asset: str, percent: str) -> None:
    """A move of 1.1 % brings a new card with a new secret; the old buttons are dead."""
    await office.check()
    old = office.tap()
    await office.market.shift(asset, percent)
    proposal = await office.approve_all()
    fresh = await reshown(office, proposal)
    assert office.tap().nonce != old.nonce
    assert approve(office.desk, old) is TapResult.ENDED
    moved = await office.approve_all()
    assert (moved.proposal_id, moved.state) == (fresh.proposal_id, DONE)
    assert await office.problems() == []


@pytest.mark.parametrize(("asset", "percent"), [("BTC", "-0.99"), ("ETH", "0.98")])
async def test_a5_a_market_beyond_the_printed_price_is_shown_again(
    office: Office, asset: str, percent: str
) -> None:
    """When the middle moved by less than 1 % but no order fits the printed price, look again."""
    await office.check()
    await office.market.shift(asset, percent)
    await reshown(office, await office.approve_all())


async def test_a5_two_new_cards_at_most(office: Office) -> None:
    """After two new cards the plan is taken back, and the day's question is over."""
    await office.check()
    for _ in range(2):
        await office.market.shift("BTC", "1.2")
        await reshown(office, await office.approve_all())
    await office.market.shift("BTC", "1.2")
    await withdrawn(office, await office.approve_all(), "prices kept moving")
    await office.check()
    assert office.live() is None
    office.clock.step(days=1)
    await office.check()
    assert office.live() is not None


async def test_a_new_card_that_could_never_be_answered_is_not_shown(office: Office) -> None:
    """A plan approved in its last second whose prices moved is taken back, not shown as expired."""
    await office.check()
    office.approve()
    office.clock.advance_to(office.proposal().expires_at - timedelta(seconds=1))
    assert office.confirm() is TapResult.APPROVED
    await office.market.shift("BTC", "1.2")
    office.clock.step(seconds=2)
    proposal = await office.carry_out(office.proposal().proposal_id)
    await withdrawn(office, proposal, "its time is over")


async def test_a5_a_breach_that_is_gone(office: Office) -> None:
    """When the weights came back by themselves the plan is taken back."""
    await office.check()
    await office.market.shift("BTC", "-12")
    await withdrawn(office, await office.approve_all(), "gate breach: NO_BREACH")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda office: pause(office.desk, "owner"), "PAUSED_BY_HAND"),
        (lambda office: halt(office.desk, "owner", why="stop"), "HALTED"),
    ],
)
async def test_a5_paused_or_halted_in_between(office: Office, act: object, why: str) -> None:
    """A pause or a halt between the tap and the orders takes the plan back."""
    await office.check()
    proposal = office.agree()
    assert callable(act)
    assert act(office)
    await withdrawn(office, await office.carry_out(proposal.proposal_id), why)


async def test_a_pause_while_the_fresh_data_are_read(office: Office) -> None:
    """A pause that arrives during the re-check is seen before anything is written."""
    await office.check()
    proposal = office.agree()

    def act(where: str) -> None:
        if where == "after balances":
            pause(office.desk, "owner")

    office.watched.around = act
    await withdrawn(office, await office.carry_out(proposal.proposal_id), "PAUSED_BY_HAND")


async def test_a_pause_while_words_are_written(office: Office) -> None:
    """A pause that arrives while a new card is put into words keeps that card back."""
    await office.check()
    proposal = office.agree()
    await office.market.shift("BTC", "1.2")

    class Slow(TemplateNarrator):
        def plainly(self, table: FactTable) -> Explanation:
            pause(office.desk, "owner")
            return super().plainly(table)

    await carry_out(
        replace(office.desk, narrator=Slow(clock=office.clock, zone=UTC)), proposal.proposal_id
    )
    assert len(office.proposals()) == 1
    await withdrawn(office, proposal, "PAUSED_BY_HAND")


@pytest.mark.parametrize(("percent", "expected"), [("24", DONE), ("26", SUPERSEDED)])
async def test_a5_dearer_by_a_quarter(
    open_office: Opener, percent: str, expected: ProposalState
) -> None:
    """Costs may rise by a quarter between card and order, and no further."""
    office = await open_office(holdings=ALL_CASH)
    await office.check()
    plan = office.proposal().plan
    assert plan.cost > 4 * 5 * BPS * plan.value  # a quarter of it is more than 5 bp
    fees = sum(trade.fee for trade in plan.trades)
    rise = plan.cost * Decimal(percent) / 100 / fees
    office.market.taker_fee = Rate((Decimal("0.004") * (1 + rise)).quantize(Decimal("0.0000001")))
    assert (await office.approve_all()).state is expected


@pytest.mark.parametrize(("points", "expected"), [("4.9", DONE), ("5.1", SUPERSEDED)])
async def test_a5_a_small_cost_may_rise_by_five_basis_points(
    open_office: Opener, points: str, expected: ProposalState
) -> None:
    """A plan whose cost is small beside the portfolio bears a rise of 5 bp of it, and no more."""
    office = await open_office(policy=policy(benefit=BenefitRules(cost_mult=Decimal(0))))
    await office.check()
    plan = office.proposal().plan
    traded = sum(trade.quantity * trade.mid for trade in plan.trades)
    rise = Decimal(points) * BPS * plan.value / traded
    office.market.taker_fee = Rate((Decimal("0.004") + rise).quantize(Decimal("0.0000001")))
    assert (await office.approve_all()).state is expected


@pytest.mark.parametrize(("amount", "expected"), [("100", DONE), ("1500", SUPERSEDED)])
async def test_a5_quantities_that_moved(
    office: Office, amount: str, expected: ProposalState
) -> None:
    """Money that left meanwhile changes quantities: up to 5 % is carried out, more is shown."""
    await office.check()
    proposal = office.agree()
    await office.paper.withdraw(USD, Quantity(Decimal(amount)))
    ended = await office.carry_out(proposal.proposal_id)
    assert ended.state is expected
    if expected is SUPERSEDED:
        assert (await reshown(office, ended)).plan.trades != proposal.plan.trades
    assert await office.problems() == []


async def test_a5_no_answer_from_the_market(office: Office) -> None:
    """Without fresh data the plan is taken back."""
    await office.check()
    proposal = office.agree()
    office.market.is_down = True
    await withdrawn(office, await office.carry_out(proposal.proposal_id), "no fresh data")


async def test_a5_unsafe_data(office: Office) -> None:
    """A price that jumped beyond belief is a fault of the data: the plan is taken back."""
    await office.check()
    proposal = office.agree()
    office.market.move("BTC", "500000")
    await withdrawn(office, await office.carry_out(proposal.proposal_id), "PRICE_ABSURD")


async def test_a5_stale_prices(office: Office) -> None:
    """Quotes older than two minutes take the plan back."""
    await office.check()
    proposal = office.agree()
    office.market.age = timedelta(minutes=3)
    await withdrawn(office, await office.carry_out(proposal.proposal_id), "PRICE_STALE")


async def test_a5_quotes_too_old_to_send_on(office: Office) -> None:
    """Quotes older than ten seconds send no order, even where they are good enough to plan."""
    await office.check()
    proposal = office.agree()
    office.market.age = timedelta(seconds=11)
    ended = await office.carry_out(proposal.proposal_id)
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])
    assert len(office.reports()) == 1


async def test_a_market_that_closed(office: Office) -> None:
    """A plan whose market stopped taking orders is not carried out as it stands."""
    await office.check()
    proposal = office.agree()
    office.market.set_status("BTC", MarketStatus.HALTED)
    ended = await office.carry_out(proposal.proposal_id)
    assert ended.state in (WITHDRAWN, SUPERSEDED)
    assert office.sent() == []


async def test_an_approval_does_not_outlive_a_long_stop(office: Office) -> None:
    """A plan approved before the bot was off for hours is taken back, not traded days later."""
    await office.check()
    proposal = office.agree()
    office.clock.step(hours=13)
    await office.restart()
    await withdrawn(office, proposal, "the approval is too old")


async def test_an_approval_survives_a_short_stop(office: Office) -> None:
    """A plan approved a moment before the bot stopped is carried out at the next start."""
    await office.check()
    proposal = office.agree()
    office.clock.step(minutes=2)
    await office.restart()
    assert office.proposal(proposal.proposal_id).state is DONE
    assert len(office.reports()) == 1
    assert await office.problems() == []


async def test_the_rest_of_a_plan_does_not_outlive_a_long_stop(office: Office) -> None:
    """Legs that were never sent before a stop of hours stay unsent."""
    await office.check()
    proposal = office.agree()

    class Stopped(BaseException):
        pass

    def stop() -> None:
        raise Stopped

    office.watched.after = stop
    office.venue.expect(Fine())
    with pytest.raises(Stopped):
        await carry_out(office.desk, proposal.proposal_id)
    office.clock.step(hours=13)
    await office.restart()
    assert office.proposal().state is ProposalState.PARTIAL
    assert [row.side for row in office.sent()] == ["SELL"]
    assert await office.problems() == []
