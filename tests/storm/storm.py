"""Many runs, shared among workers that are forked from a process that has the imports."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait

from core.domain.proposal import ProposalState
from tests.storm.board import Board
from tests.storm.run import Outcome, Runner
from tests.storm.situations import Prepared, prepare_all, rehearse
from tests.storm.venue import Venue
from tests.storm.warmth import share

_FORK = get_context("fork")

Outcomes = Generator[Outcome, None, None]


def prepared_situations() -> tuple[Prepared, ...]:
    """Let every situation's plan be made and approved, and one of them end: that warms up, too.

    Raises:
        ValueError: a plan is not as the storm needs it, even in a calm market.
    """
    share()
    prepared, ended = asyncio.run(_prepared())
    if ended is not ProposalState.DONE:
        raise ValueError(f"in a calm market the plan ends as {ended}")
    return prepared


async def _prepared() -> tuple[tuple[Prepared, ...], ProposalState]:
    prepared = await prepare_all()
    return prepared, await rehearse(prepared[0])


def told(seeds: Sequence[int], prepared: Sequence[Prepared], workers: int) -> Outcomes:
    """Yield the outcome of each run as soon as it is there, in any order.

    Raises:
        RuntimeError: a worker died.
    """
    gc.freeze()
    with ExitStack() as stack:
        pipes = [
            _start(seeds[number::workers], prepared, stack)
            for number in range(min(workers, len(seeds)))
        ]
        while pipes:
            for pipe in wait(pipes):
                assert isinstance(pipe, Pipe)
                outcome = _received(pipe)
                if outcome is None:
                    pipes.remove(pipe)
                else:
                    yield outcome


def _received(pipe: Pipe) -> Outcome | None:
    try:
        outcome: Outcome | None = pipe.recv()
    except EOFError:
        raise RuntimeError("a worker of the storm died; its own words stand above") from None
    return outcome


def _start(seeds: Sequence[int], prepared: Sequence[Prepared], stack: ExitStack) -> Pipe:
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_work, args=(theirs, seeds, prepared))
    process.start()
    theirs.close()
    stack.callback(process.join)
    stack.callback(process.terminate)
    return ours


def _work(pipe: Pipe, seeds: Sequence[int], prepared: Sequence[Prepared]) -> None:
    # A worker that is no longer needed leaves nothing behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with_runner(prepared, lambda runner: _tell_all(pipe, seeds, runner))
    pipe.send(None)


def _tell_all(pipe: Pipe, seeds: Sequence[int], runner: Runner) -> None:
    for seed in seeds:
        outcome = runner.tell(seed)
        outcome.books = None
        pipe.send(outcome)


def with_runner(prepared: Sequence[Prepared], work: Callable[[Runner], None]) -> None:
    """Serve an exchange and hand a runner in front of it to ``work``."""
    board = Board()
    with Venue(board, [row.situation for row in prepared]) as venue:
        work(Runner(board, venue, prepared))
