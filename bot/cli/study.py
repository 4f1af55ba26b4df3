"""``evenkeel study``: the standard comparison on real history, as a report that stands alone."""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.compiling import make_kernel_ready
from bot.cli.options import AsJson, LastUnsealedDay, TrialFile, Unseal, date_of
from bot.cli.progress import progress_bar
from bot.clocks import SystemClock
from core.domain.errors import InputInvalid
from core.domain.policy import SYMBOL

if TYPE_CHECKING:
    # Numbers need numpy, which no other command should wait for.
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
    last: LastUnsealedDay = None,
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
    from bot.research.study.preparing import Asked, check_place
    from bot.research.trials import FILE, check_trials
    from bot.research.workers import worker_count

    log = trials or out.parent / FILE
    own = portfolio or ()
    check_trials(log, (out, check_place(out), *own, data if data.is_file() else None))
    if not SYMBOL.fullmatch(quote):
        raise InputInvalid(f"--quote is {quote!r}; a symbol such as USD is expected")
    asked = Asked(
        data,
        quote,
        date_of(first, "--from"),
        date_of(last, "--to"),
        policies=tuple(own),
        seed=seed,
        is_fast=fast,
        unseal=unseal,
        trials=log,
        version=version("evenkeel"),
    )
    found = _run(asked, out, worker_count(workers))
    _tell(found, out, as_json=as_json)


def _run(asked: "Asked", out: Path, workers: int) -> "Study":
    """Run and write the study; Ctrl-C ends it without a report."""
    from bot.research.study.preparing import prepare, study_of, write

    try:
        with progress_bar("Reading"):
            prepared = prepare(asked, now=SystemClock().now())
        make_kernel_ready()
        with progress_bar("Comparing") as bar:
            found = study_of(prepared, workers=workers, progress=bar)
            write(found, out, workers=workers, progress=bar)
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
