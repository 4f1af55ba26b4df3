"""``make bench``, second part: the kernel beside others on one made-up market, in one run.

Every line is the median of several runs. The floor reads every price once and does nothing else.
"""

import logging
import os
import platform
import sys
import time
import warnings

from bot.research.compiled_kernel import compiled_walk
from core.simulation.kernel import run_kernel
from core.simulation.kernel.engine import Walk, plain_walk
from tests.bench.history import decided, loops, ours, peers, starting
from tests.bench.history.market import HOURS, MINUTES, Market, generated
from tests.bench.history.timing import median_seconds, peak_megabytes, seconds_of

POLICIES = 1_000
FEW = 20
HEADING = f"{'':<46} {'measured':>12} {'target':>10}"


def main() -> None:
    """Measure and print; however slow the machine, it ends with success."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")  # those of the others are theirs
    began = time.monotonic()
    print(f"\nHistory: {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}.")
    hours = generated(HOURS, 3_600)
    _agree(hours)
    print(f"\n{HEADING}")
    _one_policy(hours)
    _whole_policy(hours)
    _minutes()
    _grid(hours)
    decided.measure(_line)
    starting.measure(_line)
    print(f"\n{time.monotonic() - began:.0f} s in all. Load {os.getloadavg()[0]:.1f}.")


def _line(name: str, measured: str, target: str = "") -> None:
    print(f"{name:<46} {measured:>12} {target:>10}", flush=True)


def _agree(hours: Market) -> None:
    """Print what each comes to with the same rule, and stop if they differ."""
    compiled, plain = _final(hours, compiled_walk()), _final(hours, plain_walk)
    value, count = loops.numpy_loop(hours.closes)
    finals = {
        "Evenkeel's kernel": compiled,
        "the same without Numba": plain,
        "NumPy loop": value,
        "Numba loop": loops.numba_loop(hours.closes)[0],
        "vectorbt": peers.vectorbt_run(hours.closes),
        "bt": peers.bt_run(hours.closes),
    }
    print(f"The same rule on the same prices, {count} rebalances; final values:")
    for name, final in finals.items():
        print(f"  {name:<24} {final:>20.8f}   off by {abs(final / value - 1):.1e}")
    if any(abs(final / value - 1) > 1e-9 for final in finals.values()):
        sys.exit("they do not agree, so their times say nothing")


def _final(market: Market, walk: Walk) -> float:
    matrix, series, rules = ours.matrix_of(market), ours.cash_only(), ours.simple_rules()
    return run_kernel(matrix, series, rules, walk=walk).final_value


def _one_policy(hours: Market) -> None:
    walk = compiled_walk()
    matrix, series, rules = ours.matrix_of(hours), ours.cash_only(), ours.simple_rules()
    floor = median_seconds(lambda: loops.one_pass(hours.closes), times=200)
    mine = median_seconds(lambda: run_kernel(matrix, series, rules, walk=walk), times=100)
    plain = median_seconds(lambda: run_kernel(matrix, series, rules), times=20)
    _line("8 years of hours, one policy, fixed band", _ms(mine))
    _line("  floor: one pass over the prices", _ms(floor))
    _line("  times the floor", f"{mine / floor:.1f}x", "<= 5x")
    _line("  without Numba, times the floor", f"{plain / floor:.0f}x")
    others = {
        "Numba loop": (median_seconds(lambda: loops.numba_loop(hours.closes), times=20), ""),
        "NumPy loop": (median_seconds(lambda: loops.numpy_loop(hours.closes), times=3), ""),
        "warm vectorbt": (
            median_seconds(lambda: peers.vectorbt_run(hours.closes), times=5),
            "100x",
        ),
        "bt": (seconds_of(lambda: peers.bt_run(hours.closes)), "2000x"),
    }
    for name, (took, target) in others.items():
        _line(
            f"  {name}: {_ms(took)}, slower by", f"{took / mine:,.0f}x", target and f">= {target}"
        )


def _whole_policy(hours: Market) -> None:
    walk = compiled_walk()
    matrix, rules = ours.matrix_of(hours), ours.full_rules()
    series = ours.watched_series(hours.bars, 24)
    floor = median_seconds(lambda: loops.one_pass(hours.closes), times=200)
    mine = median_seconds(lambda: run_kernel(matrix, series, rules, walk=walk), times=50)
    plain = median_seconds(lambda: run_kernel(matrix, series, rules), times=3)
    _line("8 years of hours, the full policy", _ms(mine))
    _line("  times the floor", f"{mine / floor:.1f}x", "<= 15x")
    _line("  without Numba, times the floor", f"{plain / floor:.0f}x")


def _minutes() -> None:
    walk = compiled_walk()
    minutes = generated(MINUTES, 60)
    matrix, series, rules = ours.matrix_of(minutes), ours.cash_only(), ours.simple_rules()
    floor = median_seconds(lambda: loops.one_pass(minutes.closes), times=20)
    mine = median_seconds(lambda: run_kernel(matrix, series, rules, walk=walk), times=10)
    peak = peak_megabytes(lambda: run_kernel(matrix, series, rules, walk=walk))
    size = minutes.closes.nbytes / 1e6
    _line("2 years of minutes, one policy, fixed band", _ms(mine))
    _line("  times the floor", f"{mine / floor:.1f}x", "<= 5x")
    before = starting.resident_megabytes()
    if peak is not None and before is not None:
        _line(f"  memory above what was there ({size:.0f} MB of prices)", f"{peak - before:.0f} MB")
    _line("  peak of a process that does only this", *starting.peak_alone("minutes", size))
    other = peak_megabytes(lambda: peers.vectorbt_run(minutes.closes))
    if other is not None:
        _line("  vectorbt's peak, in this process", f"{other:,.0f} MB")


def _grid(hours: Market) -> None:
    walk = compiled_walk()
    matrix, series, rules = ours.matrix_of(hours), ours.cash_only(), ours.many_rules(POLICIES)
    mine = median_seconds(lambda: ours.run_many(matrix, series, rules, walk), times=5)
    few = rules[:: POLICIES // FEW]
    plain = median_seconds(lambda: ours.run_many(matrix, series, few, plain_walk), times=2)
    floor = median_seconds(lambda: loops.one_pass(hours.closes), times=50)
    _line(f"{POLICIES:,} policies on the hours, two cores", _ms(mine), "<= 500 ms")
    _line("  a policy, times the floor", f"{mine / POLICIES / floor:.2f}x")
    _line("  without Numba, slower by", f"{plain / FEW * POLICIES / mine:.0f}x")
    _line("  peak of a process that does only this", *starting.peak_alone("grid", None))


def _ms(seconds: float) -> str:
    places = 3 if seconds < 0.01 else 1 if seconds < 1 else 0
    return f"{seconds * 1000:,.{places}f} ms"


if __name__ == "__main__":
    main()
