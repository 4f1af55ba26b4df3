"""``evenkeel sweep``: thousands of policies over one history, in one parquet file."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.compiling import make_kernel_ready
from bot.cli.options import (
    AsJson,
    BarFile,
    FearGreedFile,
    LastUnsealedDay,
    PolicyPath,
    TrialFile,
    Unseal,
    date_of,
)
from bot.cli.progress import progress_bar
from bot.cli.sweep_run import STOPPED, print_standing, run_sweep
from bot.settings.loading import read_policy_file
from bot.settings.policy_file import DEMO
from core.domain.errors import InputInvalid

if TYPE_CHECKING:
    # Numbers need numpy, which no other command should wait for.
    from bot.research.sweep.pools import Pool
    from bot.research.sweep.preparing import Asked, Prepared

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
    last: LastUnsealedDay = None,
    unseal: Unseal = None,
    trials: TrialFile = None,
    workers: Workers = None,
    memory: Memory = "1GB",
    backend: Backend = None,
    address: Address = None,
    anew: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Try many variants of a policy on past bars, all of them approved, and keep every result.

    Stopped half-way, the same command goes on from there. The best of many is flattered by luck;
    what the sweep prints beside it says how much. Every policy counts as a trial, and the last
    twelve months of the bars stay shut unless they are opened.
    """
    from bot.research.sweep.memory import bytes_of, planned, used_now
    from bot.research.sweep.preparing import Asked
    from bot.research.sweep.readable import AskedDays

    before = used_now()
    budget, pool = bytes_of(memory), _pool(backend, address, workers)
    policy = _policy_path(policy)
    inputs = (bars, grid, policy, fear_greed)
    _check_out(out, inputs)
    log = _log_of_trials(trials, out, inputs)
    days = AskedDays(date_of(first, "--from"), date_of(last, "--to"), unseal)
    rules = DEMO if policy is None else read_policy_file(policy)
    prepared = _prepared(Asked(rules, grid, bars, fear_greed, days))
    plan = planned(prepared.given, pool, budget, before=before)
    # Standard output belongs to the document, if there is one.
    told = sys.stderr if as_json else sys.stdout
    counted = run_sweep(prepared, plan, out, log=log, anew=anew, told=told)
    print_standing(prepared, counted, out, as_json=as_json)


def _prepared(asked: "Asked") -> "Prepared":
    """Read and check everything; Ctrl-C ends it with nothing left behind."""
    from bot.research.compiled_kernel import best_walk
    from bot.research.sweep.preparing import prepare

    try:
        with progress_bar("Checking") as bar:
            prepared = prepare(asked, bar.show)
        make_kernel_ready()
        # It is loaded before the plan is made, which then knows what that takes of memory.
        best_walk()
    except KeyboardInterrupt:
        print("Stopped before anything was computed.", file=sys.stderr)
        sys.exit(STOPPED)
    return prepared


def _policy_path(path: Path | None) -> Path | None:
    beside = Path("evenkeel.toml")
    return path or (beside if beside.exists() else None)


def _log_of_trials(trials: Path | None, out: Path, inputs: Iterable[Path | None]) -> Path:
    """Return where trials are counted; a log that cannot be is refused before anything is made."""
    from bot.research.sweep.parts import Parts
    from bot.research.trials import FILE, check_trials, read_trials

    log = trials or out.parent / FILE
    check_trials(log, (out, Parts(out, ()).folder, *inputs))
    read_trials(log)
    return log


def _pool(backend: str | None, address: str | None, workers: int | None) -> "Pool":
    from bot.research.sweep.pools import Pool, PoolKind, usual_kind
    from bot.research.workers import worker_count

    kind = usual_kind() if backend is None else PoolKind(backend)
    if (kind is PoolKind.DASK) is not (address is not None):
        raise InputInvalid(
            "a Dask cluster is named with both --backend dask and --address, for example "
            "tcp://127.0.0.1:8786"
        )
    if workers is not None and kind is PoolKind.DASK:
        raise InputInvalid("a cluster has the workers it has; take --workers away")
    return Pool(kind, worker_count(workers), address or "")


def _check_out(out: Path, inputs: Iterable[Path | None]) -> None:
    for path in inputs:
        if path is not None and path.resolve() == out.resolve():
            raise InputInvalid(f"{out} is an input of the sweep; name another file with --out")
    if out.suffix.lower() != ".parquet":
        raise InputInvalid(f"{out} does not end in .parquet; name the file with that ending")
    if out.is_dir() or not out.parent.is_dir():
        what = "is a folder" if out.is_dir() else f"cannot be made: {out.parent} is no folder"
        raise InputInvalid(f"{out} {what}; name a file in a folder that exists")
