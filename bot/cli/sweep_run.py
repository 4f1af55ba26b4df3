"""A sweep that is prepared -> its file, its count among all trials, and what is printed of it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.cli.progress import progress_bar
from bot.clocks import SystemClock
from core.domain.errors import InputInvalid

if TYPE_CHECKING:
    # Numbers need numpy, which no other command should wait for.
    from bot.research.sweep.counting import Counted
    from bot.research.sweep.memory import Plan
    from bot.research.sweep.parts import Parts
    from bot.research.sweep.preparing import Prepared

STOPPED = 130


def run_sweep(
    prepared: "Prepared", plan: "Plan", out: Path, *, log: Path, anew: bool, told: TextIO
) -> "Counted":
    """Count what will be tried, compute what is missing, and join the parts.

    Args:
        prepared: what is swept.
        plan: how the work is cut.
        out: the file of results.
        log: of all trials.
        anew: whether what an earlier sweep left at ``out`` is thrown away.
        told: hears how the work goes.

    Raises:
        InputInvalid: something else lies at ``out``, another sweep works there, or a file cannot be
            written.
    """
    from bot.cli.sweep_page import plan_lines
    from bot.research.sweep.merging import is_finished, merge
    from bot.research.sweep.parts import Parts
    from bot.store.file_lock import is_taken
    from core.simulation.kernel import GRID_COLUMNS

    parts = Parts(out, GRID_COLUMNS)
    if not anew and is_finished(out, prepared.identity):
        # Whoever looks at it beside another log has looked at it all the same.
        counted = _count(prepared, log)
        print(f"{out} is finished already; nothing is computed again.", file=told)
        if not is_taken(parts.lock):
            parts.remove()
        return counted
    with _alone(parts):
        if anew:
            parts.clear()
        parts.open(prepared.identity)
        # Before the first price is lived through: a sweep that is stopped has been looked at too.
        counted = _count(prepared, log)
        for line in plan_lines(plan, prepared):
            print(line, file=told)
        _compute(prepared, plan, parts)
        merge(parts, prepared.given.grid, out, prepared.identity)
        parts.remove()
    return counted


def print_standing(prepared: "Prepared", counted: "Counted", out: Path, *, as_json: bool) -> None:
    """Print what a finished sweep says, beside all that was ever tried."""
    from bot.cli.sweep_page import document_of, standing_lines
    from bot.research.sweep.standing import standing_of

    standing = standing_of(prepared.given, out, trials=counted.trials)
    if as_json:
        document = document_of(standing, prepared, counted, out=out)
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in standing_lines(standing, prepared, counted):
        print(line)
    print(f"Every policy is a row of {out}.")


def _count(prepared: "Prepared", log: Path) -> "Counted":
    from bot.research.sweep.counting import count

    return count(
        prepared.settings,
        prepared.identity,
        seal=prepared.seal,
        path=log,
        version=version("evenkeel"),
        at=SystemClock().now(),
    )


def _compute(prepared: "Prepared", plan: "Plan", parts: "Parts") -> None:
    """Compute what is missing; Ctrl-C ends it with what is stored."""
    from bot.research.sweep.running import run_missing

    total, stored = len(prepared.given.grid), 0

    try:
        with progress_bar("Policies") as bar:

            def on_rows(count: int) -> None:
                nonlocal stored
                stored = count
                bar.show(count, total)

            run_missing(prepared.given, parts, plan.pool, chunk=plan.chunk, on_rows=on_rows)
    except KeyboardInterrupt:
        print(
            f"Stopped. {stored:,} of {total:,} policies are kept in {parts.folder}; run the same "
            "command again to go on.",
            file=sys.stderr,
        )
        sys.exit(STOPPED)


@contextmanager
def _alone(parts: "Parts") -> Iterator[None]:
    """Keep every other sweep away from the parts, until they are one file."""
    from bot.store.file_lock import FileLock

    parts.make()
    try:
        lock = FileLock.take(parts.lock)
    except InputInvalid as error:
        if error.code != "IN_USE":
            raise
        raise InputInvalid(
            f"another sweep is at work in {parts.folder}; wait for it, or name another file with "
            "--out",
            code="IN_USE",
        ) from None
    try:
        yield
    finally:
        lock.release()
