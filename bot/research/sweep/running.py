"""Sends what is missing of a sweep through joblib, and stores each part as it comes back."""
# ruff: noqa: PLC0415  # joblib takes long to import

import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from bot.research.sweep.computing import Computed, compute
from bot.research.sweep.given import Given
from bot.research.sweep.identity import code_version
from bot.research.sweep.parts import Parts, Rows, missing
from bot.research.sweep.pools import Pool, PoolKind, broken_errors, joined
from core.domain.errors import InputInvalid

TRIES: Final = 3
"""How often a pool may break without a single part coming back."""


class Work(Protocol):
    """Computes some rows; ``compute`` is the one of every real sweep."""

    def __call__(self, given: Given, first: int, end: int) -> Computed:
        """Return the figures of the rows from ``first`` up to, not including, ``end``."""
        ...


def run_missing(
    given: Given,
    parts: Parts,
    pool: Pool,
    *,
    chunk: int,
    on_rows: Callable[[int], None] = lambda _: None,
    work: Work = compute,
) -> None:
    """Compute every row that is not stored yet; each part is stored as soon as it is there.

    A worker that dies costs what it was working on, which is computed again.

    Args:
        given: what all rows share.
        parts: where they are stored.
        pool: who works.
        chunk: rows a task.
        on_rows: told how many rows are stored, at first and after each part.
        work: what computes them.

    Raises:
        InputInvalid: a policy cannot be, the disk is full, the cluster cannot be reached or runs
            other code, or workers keep dying. What was stored stays.
    """
    total, lost = len(given.grid), 0
    while left := missing(parts.known(total), total):
        stored = before = total - sum(map(len, left))
        on_rows(stored)
        try:
            with (
                joined(pool, given) as sent,
                _closing(_computed(sent, left, chunk, work)) as results,
            ):
                for one in results:
                    _check_code(one, pool)
                    parts.write(one.first, one.figures)
                    stored += len(one.figures)
                    on_rows(stored)
        except broken_errors() as error:
            lost = 0 if stored > before else lost + 1
            if lost == TRIES:
                raise _given_up(error, pool, stored, total) from None


def _computed(given: Given, left: list[Rows], chunk: int, work: Work) -> Generator[Computed]:
    from joblib import Parallel, delayed

    tasks = (
        delayed(work)(given, first, min(first + chunk, rows.end))
        for rows in left
        for first in range(rows.first, rows.end, chunk)
    )
    # The tasks are handed out as workers come free, and none waits for one before it.
    parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
    yield from parallel(tasks)


@contextmanager
def _closing(results: Generator[Computed]) -> Iterator[Generator[Computed]]:
    """Yield the results; at an early end what is still in work is given up, without a word."""
    try:
        yield results
    finally:
        with warnings.catch_warnings():
            # What joblib says to whoever stops early by mistake.
            warnings.filterwarnings("ignore", r"\d+ tasks (which were|have been)", UserWarning)
            results.close()


def _check_code(one: Computed, pool: Pool) -> None:
    if one.code != code_version():
        raise InputInvalid(
            f"the workers at {pool.address} run other code ({one.code}) than this program "
            f"({code_version()}), and might give other figures; install the same version on both. "
            "What was computed before is kept",
            code="OTHER_CODE",
        )


def _given_up(error: BaseException, pool: Pool, stored: int, total: int) -> InputInvalid:
    who = "the cluster" if pool.kind is PoolKind.DASK else "a worker"
    why = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputInvalid(
        f"{who} broke down {TRIES} times in a row ({why}). {stored:,} of {total:,} policies are "
        "kept; look at the workers' memory and run the same command again",
        code="POOL_BROKEN",
    )
