"""How loudly messages arrive: quiet hours, switches, and what cannot be switched off."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.ports.messages import (
    Card,
    Loudness,
    MessageType,
    Notice,
    NoticeCode,
    Report,
    SecondCard,
)
from bot.workflow.approve import TapResult
from bot.workflow.controls import halt, pause
from bot.workflow.desk import Audience
from core.domain.proposal import ProposalState
from tests.workflow.conftest import Opener
from tests.workflow.office import CHAT, MORNING

NIGHT = Audience((CHAT,), quiet_from=time(22), quiet_to=time(7))
EVERY_KIND_OFF = tuple((kind, Loudness.OFF) for kind in MessageType)


def at(hour: int, minute: int = 0) -> datetime:
    """Return an instant of a winter day in UTC."""
    return datetime(2026, 1, 15, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "is_quiet"), [(21, False), (22, True), (23, True), (0, True), (6, True), (7, False)]
)
def test_quiet_hours_may_span_midnight(hour: int, is_quiet: bool) -> None:
    """From ten in the evening to seven messages make no sound, an alarm always does."""
    expected = Loudness.SILENT if is_quiet else Loudness.ON
    for kind in MessageType:
        heard = NIGHT.loudness_of(kind, at(hour))
        assert heard is (Loudness.ON if kind is MessageType.ALARM else expected)


def test_quiet_hours_are_local() -> None:
    """Quiet hours are those of the person's zone, in summer and in winter."""
    audience = Audience(
        (CHAT,), quiet_from=time(22), quiet_to=time(7), zone=ZoneInfo("America/New_York")
    )
    assert audience.is_quiet(at(3))
    assert not audience.is_quiet(at(2, 59))
    assert audience.is_quiet(datetime(2026, 7, 15, 2, tzinfo=UTC))


def test_quiet_hours_within_a_day_and_none() -> None:
    """Quiet hours may lie within a day; without both ends there are none."""
    siesta = Audience((CHAT,), quiet_from=time(13), quiet_to=time(15))
    assert [siesta.is_quiet(at(hour)) for hour in (12, 13, 14, 15)] == [False, True, True, False]
    assert not Audience((CHAT,), quiet_from=time(13)).is_quiet(at(14))
    assert not Audience((CHAT,), quiet_from=time(13), quiet_to=time(13)).is_quiet(at(13))


async def test_cards_and_alarms_cannot_be_switched_off(open_office: Opener) -> None:
    """With everything switched off cards and alarms still arrive; reports and notices do not."""
    office = await open_office(audience=Audience((CHAT,), loudness=EVERY_KIND_OFF))
    await office.check()
    assert (await office.approve_all()).state is ProposalState.DONE
    pause(office.desk, "owner")
    halt(office.desk, "owner", why="stop")
    assert office.said(Card)
    assert office.said(Report) == []
    assert [notice.code for notice in office.said(Notice)] == [NoticeCode.HALTED]


async def test_notices_off_leave_everything_else_alone(open_office: Opener) -> None:
    """Switching notices off switches nothing else off."""
    audience = Audience((CHAT,), loudness=((MessageType.NOTICE, Loudness.OFF),))
    office = await open_office(audience=audience)
    await office.check()
    await office.approve_all()
    pause(office.desk, "owner")
    assert office.said(Notice) == []
    assert len(office.reports()) == 1


@pytest.mark.parametrize(("audience", "silent"), [(NIGHT, True), (Audience((CHAT,)), False)])
async def test_a_card_at_night_makes_no_sound(
    open_office: Opener, audience: Audience, silent: bool
) -> None:
    """The daily card comes without a sound in quiet hours, an alarm with one."""
    office = await open_office(audience=audience, at=MORNING)
    await office.check()
    assert office.letter(Card).outgoing.silent is silent
    halt(office.desk, "owner", why="stop")
    alarm = office.deliver()[-1]
    assert (alarm.outgoing.type, alarm.outgoing.silent) == (MessageType.ALARM, False)


async def test_everybody_is_told_and_only_approvers_get_buttons(open_office: Opener) -> None:
    """Viewers get every message and no secret; a second step belongs in the approvers' chats."""
    office = await open_office(audience=Audience(("first", "second"), viewers=("gallery",)))
    await office.check()
    cards = {row.outgoing.chat_id: row.outgoing.nonce != "" for row in office.letters}
    assert cards == {"first": True, "second": True, "gallery": False}
    office.approve(office.letter(Card, "second"), person="second")
    seconds = [row.outgoing.chat_id for row in office.deliver()]
    assert seconds == ["second"]
    office.clock.step(seconds=3)
    confirmed = office.confirm(office.letter(SecondCard, "second"), person="second")
    assert confirmed is TapResult.APPROVED
    await office.carry_out(office.proposal().proposal_id)
    reports = [row.outgoing for row in office.letters if isinstance(row.outgoing.message, Report)]
    assert {row.chat_id for row in reports} == {"first", "second", "gallery"}
