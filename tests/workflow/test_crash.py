"""kill -9 at every step between proposal and report (METHODS A2): nothing twice, nothing lost."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ports.messages import Report
from bot.workflow.approve import Tap, TapResult, approve, confirm
from bot.workflow.expire import expire_due
from core.domain.proposal import OrderState, ProposalState
from core.lifecycle import ORDER_ENDED, PROPOSAL_ENDED
from tests.workflow.crash_child import PHONE, write_down
from tests.workflow.office import CHAT, OWNER, Office
from tests.workflow.records import sent_at

ROOT = Path(__file__).resolve().parents[2]
SOON, LATE = timedelta(seconds=1), timedelta(hours=13)
STORY_SECONDS = 270


def tell(folder: Path, *arguments: str) -> list[str]:
    """Let a story be killed at each of its steps; return the steps."""
    subprocess.run(
        [sys.executable, "-m", "tests.workflow.crash_child", str(folder), *arguments],
        cwd=ROOT,
        check=True,
        timeout=STORY_SECONDS,
        capture_output=True,
    )
    steps: list[str] = json.loads((folder / "0" / "steps.json").read_text())
    assert len(steps) > 15
    return steps


class Phone:
    """What a person's phone shows: it knows nothing of the bot's crashes."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def lines(self) -> list[dict[str, Any]]:
        """Return every message that ever arrived."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def newest(self, prefix: str) -> dict[str, Any]:
        """Return the newest message of a kind that has buttons."""
        rows = [row for row in self.lines() if row["key"].startswith(prefix) and row["nonce"]]
        return rows[-1]

    def press(self, proposal_id: str, kind: str) -> Tap:
        """Return a press of the button on the newest message of a kind."""
        row = self.newest(f"{kind}:{proposal_id}")
        return Tap(proposal_id, row["nonce"], OWNER, row["chat_id"], row["message_id"])


async def restarted(folder: Path, delay: timedelta) -> Office:
    """Start again on the files of a killed bot, so long after its last sign of life."""
    office = await Office.reopen(folder, at=last_sign_of_life(folder) + delay)
    office.arrives = lambda letter: write_down(folder / PHONE, letter)
    office.deliver()
    return office


def last_sign_of_life(folder: Path) -> datetime:
    """Return the newest instant in a killed bot's journal."""
    connection = sqlite3.connect(folder / "evenkeel.db")
    (newest,) = connection.execute("SELECT max(ts) FROM journal").fetchone()
    connection.close()
    return datetime.fromisoformat(newest)


async def see_it_through(office: Office) -> None:
    """Do what a person does who finds a card on the phone: answer it, in as many steps as asked."""
    if not office.proposals():
        await office.check()
    expire_due(office.desk)
    office.deliver()
    live = office.live()
    if live is None:
        return
    phone = Phone(office.folder / PHONE)
    if approve(office.desk, phone.press(live.proposal_id, "card")) is TapResult.SECOND_STEP:
        office.deliver()
        office.clock.step(seconds=3)
        second = confirm(office.desk, phone.press(live.proposal_id, "confirm"))
        assert second is TapResult.APPROVED
    await office.carry_out(live.proposal_id)


async def problems_after(office: Office) -> list[str]:
    """Return everything that is wrong once the story has come to its end."""
    found = await office.problems()
    for proposal in office.proposals():
        name = proposal.proposal_id
        if proposal.state not in PROPOSAL_ENDED:
            found.append(f"{name} is {proposal.state}")
        reports = [row for row in office_reports(office) if row.proposal.proposal_id == name]
        was_begun = proposal.state in (
            ProposalState.DONE,
            ProposalState.PARTIAL,
            ProposalState.FAILED,
        )
        if len(reports) != was_begun:
            found.append(f"{name} is {proposal.state} and has {len(reports)} reports")
        open_ones = [row for row in office.orders(name) if row.state not in ORDER_ENDED]
        found += [f"order {row.client_id} is {row.state}" for row in open_ones]
    if office.state().open_proposal:
        found.append("the memory waits for a proposal that ended")
    if office.state().halt is not None:
        found.append(f"halted: {office.state().halt}")
    return found + lost_messages(office)


def office_reports(office: Office) -> list[Report]:
    """Return every report that stands in the outbox, each once."""
    names = [row.proposal_id for row in office.proposals()]
    with office.store.reading() as tx:
        rows = [tx.outbox.latest(CHAT, f"report:{name}") for name in names]
    messages = (None if row is None else row.message for row in rows)
    return [message for message in messages if isinstance(message, Report)]


def lost_messages(office: Office) -> list[str]:
    """Return the messages that were written down and never reached the phone."""
    arrived = {row["key"] for row in Phone(office.folder / PHONE).lines()}
    return [f"{key} never arrived" for key in office.outbox_keys() if key not in arrived]


def killed(folder: Path, steps: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield each killed bot's files with the step it was killed at."""
    for number, name in enumerate(steps, start=1):
        yield f"{number} {name}", folder / str(number)


@pytest.fixture(scope="module")
def plain_story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Give what a plain story's killed bots left behind, with its steps."""
    folder = tmp_path_factory.mktemp("plain")
    return folder, tell(folder, "plain", "every")


def copied(story: tuple[Path, list[str]], place: Path) -> list[str]:
    """Copy what was left behind to ``place``; return the steps."""
    folder, steps = story
    shutil.copytree(folder, place, dirs_exist_ok=True)
    return steps


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("story", ["plain", "lossy"])
async def test_a2_killed_at_every_step(
    tmp_path: Path, story: str, plain_story: tuple[Path, list[str]]
) -> None:
    """Wherever the bot dies, the next start brings the plan to one end, with books that agree."""
    steps = copied(plain_story, tmp_path) if story == "plain" else tell(tmp_path, story, "lasting")
    endings = set()
    for step, folder in killed(tmp_path, steps):
        office = await restarted(folder, SOON)
        await see_it_through(office)
        assert await problems_after(office) == [], step
        endings.add(office.proposal().state)
        if story == "plain":
            lost = [row for row in office.orders() if row.state is OrderState.ABSENT]
            assert (office.proposal().state is ProposalState.DONE) == (not lost), step
        office.close()
    assert ProposalState.WITHDRAWN not in endings


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a2_killed_at_every_step_and_off_for_long(
    tmp_path: Path, plain_story: tuple[Path, list[str]]
) -> None:
    """A bot that stays off for half a day books what was traded, and trades no more of it."""
    steps = copied(plain_story, tmp_path)
    for step, folder in killed(tmp_path, steps):
        before = len(sent_in(folder))
        office = await restarted(folder, LATE)
        assert len(office.sent()) == before, step
        assert office.live() is None, step
        assert await problems_after(office) == [], step
        office.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a2_killed_again_while_recovering(tmp_path: Path) -> None:
    """A second kill during recovery changes nothing: the third start brings the same one end."""
    steps = tell(tmp_path, "lossy", "twice")
    for step, folder in killed(tmp_path, steps):
        office = await restarted(folder, SOON)
        await see_it_through(office)
        assert await problems_after(office) == [], step
        office.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_pause_and_a_halt_outlive_a_kill(tmp_path: Path) -> None:
    """What a person stopped stays stopped after a kill at any step, exactly as far as committed."""
    steps = tell(tmp_path, "stopped", "every")
    for step, folder in killed(tmp_path, steps):
        office = await restarted(folder, SOON)
        kinds = [entry.kind for entry in office.journal()]
        paused, resumed, halted = (
            kinds.count(kind) for kind in ("pause.begun", "pause.ended", "halt.begun")
        )
        assert (office.state().pause is not None) == (paused > resumed), step
        assert (office.state().halt is not None) == bool(halted), step
        if office.proposals():
            is_open = office.proposal().state is ProposalState.PROPOSED
            assert is_open == (paused == 0), step
        assert await office.problems() == [], step
        assert lost_messages(office) == [], step
        if halted:
            office.clock.step(days=1)
            await office.check()
            assert office.live() is None, step
        office.close()


def sent_in(folder: Path) -> list[str]:
    """Return the client ids a venue's file holds."""
    copy = folder / "venue-copy"
    copy.mkdir()
    for file in folder.glob("paper.db*"):
        shutil.copy(file, copy / file.name)
    return [row.client_id for row in sent_at(copy / "paper.db")]
