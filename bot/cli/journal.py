"""``evenkeel journal``: the audit trail, checked and exported."""

import json
import re
import sys
from typing import Annotated

import typer

from bot.cli.options import AsJson, DataDir, database_of
from core.domain.errors import InputInvalid

NOT_WHOLE = 1

journal_commands = typer.Typer(help="The audit trail.", no_args_is_help=True)

Anchors = Annotated[
    list[str] | None,
    typer.Option(
        "--anchor",
        metavar="SEQ:HASH",
        help="Entry and head from a digest; the entry must be there. Repeatable.",
    ),
]


@journal_commands.command()
def verify(data: DataDir = None, anchor: Anchors = None, as_json: AsJson = False) -> None:
    """Check that no entry was changed or dropped, and that every execution was approved."""
    from bot.store.sqlite import open_store
    from bot.store.verify import verify_journal

    path = database_of(data)
    with open_store(path, read_only=True) as store:
        verdict = verify_journal(store, [_anchor(text) for text in anchor or ()])
    if as_json:
        row = {"ok": verdict.ok, "count": verdict.count, "head": verdict.head}
        print(json.dumps(row | {"bad_seq": verdict.bad_seq, "problem": verdict.problem}))
    elif verdict.ok:
        print(f"The journal is whole: {verdict.count:,} entries, head {verdict.head[:12]}.")
        print(f"File: {path}")
    else:
        print(f"The journal is NOT whole: entry {verdict.bad_seq}: {verdict.problem}")
        print(f"{verdict.count:,} entries before it hold. File: {path}")
        print("Trust nothing after that entry; restore a copy, and find out who could write there.")
    if not verdict.ok:
        sys.exit(NOT_WHOLE)


@journal_commands.command()
def export(data: DataDir = None) -> None:
    """Print every entry as one line of JSON, oldest first."""
    from bot.store.sqlite import open_store
    from bot.store.verify import export_journal

    with open_store(database_of(data), read_only=True) as store:
        for line in export_journal(store):
            print(line)


_HASH = re.compile("[0-9a-f]{12,64}")


def _anchor(text: str) -> tuple[int, str]:
    seq, found, digest = text.partition(":")
    if not (found and seq.isascii() and seq.isdigit() and _HASH.fullmatch(digest)):
        raise InputInvalid(f"anchor {text!r} cannot be read; write SEQ:HASH as a digest shows it")
    return int(seq), digest
