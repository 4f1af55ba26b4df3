"""What is done about a halt at the machine, also while the bot runs."""

import os
from collections.abc import Sequence
from pathlib import Path

from bot.app.chat import OWNER
from bot.clocks import SystemClock
from bot.store.sqlite import open_store_beside
from bot.workflow.adopting import ask_to_adopt
from bot.workflow.controls import unhalt
from bot.workflow.halts import HALT_FILE
from core.domain.errors import InputInvalid, StoreCorrupt


def halt_files_of(run: Path, data: Path) -> tuple[Path, ...]:
    """Return the files that halt a run while one of them exists.

    Args:
        run: the run's own folder, where its database is.
        data: the folder of all runs.
    """
    return run / HALT_FILE, data / HALT_FILE


def halted_among(databases: Sequence[Path]) -> Path:
    """Return the run to lift a halt of: the halted one, or the first where none is.

    Raises:
        InputInvalid: several are halted, and only a person knows which is meant.
    """
    halted = [path for path in databases if _is_halted(path)]
    if len(halted) > 1:
        names = ", ".join(path.parent.name for path in halted)
        raise InputInvalid(
            f"{len(halted)} runs are halted: {names}; name the one you mean, such as "
            f"--data {halted[0]}"
        )
    return (halted or databases)[0]


def _is_halted(database: Path) -> bool:
    try:
        with open_store_beside(database) as store, store.reading() as tx:
            return tx.memory.state().halt is not None
    except (InputInvalid, StoreCorrupt):
        return False  # another run's damaged or outdated file is not in the way of this one


def lift_halt(database: Path) -> bool:
    """Lift a halt, also while the bot runs; False when there was none.

    Raises:
        InputInvalid: a HALT file is there, which would halt the bot again at its next look.
    """
    run = database.absolute().parent
    for file in halt_files_of(run, run.parent):
        if os.path.lexists(file):
            raise InputInvalid(
                f"{file} is there and keeps the bot halted; remove it first, then run "
                "`evenkeel unhalt` again"
            )
    with open_store_beside(database) as store:
        return unhalt(store, OWNER, at=SystemClock().now())


def adopt_balances(database: Path) -> None:
    """Ask the bot to take what the books do not explain as it is, at its next check of the books.

    The difference is measured there: this needs no network and no key.
    """
    with open_store_beside(database) as store:
        ask_to_adopt(store, OWNER, at=SystemClock().now())
