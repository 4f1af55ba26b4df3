"""``evenkeel study``: the standard comparison on real history, as a report that stands alone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson
from bot.clocks import SystemClock
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL

if TYPE_CHECKING:
    # Numbers need numpy, which no other command should wait for.
    from rich.progress import Progress as Bars

    from bot.research.study.preparing import Asked
    from bot.research.study.study import Study

STOPPED = 130

DataPlace = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The folder of price history: spot_1d.parquet, or bar files; or one bar file.",
    ),
]
ReportFile = Annotated[
    Path,
    typer.Option("--out", metavar="FILE.html", help="The report; a JSON file goes beside it."),
]
FirstDay = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help="First UTC day; without it as early as it can be."),
]
LastDay = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="DAY", help="Last UTC day; without it the last one before the seal."
    ),
]
OwnPortfolios = Annotated[
    list[Path] | None,
    typer.Option(
        "--portfolio", metavar="FILE", help="A policy file to compare as well. Repeatable."
    ),
]
Quick = Annotated[
    bool,
    typer.Option("--fast", metavar="", help="A quick look: one portfolio, fewer draws and days."),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Of all randomness.")]
Unseal = Annotated[
    str | None,
    typer.Option(
        "--unseal",
        metavar="REASON",
        help="Also read the last twelve months, which are kept shut; every opening is logged.",
    ),
]
TrialFile = Annotated[
    Path | None,
    typer.Option(
        "--trials",
        metavar="FILE",
        help="The log of everything ever tried; without it trials.jsonl beside the report.",
    ),
]
Quote = Annotated[
    str, typer.Option("--quote", metavar="COIN", help="The currency of plain bar files.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", help="Processes at once; without it all cores."),
]


def study(
    data: DataPlace,
    out: ReportFile = Path("study.html"),
    first: FirstDay = None,
    last: LastDay = None,
    portfolio: OwnPortfolios = None,
    fast: Quick = False,
    seed: Seed = 7,
    unseal: Unseal = None,
    trials: TrialFile = None,
    quote: Quote = "USD",
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Compare the whole system with simpler ones on real history, and check the article's claims.

    It writes one page of HTML with pictures inside, and a JSON file beside it. Every difference
    has its interval; the last twelve months of the data stay shut unless they are opened.
    """
    from bot.research.study.preparing import Asked, check_place, check_trials

    check_place(out)
    log = trials or out.parent / "trials.jsonl"
    check_trials(log, out)
    if not SYMBOL.fullmatch(quote):
        raise InputInvalid(f"--quote is {quote!r}; a symbol such as USD is expected")
    asked = Asked(
        data,
        quote,
        first,
        last,
        policies=tuple(portfolio or ()),
        seed=seed,
        is_fast=fast,
        unseal=unseal,
        trials=log,
        version=version("evenkeel"),
    )
    found = _run(asked, out, _worker_count(workers))
    _tell(found, out, as_json=as_json)


def _run(asked: "Asked", out: Path, workers: int) -> "Study":
    """Run and write the study; Ctrl-C ends it without a report."""
    from bot.research.study.preparing import prepare, study_of, write

    try:
        with _progress() as show:
            prepared = prepare(asked, now=SystemClock().now())
            found = study_of(prepared, workers=workers, progress=show)
            write(found, out, workers=workers, progress=show)
    except KeyboardInterrupt:
        print("Stopped; no report was written.", file=sys.stderr)
        sys.exit(STOPPED)
    return found


def _tell(found: "Study", out: Path, *, as_json: bool) -> None:
    from bot.cli.study_page import summary_lines
    from bot.research.study.document import json_of
    from bot.research.study.preparing import check_place

    if as_json:
        print(json_of(found), end="")
        return
    for line in summary_lines(found):
        print(line)
    print(f"\nThe report is {out}, its figures are in {check_place(out)}.")


class _Bar:
    """Shows each step as a bar on a terminal's standard error; elsewhere it stays quiet."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._task = bars.add_task("Reading", total=None)

    def step(self, name: str, parts: int) -> None:
        self._bars.reset(self._task, description=name.capitalize(), total=parts)

    def advance(self) -> None:
        self._bars.advance(self._task)


@contextmanager
def _progress() -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        yield _Bar(bars)


def _worker_count(asked: int | None) -> int:
    if asked is not None and asked < 1:
        raise InputInvalid(f"--workers is {asked}; 1 or more is needed")
    return asked or len(os.sched_getaffinity(0))
