"""A bot that kills itself: ``python -m tests.workflow.crash_child FOLDER STORY every``.

Whatever the bot does on disk or at the venue is a step: before and after every commit, every call
of the venue, and every message that reaches the phone. The story is first told once to count its
steps. Then, for each of them, a forked child tells it again on a fresh copy of the same files and
sends itself SIGKILL at that step. What the children leave behind lies in FOLDER/1, FOLDER/2, ...

With the third word ``lasting`` only those steps count after which the files or the venue differ: a
kill anywhere else leaves what an earlier one left. With ``twice`` a second child starts on those
files as well, and is killed while it recovers.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from bot.store.sqlite import SqliteStore, SqliteTransaction
from bot.workflow.controls import halt, pause, resume
from bot.workflow.reconcile import recover
from core.domain.units import Quantity
from tests.emulators.flaky_venue import FillPartly, LoseAnswer, LoseRequest
from tests.workflow.office import MORNING, OWNER, Letter, Office

PHONE = "phone.jsonl"
# Which step of a recovery is deadly: another one for each step of the story.
STRIDE, SECOND_STEPS = 7, 17
LASTING = frozenset({"after commit", "after place", "after delivery"})


class Steps:
    """Counts steps, and ends the process at one of them.

    Attributes:
        names: the steps taken, in order.
    """

    def __init__(self, deadly: int, *, every: bool = True) -> None:
        """Kill at step ``deadly``; 0 lets the story end."""
        self._deadly = deadly
        self._every = every
        self.names: list[str] = []

    def take(self, name: str) -> None:
        """Take one step, perhaps the last."""
        if not self._every and name not in LASTING:
            return
        self.names.append(name)
        if len(self.names) == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


async def plain(office: Office) -> None:
    """From the evaluation to the report, nothing in the way."""
    await office.check()
    await office.approve_all()


async def lossy(office: Office) -> None:
    """A sale whose answer is lost, a buy that fills in part, a second try that never arrives."""
    await office.check()
    office.venue.expect(LoseAnswer(), FillPartly(Quantity(Decimal("0.2"))), LoseRequest())
    await office.approve_all()


async def stopped(office: Office) -> None:
    """A person pauses, resumes and halts while a card is open."""
    await office.check()
    pause(office.desk, OWNER)
    office.deliver()
    resume(office.desk, OWNER)
    halt(office.desk, OWNER, why="stop")
    office.deliver()


STORIES: dict[str, Callable[[Office], Awaitable[None]]] = {
    "plain": plain,
    "lossy": lossy,
    "stopped": stopped,
}


def step_on_commits(steps: Steps) -> None:
    """Make the time before and after every commit of the store a step."""
    begin = SqliteStore.transaction

    @contextmanager
    def transaction(store: SqliteStore) -> Iterator[SqliteTransaction]:
        with begin(store) as tx:
            yield tx
            steps.take("before commit")
        steps.take("after commit")

    setattr(SqliteStore, "transaction", transaction)  # noqa: B010  # this process ends soon


def write_down(phone: Path, letter: Letter) -> None:
    """Keep a message on the phone, which outlives the bot."""
    line = {
        "key": letter.outgoing.key,
        "nonce": letter.outgoing.nonce,
        "chat_id": letter.outgoing.chat_id,
        "message_id": letter.message_id,
    }
    with phone.open("a") as file:
        file.write(json.dumps(line) + "\n")


async def tell(folder: Path, story: str, steps: Steps) -> None:
    """Tell a story on the files in ``folder``."""
    office = await Office.reopen(folder, at=MORNING)
    step_on_everything(office, folder, steps)
    await STORIES[story](office)
    office.close()


async def recover_again(folder: Path, steps: Steps) -> None:
    """Start a minute later on what a killed child left behind, and deliver what waits."""
    office = Office.on_files(folder, at=MORNING + timedelta(minutes=1))
    step_on_everything(office, folder, steps)
    await recover(office.desk)
    office.deliver()
    office.close()


def step_on_everything(office: Office, folder: Path, steps: Steps) -> None:
    """Make everything that can be interrupted a step."""

    def arrive(letter: Letter) -> None:
        steps.take("before delivery")
        write_down(folder / PHONE, letter)
        steps.take("after delivery")

    step_on_commits(steps)
    office.watched.around = steps.take
    office.arrives = arrive


def in_child(work: Callable[[], None]) -> int:
    """Do ``work`` in a forked child; return how the child ended, as ``os.wait`` tells it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def tell_whole(folder: Path, story: str, steps: Steps) -> None:
    """Tell the story to its end and write down its steps."""
    asyncio.run(tell(folder, story, steps))
    (folder / "steps.json").write_text(json.dumps(steps.names))


async def rehearse(folder: Path, story: str) -> None:
    """Tell the story unharmed before anything is forked: every child finds its caches warm."""
    office = await Office.reopen(folder, at=MORNING)
    await STORIES[story](office)
    office.close()


def found(folder: Path) -> None:
    """Make the files every story begins with."""
    folder.mkdir()

    async def make() -> None:
        office = await Office.open(folder)
        office.close()

    asyncio.run(make())


def main(folder: Path, story: str, mode: str) -> None:
    """Let the story be killed at each of its steps."""
    every = mode == "every"
    base, whole = folder / "base", folder / "0"
    found(base)
    asyncio.run(rehearse(shutil.copytree(base, folder / "rehearsal"), story))
    shutil.copytree(base, whole)
    assert in_child(lambda: tell_whole(whole, story, Steps(0, every=every))) == 0
    steps = json.loads((whole / "steps.json").read_text())
    killed_twice = 0
    for number in range(1, len(steps) + 1):
        place = shutil.copytree(base, folder / str(number))
        deadly = Steps(number, every=every)
        status = in_child(partial(tell_in_loop, place, story, deadly))
        assert os.WIFSIGNALED(status), f"step {number} was not reached"
        assert os.WTERMSIG(status) == signal.SIGKILL
        if mode == "twice":
            second = Steps(1 + number * STRIDE % SECOND_STEPS)
            killed_twice += os.WIFSIGNALED(in_child(partial(recover_in_loop, place, second)))
    assert mode != "twice" or killed_twice > len(steps) // 2


def tell_in_loop(folder: Path, story: str, steps: Steps) -> None:
    """Tell a story in a loop of its own."""
    asyncio.run(tell(folder, story, steps))


def recover_in_loop(folder: Path, steps: Steps) -> None:
    """Recover in a loop of its own."""
    asyncio.run(recover_again(folder, steps))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
