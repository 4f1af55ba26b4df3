"""What ``--approvals`` says -> the person who answers in a backtest, or a file of answers."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from bot.research.columns import FileShape
from core.domain.errors import InputInvalid
from core.simulation.backtest import (
    ALWAYS,
    NEVER,
    Approvals,
    delayed,
    random_approvals,
    recorded,
)

_ANSWER_FILE = FileShape("file of answers", "ANSWER_FILE", ("day", "answer"))
_ANSWERS = {"yes": True, "no": False}
_MOST_DELAY = 365
_RANDOM_PARTS = 3


def approvals_of(text: str, days: Sequence[date]) -> Approvals:
    """Return the person that ``--approvals`` describes.

    Args:
        text: always, never, random:SHARE:SEED, delayed:DAYS, or a file of answers.
        days: every UTC date on which something might be asked.

    Raises:
        InputInvalid: it describes nobody.
    """
    kind, *parts = text.split(":")
    try:
        if text in {"always", "never"}:
            return ALWAYS if text == "always" else NEVER
        if kind == "random" and len(parts) == _RANDOM_PARTS - 1:
            share, seed = float(parts[0]), int(parts[1])
            if seed >= 0:
                return random_approvals(share, np.random.default_rng(seed), days, name=text)
        if kind == "delayed" and len(parts) == 1 and 0 <= int(parts[0]) <= _MOST_DELAY:
            return delayed(int(parts[0]))
    except ValueError:
        pass
    if kind in {"random", "delayed"} or not _is_file(text):
        raise InputInvalid(
            f"--approvals is {text!r}; always, never, random:SHARE:SEED such as random:0.7:1, "
            f"delayed:DAYS such as delayed:2, or an existing file of answers is expected"
        )
    return recorded(read_answers(Path(text)), name=f"recorded in {Path(text).name}")


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # no file can have such a name
        return False


def read_answers(path: Path) -> dict[date, bool]:
    """Read recorded answers: CSV with the columns ``day`` (UTC date of the card) and ``answer``.

    Raises:
        InputInvalid: one sentence with the file, the row, the value and the mend.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _ANSWER_FILE.refusal(f"{path} cannot be read as a CSV file: {error}") from None
    if not rows or not set(_ANSWER_FILE.columns) <= set(rows[0]):
        raise _ANSWER_FILE.refusal(
            f"{path} holds no answers; a header day,answer and rows such as 2024-03-01,yes "
            "are expected"
        )
    found: dict[date, bool] = {}
    for number, row in enumerate(rows, start=1):
        day, answer = _answer(path, number, row)
        if day in found:
            raise _ANSWER_FILE.refusal(f"{path}, row {number} answers {day} again; keep one row")
        found[day] = answer
    return found


def _answer(path: Path, number: int, row: dict[str, str]) -> tuple[date, bool]:
    try:
        return date.fromisoformat(row["day"].strip()), _ANSWERS[row["answer"].strip().lower()]
    except (ValueError, KeyError, AttributeError):
        raise _ANSWER_FILE.refusal(
            f"{path}, row {number} is {row['day']!r}, {row['answer']!r}; a UTC day such as "
            "2024-03-01 and yes or no are expected"
        ) from None
