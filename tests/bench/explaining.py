"""How long it takes to check what a model wrote and to fill the figures in."""

from statistics import median
from time import perf_counter

from bot.cli.evals_cases import Case, read_cases
from bot.explain.checking.check import check
from bot.explain.prompt_files import FOLDER
from bot.explain.substitution import fill
from tests.bench.figures import MS, Figure, Limit

ROUNDS = 5
FILES = ("honest", "hostile")


def measure() -> list[Figure]:
    """Measure every text of the evals, honest and hostile, each in rounds over all of them."""
    cases = [case for name in FILES for case in read_cases(FOLDER / "evals" / f"{name}.jsonl")]
    # In rounds, so that nothing is remembered from the same text a moment ago.
    rounds = [[_time(case) for case in cases] for _ in range(ROUNDS)]
    took = sorted(median(times) for times in zip(*rounds, strict=True))
    name, most = f"checking and filling in a text, of {len(took)}", Limit("the slowest", took[-1])
    return [Figure(f"{name}, median", median(took), MS, 2, most)]


def _time(case: Case) -> float:
    began = perf_counter()
    verdict = check(case.output, case.told)
    fill(verdict.lines, case.told)
    return (perf_counter() - began) * 1000
