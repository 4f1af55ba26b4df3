"""``python -m tests.evals.texts``: are the facts beside the stored texts those of the tables?

Each line of ``hostile.jsonl`` and ``honest.jsonl`` names the golden table that its text was
written for, and holds that table's rows.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.explain.evals.golden import GoldenCase, read_golden, row_of
from bot.explain.prompt_files import FOLDER

HOSTILE = FOLDER / "evals" / "hostile.jsonl"
HONEST = FOLDER / "evals" / "honest.jsonl"
STORED = (HOSTILE, HONEST)


def documents_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of texts."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def refreshed(document: dict[str, Any], case: GoldenCase) -> dict[str, Any]:
    """Return a line with the kind, the facts and the required ids of its table as it is today."""
    fields = {
        "id": document["id"],
        "table": case.name,
        "language": case.told.language,
        "kind": case.told.topic,
        "required": list(case.told.required),
        "output": document["output"],
        "expect": document["expect"],
    }
    code = {"code": document["code"]} if "code" in document else {}
    return fields | code | {"facts": [row_of(fact) for fact in case.told.facts]}


def text_of_file(path: Path) -> str:
    """Return what a file of texts should hold by today's tables."""
    cases = {case.name: case for case in read_golden()}
    rows = (refreshed(document, cases[document["table"]]) for document in documents_of(path))
    return "".join(json.dumps(row) + "\n" for row in rows)


def main() -> int:
    """Tell which files differ and return 1 if one does; with ``--write`` refresh them."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals.texts", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put today's facts beside the texts")
    is_writing = parser.parse_args().write
    changed = [path for path in STORED if text_of_file(path) != path.read_text(encoding="utf-8")]
    for path in changed:
        sys.stdout.write(f"{path.name} {'written' if is_writing else 'differs'}\n")
        if is_writing:
            path.write_text(text_of_file(path), encoding="utf-8")
    return 1 if changed and not is_writing else 0


if __name__ == "__main__":
    sys.exit(main())
