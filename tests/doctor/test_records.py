"""What is stored: can it be opened and believed, and does anything hold the bot back."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.sqlite import open_store
from bot.workflow.account_trouble import ACCOUNT_PROBLEM
from bot.workflow.halts import HALT_FILE
from core.domain.proposal import OrderState
from core.domain.state import Halt
from tests.boot.world import days_ago, evaluate_days
from tests.doctor.ward import Ward
from tests.store import arranging, damage, old_database
from tests.store.book_cards import BOOKS, book_day

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(ward: Ward) -> Path:
    """Give the records of fourteen days of live trading."""
    return evaluate_days(ward.data / "kraken-account-1", 14)


async def test_records_in_order(ward: Ward, database: Path) -> None:
    """The database opens, the journal is whole, and there is room on the disk."""
    report = await ward.examine("database", "disk", "backup")
    assert report.not_ok() == []
    assert report.one("database") == ("ok", f"{database} opens")
    assert report.one("journal")[1].startswith("whole: 14 entries, head ")
    assert " free at " in report.one("disk")[1]
    assert report.of("backup") == []


async def test_a_journal_that_was_changed(ward: Ward, database: Path) -> None:
    """The entry is named, and what to do."""
    damage.disarm(database)
    damage.run(database, "UPDATE journal SET actor = 'nobody' WHERE seq = 5")
    level, said = (await ward.examine("database")).one("journal")
    assert level == "fail"
    assert "NOT whole: entry 5" in said
    assert "restore a backup" in said


async def test_damaged_books_are_a_line_of_their_own(ward: Ward, database: Path) -> None:
    """The day is named, what rests on them, and what mends them; the journal is still whole."""
    with open_store(database) as store, store.transaction() as tx:
        (decision,) = tx.decisions.latest(1)
        day = book_day(1, decision_id=decision.decision_id)
        tx.books.add(day, BOOKS)
    report = await ward.examine("database")
    assert report.one("books") == ("ok", "whole: 1 day")
    damage.run(database, "UPDATE book_mark SET cost = '9' WHERE book = 'plain'")
    report = await ward.examine("database")
    level, said = report.one("books")
    assert level == "warn"
    assert f"the stored books of {day.day} are not those marked" in said
    assert "account, plans and approvals do not rest on them" in said
    assert "/review mend" in said
    assert report.one("journal")[0] == "ok"


async def test_a_file_that_is_no_database(ward: Ward, database: Path) -> None:
    """It is said, and nothing else is claimed of it."""
    damage.run(database, "PRAGMA journal_mode = DELETE")
    os.truncate(database, 3000)
    report = await ward.examine("database")
    level, said = report.one("database")
    assert level == "fail"
    assert "is damaged" in said
    assert report.of("journal") == []


async def test_a_database_of_an_older_version(ward: Ward) -> None:
    """It is left as it is; the next run brings it up to date."""
    old_database.build(ward.data / "kraken-account-1" / "evenkeel.db")
    level, said = (await ward.examine("database")).one("database")
    assert level == "warn"
    assert "start `evenkeel run` once" in said


async def test_a_halt_is_told_with_its_reason(ward: Ward, database: Path) -> None:
    """By a person, by a rule, or by a file: nothing trades until it is lifted."""
    with open_store(database) as store, store.transaction() as tx:
        state = tx.memory.state()
        tx.memory.save(replace(state, halt=Halt(NOW, "the balances do not agree")))
    level, said = (await ward.examine("database")).one("halt")
    assert level == "fail"
    assert said.startswith("halted since 2026-03-02 09:30 UTC: the balances do not agree")
    assert "evenkeel unhalt" in said
    (ward.data / HALT_FILE).touch()
    assert (
        f"{ward.data / HALT_FILE} keeps the bot halted"
        in ((await ward.examine("database")).of("halt")[0][1])
    )


async def test_a_halt_file_counts_before_the_first_run(ward: Ward) -> None:
    """There is no database yet, and the file would halt it all the same."""
    ward.data.mkdir()
    (ward.data / HALT_FILE).symlink_to("nowhere")
    report = await ward.examine("database")
    assert report.fails() == ["halt"]
    assert "the first run makes one" in report.one("database")[1]


async def test_an_order_nobody_knows_the_end_of(ward: Ward, database: Path) -> None:
    """It blocks everything else, so it fails with what settles it."""
    with open_store(database) as store, store.transaction() as tx:
        order, *_ = arranging.executing(tx)
        arranging.bring_order(tx, order.client_id, OrderState.UNKNOWN)
    level, said = (await ward.examine("database")).one("orders")
    assert level == "fail"
    assert "the outcome of 1 order is unknown" in said
    assert "never sends again" in said


async def test_what_the_bot_noted_of_the_account(ward: Ward, database: Path) -> None:
    """A trouble that the running bot met is passed on."""
    with open_store(database) as store, store.transaction() as tx:
        tx.memory.put(ACCOUNT_PROBLEM, "Kraken has locked this account.")
    assert (await ward.examine("database")).one("account") == (
        "fail",
        "when it was last read: Kraken has locked this account.",
    )


async def test_backups_grow_old(ward: Ward, database: Path) -> None:
    """Where somebody keeps a folder of them, the newest one should be young."""
    folder = ward.data / "backups"
    folder.mkdir()
    level, said = (await ward.examine("backup")).one("backup")
    assert level == "warn"
    assert f"`evenkeel backup {folder}`" in said
    backup = folder / "evenkeel-backup-20260302T093000Z.zip"
    backup.touch()
    assert (await ward.examine("backup")).one("backup")[0] == "ok"
    for days, level in ((6, "ok"), (8, "warn")):
        at = days_ago(days).timestamp()
        os.utime(backup, (at, at))
        assert (await ward.examine("backup")).one("backup")[0] == level


async def test_a_folder_nobody_may_write_to(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Said before a run finds out; root may write anywhere, so the answer of the system is set."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    level, said = (await ward.examine("disk")).one("disk")
    assert level == "fail"
    assert "cannot be written to" in said


@pytest.mark.parametrize(("free", "level"), [(2**20, "fail"), (2**28, "warn"), (2**31, "ok")])
async def test_little_room(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    """A full disk loses a database; there is a word of it in time."""
    real = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: real._replace(free=free))
    assert (await ward.examine("disk")).one("disk")[0] == level
