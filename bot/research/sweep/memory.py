"""What a sweep will need of memory, before it begins, and how it is cut to keep to a budget."""

import re
import resource
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.research.sweep.given import Given
from bot.research.sweep.merging import ROW_GROUP
from bot.research.sweep.pools import Pool, PoolKind
from core.domain.errors import InputInvalid

MEGABYTE: Final = 1_000_000
UNITS: Final = {"MB": MEGABYTE, "GB": 1000 * MEGABYTE}

LARGEST_CHUNK: Final = 1_024
# So many tasks that a stop loses little and no worker waits long for the last one.
_TASKS: Final = 64
# A policy with its settings, as objects, measured.
_POLICY: Final = 40_000
# A fresh process with the kernel loaded, measured.
_PROCESS: Final = 170 * MEGABYTE
# What comes after: statistics, and a few runs with all that is told of each bar, measured.
_JUDGING: Final = 30 * MEGABYTE
_WHOLE_RUNS: Final = 16
_NUMBER: Final = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """How a sweep is cut.

    Attributes:
        policies, coins, bars: its size.
        pool: who works, with as many workers as the budget has room for.
        chunk: rows a task.
        needed: bytes at the peak, about, of the sweep and the processes it starts; what the program
            took before it began is not among them.
        budget: bytes.
    """

    policies: int
    coins: int
    bars: int
    pool: Pool
    chunk: int
    needed: int
    budget: int


def bytes_of(text: str) -> int:
    """Return an amount of memory such as ``300MB`` or ``1.5 GB``.

    Raises:
        InputInvalid: it is none.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(MB|GB)\s*", text, re.IGNORECASE)
    if found is None:
        raise InputInvalid(f"--memory is {text!r}; an amount such as 300MB or 1GB is expected")
    return int(float(found[1]) * UNITS[found[2].upper()])


def planned(given: Given, pool: Pool, budget: int, *, before: int = 0) -> Plan:
    """Return how to cut the sweep so that it keeps to the budget: fewer rows a task, fewer workers.

    Args:
        given: what is computed from.
        pool: who works.
        budget: bytes the sweep may take.
        before: bytes the program took before the sweep began.

    Raises:
        InputInvalid: it does not fit, even one policy at a time.
    """
    policies, matrix = len(given.grid), given.matrix
    chunk = max(1, min(LARGEST_CHUNK, policies // _TASKS))
    used = max(used_now() - before, 0)
    plan = Plan(policies, len(matrix.assets), len(matrix), pool, chunk, 0, budget)
    while True:
        plan = replace(plan, needed=used + _growth(plan, given))
        if plan.needed <= budget:
            return plan
        if plan.chunk > 1:
            plan = replace(plan, chunk=plan.chunk // 2)
        elif plan.pool.workers > 1 and pool.kind is not PoolKind.DASK:
            smaller = replace(plan.pool, workers=plan.pool.workers - 1)
            plan = replace(plan, pool=smaller, chunk=chunk)
        else:
            raise InputInvalid(
                f"{matrix_words(plan)} need about {plan.needed / MEGABYTE:,.0f} MB, and the budget "
                f"is {budget / MEGABYTE:,.0f} MB; give more with --memory, or a shorter span with "
                "--from and --to",
                code="MEMORY",
            )


def matrix_words(plan: Plan) -> str:
    """Return the size of the data in words."""
    return f"{plan.coins} coin{'' if plan.coins == 1 else 's'} and {plan.bars:,} bars"


def most_used() -> int:
    """Return the most memory this process has used so far, bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def used_now() -> int:
    """Return the memory this process uses, bytes; where that is not told, the most so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return most_used()
    return pages * resource.getpagesize()


def _growth(plan: Plan, given: Given) -> int:
    """Return what the run adds to what this process has used already."""
    columns = len(given.grid.axes) + 20
    merging = 4 * min(ROW_GROUP, plan.policies) * columns * _NUMBER
    judging = _JUDGING + _WHOLE_RUNS * _by_bar(plan)
    a_task = _task(plan)
    match plan.pool.kind:
        case PoolKind.THREADS:
            working = plan.pool.workers * a_task
        case PoolKind.PROCESSES:
            working = plan.pool.workers * (_PROCESS + sys.getsizeof(given) + a_task)
        case PoolKind.DASK:
            # The inputs are packed once to be sent.
            working = 2 * sys.getsizeof(given)
    return max(working, merging, judging)


def _task(plan: Plan) -> int:
    """Return what one task takes while it runs: policies, targets by bar, the kernel's own."""
    return plan.chunk * _POLICY + 2 * _by_bar(plan)


def _by_bar(plan: Plan) -> int:
    """Return what one figure for each bar and asset takes."""
    return plan.bars * (plan.coins + 1) * _NUMBER
