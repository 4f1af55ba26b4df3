"""Backups: the records of a bot, also of one that is running, into one file that was checked."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.app.plan import ACCOUNT, DATABASE
from bot.store.archive import open_archive, part_of, write_archive
from bot.store.archive_check import RecordEnd, check_pages, checked_end, revision_in
from bot.store.archive_manifest import (
    FORMAT,
    MOST_RUNS,
    POLICY_MEMBER,
    Manifest,
    Run,
    default_name,
    is_plain,
)
from bot.store.copying import copy_database, copy_together
from core.domain.errors import EvenkeelError, InputInvalid

REPLAYS = "replay-"


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """What is to be kept.

    Attributes:
        data_dir: the folder of the databases.
        policy: the policy file, None without one.
        runs: names of folders; empty = every run that may go on.
        with_replays: finished replays of bar files are kept too.
    """

    data_dir: Path
    policy: Path | None
    runs: Sequence[str] = ()
    with_replays: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and checked.

    Attributes:
        path: where it is.
        size: how long it is, in bytes.
        manifest: what is in it.
        damaged: the runs whose books beside the account are damaged; all else of them is whole.
    """

    path: Path
    size: int
    manifest: Manifest
    damaged: tuple[str, ...] = ()


def make_backup(plan: BackupPlan, destination: Path | None, *, at: datetime) -> Backup:
    """Copy the records, check the copies, and put them into one file.

    The file appears under its name when everything in it was checked, and not before.

    Args:
        plan: what is to be kept.
        destination: a file that does not exist yet, or a folder; None = the folder we are in.
        at: the present instant.

    Raises:
        InputInvalid: nothing to keep, or the file cannot be written.
        StoreCorrupt: a record does not verify; nothing was written.
    """
    target = _target_of(destination, at)
    folders = _folders_of(plan)
    try:
        # Beside the backup: there is room, and nobody else may look in.
        with tempfile.TemporaryDirectory(prefix=".evenkeel-", dir=target.parent) as scratch:
            return _make(plan, folders, target, Path(scratch), at)
    except OSError as error:
        raise InputInvalid(
            f"{target} cannot be written: {error.strerror}; check the folder and the space there",
            code="BACKUP",
        ) from error


def _make(
    plan: BackupPlan, folders: Sequence[Path], target: Path, scratch: Path, at: datetime
) -> Backup:
    files: dict[str, Path] = {}
    runs, damaged = [], []
    for folder in folders:
        run, books = _copied_run(folder, scratch)
        runs.append(run)
        damaged += [run.name] if books else []
        files |= {name: scratch / name for name in run.parts}
    policy = None
    if plan.policy is not None:
        files[POLICY_MEMBER] = _copied_policy(plan.policy, scratch)
        policy = part_of(files[POLICY_MEMBER])
    manifest = Manifest(
        format=FORMAT,
        program=version("evenkeel"),
        created_at=at,
        runs=tuple(sorted(runs, key=lambda run: run.changed_ns)),
        policy=policy,
    )
    size = _written(manifest, files, scratch / "backup", target)
    return Backup(target, size, manifest, tuple(damaged))


def _copied_run(folder: Path, scratch: Path) -> tuple[Run, str]:
    """Copy and check the databases of one run; tell also what of its books is damaged."""
    originals = [folder / name for name in (DATABASE, ACCOUNT) if (folder / name).exists()]
    copies = scratch / folder.name
    copies.mkdir(mode=0o700)
    changed_ns = _changed_ns(originals)
    database, *others = copy_together(originals, copies)
    revision = revision_in(database)
    if revision is None:
        raise InputInvalid(f"{folder} holds an empty database; nothing has run there yet")
    for other in others:
        check_pages(other)
    end = _end_of_copy(database, scratch)
    run = Run(
        name=folder.name,
        revision=revision,
        seq=end.seq,
        head=end.head,
        changed_ns=changed_ns,
        database=part_of(database),
        account=part_of(others[0]) if others else None,
    )
    return run, end.books


def _end_of_copy(database: Path, scratch: Path) -> RecordEnd:
    """Check a copy of the copy: an old one is brought up to date first, the backup's is not."""
    with tempfile.TemporaryDirectory(prefix="check-", dir=scratch) as folder:
        beside = Path(folder) / database.name
        copy_database(database, beside)
        return checked_end(beside)


def _changed_ns(files: Iterable[Path]) -> int:
    """Return when a run last wrote; the file beside a database is where a running bot writes."""
    newest = 0
    for file in files:
        for path in (file, file.with_name(f"{file.name}-wal")):
            with suppress(FileNotFoundError):
                newest = max(newest, path.stat().st_mtime_ns)
    return newest


def _copied_policy(policy: Path, scratch: Path) -> Path:
    copy = scratch / POLICY_MEMBER
    try:
        text = policy.read_bytes()
    except OSError as error:
        raise InputInvalid(f"{policy} cannot be read: {error.strerror}") from None
    copy.write_bytes(text)
    return copy


def _written(manifest: Manifest, files: dict[str, Path], draft: Path, target: Path) -> int:
    """Write the backup, read it back, and give it its name; return its length in bytes."""
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as out:
        write_archive(out, manifest, files)
        out.flush()
        os.fsync(out.fileno())
    with open_archive(draft) as written:
        for name in manifest.parts:
            written.check(name)
    if target.exists():
        raise _is_there(target)
    draft.rename(target)
    return target.stat().st_size


def _target_of(destination: Path | None, at: datetime) -> Path:
    target = Path.cwd() if destination is None else destination.absolute()
    if target.is_dir():
        target /= default_name(at)
    if target.exists() or target.is_symlink():
        raise _is_there(target)
    if not target.parent.is_dir():
        raise InputInvalid(f"{target.parent} is not a folder; make it first, or name another one")
    return target


def _is_there(target: Path) -> EvenkeelError:
    return InputInvalid(f"{target} exists already and is not overwritten; name another file")


def _folders_of(plan: BackupPlan) -> Sequence[Path]:
    """Return the folders of the runs that are to be kept."""
    there = {path.parent.name: path.parent for path in plan.data_dir.glob(f"*/{DATABASE}")}
    if not there:
        raise InputInvalid(
            f"{plan.data_dir} holds no database yet; run `evenkeel run` first, or name the folder "
            "with --data"
        )
    missing = [name for name in plan.runs if name not in there]
    if missing:
        known = ", ".join(sorted(there))
        raise InputInvalid(f"--run {missing[0]}: {plan.data_dir} has no such run; it has {known}")
    names = sorted(plan.runs or there)
    if not plan.runs and not plan.with_replays:
        names = [name for name in names if not name.startswith(REPLAYS)]
    if not names:
        raise InputInvalid(f"{plan.data_dir} holds replays only; --all keeps them too")
    odd = [name for name in names if not is_plain(name)]
    if odd:
        raise InputInvalid(f"the folder {odd[0]!r} cannot be kept under its name; rename it first")
    if len(names) > MOST_RUNS:
        raise InputInvalid(f"{plan.data_dir} holds {len(names):,} runs; choose some with --run")
    return [there[name] for name in dict.fromkeys(names)]
