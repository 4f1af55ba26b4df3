"""``trials.jsonl``: every setting that was ever looked at, and every opening of the sealed months.

Studies and sweeps share the file, and it only grows. A setting is rules, what trading costs, what
the portfolio begins with, and the prices of the days it is tried on; it counts once, however often
it is run again. Sixty were tried before the first line was written. Source: METHODS 6.2, 6.3;
``deploy/adr/0031-one-list-of-trials.md``.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InputInvalid

BEFORE_ALL = 60
"""Variants tried while the rules were chosen. Source: METHODS 6.2."""

FILE = "trials.jsonl"

Keys = NDArray[np.uint64]
"""Settings, sorted, each once: the first 16 digits of their digests, so that a million of them
stay small; two of a million are taken for one with a chance below one in ten million."""

_DIGITS = 16
_KEY = re.compile(r"[0-9a-f]{16}")
_A_LINE = 10_000
"""Settings on one line at most, so that nobody needs much memory to read it."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Sealed months that were read: by which release, over which data, and why."""

    version: str
    data: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class TrialLog:
    """What the file holds.

    Attributes:
        path: where it is.
        settings: all that were ever tried.
        openings: every opening, oldest first, repeats included.
    """

    path: Path
    settings: Keys
    openings: tuple[Opening, ...]

    @property
    def trials(self) -> int:
        """How many there were, those before the first line included."""
        return BEFORE_ALL + len(self.settings)

    def lacking(self, settings: Keys) -> Keys:
        """Return those of some settings that are not logged yet."""
        return np.setdiff1d(settings, self.settings, assume_unique=True)

    def openings_of(self, version: str) -> int:
        """Return how many different openings a release has made."""
        return sum(one.version == version for one in set(self.openings))


def key_of(digest: str) -> int:
    """Return what the log knows a setting by."""
    return int(digest[:_DIGITS], 16)


def keys_of(digests: Iterable[str]) -> Keys:
    """Return what the log knows some settings by."""
    return np.unique(np.fromiter(map(key_of, digests), dtype=np.uint64))


def check_trials(path: Path, others: Iterable[Path | None]) -> None:
    """Refuse a log in a place that another file of the same command has, or where none can be.

    Args:
        path: where the log is to be.
        others: files and folders that the command reads or writes.

    Raises:
        InputInvalid: it cannot be there.
    """
    place = Path(os.path.realpath(path))
    for other in others:
        if other is not None and Path(os.path.realpath(other)) in (place, *place.parents):
            raise InputInvalid(
                f"--trials is {path}, which is in the place of {other}; its count would be lost, "
                "so name another file"
            )
    is_open = path.parent.is_dir() and os.access(path.parent, os.W_OK | os.X_OK)
    # A pipe would be waited for without end, and what a device takes is lost.
    if not is_open or (path.exists() and not path.is_file()):
        raise InputInvalid(
            f"--trials is {path}; every setting that is tried is counted there, so name a file in "
            "a folder that is there and can be written"
        )


def read_trials(path: Path) -> TrialLog:
    """Read the log; one that is not there yet is empty.

    Raises:
        InputInvalid: it cannot be read, or a line is none of ours.
    """
    try:
        with path.open("rb") as file:
            # Whoever is writing just now is waited for, so that no line is read by half.
            fcntl.flock(file, fcntl.LOCK_SH)
            return _parsed(path, file)
    except FileNotFoundError:
        return _parsed(path, ())
    except OSError as error:
        raise InputInvalid(
            f"{path} cannot be read ({error.strerror}); name another file with --trials"
        ) from None


def log_trials(
    path: Path, settings: Keys, *, at: datetime, data: str, opening: Opening | None = None
) -> TrialLog:
    """Log what is about to be tried: an opening, and the settings that the log does not have yet.

    Others that log at the same time are waited for, and nothing of theirs is lost.

    Args:
        path: the log.
        settings: everything that is about to be tried.
        at: when; it stands in the log and nowhere else.
        data: digest of the data they are tried on.
        opening: of the sealed months, which are read after this; None leaves them shut.

    Returns:
        The log with all of it.

    Raises:
        InputInvalid: the file cannot be read or written, or a line is none of ours.
    """
    log = read_trials(path)
    if opening is None and not len(log.lacking(settings)):
        return log  # all of it was tried before; such a log need not be writable
    try:
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with path.open("rb") as lines:
                log = _parsed(path, lines)
            new = log.lacking(settings)
            stamp = {"at": at.isoformat(), "data": data}
            _append(file, _rows_of(new, stamp, opening))
    except OSError as error:
        raise InputInvalid(
            f"{path} cannot be written ({error.strerror}); every setting that is tried is counted "
            "there. Name a file that can be written with --trials"
        ) from None
    openings = log.openings if opening is None else (*log.openings, opening)
    return TrialLog(path, np.union1d(log.settings, new), openings)


def _rows_of(
    settings: Keys, stamp: dict[str, str], opening: Opening | None
) -> Iterator[dict[str, Any]]:
    if opening is not None:
        row = {"version": opening.version, "data": opening.data, "reason": opening.reason}
        yield {"kind": "unsealed", **stamp, **row}
    for first in range(0, len(settings), _A_LINE):
        keys = [f"{key:0{_DIGITS}x}" for key in settings[first : first + _A_LINE].tolist()]
        yield {"kind": "settings", **stamp, "settings": keys}


def _append(file: FileIO, rows: Iterable[dict[str, Any]]) -> None:
    """Write whole lines or none: half a line would make the log one that cannot be read."""
    before = file.seek(0, os.SEEK_END)
    try:
        text = _joint(file) + "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows)
        left = memoryview(text.encode())
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except BaseException:
        file.truncate(before)
        raise


def _joint(file: FileIO) -> str:
    """Return the line end that a copied file may have lost, so that no line runs on from it."""
    file.seek(max(file.seek(0, os.SEEK_END) - 1, 0))
    return "" if file.read() in (b"", b"\n") else "\n"


def _parsed(path: Path, lines: Iterable[bytes]) -> TrialLog:
    settings, openings = [np.empty(0, dtype=np.uint64)], []
    for row in _rows(path, lines):
        if row["kind"] == "settings":
            settings.append(keys_of(row["settings"]))
        else:
            openings.append(Opening(row["version"], row["data"], row["reason"]))
    return TrialLog(path, np.unique(np.concatenate(settings)), tuple(openings))


def _rows(path: Path, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            is_ours = _is_ours(row)
        except (ValueError, RecursionError):
            is_ours = False
        if not is_ours:
            raise InputInvalid(
                f"{path}, line {number} is no line of a trial log; restore the file from a copy, "
                "or name another with --trials. Do not mend it by hand: its count is what keeps "
                "studies and sweeps honest"
            )
        yield row


def _is_ours(row: object) -> bool:
    if not isinstance(row, dict):
        return False
    if row.get("kind") == "settings":
        keys = row.get("settings")
        return isinstance(keys, list) and all(
            isinstance(key, str) and _KEY.fullmatch(key) for key in keys
        )
    texts = ("version", "data", "reason")
    return row.get("kind") == "unsealed" and all(isinstance(row.get(name), str) for name in texts)
