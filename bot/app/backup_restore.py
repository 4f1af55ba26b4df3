"""A backup -> the folders it was made of, back in their place; what stood there is set aside."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app.backup_account import check_account
from bot.app.chat import OWNER
from bot.app.plan import ACCOUNT, DATABASE
from bot.store.archive import ArchiveReader, open_archive
from bot.store.archive_check import RecordEnd, checked_end, revision_in
from bot.store.archive_compare import what_would_be_lost
from bot.store.archive_manifest import POLICY_MEMBER, Manifest, Run
from bot.store.file_lock import FileLock
from bot.store.sqlite import open_store
from bot.workflow.halts import HALT_FILE
from bot.workflow.restored import mark_restored
from core.domain.errors import InputInvalid, StoreCorrupt

SET_ASIDE = "set-aside"
ROOM = 2**26
"""Bytes that stay free on the disk besides what comes out of a backup."""


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What is to come back, and where.

    Attributes:
        backup: the file.
        data_dir: the folder of the databases.
        policy: where the policy file belongs.
        runs: names of folders; empty = all of them.
        is_forced: records that the backup does not know of may be set aside.
    """

    backup: Path
    data_dir: Path
    policy: Path
    runs: Sequence[str] = ()
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back.

    Attributes:
        manifest: the backup's first page.
        runs: the runs that came back, the one that was written last at the end.
        halted: those of them that begin halted: the account is the owner's own.
        set_aside: where the folders lie that stood in their place.
        policy: what became of the policy file: ``restored``, ``equal``, ``kept`` (another one is
            there and stays), or an empty text without one.
    """

    manifest: Manifest
    runs: tuple[Run, ...]
    halted: tuple[str, ...]
    set_aside: tuple[Path, ...]
    policy: str


def restore_backup(plan: RestorePlan, *, at: datetime) -> Restored:
    """Check a backup, and put its folders back; nothing is changed unless all of it holds.

    Raises:
        InputInvalid: it is no backup, a bot is running there, or a record would be lost.
        StoreCorrupt: a record in it does not verify, or a newer version of Evenkeel made it.
    """
    try:
        with open_archive(plan.backup) as archive, _stage(plan, archive.manifest) as stage:
            return _restore(plan, archive, stage, at)
    except OSError as error:
        raise InputInvalid(
            f"{plan.data_dir} cannot be written: {error.strerror}; check the folder and the space "
            "there. What was there stays",
            code="BACKUP",
        ) from error


def _restore(plan: RestorePlan, archive: ArchiveReader, stage: Path, at: datetime) -> Restored:
    manifest = archive.manifest
    runs = _chosen(manifest, plan.runs)
    for run in runs:
        _unpack(archive, run, stage)
    with ExitStack() as locks:
        for run in runs:
            _check_place(plan, run, stage, locks)
        for number, run in enumerate(runs):
            _mark(stage / run.name, run, manifest, at)
            _date(stage / run.name / DATABASE, at, seconds_ago=len(runs) - number)
        policy = _restore_policy(plan, archive, stage)
        aside = _unused(plan.data_dir / SET_ASIDE, f"{at:%Y%m%dT%H%M%SZ}")
        set_aside = _swap(plan.data_dir, stage, [run.name for run in runs], aside)
    return Restored(
        manifest=manifest,
        runs=tuple(runs),
        halted=tuple(run.name for run in runs if run.account is None),
        set_aside=set_aside,
        policy=policy,
    )


@contextmanager
def _stage(plan: RestorePlan, manifest: Manifest) -> Iterator[Path]:
    """Yield a private folder on the disk of the databases, with room for what is in the backup."""
    plan.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    needed = ROOM + sum(part.size for part in manifest.parts.values())
    if shutil.disk_usage(plan.data_dir).free < needed:
        raise InputInvalid(
            f"{plan.data_dir} has too little room: {needed // 2**20:,} MB are needed; free some"
        )
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=plan.data_dir) as folder:
        yield Path(folder)


def _chosen(manifest: Manifest, names: Sequence[str]) -> Sequence[Run]:
    """Return the runs that are to come back, the one that was written last at the end."""
    there = {run.name for run in manifest.runs}
    missing = [name for name in names if name not in there]
    if missing:
        raise InputInvalid(
            f"--run {missing[0]}: the backup has no such run; it has {', '.join(sorted(there))}"
        )
    runs = [run for run in manifest.runs if not names or run.name in names]
    return sorted(runs, key=lambda run: run.changed_ns)


def _unpack(archive: ArchiveReader, run: Run, stage: Path) -> None:
    """Bring the files of one run out of the backup, and check them as if a stranger had sent it."""
    folder = stage / run.name
    folder.mkdir(mode=0o700)
    for name in run.parts:
        archive.unpack(name, stage / name)
    try:
        _check_run(run, folder)
    except StoreCorrupt as error:
        # The folder it was looked at in is gone when this is read.
        words = str(error).replace(f"{stage}/", "").rstrip(".")
        raise StoreCorrupt(f"{archive.path}: {words}. Nothing was changed") from error


def _check_run(run: Run, folder: Path) -> None:
    revision = revision_in(folder / DATABASE)
    if revision != run.revision:
        raise StoreCorrupt(
            f"{run.name} stands at revision {revision}, its first page says {run.revision}"
        )
    if checked_end(folder / DATABASE) != RecordEnd(run.seq, run.head):
        raise StoreCorrupt(f"the journal of {run.name} does not end where its first page says")
    if run.account is not None:
        check_account(folder / ACCOUNT)


def _check_place(plan: RestorePlan, run: Run, stage: Path, locks: ExitStack) -> None:
    """Hold the place of a run, so that no bot begins there; refuse to lose what only it knows."""
    present = plan.data_dir / run.name / DATABASE
    if not present.exists():
        return
    lock = FileLock.take(present)
    locks.callback(lock.release)
    if (present.parent / HALT_FILE).exists():
        # Whoever put it there has not taken it away.
        (stage / run.name / HALT_FILE).touch(mode=0o600)
    lost = what_would_be_lost(present, stage / run.name / DATABASE)
    if lost and not plan.is_forced:
        raise InputInvalid(
            f"{present.parent} {lost}. Nothing was changed. With --force the backup takes its "
            f"place, and it is kept under {plan.data_dir / SET_ASIDE}",
            code="NEWER_RECORD",
        )


def _mark(folder: Path, run: Run, manifest: Manifest, at: datetime) -> None:
    with open_store(folder / DATABASE) as store:
        mark_restored(
            store,
            OWNER,
            backup_at=manifest.created_at,
            at=at,
            is_real_account=run.account is None,
        )


def _date(database: Path, at: datetime, *, seconds_ago: int) -> None:
    """Give a database the time that makes its run the newest in its turn."""
    moment = at.timestamp() - seconds_ago
    os.utime(database, (moment, moment))
    for file in (*database.parent.iterdir(), database.parent):
        _flush(file)


def _swap(data_dir: Path, stage: Path, names: Sequence[str], aside: Path) -> tuple[Path, ...]:
    """Put staged folders into their places; when one cannot go there, all is as it was."""
    moved = []
    with ExitStack() as undo:
        for name in names:
            place = data_dir / name
            if place.exists() or place.is_symlink():
                aside.mkdir(mode=0o700, parents=True, exist_ok=True)
                place.rename(aside / name)
                undo.callback((aside / name).rename, place)
                moved.append(aside / name)
            (stage / name).rename(place)
            undo.callback(place.rename, stage / name)
        undo.pop_all()
    _flush(data_dir)
    return tuple(moved)


def _unused(folder: Path, name: str) -> Path:
    names = (name, *(f"{name}-{number}" for number in range(2, 10_000)))
    return next(folder / one for one in names if not (folder / one).exists())


def _restore_policy(plan: RestorePlan, archive: ArchiveReader, stage: Path) -> str:
    """Put the policy file back where none is; one that is there stays."""
    if archive.manifest.policy is None:
        return ""
    archive.unpack(POLICY_MEMBER, draft := stage / POLICY_MEMBER)
    if not plan.policy.exists():
        shutil.move(draft, plan.policy)
        return "restored"
    return "equal" if plan.policy.read_bytes() == draft.read_bytes() else "kept"


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
