"""``python -m tests.golden``: where do today's decisions differ from the stored ones?"""

import argparse
import sys

from tests.golden.cases import CASES
from tests.golden.stored import differences, orphans, path_of, stored_text, text_of_case


def main() -> int:
    """Print every difference and return 1 if there is any; with ``--write`` accept them."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--write", action="store_true", help="store today's decisions")
    is_writing = parser.parse_args().write
    changed = [case for case in CASES if text_of_case(case) != stored_text(case)]
    for case in changed:
        print("\n".join(differences(case)), end="\n\n")
        if is_writing:
            path_of(case).write_text(text_of_case(case), encoding="utf-8")
    strays = orphans()
    for path in strays:
        print(f"{path.name} belongs to no case", end="\n\n")
        if is_writing:
            path.unlink()
    count = len(changed) + len(strays)
    print(f"{count} of {len(CASES)} stored decisions {'written' if is_writing else 'differ'}")
    return 1 if count and not is_writing else 0


if __name__ == "__main__":
    sys.exit(main())
