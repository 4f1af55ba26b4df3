"""``evenkeel evals check``: texts from a file -> what the checks let through. Asks no model."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import AsJson

NOT_ALL_HELD = 1

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="JSON Lines, one text each: id, language, kind, facts, required, output, and if "
        "wanted expect (accept, drop or reject) and code (the rule that shall stop it).",
    ),
]


def check(file: File, as_json: AsJson = False) -> None:
    """Check texts from a file as if a model had just written them.

    One line a text: what became of it, and the rules it broke or what a person would read. Then
    how many were wrongly let through or held back, and how each rule did. Exit code 1 when an
    expectation did not hold. No model and no network are used.
    """
    from bot.cli.evals_cases import read_cases
    from bot.cli.evals_page import Page
    from bot.cli.evals_result import Summary, result_of

    cases = read_cases(file)
    page = Page(max(len(case.case_id) for case in cases))
    results = []
    for case in cases:
        result = result_of(case)
        results.append(result)
        if as_json:
            print(json.dumps(result.document()))
        else:
            page.show(result)
    summary = Summary(tuple(results))
    if as_json:
        print(json.dumps({"summary": summary.document()}))
    else:
        page.close(summary)
    if summary.false_accepts or summary.false_rejects:
        sys.exit(NOT_ALL_HELD)
