"""One life of the bot, in a process of its own: from a start to rest, or to a sudden end."""

import asyncio
import gc
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.store.sqlite import SqliteStore, SqliteTransaction
from bot.venues.connection import CheckedAnswers
from bot.workflow.desk import Desk
from bot.workflow.execute import carry_out
from bot.workflow.reconcile import recover, tidy
from core.lifecycle import PROPOSAL_ENDED
from tests.storm.board import Board, SharedClock, Steps
from tests.storm.office import open_office
from tests.storm.situations import Prepared

DATABASE = "evenkeel.db"
CRASHED = "crashed.txt"
AN_HOUR = 3600.0
LOOKS = 3
# What a request costs in time: on its way, and at the exchange.
ON_ITS_WAY = 0.06


@dataclass(frozen=True)
class Life:
    """How a bot is to live.

    Attributes:
        is_first: it was just told of the approval; otherwise it is started anew.
        deadly: at which step it dies; 0 = not at all.
        only_lasting: which steps count, see ``Steps``.
    """

    is_first: bool = False
    deadly: int = 0
    only_lasting: bool = False


@dataclass(frozen=True)
class Ground:
    """What every life of a run stands on."""

    board: Board
    folder: Path
    prepared: Prepared
    base_url: str
    key: tuple[str, str]


def in_child(work: Callable[[], None]) -> int:
    """Do ``work`` in a forked child; return how the child ended, as ``os.wait`` tells it."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    # So short a life leaves no garbage, and looking for it would copy every page of the parent.
    gc.disable()
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def live(ground: Ground, life: Life) -> int:
    """Live in a child; return how it ended. An error is written down in the folder."""

    def work() -> None:
        try:
            asyncio.run(_live(ground, life))
        except Exception:  # noqa: BLE001  # the outermost frame of this process
            (ground.folder / CRASHED).write_text(traceback.format_exc())
            raise SystemExit from None

    return in_child(work)


async def _live(ground: Ground, life: Life) -> None:
    steps = Steps(ground.board, deadly=life.deadly, only_lasting=life.only_lasting)
    _step_on_commits(steps)
    _step_on_requests(steps, ground.board)
    clock = SharedClock(ground.board, steps.take)
    async with open_office(
        ground.folder / DATABASE,
        ground.prepared.situation.policy,
        clock,
        base_url=ground.base_url,
        key=ground.key,
    ) as desk:
        proposal_id = ground.prepared.proposal.proposal_id
        if life.is_first:
            await carry_out(desk, proposal_id)
        else:
            await recover(desk)
        for _ in range(LOOKS):
            if _is_at_rest(desk, proposal_id):
                break
            # An hourly job looks again.
            ground.board.pass_by(AN_HOUR)
            await tidy(desk)
        # Closing politely takes a quarter of a second, and nothing may depend on it.
        os._exit(0)


def _is_at_rest(desk: Desk, proposal_id: str) -> bool:
    with desk.store.reading() as tx:
        proposal = tx.proposals.get(proposal_id)
        return proposal is None or (proposal.state in PROPOSAL_ENDED and not tx.orders.unsettled())


def _step_on_commits(steps: Steps) -> None:
    """Make the time before and after every commit of the store a step."""
    begin = SqliteStore.transaction

    @contextmanager
    def transaction(store: SqliteStore) -> Iterator[SqliteTransaction]:
        with begin(store) as tx:
            yield tx
            steps.take("before a commit")
        steps.take("after a commit")

    setattr(SqliteStore, "transaction", transaction)  # noqa: B010  # this process ends soon


def _step_on_requests(steps: Steps, board: Board) -> None:
    """Make the time before and after every request a step; each takes a moment."""
    ask = CheckedAnswers.fetch

    async def fetch(client: Any, url: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        name = url.rpartition("/")[2].partition("?")[0]
        steps.take(f"before {name}")
        board.pass_by(ON_ITS_WAY)
        try:
            return await ask(client, url, *args, **kwargs)
        finally:
            board.pass_by(ON_ITS_WAY)
            steps.take(f"after {name}")

    setattr(CheckedAnswers, "fetch", fetch)  # noqa: B010  # this process ends soon
