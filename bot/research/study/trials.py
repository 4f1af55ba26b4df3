"""``trials.jsonl``: every setting that was ever looked at, and every opening of the sealed months.

The file only grows. A setting counts once, however often it is run again: what makes a result look
better by luck is another setting, not another run. Sixty were tried before the first line was
written. Source: METHODS 6.2, 6.3.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.domain.errors import InputInvalid

BEFORE_ALL = 60
"""Variants tried while the rules were chosen. Source: METHODS 6.2."""

FILE = "trials.jsonl"


@dataclass(frozen=True, slots=True)
class Opening:
    """Sealed months that were read: by which release, over which data, and why."""

    version: str
    data: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrialLog:
    """What the file holds.

    Attributes:
        path: where it is.
        settings: digests of all settings that were ever run.
        openings: every opening, oldest first, repeats included.
    """

    path: Path
    settings: frozenset[str]
    openings: tuple[Opening, ...]

    def count_with(self, settings: Iterable[str]) -> int:
        """Return how many trials there are once ``settings`` have been run too."""
        return BEFORE_ALL + len(self.settings | set(settings))

    def openings_with(self, opening: Opening) -> int:
        """Return how many different openings this release has made, ``opening`` included."""
        every = {*self.openings, opening}
        return sum(one.version == opening.version for one in every)


def read_trials(path: Path) -> TrialLog:
    """Read the log; one that is not there yet is empty.

    Raises:
        InputInvalid: it cannot be read, or a line is none of ours.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return TrialLog(path, frozenset(), ())
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(
            f"{path} cannot be read ({error}); name another file with --trials"
        ) from None
    rows = list(_rows(path, text))
    return TrialLog(
        path,
        frozenset(key for row in rows if row["kind"] == "settings" for key in row["settings"]),
        tuple(
            Opening(row["version"], row["data"], row["reason"])
            for row in rows
            if row["kind"] == "unsealed"
        ),
    )


def log_settings(log: TrialLog, settings: Iterable[str], *, at: datetime, data: str) -> None:
    """Append the settings that the log does not have yet, as one line; nothing if it has them all.

    Raises:
        InputInvalid: the file cannot be written.
    """
    new = sorted(set(settings) - log.settings)
    if new:
        _append(log.path, {"kind": "settings", "at": at.isoformat(), "data": data, "settings": new})


def log_opening(log: TrialLog, opening: Opening, *, at: datetime) -> None:
    """Append one opening of the sealed months; this is written before they are read.

    Raises:
        InputInvalid: the file cannot be written.
    """
    row = {"version": opening.version, "data": opening.data, "reason": opening.reason}
    _append(log.path, {"kind": "unsealed", "at": at.isoformat(), **row})


def _rows(path: Path, text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = json.loads(line)
            is_ours = _is_ours(row)
        except ValueError:
            is_ours = False
        if not is_ours:
            raise InputInvalid(
                f"{path}, line {number} is no line of a trial log; restore the file from a copy, "
                "or name another with --trials. Do not mend it by hand: its count is what keeps "
                "the study honest"
            )
        yield row


def _is_ours(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    if row.get("kind") == "settings":
        keys = row.get("settings")
        return isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    texts = ("version", "data", "reason")
    return row.get("kind") == "unsealed" and all(isinstance(row.get(name), str) for name in texts)


def _joint(path: Path) -> str:
    """Return the line end that a copied file may have lost, so that no line runs on from it."""
    text = path.read_bytes() if path.exists() else b""
    return "\n" if text and not text.endswith(b"\n") else ""


def _append(path: Path, row: dict[str, Any]) -> None:
    try:
        joint = _joint(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(joint + json.dumps(row, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputInvalid(
            f"{path} cannot be written ({error}); every setting that is tried is counted there. "
            "Name a file that can be written with --trials"
        ) from None
