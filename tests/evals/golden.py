"""``python -m tests.evals.golden``: where do today's fact tables differ from the stored ones?"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path

from bot.explain.evals.golden import GOLDEN, GoldenCase, text_of
from tests.evals.common_cases import common
from tests.evals.odd_cases import odd


def golden_cases() -> tuple[GoldenCase, ...]:
    """Return today's golden tables."""
    plain = [(golden, False) for golden in common()]
    rest = [(golden, True) for golden in odd()]
    return tuple(
        golden.case(number, is_adversarial=is_odd)
        for number, (golden, is_odd) in enumerate([*plain, *rest], start=1)
    )


def path_of(case: GoldenCase) -> Path:
    """Return where a case is stored."""
    return GOLDEN / f"{case.name}.json"


def stored_text(case: GoldenCase) -> str:
    """Return what is stored for a case; an empty text when nothing is."""
    path = path_of(case)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def orphans(cases: Iterable[GoldenCase]) -> list[Path]:
    """Return stored files that belong to no case."""
    known = {path_of(case) for case in cases}
    return sorted(path for path in GOLDEN.glob("*.json") if path not in known)


def differences(case: GoldenCase) -> Iterator[str]:
    """Yield the lines in which a stored table differs from today's."""
    before, now = stored_text(case).splitlines(), text_of(case).splitlines()
    yield from unified_diff(before, now, f"{case.name} stored", "today", lineterm="", n=0)


def main() -> int:
    """Print every difference and return 1 if there is any; with ``--write`` accept them."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="store today's tables")
    is_writing = parser.parse_args().write
    cases = golden_cases()
    changed = [case for case in cases if text_of(case) != stored_text(case)]
    for case in changed:
        if is_writing:
            path_of(case).write_text(text_of(case), encoding="utf-8")
        else:
            sys.stdout.write("\n".join(differences(case)) + "\n\n")
    strays = orphans(cases)
    for path in strays:
        sys.stdout.write(f"{path.name} belongs to no case\n\n")
        if is_writing:
            path.unlink()
    count = len(changed) + len(strays)
    done = "written" if is_writing else "differ"
    sys.stdout.write(f"{count} of {len(cases)} stored tables {done}\n")
    return 1 if count and not is_writing else 0


if __name__ == "__main__":
    sys.exit(main())
