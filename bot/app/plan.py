"""What kind of run is wanted, and in which folder it lives."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app.running import FINISHED_AT
from bot.settings import Settings
from bot.settings.answering import Answering
from bot.store.database_file import last_written
from bot.store.sqlite import open_store
from core.domain.errors import InputInvalid

DATABASE, ACCOUNT = "evenkeel.db", "paper.db"


@dataclass(frozen=True, slots=True)
class Replay:
    """A bar file to live on.

    Attributes:
        path: the bars.
        start, end: bound the run; None takes the file's own.
        fear_greed: a file of the Fear & Greed index, None without.
    """

    path: Path
    start: datetime | None
    end: datetime | None
    fear_greed: Path | None = None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What kind of run is wanted.

    Attributes:
        settings: everything in force.
        replay: the bar file, None for the simulated market.
        answering: how proposals are answered automatically, None when a person answers.
        days: length of a run without a person, None for the setting's.
        fresh: begin a new account.
    """

    settings: Settings
    replay: Replay | None
    answering: Answering | None
    days: int | None
    fresh: bool

    @property
    def is_on_telegram(self) -> bool:
        """Tell whether people are reached through Telegram."""
        return self.settings.telegram_token is not None and self.answering is None

    @property
    def is_staged(self) -> bool:
        """Tell whether the market's time is moved, not lived."""
        if self.settings.is_live_market:
            return False
        return self.replay is not None or self.settings.file.simulation.pace == "fast"


def folder_of(plan: RunPlan) -> Path:
    """Return the run's own folder: an unfinished demonstration goes on, anything else is new.

    Raises:
        InputInvalid: a real account was to begin anew.
    """
    root, file = plan.settings.data_dir, plan.settings.file
    if plan.replay is not None:
        return _unused(root, f"replay-{plan.replay.path.stem}")
    if plan.settings.is_live_market:
        # Watching and trading are one account with one past, so they share their records.
        name = f"{file.venue}-{'account' if plan.settings.has_real_account else 'paper'}"
        if plan.fresh and plan.settings.has_real_account:
            raise InputInvalid(
                "--fresh begins a new paper account; your own account goes on with its records, "
                "so leave it out"
            )
    else:
        name = f"{'simulated' if plan.is_staged else 'realtime'}-{file.simulation.seed}"
    candidates = sorted(root.glob(f"{name}-*/{DATABASE}"), key=last_written)
    if candidates and not plan.fresh and not _has_ended(candidates[-1]):
        return candidates[-1].parent
    return _unused(root, name)


def _unused(root: Path, name: str) -> Path:
    numbers = (f"{name}-{number}" for number in range(1, 100_000))
    return next(root / folder for folder in numbers if not (root / folder).exists())


def _has_ended(database: Path) -> bool:
    try:
        with open_store(database, read_only=True) as store, store.reading() as tx:
            return tx.memory.get(FINISHED_AT) is not None
    except InputInvalid as error:
        # A run goes on with the records of an older version and brings them up to date.
        return error.code != "OLD_DATABASE"
