"""``make storm``: tells the runs, prints what came of them, and fails on any breach."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from tests.storm.life import in_child
from tests.storm.run import Outcome, Runner
from tests.storm.sabotage import SABOTAGES
from tests.storm.situations import Prepared
from tests.storm.storm import Outcomes, prepared_situations, told, with_runner
from tests.storm.totals import Totals, print_totals

WIDTH = 100


def main(
    runs: Annotated[int, typer.Option(help="How many runs.", min=1)] = 2000,
    seed: Annotated[int | None, typer.Option(help="Tell this run alone, call by call.")] = None,
    first: Annotated[int, typer.Option(help="The first run's seed.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that tell runs.", min=1)] = 2,
    *,
    prove: Annotated[
        bool, typer.Option("--prove", help="Take guards away, one at a time, and see it noticed.")
    ] = False,
) -> None:
    """Tell seeded runs of a four-leg plan, each with faults and a sudden death."""
    logging.disable(logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    prepared = prepared_situations()
    seeds = range(first, first + runs)
    if prove:
        raise typer.Exit(_prove(partial(told, seeds, prepared, workers), console))
    if seed is not None:
        raise typer.Exit(_tell_alone(seed, prepared, console))
    began = time.monotonic()
    totals = Totals()
    for outcome in _with_progress(told(seeds, prepared, workers), runs):
        totals.add(outcome)
    print_totals(totals, time.monotonic() - began, console)
    raise typer.Exit(0 if totals.is_clean else 1)


def _prove(tell: Callable[[], Outcomes], console: Console) -> int:
    """Return 0 when a storm without a guard reports a breach, whichever guard it is."""
    unseen = 0
    for name, sabotage in SABOTAGES.items():
        unseen += bool(in_child(partial(_await_breach, name, sabotage, tell, console)))
    return int(unseen > 0)


def _await_breach(
    name: str, sabotage: Callable[[], None], tell: Callable[[], Outcomes], console: Console
) -> None:
    sabotage()
    found = "not noticed"
    with closing(tell()) as outcomes:
        for outcome in outcomes:
            if outcome.ending.breaches:
                found = f"run {outcome.seed}, {next(iter(outcome.ending.breaches))}"
                break
    console.print(f"without {name}: {found}", highlight=False, soft_wrap=True)
    if found == "not noticed":
        raise SystemExit(1)


def _with_progress(outcomes: Iterator[Outcome], runs: int) -> Iterable[Outcome]:
    """Show a bar on a terminal, nothing in a pipe."""
    screen = Console(stderr=True)
    return track(
        outcomes, "telling runs", total=runs, console=screen, disable=not screen.is_terminal
    )


def _tell_alone(seed: int, prepared: Sequence[Prepared], console: Console) -> int:
    totals = Totals()

    def tell(runner: Runner) -> None:
        outcome = runner.tell(seed)
        totals.add(outcome)
        _print_story(outcome, console)

    began = time.monotonic()
    with_runner(prepared, tell)
    print_totals(totals, time.monotonic() - began, console)
    return 0 if totals.is_clean else 1


def _print_story(outcome: Outcome, console: Console) -> None:
    if outcome.books is None:
        return
    for asked in outcome.books.asked:
        line = f"{asked.at:%H:%M:%S.%f} {asked.endpoint:<14} {asked.fault} {asked.error}"
        console.print(line.rstrip(), highlight=False, markup=False, soft_wrap=True)
    for order in outcome.books.orders:
        line = f"{order.side} {order.volume} {order.asset} at {order.limit}: {order.filled} traded"
        console.print(line, highlight=False)
    for breach, more in outcome.ending.breaches.items():
        console.print(f"{breach}\n{more}".rstrip(), highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
