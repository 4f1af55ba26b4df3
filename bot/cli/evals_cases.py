"""A file of texts to be checked -> its cases. Every mistake is named with its line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, ValidationError

from bot.explain.told import Told, ToldFact
from core.domain.errors import InputInvalid
from core.facts import MAX_ROWS, Polarity

MOST_PROBLEMS = 20
LONGEST_QUOTE = 60

# A text may hold anything, half of a character too, which is what the checks are there for.
_Text = InstanceOf[str]
_FactId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
_Name = Annotated[str, Field(min_length=1)]


class Outcome(StrEnum):
    """What becomes of a text, from the least that is shown to the most."""

    REJECT = "reject"
    DROP = "drop"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Case:
    """One text to be checked.

    Attributes:
        case_id: its name, unique in the file.
        told: the facts it may use.
        output: what a model returned, unchanged.
        expect: what shall become of it; None where the file says nothing.
        code: the rule that is expected to stop it; empty where the file names none.
    """

    case_id: str
    told: Told
    output: str
    expect: Outcome | None
    code: str


def read_cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of a file, one a line; empty lines are passed over.

    Raises:
        InputInvalid: the file cannot be read, holds no case, or has a line that is no case. Then
            each such line is named with its number and what is wrong with it.
    """
    cases: dict[str, Case] = {}
    places: dict[str, int] = {}
    problems: list[str] = []
    # A string in JSON may hold what Python also takes for the end of a line.
    for number, line in enumerate(_text_of(path).split("\n"), start=1):
        if not line.strip(" \t\r"):
            continue
        try:
            case = _case(line)
        except InputInvalid as error:
            problems += [f"{path}, line {number}: {problem}" for problem in error.problems]
            continue
        if first := places.get(case.case_id):
            name = _quote(case.case_id)
            problems.append(f"{path}, line {number}: the id {name} stands in line {first} already")
        cases.setdefault(case.case_id, case)
        places.setdefault(case.case_id, number)
    if problems:
        raise InputInvalid(*_some(problems))
    if not cases:
        raise InputInvalid(f"{path} holds no case; write one JSON object a line")
    return tuple(cases.values())


def _text_of(path: Path) -> str:
    try:
        # Editors on Windows put a byte order mark in front.
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputInvalid(f"{path} does not exist; give the path of a JSON Lines file") from None
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise InputInvalid(
            f"{path}, line {number}: it is not UTF-8; store the file as UTF-8"
        ) from None
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None


class _Row(BaseModel):
    """A row of the fact table, as a file writes it."""

    model_config = ConfigDict(strict=True)

    id: _FactId
    subj: _Name
    pol: Literal["up", "down", "buy", "sell", "none"]
    kind: _Name
    value: str
    unit: str
    text: _Text


class _Line(BaseModel):
    """One line of the file; keys that nobody knows are left alone."""

    model_config = ConfigDict(strict=True)

    id: _Name
    language: _Name
    kind: Literal["propose", "no_trade", "pause", "execution", "digest", "answer"]
    facts: Annotated[list[_Row], Field(max_length=MAX_ROWS)]
    required: list[str]
    output: _Text
    expect: Literal["accept", "drop", "reject"] | None = None
    code: str | None = None


class _Repeated(ValueError):
    """A key that stands twice in one object."""


def _case(text: str) -> Case:
    try:
        line = _Line.model_validate(json.loads(text, object_pairs_hook=_members))
    except ValidationError as error:
        raise InputInvalid(*_sentences(error)) from None
    except _Repeated as error:
        raise InputInvalid(f"the key {error} stands twice in one object; give it once") from None
    except RecursionError:
        raise InputInvalid("it is nested too deeply to be a case") from None
    except ValueError as error:
        raise InputInvalid(f"it is not JSON: {error}") from None
    ids = [row.id for row in line.facts]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise InputInvalid(f"facts: the id {twice!r} stands there twice; give it once")
    if unknown := next((name for name in line.required if name not in ids), None):
        raise InputInvalid(
            f"required names {_quote(unknown)}, which is not among the facts; name one of their ids"
        )
    return _case_of(line)


def _case_of(line: _Line) -> Case:
    facts = tuple(
        ToldFact(row.id, row.subj, Polarity(row.pol), row.kind, row.value, row.unit, row.text)
        for row in line.facts
    )
    return Case(
        case_id=line.id,
        told=Told(line.kind, line.language, facts, tuple(line.required)),
        output=line.output,
        expect=None if line.expect is None else Outcome(line.expect),
        code=line.code or "",
    )


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen: dict[str, object] = {}
    for name, value in pairs:
        if name in seen:
            raise _Repeated(_quote(name))
        seen[name] = value
    return seen


def _sentences(error: ValidationError) -> Iterator[str]:
    """Yield one sentence per mistake: the key, the value, what was expected."""
    for row in error.errors(include_url=False, include_context=False):
        key = ".".join(str(p + 1) if isinstance(p, int) else p for p in row["loc"])
        if row["type"] == "missing":
            yield f"{key} is missing; add it"
        elif not key:
            yield f"it is {_quote(row['input'])}; a JSON object is expected"
        elif row["type"] == "too_long":
            yield f"{key} has {len(row['input'])} rows; give at most {MAX_ROWS}"
        else:
            said = row["msg"].replace("an instance of str", "a string")
            yield f"{key} is {_quote(row['input'])}; {said[:1].lower()}{said[1:]}"


def _quote(value: object) -> str:
    """Return a value as JSON in plain characters, not too long for a line."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _some(problems: list[str]) -> list[str]:
    more = len(problems) - MOST_PROBLEMS
    return problems if more <= 0 else [*problems[:MOST_PROBLEMS], f"… and {more:,} more problems"]
