"""Folders of runs as a bot leaves them behind, and what is in them."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app.backup import Backup, BackupPlan, make_backup
from bot.app.backup_restore import Restored, RestorePlan, restore_backup
from bot.exchange.account_file import AccountFile
from bot.store.sqlite import open_store
from core.domain.units import Asset
from tests.store.arranging import add_decision

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
DATABASE, ACCOUNT = "evenkeel.db", "paper.db"
POLICY = 'quote = "USD"\n\n[targets]\nBTC = 60\nUSD = 40\n'


def make_run(data: Path, name: str = "simulated-7-1", *, is_paper: bool = True) -> Path:
    """Make the folder of a run with a short record; return its database."""
    database = data / name / DATABASE
    with open_store(database) as store, store.transaction() as tx:
        add_decision(tx)
        tx.memory.put("note", name)
    if is_paper:
        AccountFile(data / name / ACCOUNT, quote=Asset("USD"), opened_at=AT).close()
    return database


def go_on(database: Path, times: int = 1) -> None:
    """Let the record of a run grow."""
    with open_store(database) as store:
        for number in range(times):
            with store.transaction() as tx:
                tx.journal.append("test.entry", "engine", {"number": number}, at=LATER)


def back_up(data: Path, target: Path | None = None, **terms: object) -> Backup:
    """Make a backup of everything."""
    policy = data.parent / "evenkeel.toml"
    plan = BackupPlan(data, policy if policy.exists() else None, **terms)  # type: ignore[arg-type]
    return make_backup(plan, target or data.parent / "backup.zip", at=AT)


def restore(
    backup: Path, data: Path, *, runs: Sequence[str] = (), is_forced: bool = False
) -> Restored:
    """Restore a backup into a data folder."""
    policy = data.parent / "evenkeel.toml"
    return restore_backup(RestorePlan(backup, data, policy, runs, is_forced), at=LATER)


def rows(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return everything a database holds, by table."""
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608  # our own
            for (name,) in sorted(names)
        }


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
