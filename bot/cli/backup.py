"""``evenkeel backup`` and ``evenkeel restore``: the bot's memory into one file, and back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, DataDir, PolicyPath, data_dir_of
from bot.cli.progress import waiting

if TYPE_CHECKING:
    from bot.app.backup import Backup
    from bot.app.backup_restore import Restored
    from bot.store.archive_manifest import Run

POLICY = Path("evenkeel.toml")

Destination = Annotated[
    Path | None,
    typer.Argument(metavar="[DEST]", help="A new file, or a folder; without it this folder."),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A file that `evenkeel backup` made.")]
Runs = Annotated[
    list[str] | None,
    typer.Option("--run", metavar="NAME", help="Only this run's folder. Repeatable."),
]
All = Annotated[bool, typer.Option("--all", metavar="", help="Replays of bar files too.")]
Force = Annotated[
    bool,
    typer.Option(
        "--force", metavar="", help="Also over records that the backup lacks; they are set aside."
    ),
]


def backup(
    destination: Destination = None,
    policy: PolicyPath = None,
    data: DataDir = None,
    run: Runs = None,
    all_: All = False,
    as_json: AsJson = False,
) -> None:
    """Copy the bot's records and rules into one file. The bot may be running.

    The copies are checked before the file appears. Secrets are never in it: keep .env yourself.
    """
    from bot.app.backup import BackupPlan, make_backup
    from bot.clocks import SystemClock

    rules = policy or (POLICY if POLICY.exists() else None)
    plan = BackupPlan(data_dir_of(data), rules, runs=tuple(run or ()), with_replays=all_)
    with waiting("Copying and checking …"):
        made = make_backup(plan, destination, at=SystemClock().now())
    _print_backup(made, as_json=as_json)


def restore(
    file: File,
    policy: PolicyPath = None,
    data: DataDir = None,
    run: Runs = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Put the records of a backup back in their place. Stop the bot first.

    Everything is checked before anything is changed. A record of your own account begins halted:
    what was ordered after the backup is not in it.
    """
    from bot.app.backup_restore import RestorePlan, restore_backup
    from bot.clocks import SystemClock

    plan = RestorePlan(
        file, data_dir_of(data), policy or POLICY, runs=tuple(run or ()), is_forced=force
    )
    with waiting("Checking and putting back …"):
        restored = restore_backup(plan, at=SystemClock().now())
    _print_restored(restored, plan.policy, as_json=as_json)


def _print_backup(made: "Backup", *, as_json: bool) -> None:
    from rich.filesize import decimal

    manifest = made.manifest
    if as_json:
        _print_json(
            {
                "file": str(made.path),
                "size": made.size,
                "created_at": manifest.created_at.isoformat(),
                "runs": [_row(run) for run in manifest.runs],
                "policy": manifest.policy is not None,
                "damaged_books": list(made.damaged),
            }
        )
        return
    print(f"Backup: {made.path} ({decimal(made.size)})")
    for line in _lines(manifest.runs):
        print(line)
    if manifest.policy is None:
        print("There is no evenkeel.toml here, so none is in it; --policy names one.")
    else:
        print("Your rules (evenkeel.toml) are in it.")
    print("Your secrets are not: .env stays where it is, so keep a copy of it somewhere safe.")
    print("Every database in it was checked page by page, and every journal verifies.")
    if made.damaged:
        print(
            f"The books beside the account are damaged in {', '.join(made.damaged)}; nothing else "
            "rests on them.\nSend /review mend to the bot, then make another backup."
        )


def _print_restored(restored: "Restored", policy: Path, *, as_json: bool) -> None:
    manifest = restored.manifest
    if as_json:
        _print_json(
            {
                "created_at": manifest.created_at.isoformat(),
                "runs": [_row(run) for run in restored.runs],
                "halted": list(restored.halted),
                "set_aside": [str(path) for path in restored.set_aside],
                "policy": restored.policy,
            }
        )
        return
    print(f"Restored from the backup of {manifest.created_at:%Y-%m-%d %H:%M} UTC:")
    for line in _lines(restored.runs):
        print(line)
    for path in restored.set_aside:
        print(f"What was there before lies in {path}")
    if words := _POLICY_WORDS.get(restored.policy):
        print(words.format(policy=policy))
    print("Secrets are never in a backup: see that .env is in its place.")
    if restored.halted:
        print(
            "Your own account begins halted. Orders made after the backup are not in these "
            "records:\nstart the bot, compare with the venue, then run `evenkeel unhalt`."
        )


_POLICY_WORDS = {
    "restored": "Your rules are back in {policy}.",
    "equal": "Your rules in {policy} are those of the backup.",
    "kept": "Your rules in {policy} differ from the backup's and stay as they are.",
}


def _lines(runs: "tuple[Run, ...]") -> Iterator[str]:
    width = max(len(run.name) for run in runs)
    for run in runs:
        account = "your own account" if run.account is None else "with its paper account"
        yield f"  {run.name:{width}}  {run.seq:,} journal entries, head {run.head[:12]}, {account}"


def _row(run: "Run") -> dict[str, object]:
    return {
        "name": run.name,
        "revision": run.revision,
        "journal_seq": run.seq,
        "journal_head": run.head,
        "paper": run.account is not None,
    }


def _print_json(document: dict[str, object]) -> None:
    print(json.dumps(document, indent=2))
