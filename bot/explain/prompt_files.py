"""Prompt files -> prompts to fill; a file that is not as it was released is not used.

The folder ``prompts`` stands beside ``bot`` in a checkout and in an installed program alike. What
its files look like is written in ``prompts/README.md``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.domain.errors import InputInvalid

FOLDER = Path(__file__).resolve().parents[2] / "prompts"
"""Where the prompts stand, in a checkout and in an installed program."""

MANIFEST = "manifest.toml"
CODE = "PROMPT"

_MARK = "=== "
_PARTS = frozenset({"system", "user"})


class Entry(BaseModel):
    """One released version of a prompt, as the manifest names it.

    Attributes:
        files: path below the folder -> SHA-256 of its bytes, in hex; one of them is the prose.
        temperature: left out where a server's own is used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    language: str
    version: int = Field(ge=1)
    purpose: str
    files: dict[str, str]
    variables: tuple[str, ...]
    max_tokens: int = Field(ge=1)
    temperature: float | None = None
    schema_name: str

    @property
    def label(self) -> str:
        """Its name for the record, e.g. ``narrator-en-1``."""
        return f"{self.name}-{self.language}-{self.version}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One released version of a prompt, its files checked.

    Attributes:
        label: its name for the record, e.g. ``narrator-en-1``.
        system: the fixed instructions.
        user: the part that is filled, with ``$name`` for each variable.
        variables: the names it has to be filled with, all of them and no others.
        max_tokens: the most tokens of an answer.
        temperature: None where the server's own is used.
        schema_name: the name of the answer's JSON schema.
        meanings: what is put into it means, by table and key; empty if there is no such file.
    """

    label: str
    system: str
    user: str
    variables: frozenset[str]
    max_tokens: int
    temperature: float | None
    schema_name: str
    meanings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fill(self, **values: str) -> str:
        """Return the user part with every variable filled, once: values are not looked at again.

        Raises:
            InputInvalid: a variable is missing, or one is given that the prompt does not have.
        """
        missing, unknown = self.variables - values.keys(), values.keys() - self.variables
        problems = [f"{self.label} needs the variable {name!r}; give it" for name in missing]
        problems += [f"{self.label} has no variable {name!r}; leave it out" for name in unknown]
        if problems:
            raise InputInvalid(*sorted(problems), code=CODE)
        return Template(self.user).substitute(values).strip()


@cache
def load_prompt(
    name: str, language: str, *, version: int | None = None, folder: Path = FOLDER
) -> Prompt:
    """Return a prompt: the newest version, or the one that is asked for.

    Args:
        name: what it is for, e.g. ``narrator``.
        language: of what a model shall write or read, e.g. ``en``.
        version: None for the newest.
        folder: where the prompts stand.

    Raises:
        InputInvalid: the manifest does not name it, a file is missing or not as it was released,
            or its variables are not the ones of the manifest.
    """
    entry = _entry(folder, name, language, version=version)
    texts = {file: _as_released(folder / file, digest) for file, digest in entry.files.items()}
    parts = _parts(entry, texts)
    found = set(Template(parts["user"]).get_identifiers())
    if found != set(entry.variables):
        raise InputInvalid(
            f"{entry.label} has the variables {sorted(found)}, but {folder / MANIFEST} names "
            f"{sorted(entry.variables)}; name in the manifest what the text has",
            code=CODE,
        )
    tables: dict[str, Mapping[str, str]] = {}
    for file, text in texts.items():
        if file.endswith(".toml"):
            tables |= tomllib.loads(text)
    return Prompt(
        label=entry.label,
        system=parts["system"],
        user=parts["user"],
        variables=frozenset(entry.variables),
        max_tokens=entry.max_tokens,
        temperature=entry.temperature,
        schema_name=entry.schema_name,
        meanings=tables,
    )


def read_manifest(folder: Path = FOLDER) -> tuple[Entry, ...]:
    """Return every released version, in the manifest's order.

    Raises:
        InputInvalid: there is no manifest, or it does not read as one.
    """
    path = folder / MANIFEST
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(Entry.model_validate(entry) for entry in found.get("prompt", ()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as problem:
        raise InputInvalid(
            f"{path} cannot be used: {problem}; restore it as it was released", code=CODE
        ) from problem


def _entry(folder: Path, name: str, language: str, *, version: int | None) -> Entry:
    known = [e for e in read_manifest(folder) if (e.name, e.language) == (name, language)]
    found = [e for e in known if version in (None, e.version)]
    if not found:
        there = ", ".join(str(e.version) for e in known) or "none"
        raise InputInvalid(
            f"{folder / MANIFEST} names no prompt {name!r} for {language!r} "
            f"of version {version or 'any'} (there: {there}); ask for one that it names",
            code=CODE,
        )
    return max(found, key=lambda entry: entry.version)


def _as_released(path: Path, digest: str) -> str:
    """Return a file's text if its bytes are the ones that were released."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise InputInvalid(
            f"the prompt file {path} cannot be read ({problem.strerror}); restore it", code=CODE
        ) from problem
    found = sha256(content).hexdigest()
    if found != digest:
        raise InputInvalid(
            f"the prompt file {path} is not as it was released: expected SHA-256 {digest}, "
            f"found {found}; restore it, or release the changed text as a new version",
            code=CODE,
        )
    return content.decode("utf-8")


def _parts(entry: Entry, texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the parts of the prose by name; each begins with a line such as ``=== user``."""
    prose = next((text for file, text in texts.items() if file.endswith(".md")), "")
    parts: dict[str, list[str]] = {}
    name = ""
    for line in prose.splitlines():
        if line.startswith(_MARK):
            name = line.removeprefix(_MARK).strip()
            parts[name] = []
        elif name:
            parts[name].append(line)
    if parts.keys() != _PARTS:
        raise InputInvalid(
            f"{entry.label} has the parts {sorted(parts)}; it needs one .md file with the lines "
            f"“{_MARK}system” and “{_MARK}user”, each before its text",
            code=CODE,
        )
    return {part: "\n".join(lines).strip() for part, lines in parts.items()}
