"""What stands on the first page of a backup: what is in it, and how each part is recognised."""

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from core.domain.errors import InputInvalid

MANIFEST: Final = "manifest.json"
POLICY_MEMBER: Final = "evenkeel.toml"
DATABASE_MEMBER: Final = "evenkeel.db"
ACCOUNT_MEMBER: Final = "paper.db"

FORMAT: Final = 1
"""The way a backup is laid out; a program refuses what is newer than it knows."""

MOST_RUNS: Final = 2_000
LONGEST_NAME: Final = 200
LONGEST_MANIFEST: Final = 2**21

_UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")


def is_plain(name: str) -> bool:
    """Tell whether a name is one plain folder, on this file system and on others."""
    too_long = len(name.encode(errors="replace")) > LONGEST_NAME
    return bool(name) and not (name.startswith(".") or _UNSAFE.search(name) or too_long)


def _folder(name: str) -> str:
    if not is_plain(name):
        raise ValueError("the plain name of a folder is expected")
    return name


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Page(BaseModel):
    """A part of the manifest; a key nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Part(_Page):
    """One file: how long it is, in bytes, and its SHA-256."""

    size: Annotated[int, Field(ge=0)]
    sha256: Sha256


class Run(_Page):
    """One run's folder.

    Attributes:
        name: the folder's name.
        revision: the migration at which its database stands.
        seq, head: the end of its journal.
        changed_ns: when the database was last written, nanoseconds since 1970; runs are put in
            this order, because the newest one goes on.
        database: the bot's database.
        account: the paper account; None where the account is the owner's own.
    """

    name: Annotated[str, AfterValidator(_folder)]
    revision: Annotated[str, Field(pattern=r"^[0-9a-z_]{1,32}$")]
    seq: Annotated[int, Field(ge=0)]
    head: Sha256
    changed_ns: Annotated[int, Field(ge=0, lt=2**63)]
    database: Part
    account: Part | None = None

    @property
    def parts(self) -> dict[str, Part]:
        """The run's files by their names in the backup."""
        files = {f"{self.name}/{DATABASE_MEMBER}": self.database}
        if self.account is not None:
            files[f"{self.name}/{ACCOUNT_MEMBER}"] = self.account
        return files


class Manifest(_Page):
    """The first page.

    Attributes:
        format: how the backup is laid out.
        program: the version of Evenkeel that made it.
        created_at: when.
        runs: what was running, or may run on.
        policy: the policy file; None when there was none.
    """

    format: Literal[1]
    program: Annotated[str, Field(max_length=40)]
    created_at: AwareDatetime
    runs: Annotated[tuple[Run, ...], Field(min_length=1, max_length=MOST_RUNS)]
    policy: Part | None = None

    @property
    def parts(self) -> dict[str, Part]:
        """Every file of the backup but the manifest itself, by its name there."""
        files = {name: part for run in self.runs for name, part in run.parts.items()}
        if self.policy is not None:
            files[POLICY_MEMBER] = self.policy
        return files


class _Layout(BaseModel):
    format: Annotated[int, Field(ge=1)]


_LAYOUT: Final = TypeAdapter(_Layout)


def text_of_manifest(manifest: Manifest) -> bytes:
    """Return the page as it is stored."""
    return manifest.model_dump_json(indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Return the page that ``data`` holds.

    Raises:
        InputInvalid: it is none of ours, of a newer layout, or names the same run twice.
    """
    try:
        layout = _LAYOUT.validate_json(data).format
        if layout > FORMAT:
            raise InputInvalid(
                f"it is laid out in a newer way ({layout}, this program knows {FORMAT}); update "
                "Evenkeel and try again"
            )
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        row = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, row["loc"])) or "its first page"
        raise InputInvalid(f"its first page cannot be read ({where}: {row['msg']})") from None
    # Two names that one file system takes for one would fall over each other.
    names = [run.name.casefold() for run in manifest.runs]
    if len(set(names)) != len(names):
        raise InputInvalid("its first page names a run twice")
    return manifest


def default_name(created_at: datetime) -> str:
    """Return what a backup is called when nobody says otherwise."""
    return f"evenkeel-backup-{created_at:%Y%m%dT%H%M%SZ}.zip"
