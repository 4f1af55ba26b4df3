"""``evenkeel plan``: the stateless rebalance calculator. No keys, no database, no network."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.plan_document import PlanRequest, answer_document, calculate
from bot.cli.plan_input import request_from_document, request_from_words
from bot.cli.plan_table import answer_table
from core.domain.errors import InputInvalid

BAD_INPUT = 2

Parts = Annotated[
    list[str] | None,
    typer.Argument(
        help='Short form, one part per coin and one for the cash: "BTC 0.28182 @ 110000 -> 50" '
        '"ETH 2.619 @ 4200 -> 30" "USD 8000 -> 20". It assumes the standard profile, a fee of '
        "0.60 %, spread and depth of 0.05 %, a step of 1e-8 and a minimum order of 10.",
        metavar="[PART]...",
    ),
]
Input = Annotated[
    str | None,
    typer.Option(
        "--input", "-i", metavar="FILE", help="A JSON file, or JSON Lines; - reads standard input."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print the answer as JSON.")]


def plan(parts: Parts = None, input_: Input = None, as_json: AsJson = False) -> None:
    """Work out the trades that bring one portfolio back inside its bands.

    The input is a JSON object: profile (name, or cap/rel/floor), delta, multipliers, fee_mode
    (quote, base, token), cash_symbol, cash, cash_target, cash_reserve, fee_token_value,
    proceeds_haircut, and assets: symbol -> target, hot, cold, price, step, min_notional, fee, slip.
    Every number is a decimal text. In a file of several lines each line is one input, answered on
    one line; a line that cannot be planned answers with its error and the rest goes on.
    """
    if bool(parts) == (input_ is not None):
        raise InputInvalid("give either --input FILE or the short form; see evenkeel plan --help")
    lines = [] if input_ is None else _lines_of(_read(input_))
    if len(lines) > 1:
        _answer_lines(lines, as_json=as_json)
        return
    try:
        request = request_from_words(parts or ()) if parts else _request(lines[0])
        answer = calculate(request)
    except InputInvalid as error:
        if as_json:
            print(json.dumps({"error": error.code, "message": str(error)}))
            sys.exit(BAD_INPUT)
        raise
    print(json.dumps(answer_document(answer), indent=2) if as_json else answer_table(answer))


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"{name} cannot be read: {error}") from None


def _lines_of(text: str) -> Sequence[str]:
    """Return the inputs of a text: the whole text when it is one JSON value, else its lines."""
    try:
        json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        return lines if len(lines) > 1 else [text]
    return [text]


def _request(text: str) -> PlanRequest:
    try:
        # Numbers that JSON writes without quotes keep their text, so no digit is lost.
        document = json.loads(text, parse_float=str, parse_constant=str)
    except ValueError as error:
        raise InputInvalid(f"the input is not JSON: {error}", code="NOT_JSON") from None
    return request_from_document(document)


def _answer_lines(lines: Sequence[str], *, as_json: bool) -> None:
    failures = 0
    for number, line in enumerate(lines, start=1):
        try:
            answer = calculate(_request(line))
        except InputInvalid as error:
            failures += 1
            document: dict[str, Any] = {"error": error.code, "message": str(error)}
            print(json.dumps(_id_of(line) | document) if as_json else f"line {number}: {error}")
            continue
        if as_json:
            print(json.dumps(answer_document(answer)))
        else:
            print(
                f"line {number}"
                + (f", {answer.request.request_id}" if answer.request.request_id else "")
            )
            print(answer_table(answer), end="\n\n")
    if failures == len(lines):
        sys.exit(BAD_INPUT)


def _id_of(line: str) -> dict[str, str]:
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    has_id = isinstance(document, dict) and "id" in document
    return {"id": str(document["id"])} if has_id else {}
