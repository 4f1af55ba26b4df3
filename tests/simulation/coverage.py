"""B6: where nothing can be foreseen, how often does an interval cover zero?

``python -m tests.simulation.coverage --worlds 400`` makes random walks with labels that know
nothing of them, lives each with the full policy and with fixed bands at no cost, and counts how
many 95 % intervals of the difference cover zero. 91 to 98 % is asked for (METHODS 6.7).
"""

import argparse
import math
import sys

import numpy as np

from bot.research.compiled_kernel import best_walk
from tests.simulation.worlds.policies import Lived, live_worlds

LEAST, MOST = 0.91, 0.98


def summary(lived: list[Lived], days: int) -> str:
    """Return what came of some worlds, in a few lines."""
    count, years = len(lived), days / 365.25
    means = np.array([one.interval.mean for one in lived])
    widths = np.array([one.interval.high - one.interval.low for one in lived])
    covered = sum(one.interval.covers_zero for one in lived)
    above = sum(one.interval.low > 0 for one in lived)
    error = float(means.std(ddof=1)) / math.sqrt(count)
    verdict = "inside" if LEAST <= covered / count <= MOST else "OUTSIDE"
    lines = [
        f"{count} worlds of {days} days, full policy less fixed bands, no cost",
        f"intervals that cover zero: {covered} of {count}, {covered / count:.1%}",
        f"{verdict} {LEAST:.0%} to {MOST:.0%}; above zero {above}, below {count - covered - above}",
        f"mean difference {means.mean():+.3f} log points a year, standard error {error:.3f}",
        f"spread of the differences {means.std(ddof=1):.2f}",
        f"median width of the intervals {np.median(widths):.2f}",
        f"proposals a year {np.mean([one.proposals for one in lived]) / years:.1f}",
        f"turnover a year {np.mean([one.turnover for one in lived]) / years:.2f}",
    ]
    return "\n".join(lines)


def main() -> int:
    """Read the options, live the worlds, print; 0 when the coverage is what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--worlds", type=int, default=400)
    parser.add_argument("--days", type=int, default=2_922)
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    if options.worlds < 2 or options.days < 400:  # less says nothing
        parser.error("at least 2 worlds of 400 days are needed")
    lived = live_worlds(options.worlds, options.days, seed=options.seed, walk=best_walk())
    sys.stdout.write(summary(lived, options.days) + "\n")
    share = sum(one.interval.covers_zero for one in lived) / len(lived)
    return 0 if LEAST <= share <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
