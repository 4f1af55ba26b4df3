"""What a person asks of a study -> data, portfolios and provenance; every mistake is told here.

The settings that will be tried, and an opening of the sealed months, are logged before the first
day is lived: a study that is stopped half-way has been looked at too.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.research.replacing import replacing
from bot.research.seal import asked_window, seal_of
from bot.research.study.blueprints import FAST
from bot.research.study.document import json_of
from bot.research.study.findings import Draws
from bot.research.study.history import History, read_history
from bot.research.study.page import page_of
from bot.research.study.portfolios import (
    Choice,
    Portfolio,
    portfolio_of,
    standard_portfolios,
)
from bot.research.study.progress import Progress
from bot.research.study.study import Provenance, Study, all_jobs, run_study
from bot.research.study.tried import config_digest, settings_of
from bot.research.trials import Opening, keys_of, log_trials
from bot.research.windows import Window
from bot.settings import read_policy_file
from bot.settings.policy import policy_of
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.engine import ENGINE_VERSION

QUICK_DRAWS, QUICK_PLACEBOS = 500, 40
QUICK_DAYS = 1_200
"""A quick look reads the newest days only, three years and a little."""

_A_DAY = timedelta(days=1)
_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for.

    Attributes:
        data: the folder of history, or one bar file.
        quote: the currency of plain bar files.
        first, last: UTC days; None takes what the data and the seal allow.
        policies: files of a person's own portfolios, compared beside the standard ones.
        seed: of all randomness.
        is_fast: a quick look.
        unseal: why the sealed months are opened; None leaves them shut.
        trials: the log of trials.
        version: of the program.
    """

    data: Path
    quote: str
    first: date | None
    last: date | None
    policies: tuple[Path, ...]
    seed: int
    is_fast: bool
    unseal: str | None
    trials: Path
    version: str


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Everything a study needs; nothing of it is computed yet."""

    history: History
    choice: Choice
    provenance: Provenance


def prepare(asked: Asked, *, now: datetime) -> Prepared:
    """Read the data, choose the portfolios, and log what will be tried.

    Args:
        asked: what a person asks for.
        now: stands in the log of trials, and nowhere else.

    Raises:
        InputInvalid: with one sentence per mistake.
    """
    if asked.seed < 0:
        raise InputInvalid(f"--seed is {asked.seed}; a whole number from 0 on is needed")
    history = read_history(asked.data, quote=Asset(asked.quote))
    seal = seal_of(history.ends_at, asked.unseal)
    window = asked_window(asked.first, asked.last, seal)
    if asked.is_fast and asked.first is None:
        last = min(window.last, seal.last_day_read)
        days = min(QUICK_DAYS, last.toordinal())
        window = Window(last - (days - 1) * _A_DAY, window.last)
    # Nothing behind the end is in anybody's reach, sealed or only not asked for.
    history = _until(history, window, seal.more_days(asked.last))
    choice = _choice(asked, history, window)
    jobs = all_jobs(choice, seed=asked.seed, is_fast=asked.is_fast)
    settings = settings_of(choice, jobs)
    opening = Opening(asked.version, history.digest, seal.reason) if seal.is_open else None
    log = log_trials(asked.trials, keys_of(settings), at=now, data=history.digest, opening=opening)
    return Prepared(
        history,
        choice,
        Provenance(
            version=asked.version,
            engine=ENGINE_VERSION,
            data=history.digest,
            config=config_digest(settings),
            trials=log.trials,
            draws=_draws(asked),
            seal=seal,
            openings=log.openings_of(asked.version) if seal.is_open else 0,
            is_fast=asked.is_fast,
        ),
    )


def study_of(prepared: Prepared, *, workers: int, progress: Progress) -> Study:
    """Run what was prepared."""
    return run_study(
        prepared.history,
        prepared.choice,
        prepared.provenance,
        workers=workers,
        progress=progress,
    )


def check_place(out: Path) -> Path:
    """Return where the JSON goes, beside the report, once both can be written.

    Raises:
        InputInvalid: the folder is not there or cannot be written, or the name is a folder's.
    """
    beside = out.with_suffix(".json")
    if out.suffix.lower() not in (".html", ".htm"):
        raise InputInvalid(f"--out is {out}; a file that ends in .html is expected")
    if out.is_dir() or not out.parent.is_dir():
        raise InputInvalid(f"--out is {out}; name a file in a folder that is there")
    if not os.access(out.parent, os.W_OK):
        raise InputInvalid(f"{out.parent} cannot be written; name another place with --out")
    return beside


def write(study: Study, out: Path, *, workers: int, progress: Progress) -> None:
    """Write the report and the JSON beside it: each whole or not at all.

    Raises:
        InputInvalid: they cannot be written.
    """
    texts = ((check_place(out), json_of(study)),
             (out, page_of(study, workers=workers, progress=progress)))  # fmt: skip
    for path, text in texts:
        try:
            with replacing(path) as file:
                file.write(text.encode())
            path.chmod(_READABLE)
        except OSError as error:
            raise InputInvalid(f"{path} cannot be written ({error}); make room, or name "
                               "another place with --out") from None  # fmt: skip


def _until(history: History, window: Window, mend: str) -> History:
    venues = tuple(replace(one, table=one.table.before(window.ends_at)) for one in history.venues)
    kept = tuple(one for one in venues if one.table.series)
    if not kept:
        raise InputInvalid(f"the data hold no bar up to {window.last}; {mend}")
    return replace(history, venues=kept)


def _choice(asked: Asked, history: History, window: Window) -> Choice:
    own = list(_own(asked.policies, history, window))
    if asked.is_fast and own:
        return Choice(tuple(own[:1]), ())
    keys = FAST if asked.is_fast else None
    if not own:
        return standard_portfolios(history, window, keys=keys)
    try:
        standard = standard_portfolios(history, window, keys=keys)
    except InputInvalid as error:
        return Choice(tuple(own), error.problems)
    return Choice((*standard.portfolios, *own), standard.left_out)


def _own(paths: Sequence[Path], history: History, window: Window) -> Iterator[Portfolio]:
    names = [path.stem for path in paths]
    for path, name in zip(paths, names, strict=True):
        if names.count(name) > 1:
            raise InputInvalid(f"two portfolios are called {name}; rename one of the files")
        file = read_policy_file(path)
        yield portfolio_of(name, file, policy_of(file), history=history, asked=window)


def _draws(asked: Asked) -> Draws:
    if asked.is_fast:
        return Draws(asked.seed, QUICK_DRAWS, QUICK_PLACEBOS)
    return Draws(asked.seed)
