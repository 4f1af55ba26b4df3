"""Orders whose outcome nobody knows: asked about, never sent again (METHODS 8.5)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.jobs import Rhythm, drive, jobs_of
from bot.ports.messages import NoticeCode
from bot.workflow.approve import TapResult
from bot.workflow.controls import unhalt
from bot.workflow.execute import carry_out
from bot.workflow.orders import QUERY_GAP
from bot.workflow.reconcile import recover
from core.domain.errors import AccountProblem
from core.domain.proposal import Order, OrderReport, OrderState, Proposal, ProposalState
from core.domain.units import ZERO
from tests.emulators.flaky_venue import Fine, LoseAnswer, LoseRequest
from tests.workflow.office import BTC, ETH, USD, Office

UNKNOWN, ABSENT, FILLED = OrderState.UNKNOWN, OrderState.ABSENT, OrderState.FILLED


class Killed(BaseException):
    """Stands for the end of the process."""


def kill() -> None:
    """End the process."""
    raise Killed


async def lost(office: Office) -> Proposal:
    """Return a plan whose sale the venue took, without anybody knowing."""
    await office.check()
    office.venue.expect(LoseAnswer())
    office.venue.go_down(3)
    proposal = await office.approve_all()
    assert proposal.state is ProposalState.EXECUTING
    return proposal


async def quiet(_next_at: datetime) -> None:
    """Do nothing between two jobs."""


async def test_a_lost_answer_is_asked_for(office: Office) -> None:
    """When the answer is lost, the order is found by its id and the plan goes on."""
    await office.check()
    office.venue.expect(LoseAnswer(), LoseAnswer())
    assert (await office.approve_all()).state is ProposalState.DONE
    assert len(office.venue.sent) == len(office.sent()) == 2
    assert await office.problems() == []


async def test_a_lost_request_counts_as_unfilled(office: Office) -> None:
    """An order that never arrived is absent after two looks, is not repeated, and costs no cash."""
    await office.check()
    office.venue.expect(LoseRequest())
    asked: list[datetime] = []

    def note(where: str) -> None:
        if where == "before find":
            asked.append(office.clock.now())

    office.watched.around = note
    ended = await office.approve_all()
    sale = office.orders()[0]
    assert sale.state is ABSENT
    assert sale.deadline_at is not None
    counted = [at for at in asked if at > sale.deadline_at]
    assert len(counted) == 2
    assert counted[1] - counted[0] >= QUERY_GAP
    assert ended.state is ProposalState.FAILED
    assert (office.sent(), await office.held(USD)) == ([], Decimal(8000))
    assert len(office.venue.sent) == 1
    assert await office.problems() == []


async def test_a_lost_buy_ends_the_plan_in_part(office: Office) -> None:
    """A buy that never arrived leaves the sale and its cash as they are."""
    await office.check()
    office.venue.expect(Fine(), LoseRequest())
    assert (await office.approve_all()).state is ProposalState.PARTIAL
    assert [row.state for row in office.orders()] == [FILLED, ABSENT]
    assert await office.held(USD) > 11_000


async def test_a_lagging_venue_is_asked_again(office: Office) -> None:
    """A first look that finds nothing proves nothing: the second one finds the order."""
    await office.check()
    office.venue.expect(LoseAnswer())
    office.venue.hide_orders(2)
    assert (await office.approve_all()).state is ProposalState.DONE
    assert len(office.sent()) == 2
    assert await office.problems() == []


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_an_order_in_the_ledger_is_never_absent(office: Office, is_restarted: bool) -> None:
    """An order nobody finds, though the flows speak of it, stays unknown and halts all."""
    await office.check()
    proposal = office.agree()
    if is_restarted:
        office.watched.after = kill
        with pytest.raises(Killed):
            await carry_out(office.desk, proposal.proposal_id)
        office.watched.after = None
        office.clock.step(seconds=6)
    else:
        office.venue.expect(LoseAnswer())
    office.venue.hide_orders(99)
    ended = await office.carry_out(proposal.proposal_id)
    assert ended.state is ProposalState.EXECUTING
    assert office.orders()[0].state is UNKNOWN
    assert [row.side for row in office.sent()] == ["SELL"]
    assert office.state().halt is not None
    office.venue.hide_orders(0)
    await recover(office.desk)
    assert office.orders()[0].state is FILLED
    assert await office.problems() == []


async def test_an_order_is_not_absent_while_the_ledger_is_silent(office: Office) -> None:
    """Without the account's flows nobody can say that an order is absent, so it stays unknown."""
    await office.check()
    office.venue.expect(LoseRequest())
    office.watched.after = lambda: setattr(office.watched, "is_silent", True)
    ended = await office.approve_all()
    assert ended.state is ProposalState.EXECUTING
    assert office.orders()[0].state is UNKNOWN
    office.watched.is_silent = False
    await recover(office.desk)
    assert office.orders()[0].state is ABSENT


async def test_an_unknown_order_stops_everything(office: Office) -> None:
    """While an outcome is unknown the plan stays under way, all halts, and nothing more is sent."""
    proposal = await lost(office)
    assert [row.state for row in office.orders()] == [UNKNOWN, OrderState.NEW]
    assert office.state().halt is not None
    (alarm,) = office.notices(NoticeCode.ORDER_UNKNOWN)
    assert alarm.subject == proposal.proposal_id
    assert office.approve() is TapResult.IN_PROGRESS
    office.clock.step(days=1)
    await office.check()
    assert [row.proposal_id for row in office.proposals()] == [proposal.proposal_id]
    assert len(office.sent()) == 1


async def test_a_later_look_settles_it_without_sending(office: Office) -> None:
    """The next look finds the order; its fills are booked and nothing is sent under the halt."""
    proposal = await lost(office)
    await recover(office.desk)
    ended = office.proposal(proposal.proposal_id)
    assert ended.state is ProposalState.PARTIAL
    assert [row.state for row in office.orders()] == [FILLED, OrderState.CANCELLED]
    assert office.filled(BTC) == Decimal("0.03195")
    assert [row.side for row in office.sent()] == ["SELL"]
    assert len(office.reports()) == 1
    assert await office.problems() == []


async def test_a_running_bot_settles_by_itself(office: Office) -> None:
    """Nobody has to restart the bot for an unknown order to be asked about again."""
    proposal = await lost(office)
    jobs = jobs_of(office.desk, Rhythm())
    until = office.clock.now() + timedelta(hours=2)
    await drive(office.desk, jobs, office.clock, until=until, between=quiet)
    assert office.proposal(proposal.proposal_id).state is ProposalState.PARTIAL
    assert len(office.sent()) == 1
    assert await office.problems() == []


async def test_after_a_lifted_halt_the_rest_may_follow_soon(office: Office) -> None:
    """Settled within minutes of the approval and with the halt lifted, the buy follows its sale."""
    await lost(office)
    unhalt(office.store, "owner", at=office.clock.now())
    await recover(office.desk)
    assert office.proposal().state is ProposalState.DONE
    assert [row.asset for row in office.sent()] == [BTC, ETH]
    assert await office.problems() == []


async def test_after_a_lifted_halt_nothing_follows_a_day_later(office: Office) -> None:
    """Settled long after the approval, the order is booked and the rest of the plan is dropped."""
    await lost(office)
    office.clock.step(days=1)
    unhalt(office.store, "owner", at=office.clock.now())
    await recover(office.desk)
    assert office.proposal().state is ProposalState.PARTIAL
    assert len(office.sent()) == 1
    assert await office.problems() == []


async def test_an_unanswered_question_stays_open(office: Office) -> None:
    """As long as the venue does not answer, the order stays unknown, told once, and never sent."""
    await lost(office)
    for _ in range(3):
        office.venue.go_down(3)
        office.clock.step(hours=1)
        await recover(office.desk)
        assert office.proposal().state is ProposalState.EXECUTING
        assert office.orders()[0].state is UNKNOWN
    assert len(office.notices(NoticeCode.ORDER_UNKNOWN)) == 1
    assert len(office.sent()) == 1
    await office.restart()
    assert office.orders()[0].state is FILLED
    assert await office.problems() == []


@pytest.mark.parametrize("delay", [timedelta(seconds=1), timedelta(hours=20)])
async def test_killed_after_the_venue_took_it(office: Office, delay: timedelta) -> None:
    """An order the venue took before the program died is booked, and is no mismatch."""
    await office.check()
    proposal = office.agree()
    office.watched.after = kill
    with pytest.raises(Killed):
        await carry_out(office.desk, proposal.proposal_id)
    assert office.orders()[0].state is OrderState.SENDING
    office.clock.advance_to(office.clock.now() + delay)
    await office.restart()
    assert office.orders()[0].state is FILLED
    assert office.state().halt is None
    assert office.filled(BTC) == Decimal("0.03195")
    expected = ProposalState.DONE if delay < timedelta(hours=1) else ProposalState.PARTIAL
    assert office.proposal().state is expected
    assert await office.problems() == []


async def test_killed_before_the_venue_took_it(office: Office) -> None:
    """An order that was marked as being sent and never left is absent, and is not sent later."""
    await office.check()
    proposal = office.agree()
    office.watched.before = kill
    with pytest.raises(Killed):
        await carry_out(office.desk, proposal.proposal_id)
    office.clock.step(seconds=1)
    await office.restart()
    assert office.orders()[0].state is ABSENT
    assert office.filled(BTC) == ZERO
    assert office.proposal().state is ProposalState.FAILED
    assert office.sent() == []
    assert await office.problems() == []


async def test_a_refused_key_is_an_open_question_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account problem while sending says nothing about the order: ask, halt, never repeat."""
    await office.check()

    async def refuse(order: Order) -> OrderReport:
        raise AccountProblem(f"the key was revoked before {order.client_id}")

    async def refuse_too(client_id: str) -> OrderReport | None:
        raise AccountProblem(f"the key was revoked before {client_id} could be found")

    monkeypatch.setattr(office.venue, "place", refuse)
    monkeypatch.setattr(office.venue, "find", refuse_too)
    proposal = await office.approve_all()
    assert proposal.state is ProposalState.EXECUTING
    assert office.orders()[0].state is UNKNOWN
    assert office.state().halt is not None
    monkeypatch.undo()
    office.clock.step(minutes=1)
    await office.restart()
    assert office.orders()[0].state is ABSENT
    assert office.proposal().state is ProposalState.FAILED
    assert office.sent() == []
