"""The kernel beside the reference, decision by decision.

As a program: ``python -m tests.simulation.kernel.equality --markets 500``.
"""

# A program for a person at a terminal, and arrays that are no frames:
# ruff: noqa: T201

import argparse
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bot.research.compiled_kernel import compiled_walk
from core.domain.policy import Policy
from core.domain.units import Asset, Money, Weight
from core.simulation.backtest import (
    ALWAYS,
    FINEST_STEP,
    Approvals,
    Backtest,
    Course,
    Fate,
    TradingCosts,
    course_of,
    run_backtest,
)
from core.simulation.bar_table import AssetBars, BarTable
from core.simulation.kernel import GIVEN, KernelRun, KernelSeries, kernel_rules, run_kernel
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.kernel.given import given_series
from core.simulation.kernel.run import bands_at
from core.simulation.kernel.tape import tape_of
from tests.simulation.kernel.worlds import World, world_of

_COLUMNS = ("asset", "ts", "open", "high", "low", "close", "volume_base")

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


def compare(world: World, *, compiled: bool = False) -> Comparison:
    """Run one world through both and say whether they agree.

    Args:
        world: market, policy, person.
        compiled: whether the compiled kernel must decide like the plain one as well.
    """
    course, reference = lived_by_reference(world)
    found = judge(world.number, reference, _run(world, course, reference, plain_walk))
    if compiled and found.verdict == "agreed" and not compiled_alike(world, course, reference):
        return Comparison(world.number, "differs", found.proposals, "the compiled kernel")
    return found


def lived_by_reference(world: World) -> tuple[Course, Backtest]:
    """Return the course of a world and the reference's way through it."""
    course = course_of(world.table, world.policy, start=world.start, end=world.end)
    reference = run_backtest(
        course,
        world.policy,
        approvals=world.approvals,
        costs=world.costs,
        flows=world.flows,
        value=world.value,
    )
    return course, reference


def compiled_alike(world: World, course: Course, reference: Backtest) -> bool:
    """Tell whether the compiled kernel makes the plain one's decisions, values within 1e-12."""
    one, other = (_run(world, course, reference, walk) for walk in (compiled_walk(), plain_walk))
    return (
        np.array_equal(one.proposals.bars, other.proposals.bars)
        and np.array_equal(one.proposals.filled, other.proposals.filled)
        and np.array_equal(one.sizes, other.sizes)
        and np.allclose(one.to_run().values, other.to_run().values, rtol=1e-12, atol=0.0)
    )


def _run(world: World, course: Course, reference: Backtest, walk: Walk) -> KernelRun:
    person, assets = world.approvals, course.matrix.assets
    series = series_of(reference, course, world.table, person, float(world.value))
    rules = kernel_rules(world.policy, assets, world.costs, approvals=GIVEN, delay=person.delay)
    return run_kernel(course.matrix, series, rules, walk=walk)


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


def portfolios() -> dict[str, dict[str, str]]:
    """Return the targets of the portfolios that real history is compared on, in percent."""
    return {
        "A": {"BTC": "50", "ETH": "50", "USD": "0"},
        "B": {"BTC": "50", "ETH": "30", "USD": "20"},
        "D": {"ADA": "10", "BTC": "40", "DOGE": "10", "ETH": "20", "USD": "20"},
    }


def real_world(
    data: Path, name: str, *, start: datetime | None = None, end: datetime | None = None
) -> World:
    """Return real daily history with a full policy.

    Args:
        data: the folder of market history.
        name: of the portfolio.
        start: open time of the first day; None = as early as history allows.
        end: days open before it; None = to the end.
    """
    targets = portfolios()[name]
    policy = Policy(
        Asset("USD"),
        tuple((Asset(asset), Weight(Decimal(share) / 100)) for asset, share in targets.items()),
    )
    archive = pq.read_table(data / "spot_1d.parquet", filters=[("source", "=", "yahoo")])
    columns = {name: archive.column(name).to_numpy() for name in _COLUMNS}
    table = BarTable(
        "yahoo",
        timedelta(days=1),
        tuple(
            _asset_bars(asset, columns)
            for asset in policy.watched_assets
            if asset in columns["asset"]
        ),
    )
    return World(
        number=0,
        table=table,
        policy=policy,
        costs=TradingCosts(quantity_step=FINEST_STEP),
        approvals=ALWAYS,
        flows=(),
        value=Money(Decimal(50_000)),
        start=start,
        end=end,
    )


def _asset_bars(asset: Asset, columns: Mapping[str, np.ndarray]) -> AssetBars:
    rows = np.flatnonzero(columns["asset"] == asset)
    rows = rows[np.argsort(columns["ts"][rows])]
    starts = columns["ts"][rows].astype("datetime64[s]").astype(np.int64)
    prices = [columns[name][rows].astype(np.float64) for name in _COLUMNS[2:]]
    return AssetBars(asset, starts, *prices)


def _print(found: Comparison) -> None:
    if found.verdict == "differs":
        print(f"world {found.number} differs: {found.why}, values apart {found.apart:.1e}")


def main(arguments: list[str] | None = None) -> int:
    """Compare many worlds and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=500)
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--compiled", action="store_true", help="ask the compiled kernel as well")
    parser.add_argument("--data", type=Path, help="the folder of market history, for real prices")
    options = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    proposals, apart = 0, 0.0
    for number in range(options.first, options.first + options.markets):
        found = compare(world_of(number, days=options.days), compiled=options.compiled)
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
    if options.data is not None:
        counts["differs"] += _real(options.data, compiled=options.compiled)
    return 1 if counts["differs"] else 0


def _real(data: Path, *, compiled: bool) -> int:
    """Compare on real history, all of it, print what came of it, and return how many differ."""
    differ = 0
    for name in portfolios():
        found = compare(real_world(data, name), compiled=compiled)
        _print(found)
        differ += found.verdict == "differs"
        print(
            f"real history, portfolio {name}: {found.verdict}, {found.proposals} proposals, "
            f"values apart {found.apart:.1e}"
        )
    return differ


if __name__ == "__main__":
    sys.exit(main())
