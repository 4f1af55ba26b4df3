"""A bot whose own memory is older than its account: the venue knows what the backup does not.

The paper exchange stands for the venue: its file goes on, and only the bot's database comes back.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.ports.messages import NoticeCode
from bot.store.copying import copy_database
from bot.workflow.approve import TapResult, approve
from bot.workflow.controls import halt, unhalt
from bot.workflow.flows import unexplained
from core.domain.proposal import OrderState, ProposalState
from tests.backup.folders import back_up, restore
from tests.workflow.office import MORNING, Office

RUN = "kraken-account-1"
WHY = "restored from a backup of 2026-03-02; look for missing orders at the venue"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Give a bot with an account of its owner."""
    (tmp_path / "bot").mkdir()
    office = await Office.open(tmp_path / "bot")
    yield office
    office.close()


def keep(office: Office, tmp_path: Path) -> None:
    """Make a backup of the bot's memory alone, as of an account at a venue."""
    (tmp_path / "kept" / RUN).mkdir(parents=True)
    copy_database(office.folder / "evenkeel.db", tmp_path / "kept" / RUN / "evenkeel.db")
    back_up(tmp_path / "kept", tmp_path / "backup.zip")


async def come_back(office: Office, tmp_path: Path, *, is_unhalted: bool = False) -> None:
    """Lose the bot's memory, restore it, and start anew."""
    office.close()
    for path in office.folder.glob("evenkeel.db*"):
        path.unlink()
    restore(tmp_path / "backup.zip", tmp_path / "back")
    (tmp_path / "back" / RUN / "evenkeel.db").rename(office.folder / "evenkeel.db")
    if is_unhalted:
        fresh = Office.on_files(office.folder, at=MORNING)
        assert unhalt(fresh.store, "owner", at=MORNING)
        fresh.close()
    office.letters.clear()
    await office.restart()


async def test_a_plan_that_was_carried_out_is_not_carried_out_again(
    office: Office, tmp_path: Path
) -> None:
    """The card is open in the old memory; its button no longer trades, and every coin is known."""
    await office.check()
    tap = office.tap()
    keep(office, tmp_path)
    assert (await office.approve_all()).state is ProposalState.DONE
    traded = office.sent()
    await come_back(office, tmp_path)
    assert office.proposal().state is ProposalState.WITHDRAWN
    assert approve(office.desk, tap) is TapResult.ENDED
    assert (office.sent(), office.venue.sent) == (traded, [])
    assert await unexplained(office.desk) == ()


async def test_it_says_what_it_is(office: Office, tmp_path: Path) -> None:
    """An alarm tells that trading is halted, and why; a second start does not repeat it."""
    await office.check()
    keep(office, tmp_path)
    await come_back(office, tmp_path)
    (notice,) = office.notices(NoticeCode.HALTED)
    assert WHY in dict(notice.values)["why"]
    await office.restart()
    assert len(office.notices(NoticeCode.HALTED)) == 1
    halt = office.state().halt
    assert halt is not None
    assert WHY in halt.reason


async def test_an_order_that_may_have_left_is_asked_for(office: Office, tmp_path: Path) -> None:
    """Orders that the old memory only meant are found at the venue, and none is sent again."""
    await office.check()
    proposal = office.agree()
    kept: list[str] = []

    def keep_once() -> None:
        if not kept:
            kept.append("now")
            keep(office, tmp_path)

    office.watched.before = keep_once
    assert (await office.carry_out(proposal.proposal_id)).state is ProposalState.DONE
    traded = office.sent()
    assert len(traded) == 2
    await come_back(office, tmp_path)
    assert office.proposal().state is ProposalState.DONE
    assert [row.state for row in office.orders()] == [OrderState.FILLED] * 2
    assert (office.sent(), office.venue.sent) == (traded, [])
    assert await office.problems() == []


async def test_an_order_that_never_left_is_not_sent(office: Office, tmp_path: Path) -> None:
    """What the old memory meant and the venue never saw ends there; the plan is not finished."""
    await office.check()
    proposal = office.agree()
    office.watched.around = kill_at("before place")
    with pytest.raises(Killed):
        await office.carry_out(proposal.proposal_id)
    keep(office, tmp_path)
    await come_back(office, tmp_path)
    assert office.proposal().state is ProposalState.FAILED
    assert (office.sent(), office.venue.sent) == ([], [])
    assert {row.state for row in office.orders()} == {OrderState.ABSENT}


async def test_an_approval_of_before_is_taken_back(office: Office, tmp_path: Path) -> None:
    """An approval that the old memory had not acted on is not acted on any more."""
    await office.check()
    office.agree()
    keep(office, tmp_path)
    await come_back(office, tmp_path)
    assert office.proposal().state is ProposalState.WITHDRAWN
    assert (office.sent(), office.venue.sent) == ([], [])


async def test_after_the_halt_it_goes_on(office: Office, tmp_path: Path) -> None:
    """Who lifts the halt before the first start is not halted again; the old plan stays gone."""
    await office.check()
    keep(office, tmp_path)
    await come_back(office, tmp_path, is_unhalted=True)
    assert office.state().halt is None
    assert office.notices(NoticeCode.HALTED) == []
    assert office.proposal().state is ProposalState.WITHDRAWN
    office.clock.step(days=1)
    await office.check()
    assert (await office.approve_all()).state is ProposalState.DONE
    assert await office.problems() == []


async def test_a_halt_of_before_is_not_forgotten(office: Office, tmp_path: Path) -> None:
    """A bot that was halted when the backup was made still tells that reason."""
    halt(office.desk, "owner", why="I am on holiday")
    keep(office, tmp_path)
    await come_back(office, tmp_path)
    reason = office.state().halt
    assert reason is not None
    assert "I am on holiday" in reason.reason
    assert WHY in reason.reason


class Killed(BaseException):
    """Stands for the end of the process."""


def kill_at(place: str) -> Callable[[str], None]:
    """Return what ends the process at a call of the venue."""

    def kill(where: str) -> None:
        if where == place:
            raise Killed

    return kill
