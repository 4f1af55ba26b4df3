"""``evenkeel sweep``: thousands of policies over one history, in one parquet file."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.options import AsJson, BarFile, FearGreedFile, PolicyPath, day_after, day_of
from bot.settings.loading import read_policy_file
from bot.settings.policy_file import DEMO, PolicyFile
from core.domain.errors import InputInvalid

if TYPE_CHECKING:
    # Numbers need numpy, which no other command should wait for.
    from bot.research.sweep.memory import Plan
    from bot.research.sweep.parts import Parts
    from bot.research.sweep.pools import Pool
    from bot.research.sweep.preparing import Prepared

STOPPED = 130

GridFile = Annotated[
    Path,
    typer.Option(
        "--grid",
        metavar="GRID.toml",
        help='What varies: settings with lists of values, e.g. "bands.delta" = [0, 0.5], and '
        "random = 500, seed = 1 for a sample.",
    ),
]
ResultFile = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="RESULTS.parquet",
        help="The file of results; parts of an unfinished sweep are kept beside it.",
    ),
]
FirstDay = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DAY", help="First UTC day; without it as early as all policies can."
    ),
]
EndDay = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Last UTC day; without it the last one.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", help="How many at once; without it all cores."),
]
Memory = Annotated[
    str,
    typer.Option(
        "--memory", metavar="AMOUNT", help="The most memory the sweep may take, e.g. 300MB."
    ),
]
Backend = Annotated[
    Literal["threads", "processes", "dask"] | None,
    typer.Option(
        "--backend",
        help="Who works; without it threads where the kernel is compiled, processes elsewhere.",
    ),
]
Address = Annotated[
    str | None,
    typer.Option("--address", metavar="URL", help="The Dask scheduler, e.g. tcp://127.0.0.1:8786."),
]
Anew = Annotated[
    bool,
    typer.Option("--anew", metavar="", help="Throw away what an earlier sweep left at --out."),
]


def sweep(
    grid: GridFile,
    bars: BarFile,
    out: ResultFile,
    policy: PolicyPath = None,
    fear_greed: FearGreedFile = None,
    first: FirstDay = None,
    last: EndDay = None,
    workers: Workers = None,
    memory: Memory = "1GB",
    backend: Backend = None,
    address: Address = None,
    anew: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Try many variants of a policy on past bars, all of them approved, and keep every result.

    Stopped half-way, the same command goes on from there. The best of many is flattered by luck;
    what the sweep prints beside it says how much.
    """
    from bot.research.sweep.memory import bytes_of, planned, used_now
    from bot.research.sweep.preparing import Asked, prepare

    before = used_now()
    budget, pool = bytes_of(memory), _pool(backend, address, workers)
    _check_out(out, (bars, grid, policy, fear_greed))
    asked = Asked(
        _policy_file(policy),
        grid,
        bars,
        fear_greed,
        start=day_of(first, "--from"),
        end=day_after(last, "--to"),
    )
    try:
        with _progress("Checking") as show:
            prepared = prepare(asked, show)
    except KeyboardInterrupt:
        print("Stopped before anything was computed.", file=sys.stderr)
        sys.exit(STOPPED)
    plan = planned(prepared.given, pool, budget, before=before)
    _sweep(prepared, plan, out, anew=anew, as_json=as_json)


def _sweep(prepared: "Prepared", plan: "Plan", out: Path, *, anew: bool, as_json: bool) -> None:
    """Compute what is missing, join the parts, and tell what came of it."""
    from bot.cli.sweep_page import document_of, plan_lines, standing_lines
    from bot.research.sweep.merging import is_finished, merge
    from bot.research.sweep.parts import Parts
    from bot.research.sweep.standing import standing_of
    from bot.store.file_lock import is_taken
    from core.simulation.kernel import GRID_COLUMNS

    told = sys.stderr if as_json else sys.stdout
    parts = Parts(out, GRID_COLUMNS)
    if not anew and is_finished(out, prepared.identity):
        print(f"{out} is finished already; nothing is computed again.", file=told)
        if not is_taken(parts.lock):
            parts.remove()
    else:
        with _alone(parts):
            if anew:
                parts.clear()
            for line in plan_lines(plan, prepared):
                print(line, file=told)
            _compute(prepared, plan, parts)
            merge(parts, prepared.given.grid, out, prepared.identity)
            parts.remove()
    standing = standing_of(prepared.given, prepared.default, out)
    if as_json:
        print(json.dumps(document_of(standing, prepared, out), ensure_ascii=False, indent=2))
        return
    for line in standing_lines(standing, prepared):
        print(line)
    print(f"Every policy is a row of {out}.")


def _compute(prepared: "Prepared", plan: "Plan", parts: "Parts") -> None:
    """Compute what is missing; Ctrl-C ends it with what is stored."""
    from bot.research.sweep.running import run_missing

    total, stored = len(prepared.given.grid), 0
    parts.open(prepared.identity)

    try:
        with _progress("Policies") as show:

            def on_rows(count: int) -> None:
                nonlocal stored
                stored = count
                show(count, total)

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


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what moves a progress bar on standard error; in a pipe there is none."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show


def _policy_file(path: Path | None) -> PolicyFile:
    beside = Path("evenkeel.toml")
    path = path or (beside if beside.exists() else None)
    return DEMO if path is None else read_policy_file(path)


def _pool(backend: str | None, address: str | None, workers: int | None) -> "Pool":
    from bot.research.sweep.pools import Pool, PoolKind, usual_kind

    kind = usual_kind() if backend is None else PoolKind(backend)
    if (kind is PoolKind.DASK) is not (address is not None):
        raise InputInvalid(
            "a Dask cluster is named with both --backend dask and --address, for example "
            "tcp://127.0.0.1:8786"
        )
    if workers is not None and kind is PoolKind.DASK:
        raise InputInvalid("a cluster has the workers it has; take --workers away")
    if workers is not None and workers < 1:
        raise InputInvalid(f"--workers is {workers}; use 1 or more")
    return Pool(kind, workers or len(os.sched_getaffinity(0)), address or "")


def _check_out(out: Path, inputs: Iterable[Path | None]) -> None:
    for path in inputs:
        if path is not None and path.resolve() == out.resolve():
            raise InputInvalid(f"{out} is an input of the sweep; name another file with --out")
    if out.suffix.lower() != ".parquet":
        raise InputInvalid(f"{out} does not end in .parquet; name the file with that ending")
    if out.is_dir() or not out.parent.is_dir():
        what = "is a folder" if out.is_dir() else f"cannot be made: {out.parent} is no folder"
        raise InputInvalid(f"{out} {what}; name a file in a folder that exists")
