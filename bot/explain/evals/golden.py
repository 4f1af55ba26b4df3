"""The golden fact tables: one file each, what a text about it may say, must say and must not."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.explain.prompt_files import FOLDER
from bot.explain.told import Told, ToldFact
from core.domain.errors import InputInvalid
from core.facts import MAX_ROWS, Polarity

GOLDEN = FOLDER / "evals" / "golden"
"""Where the golden tables stand, in a checkout and in an installed program."""


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One fact table to write about.

    Attributes:
        name: its file without the ending, e.g. ``01-one-breach``.
        told: the facts in finished words, with what a text has to use.
        forbidden: claims that contradict the facts, in words; found in a text, they tell that it
            says something false. Not finding any proves nothing.
        is_adversarial: made to lead a writer astray.
    """

    name: str
    told: Told
    forbidden: tuple[str, ...]
    is_adversarial: bool


def read_golden(folder: Path = GOLDEN) -> tuple[GoldenCase, ...]:
    """Return the golden tables by name.

    Raises:
        InputInvalid: the folder holds none, or one that cannot be used; it is named.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise InputInvalid(f"{folder} holds no golden tables; it comes with the program")
    return tuple(_read(path) for path in paths)


def named(cases: tuple[GoldenCase, ...], name: str) -> tuple[GoldenCase, ...]:
    """Return the cases whose name is ``name``, or else those whose name holds it.

    Raises:
        InputInvalid: there is none.
    """
    exact = tuple(case for case in cases if case.name == name)
    found = exact or tuple(case for case in cases if name in case.name)
    if not found:
        raise InputInvalid(
            f"no golden table is called {name!r}; give a name, or a part of it, from {GOLDEN}"
        )
    return found


def text_of(case: GoldenCase) -> str:
    """Return the file of a case, a fact a line."""
    told = case.told
    head = {
        "name": case.name,
        "language": told.language,
        "topic": told.topic,
        "adversarial": case.is_adversarial,
        "codes": list(told.codes),
        "required": list(told.required),
        "forbidden": list(case.forbidden),
    }
    keys = [f"  {_json(key)}: {_json(value)}," for key, value in head.items()]
    facts = ",\n".join(f"    {_json(row_of(fact))}" for fact in told.facts)
    return "\n".join(["{", *keys, '  "facts": [', facts, "  ]", "}", ""])


def row_of(fact: ToldFact) -> dict[str, str]:
    """Return a fact as files of texts and tables hold it."""
    return {
        "id": fact.fact_id,
        "subj": fact.subject,
        "pol": fact.polarity.value,
        "kind": fact.kind,
        "value": fact.value,
        "unit": fact.unit,
        "text": fact.text,
    }


class _Row(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    subj: str
    pol: Literal["up", "down", "buy", "sell", "none"]
    kind: str
    value: str
    unit: str
    text: str


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str
    language: str
    topic: Literal["propose", "no_trade", "pause", "execution", "digest", "answer"]
    adversarial: bool
    codes: list[str]
    required: list[str]
    forbidden: list[str]
    facts: Annotated[list[_Row], Field(max_length=MAX_ROWS)]


def _read(path: Path) -> GoldenCase:
    try:
        file = _File.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputInvalid(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise InputInvalid(f"{path}: {key}: {first['msg']}") from None
    if file.name != path.stem:
        raise InputInvalid(f"{path} holds a case called {file.name!r}; both have one name")
    facts = tuple(
        ToldFact(row.id, row.subj, Polarity(row.pol), row.kind, row.value, row.unit, row.text)
        for row in file.facts
    )
    told = Told(file.topic, file.language, facts, tuple(file.required), tuple(file.codes))
    if strangers := set(file.required) - {fact.fact_id for fact in facts}:
        raise InputInvalid(f"{path} requires {min(strangers)!r}, which is not among its facts")
    return GoldenCase(file.name, told, tuple(file.forbidden), file.adversarial)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
