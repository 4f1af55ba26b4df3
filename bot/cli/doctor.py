"""``evenkeel doctor``: what is in order, what is not, and what to do about it."""

import asyncio
import json
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli.options import AsJson, DataDir, PolicyPath, settings_of
from bot.cli.progress import waiting
from core.domain.errors import Invalid

if TYPE_CHECKING:
    # The wiring takes a second to import, which no other command should pay for.
    from bot.app.checks.finding import Finding

NOT_IN_ORDER = 1

_NAMES = 3
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(policy: PolicyPath = None, data: DataDir = None, as_json: AsJson = False) -> None:
    """Look at everything a run needs: keys, clock, markets, feeds, chat, records.

    One line each: ok, warn, or fail with the mend; exit code 1 when something fails. Nothing is
    ordered and nothing is stored.
    """
    from bot.app.checks.finding import Finding, Level
    from bot.app.doctor import examine

    try:
        settings = settings_of(policy, data)
        # Mistakes that show only when the rules are put together belong to the policy as well.
        _ = settings.policy
    except Invalid as invalid:
        found = tuple(Finding("settings", Level.FAIL, problem) for problem in invalid.problems)
    else:
        with waiting("Looking …") as show:
            found = asyncio.run(
                examine(settings, waiting_for=lambda names: show(_waiting_words(names)))
            )
    is_well = all(finding.level is not Level.FAIL for finding in found)
    if as_json:
        print(json.dumps(_document(found, is_well=is_well), indent=2, ensure_ascii=False))
    else:
        _print(found)
    if not is_well:
        sys.exit(NOT_IN_ORDER)


def _document(found: "Sequence[Finding]", *, is_well: bool) -> dict[str, object]:
    rows = [
        {"check": row.check, "level": row.level.value, "said": row.said, "mend": row.mend}
        for row in found
    ]
    return {"ok": is_well, "checks": rows}


def _print(found: "Sequence[Finding]") -> None:
    """Print the findings: one line each in a pipe, set in and coloured on a terminal."""
    from rich.console import Console
    from rich.text import Text

    width = max(len(row.check) for row in found)
    console = Console(highlight=False, soft_wrap=True)
    for row in found:
        lead = f"{row.level.value:<4}  {row.check:<{width}}  "
        text = _sentence(row)
        if not console.is_terminal:
            print(lead + text)
            continue
        lines = textwrap.wrap(text, max(console.width - len(lead), 30), break_on_hyphens=False)
        shown = Text(lead[:4], style=_COLOURS[row.level.value]).append(lead[4:], style="default")
        console.print(shown.append(f"\n{' ' * len(lead)}".join(lines), style="default"))


def _sentence(row: "Finding") -> str:
    said = " ".join(row.said.split())
    return f"{said} → {row.mend}" if row.mend else said


def _waiting_words(names: "Sequence[str]") -> str:
    """Say whose answer is awaited; a line holds three names."""
    more = " …" if len(names) > _NAMES else ""
    return f"Waiting for {', '.join(names[:_NAMES])}{more}" if names else "Done"
