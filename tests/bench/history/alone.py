"""One job in a process of its own: ``python -m tests.bench.history.alone minutes|grid|first``."""

import resource
import sys
import time

from bot.research.compiled_kernel import compiled_walk
from core.simulation.kernel import run_kernel
from tests.bench.history import ours
from tests.bench.history.market import HOURS, MINUTES, generated
from tests.bench.history.timing import peak_megabytes


def main(job: str) -> None:
    """Do the job and print its figures: megabytes at the peak, or seconds of two runs."""
    if job == "first":
        matrix = ours.matrix_of(generated(HOURS, 3_600))
        began = time.perf_counter()
        run_kernel(matrix, ours.cash_only(), ours.simple_rules(), walk=compiled_walk())
        between = time.perf_counter()
        run_kernel(matrix, ours.cash_only(), ours.simple_rules(), walk=compiled_walk())
        print(between - began, time.perf_counter() - between)
        return
    market = generated(MINUTES, 60) if job == "minutes" else generated(HOURS, 3_600)
    matrix, series = ours.matrix_of(market), ours.cash_only()
    if job == "minutes":
        peak = peak_megabytes(
            lambda: run_kernel(matrix, series, ours.simple_rules(), walk=compiled_walk())
        )
    else:
        rules = ours.many_rules(1_000)
        peak = peak_megabytes(lambda: ours.run_many(matrix, series, rules, compiled_walk()))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3 if peak is None else peak)


if __name__ == "__main__":
    main(sys.argv[1])
