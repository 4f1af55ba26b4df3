"""Halt and pause: what they stop, what they leave alone, and that they last (METHODS 8.7, A7)."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from bot.ports.messages import CardUpdate, MessageType, NoticeCode
from bot.workflow.approve import TapResult
from bot.workflow.cards import show_again
from bot.workflow.check import check
from bot.workflow.controls import ResumeResult, halt, pause, resume, unhalt
from bot.workflow.execute import carry_out
from core.domain.proposal import OrderState, ProposalState
from core.domain.snapshot import Occasion
from core.domain.units import Quantity
from tests.emulators.flaky_venue import FillPartly
from tests.workflow.office import CHAT, Office


async def test_a7_halt_while_the_first_leg_is_sent(office: Office) -> None:
    """A halt during a sale lets no further leg leave; the sale stays and is reported."""
    await office.check()
    office.watched.before = partial(halt, office.desk, "owner", why="stop")
    ended = await office.approve_all()
    assert ended.state is ProposalState.PARTIAL
    assert [(row.side, row.quantity == row.filled) for row in office.sent()] == [("SELL", True)]
    assert [order.state for order in office.orders()] == [OrderState.FILLED, OrderState.CANCELLED]
    assert len(office.reports()) == 1
    assert len(office.notices(NoticeCode.HALTED)) == 1
    assert [row.type for row in (letter.outgoing for letter in office.letters)].count(
        MessageType.ALARM
    ) == 2
    assert await office.problems() == []


async def test_a7_halt_before_the_first_leg(office: Office) -> None:
    """A halt after the intents were written lets nothing leave."""
    await office.check()
    proposal = office.agree()
    seen = []

    def act(where: str) -> None:
        seen.append(where)
        if seen.count("before balances") == 2 and where == "before balances":
            halt(office.desk, "owner", why="stop")

    office.watched.around = act
    ended = await office.carry_out(proposal.proposal_id)
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])
    assert len(office.reports()) == 1


async def test_a7_halt_between_the_two_tries_of_a_leg(office: Office) -> None:
    """A halt after a partial fill lets no second try leave."""
    await office.check()
    office.venue.expect(FillPartly(Quantity(Decimal("0.01"))))
    office.watched.after = partial(halt, office.desk, "owner", why="stop")
    ended = await office.approve_all()
    assert ended.state is ProposalState.PARTIAL
    assert [row.filled for row in office.sent()] == [Decimal("0.01")]
    assert await office.problems() == []


async def test_a_halt_withdraws_and_blocks_everything(office: Office) -> None:
    """Under a halt the open card is closed, nothing new is proposed, no button works."""
    await office.check()
    tap = office.tap()
    assert halt(office.desk, "owner", why="stop")
    assert not halt(office.desk, "owner", why="again")
    assert office.proposal().state is ProposalState.WITHDRAWN
    assert office.approve() is TapResult.ENDED
    assert show_again(office.desk, CHAT) is None
    assert office.said(CardUpdate)[-1].proposal.proposal_id == tap.proposal_id
    assert resume(office.desk, "owner", reason="please", is_second_tap=True) is ResumeResult.HALTED
    office.clock.step(days=1)
    await office.check()
    assert office.live() is None


async def test_a_halt_survives_a_restart_until_the_machine_lifts_it(office: Office) -> None:
    """A halt outlives the program, and after it is lifted the next day proposes again."""
    halt(office.desk, "owner", why="stop")
    before = office.state().halt
    await office.restart()
    assert office.state().halt == before
    await office.check()
    assert office.live() is None
    assert unhalt(office.store, "owner", at=office.clock.now())
    assert not unhalt(office.store, "owner", at=office.clock.now())
    office.clock.step(days=1)
    await office.check()
    assert (await office.approve_all()).state is ProposalState.DONE
    assert [row.kind for row in office.journal("halt.begun", "halt.lifted")] == [
        "halt.begun",
        "halt.lifted",
    ]


async def test_a_pause_survives_a_restart(office: Office) -> None:
    """A pause closes the open card, outlives the program, and ends when a person says so."""
    await office.check()
    assert pause(office.desk, "owner")
    assert not pause(office.desk, "owner")
    await office.restart()
    assert office.proposal().state is ProposalState.WITHDRAWN
    office.clock.step(days=1)
    await office.check()
    assert office.live() is None
    assert resume(office.desk, "owner") is ResumeResult.RESUMED
    assert resume(office.desk, "owner") is ResumeResult.NOT_PAUSED
    office.clock.step(days=1)
    await office.check()
    assert office.live() is not None
    assert len(office.notices(NoticeCode.PAUSED)) == len(office.notices(NoticeCode.RESUMED)) == 1


async def test_a_pause_does_not_strand_a_sale(office: Office) -> None:
    """A pause during an execution holds back the next question, not the rest of this plan."""
    await office.check()
    office.watched.before = partial(pause, office.desk, "owner")
    assert (await office.approve_all()).state is ProposalState.DONE
    assert office.state().pause is not None


async def test_an_open_card_survives_a_restart(office: Office) -> None:
    """The buttons on the phone still work after the program was restarted."""
    await office.check()
    await office.restart()
    assert (await office.approve_all()).state is ProposalState.DONE


async def test_a_first_tap_survives_a_restart(office: Office) -> None:
    """A two-step approval that was begun before a restart is finished after it."""
    await office.check()
    assert office.approve() is TapResult.SECOND_STEP
    await office.restart()
    office.clock.step(seconds=3)
    assert office.confirm() is TapResult.APPROVED


async def test_unsent_messages_survive_a_restart(office: Office) -> None:
    """What was written down and not yet sent arrives after a restart, buttons and all."""
    await check(office.desk, Occasion.DAILY)
    assert office.letters == []
    await office.restart()
    assert (await office.approve_all()).state is ProposalState.DONE


@pytest.mark.parametrize("span", [timedelta(hours=1), timedelta(days=2)])
async def test_a10_a_clock_set_back_revives_nothing(office: Office, span: timedelta) -> None:
    """After the clock was set back an expired proposal stays expired, on every way to it."""
    await office.check()
    tap = office.tap()
    office.clock.advance_to(office.proposal().expires_at)
    assert office.approve() is TapResult.EXPIRED
    assert office.proposal().state is ProposalState.EXPIRED
    assert len(office.notices(NoticeCode.EXPIRED)) == 1
    office.clock.jump(-span)
    assert office.approve() is TapResult.EXPIRED
    assert show_again(office.desk, CHAT) is None
    await office.restart()
    assert office.approve() is TapResult.EXPIRED
    assert await carry_out(office.desk, tap.proposal_id) is not None
    assert office.sent() == []


async def test_a10_a_clock_set_back_repeats_nothing(office: Office) -> None:
    """After the clock was set back an executed plan stays executed, and no books are lost."""
    await office.check()
    ended = await office.approve_all()
    office.clock.jump(-timedelta(hours=1))
    assert office.approve() is TapResult.ENDED
    await carry_out(office.desk, ended.proposal_id)
    await office.restart()
    assert len(office.sent()) == 2
    assert len(office.reports()) == 1
    assert await office.problems() == []


async def test_a10_a_clock_set_back_during_an_execution(office: Office) -> None:
    """A clock that jumps back between two legs neither stops the plan nor hides its flows."""
    await office.check()
    office.clock.step(hours=2)
    office.watched.after = lambda: office.clock.jump(-timedelta(hours=1))
    assert (await office.approve_all()).state is ProposalState.DONE
    office.watched.after = None
    await office.restart()
    assert await office.problems() == []
    assert office.notices(NoticeCode.UNEXPLAINED) == []
    assert office.state().halt is None


async def test_a10_a_pause_and_a_halt_do_not_end_with_the_clock(office: Office) -> None:
    """Neither a pause nor a halt ends because the clock moved."""
    pause(office.desk, "owner")
    halt(office.desk, "owner", why="stop")
    for hours in (-1, 500, -500):
        office.clock.jump(timedelta(hours=hours))
        await office.restart()
        assert office.state().pause is not None
        assert office.state().halt is not None
