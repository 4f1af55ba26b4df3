"""A backup put back: where it was, as it was, and never over what only the machine knows."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from bot.app import lift_halt
from bot.app.backup_restore import SET_ASIDE
from bot.store.file_lock import FileLock
from bot.store.sqlite import open_store
from bot.store.verify import verify_journal
from core.domain.errors import InputInvalid, StoreCorrupt
from core.domain.state import EngineState
from tests.backup.folders import (
    ACCOUNT,
    AT,
    DATABASE,
    LATER,
    POLICY,
    back_up,
    files,
    go_on,
    make_run,
    restore,
    rows,
)
from tests.store import damage

RUN = "simulated-7-1"


def state_of(database: Path) -> EngineState:
    """Return what the engine remembers there."""
    with open_store(database) as store, store.reading() as tx:
        return tx.memory.state()


def test_it_comes_back_as_it_was(backup: Path, data: Path, fresh: Path) -> None:
    """Every row is there again; the journal ends with the word that it was restored."""
    restored = restore(backup, fresh)
    then, now = (rows(folder / RUN / DATABASE) for folder in (data, fresh))
    added = now["journal"].pop()
    memory: dict[object, object] = dict(now.pop("memory"))  # type: ignore[arg-type]
    assert added[2] == "record.restored"
    assert memory.pop("restored:at") == memory.pop("restored:adopted") == LATER.isoformat()
    assert memory.pop("restored:backup_at") == AT.isoformat()
    assert memory == dict(then.pop("memory"))  # type: ignore[arg-type]
    assert now == then
    assert rows(fresh / RUN / ACCOUNT) == rows(data / RUN / ACCOUNT)
    assert (restored.halted, restored.set_aside, restored.policy) == ((), (), "restored")
    assert (fresh.parent / "evenkeel.toml").read_text(encoding="utf-8") == POLICY


def test_nobody_else_may_look_in(backup: Path, fresh: Path) -> None:
    """Folders have mode 700 and files mode 600, whatever the machine's habit is."""
    before = os.umask(0)
    try:
        restore(backup, fresh)
    finally:
        os.umask(before)
    for path in (fresh, fresh / RUN):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in (DATABASE, ACCOUNT):
        assert stat.S_IMODE((fresh / RUN / name).stat().st_mode) == 0o600
    assert {path.name for path in fresh.iterdir()} == {RUN}


def test_the_restored_journal_verifies(backup: Path, fresh: Path) -> None:
    """What restoring adds is part of the chain."""
    restore(backup, fresh)
    with open_store(fresh / RUN / DATABASE) as store:
        assert verify_journal(store).ok


def test_a_running_bot_is_not_pulled_away(backup: Path, data: Path) -> None:
    """While a process holds the record nothing is put in its place, not even by force."""
    before = files(data)
    lock = FileLock.take(data / RUN / DATABASE)
    for is_forced in (False, True):
        with pytest.raises(InputInvalid, match="in use by process") as error:
            restore(backup, data, is_forced=is_forced)
        assert error.value.code == "IN_USE"
    lock.release()
    assert files(data).keys() == before.keys() | {f"{RUN}/{DATABASE}.lock"}


def test_what_the_backup_does_not_know_stays(backup: Path, data: Path) -> None:
    """A record that goes on after the backup is not replaced unless somebody says so."""
    go_on(data / RUN / DATABASE, 3)
    before = rows(data / RUN / DATABASE)
    with pytest.raises(InputInvalid, match="by 3 entries of its journal"):
        restore(backup, data)
    assert rows(data / RUN / DATABASE) == before
    assert not (data / SET_ASIDE).exists()


def test_force_sets_the_newer_record_aside(backup: Path, data: Path) -> None:
    """By force the backup takes its place, and the newer record is kept whole."""
    go_on(data / RUN / DATABASE, 3)
    newer = rows(data / RUN / DATABASE)
    (aside,) = restore(backup, data, is_forced=True).set_aside
    assert rows(aside / DATABASE) == newer
    assert len(rows(data / RUN / DATABASE)["journal"]) == 2
    # A bot looks for runs one level below its folder, and must not find this one.
    assert [path.parent.name for path in data.glob(f"*/{DATABASE}")] == [RUN]


def test_an_older_record_gives_way(data: Path, tmp_path: Path) -> None:
    """Where the machine knows nothing that the backup lacks, no force is needed."""
    shutil.copytree(data, tmp_path / "older")
    go_on(data / RUN / DATABASE)
    backup = back_up(data).path
    restore(backup, tmp_path / "older")
    restored = rows(tmp_path / "older" / RUN / DATABASE)["journal"]
    assert [row[2] for row in restored[1:]] == ["test.entry", "record.restored"]


def test_another_record_stays(data: Path, tmp_path: Path) -> None:
    """A record that went another way since is not replaced, however long either of them is."""
    shutil.copytree(data, tmp_path / "other")
    go_on(data / RUN / DATABASE, 2)
    backup = back_up(data).path
    with open_store(tmp_path / "other" / RUN / DATABASE) as store, store.transaction() as tx:
        tx.journal.append("test.other", "engine", {}, at=LATER)
    with pytest.raises(InputInvalid, match="holds another record"):
        restore(backup, tmp_path / "other")


def test_the_same_record_gives_way(backup: Path, data: Path) -> None:
    """A record that ends where the backup ends loses nothing by being replaced."""
    restore(backup, data)
    assert rows(data / RUN / DATABASE)["journal"][-1][2] == "record.restored"


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000])
def test_a_damaged_record_needs_a_word(backup: Path, data: Path, content: bytes) -> None:
    """What cannot be compared is replaced by force only, and kept for whoever can read it."""
    (data / RUN / DATABASE).write_bytes(content)
    with pytest.raises(InputInvalid, match="cannot be compared with the backup"):
        restore(backup, data)
    (aside,) = restore(backup, data, is_forced=True).set_aside
    assert (aside / DATABASE).read_bytes() == content


def test_the_owners_account_begins_halted(data: Path, fresh: Path) -> None:
    """Orders made after the backup are unknown, so nothing is proposed until somebody looked."""
    make_run(data, "kraken-account-1", is_paper=False)
    restored = restore(back_up(data, data.parent / "both.zip").path, fresh)
    assert restored.halted == ("kraken-account-1",)
    halt = state_of(fresh / "kraken-account-1" / DATABASE).halt
    assert halt is not None
    assert halt.reason == (
        "restored from a backup of 2026-03-02; look for missing orders at the venue"
    )
    assert state_of(fresh / RUN / DATABASE).halt is None
    assert lift_halt(fresh / "kraken-account-1" / DATABASE)
    assert state_of(fresh / "kraken-account-1" / DATABASE).halt is None


def test_the_newest_run_stays_the_newest(data: Path, fresh: Path) -> None:
    """The bot goes on with the run that was written last, whatever the names are."""
    os.utime(make_run(data, "simulated-7-2"), (1_000, 1_000))
    make_run(data, "simulated-7-3")
    os.utime(data / "simulated-7-3" / DATABASE, (3_000, 3_000))
    os.utime(data / RUN / DATABASE, (2_000, 2_000))
    for run in data.iterdir():
        os.utime(run / ACCOUNT, (1_000, 1_000))
    restore(back_up(data, data.parent / "three.zip").path, fresh)
    found = sorted(fresh.glob(f"*/{DATABASE}"), key=lambda path: path.stat().st_mtime)
    assert [path.parent.name for path in found] == ["simulated-7-2", RUN, "simulated-7-3"]
    # Whole seconds apart, because not every file system counts smaller parts.
    seconds = [int(path.stat().st_mtime) for path in found]
    assert seconds == sorted(set(seconds))


def test_one_run_of_several(data: Path, fresh: Path) -> None:
    """A run can be put back alone; one that is not in the backup is named."""
    make_run(data, "simulated-7-2")
    backup = back_up(data, data.parent / "two.zip").path
    restore(backup, fresh, runs=[RUN])
    assert [path.name for path in fresh.iterdir()] == [RUN]
    with pytest.raises(InputInvalid, match="--run gone: the backup has no such run"):
        restore(backup, fresh, runs=["gone"])


def test_rules_that_are_there_stay(backup: Path, data: Path) -> None:
    """A policy file is never replaced; whether it differs is said."""
    assert restore(backup, data).policy == "equal"
    mine = data.parent / "evenkeel.toml"
    mine.write_text(POLICY + "# changed\n", encoding="utf-8")
    assert restore(backup, data, is_forced=True).policy == "kept"
    assert mine.read_text(encoding="utf-8").endswith("# changed\n")


def test_a_halt_file_stays(backup: Path, data: Path) -> None:
    """Who put a HALT file into the run's folder has not taken it away."""
    (data / RUN / "HALT").touch()
    restore(backup, data)
    assert (data / RUN / "HALT").exists()


def test_one_that_cannot_be_put_back_leaves_all_as_it_was(data: Path) -> None:
    """When the second of two runs cannot take its place, the first one is not changed either."""
    make_run(data, "simulated-7-2")
    backup = back_up(data, data.parent / "two.zip").path
    go_on(data / "simulated-7-2" / DATABASE)
    before = rows(data / RUN / DATABASE)
    with pytest.raises(InputInvalid, match="simulated-7-2 goes on after the backup"):
        restore(backup, data)
    assert rows(data / RUN / DATABASE) == before
    assert {path.name for path in data.iterdir()} == {RUN, "simulated-7-2"}


def test_a_newer_version_is_refused(data: Path, fresh: Path) -> None:
    """A record of a version that this program does not know is refused, here and at a backup."""
    database = data / RUN / DATABASE
    damage.run(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreCorrupt, match="made by a newer version"):
        back_up(data)
    assert not fresh.exists()
