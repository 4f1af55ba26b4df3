"""Cards that wait: reminders without a sound, and an end that says how to go on."""

from datetime import timedelta

import pytest

from bot.explain.notices import notice_line
from bot.ports.messages import CardUpdate, Loudness, MessageType, Notice, NoticeCode
from bot.workflow.approve import REMIND_AFTER, TapResult, reject, remind_later
from bot.workflow.desk import Audience
from bot.workflow.expire import expire_due, remind_due
from core.domain.proposal import ProposalState
from tests.workflow.conftest import Opener
from tests.workflow.office import CHAT, OTHER, Letter, Office


def reminders(office: Office) -> list[Letter]:
    """Return the reminders that arrived."""
    office.deliver()
    return [
        row
        for row in office.letters
        if isinstance(row.outgoing.message, Notice)
        and row.outgoing.message.code is NoticeCode.REMINDER
    ]


async def test_a_reminder_comes_once_in_three_hours_without_a_sound(open_office: Opener) -> None:
    """Later means: one silent reminder three hours on, in the chat that asked, and no more time."""
    office = await open_office(audience=Audience((CHAT, OTHER)))
    await office.check()
    until = office.proposal().expires_at
    assert remind_later(office.desk, office.tap()) is TapResult.LATER
    office.clock.step(seconds=REMIND_AFTER.total_seconds() - 1)
    remind_due(office.desk)
    assert reminders(office) == []
    office.clock.step(seconds=1)
    for _ in range(3):
        remind_due(office.desk)
    (reminder,) = reminders(office)
    assert (reminder.outgoing.silent, reminder.outgoing.chat_id) == (True, CHAT)
    assert office.proposal().expires_at == until
    assert office.agree().state is ProposalState.APPROVED


async def test_a_reminder_comes_though_notices_are_off(open_office: Opener) -> None:
    """A reminder somebody asked for comes even where short notices are switched off."""
    audience = Audience((CHAT,), loudness=((MessageType.NOTICE, Loudness.OFF),))
    office = await open_office(audience=audience)
    await office.check()
    remind_later(office.desk, office.tap())
    office.clock.step(hours=3)
    remind_due(office.desk)
    assert len(reminders(office)) == 1


async def test_a_reminder_survives_a_restart(office: Office) -> None:
    """A reminder asked for before a restart comes after it."""
    await office.check()
    remind_later(office.desk, office.tap())
    office.clock.step(hours=3)
    await office.restart()
    remind_due(office.desk)
    assert len(reminders(office)) == 1


@pytest.mark.parametrize("answer", ["approved", "rejected", "expired", "executing"])
async def test_no_reminder_of_what_was_decided(office: Office, answer: str) -> None:
    """Nobody is reminded of a proposal that no longer waits for an answer."""
    await office.check()
    tap = office.tap()
    remind_later(office.desk, tap)
    if answer == "rejected":
        assert reject(office.desk, tap) is TapResult.REJECTED
    elif answer == "expired":
        office.clock.step(hours=12)
        assert expire_due(office.desk)
    else:
        office.agree()
    office.clock.step(hours=3)
    remind_due(office.desk)
    assert reminders(office) == []


async def test_an_old_reminder_is_not_of_a_new_proposal(office: Office) -> None:
    """A reminder that came too late for its proposal says nothing about the next one."""
    await office.check()
    tap = office.tap()
    remind_later(office.desk, tap)
    reject(office.desk, tap)
    office.clock.step(days=1)
    await office.check()
    assert office.live() is not None
    remind_due(office.desk)
    assert reminders(office) == []


async def test_later_on_a_dead_card(office: Office) -> None:
    """Later on an expired card or in a strange chat promises nothing."""
    await office.check()
    assert remind_later(office.desk, office.tap(chat_id="strange")) is TapResult.NOT_VALID
    office.clock.step(hours=12)
    assert remind_later(office.desk, office.tap()) is TapResult.EXPIRED


async def test_the_end_says_how_to_get_a_fresh_one(office: Office) -> None:
    """An expired card loses its buttons, and one notice says that tomorrow brings a fresh one."""
    await office.check()
    proposal = office.proposal()
    office.clock.advance_to(proposal.expires_at - timedelta(seconds=1))
    assert not expire_due(office.desk)
    office.clock.step(seconds=1)
    assert expire_due(office.desk)
    assert not expire_due(office.desk)
    (notice,) = office.notices(NoticeCode.EXPIRED)
    words = notice_line(notice, office.clock.now(), office.audience.zone)
    assert proposal.proposal_id in words
    assert "fresh" in words
    update = office.said(CardUpdate)[-1]
    assert update.proposal.state is ProposalState.EXPIRED
    office.clock.step(hours=12)
    await office.check()
    fresh = office.live()
    assert fresh is not None
    assert fresh.proposal_id != proposal.proposal_id


async def test_what_expired_while_the_bot_was_off_is_told_at_the_start(office: Office) -> None:
    """A proposal whose time ran out during a stop is ended at the next start, once."""
    await office.check()
    office.clock.step(hours=13)
    await office.restart()
    await office.restart()
    assert office.proposal().state is ProposalState.EXPIRED
    assert len(office.notices(NoticeCode.EXPIRED)) == 1
    assert office.state().open_proposal == ""


async def test_one_open_proposal_at_a_time(office: Office) -> None:
    """While a card waits, no evaluation adds another one."""
    await office.check()
    await office.market.shift("BTC", "30")
    for _ in range(3):
        office.clock.step(hours=3)
        await office.check()
    assert len(office.proposals()) == 1
