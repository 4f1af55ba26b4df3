"""The kernel beside the reference, decision by decision.

As a program: ``python -m tests.simulation.kernel.equality --markets 500``.
"""

# ruff: noqa: T201  # a program for a person at a terminal

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from core.simulation.backtest import (
    Approvals,
    Backtest,
    Course,
    Fate,
    course_of,
    run_backtest,
)
from core.simulation.bar_table import BarTable
from core.simulation.kernel import GIVEN, KernelRun, KernelSeries, kernel_rules, run_kernel
from core.simulation.kernel.given import given_series
from core.simulation.kernel.run import bands_at
from core.simulation.kernel.tape import tape_of
from tests.simulation.kernel.worlds import World, world_of

NEAR = 1e-9
"""Closer to a threshold than this, two honest computations may decide differently."""


@dataclass(frozen=True)
class Comparison:
    """What became of one comparison.

    Attributes:
        number: of the world.
        verdict: ``agreed``, ``left out`` or ``differs``.
        proposals: of the reference.
        why: what differs, for a person.
        apart: the largest relative difference of any day's value.
    """

    number: int
    verdict: str
    proposals: int
    why: str = ""
    apart: float = 0.0


def compare(world: World, *, compiled: bool | None = None) -> Comparison:
    """Run one world through both and say whether they agree."""
    course = course_of(world.table, world.policy, start=world.start)
    reference = run_backtest(
        course,
        world.policy,
        approvals=world.approvals,
        costs=world.costs,
        flows=world.flows,
        value=world.value,
    )
    series = series_of(reference, course, world.table, world.approvals, float(world.value))
    rules = kernel_rules(
        world.policy,
        course.matrix.assets,
        world.costs,
        approvals=GIVEN,
        delay=world.approvals.delay,
    )
    run = run_kernel(course.matrix, series, rules, compiled=compiled)
    return judge(world.number, reference, run)


def series_of(
    reference: Backtest, course: Course, table: BarTable, person: Approvals, value: float
) -> KernelSeries:
    """Return what the reference saw, its flows and its person's answers included."""
    days = range(len(course))
    return given_series(
        reference.series,
        course.matrix,
        table,
        value=value,
        flows=reference.run.flows,
        approved=np.array([person.approves(course.asked_on(bar)) for bar in days]),
    )


def judge(number: int, reference: Backtest, run: KernelRun) -> Comparison:
    """Compare decisions, fills and values; a market too near a threshold is left out."""
    asked = len(reference.proposals)
    if nearest(run) < NEAR:
        return Comparison(number, "left out", asked)
    why = _different(reference, run)
    if why:
        return Comparison(number, "differs", asked, why)
    values = run.to_run().values
    apart = float(np.abs(values / reference.run.values - 1).max())
    return Comparison(number, "agreed" if apart <= NEAR else "differs", asked, "values", apart)


def _different(reference: Backtest, run: KernelRun) -> str:
    """Return what differs in the decisions and what became of them, an empty text for nothing."""
    bars = [row.bar for row in reference.proposals]
    if bars != run.proposals.bars.tolist():
        return f"asked on {bars} and on {run.proposals.bars.tolist()}"
    fates = [row.fate is Fate.EXECUTED for row in reference.proposals]
    if fates != (run.proposals.orders > 0).tolist():
        return f"carried out {fates} and {run.proposals.orders.tolist()}"
    record, given = run.to_run(), reference.run
    if not np.array_equal(record.orders, given.orders):
        return "numbers of orders"
    if not np.array_equal(record.is_inside, given.is_inside):
        return f"inside on {np.flatnonzero(record.is_inside != given.is_inside)}"
    for name in ("turnover", "costs", "predicted_costs", "weights"):
        one, other = getattr(record, name), getattr(given, name)
        scale = 1.0 if name in {"turnover", "weights"} else float(given.values.max())
        if not np.allclose(one, other, rtol=1e-7, atol=1e-9 * scale):
            return f"{name}: {np.abs(one - other).max()}"
    return ""


def nearest(run: KernelRun) -> float:
    """Return the closest that any weight or worth came to a threshold, on every bar."""
    tape = tape_of(run.matrix, run.series)
    bars = np.arange(len(run.matrix))
    segment = np.searchsorted(tape.starts, bars, side="right") - 1
    record = run.to_run()
    upper, lower = bands_at(run, tape, segment)
    # What arrives right after a close is there when the decision on it is made.
    worth = record.weights * record.values[:, None]
    worth[:, -1] += np.append(record.flows[1:], 0.0)
    value = worth.sum(axis=1)
    distance = worth / value[:, None] - record.targets
    half = np.where(distance > 0, upper, lower)
    held = worth > 0
    gaps = [np.abs(np.abs(distance) - units * half)[held].min() for units in (1.0, run.rules.hard)]
    rules = run.rules
    for edge in (rules.small_below, rules.tiny_below):
        gaps += [np.abs(value / (edge * back) - 1).min() for back in (1.0, rules.back) if edge]
    return float(min(run.near, *gaps))


def _print(found: Comparison) -> None:
    if found.verdict == "differs":
        print(f"world {found.number} differs: {found.why}, values apart {found.apart:.1e}")


def main(arguments: list[str] | None = None) -> int:
    """Compare many worlds and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=500)
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="without Numba")
    options = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    proposals, apart = 0, 0.0
    for number in range(options.first, options.first + options.markets):
        found = compare(world_of(number, days=options.days), compiled=not options.plain)
        _print(found)
        counts[found.verdict] += 1
        proposals += found.proposals
        apart = max(apart, found.apart)
    print(
        f"{options.markets} random markets of {options.days} days: {counts['agreed']} agreed, "
        f"{counts['left out']} left out for being within {NEAR:.0e} of a threshold, "
        f"{counts['differs']} differed; {proposals:,} proposals; "
        f"largest difference of a value {apart:.1e}"
    )
    return 1 if counts["differs"] else 0


if __name__ == "__main__":
    sys.exit(main())
