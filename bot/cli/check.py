"""``evenkeel check``: one decision now, printed, not posted."""

import asyncio
import json
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from bot.cli.options import AsJson, DataDir, PolicyPath, settings_of
from bot.cli.progress import waiting
from bot.settings import Settings
from core.domain.decision import Decision
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.readings import Trouble

if TYPE_CHECKING:
    # The wiring takes a second to import, which no other command should pay for.
    from bot.app.check import Checked

_MENDS: dict[str, str] = {
    Trouble.DOWN: "look at the connection and at [exchange] base_urls, or try again in a minute",
    Trouble.LIMITED: "wait some minutes before the next try",
    Trouble.REFUSED: "the venue may not serve this place; another one can be named as venue",
    Trouble.MALFORMED: "try again in a minute; if it stays so, look at [exchange] base_urls",
    Trouble.LATE: "try again in some minutes",
}


def check(policy: PolicyPath = None, data: DataDir = None, as_json: AsJson = False) -> None:
    """Make one decision now on the market of the policy, and print it; nothing is posted."""
    from bot.app.check import check_now
    from bot.cli.check_page import page_of

    settings = settings_of(policy, data)
    try:
        with _patience(settings):
            checked = asyncio.run(check_now(settings))
    except FeedUnavailable as error:
        raise InputInvalid(f"no decision: {error}; {_mend(error)}") from error
    if as_json:
        print(json.dumps(_document(checked), indent=2))
        return
    for line in page_of(settings, checked):
        print(line)


def _patience(settings: Settings) -> AbstractContextManager[object]:
    """Say what takes so long: a venue is asked no faster than it wants to be."""
    if not settings.is_live_market:
        return nullcontext()
    return waiting(f"Asking {settings.file.venue}, at the pace it allows …")


def _mend(error: FeedUnavailable) -> str:
    """Return what a person can do about it."""
    return _MENDS.get(error.trouble, "try again in a minute")


def _document(checked: "Checked") -> dict[str, object]:
    from core.codec import encode

    snapshot = checked.snapshot
    return {
        "mode": checked.mode.value,
        "decision": encode(Decision, checked.decision),
        "explanation": list(checked.explanation.lines),
        "prices": [
            {
                "asset": row.asset,
                "source": row.source,
                "observed_at": row.observed_at.isoformat(),
                "bid": str(row.bid),
                "ask": str(row.ask),
                "elsewhere": [str(price) for price in row.references],
            }
            for row in snapshot.quotes
        ],
        "bars": [
            {"asset": row.asset, "source": row.source, "days": len(row.closes)}
            for row in snapshot.bars
        ],
        "readings": [
            {
                "kind": row.kind.value,
                "asset": row.asset,
                "source": row.source,
                "about": row.readings[-1].about.isoformat(),
                "known_at": row.readings[-1].known_at.isoformat(),
                "value": str(row.readings[-1].value),
                "point_in_time": row.is_point_in_time,
            }
            for row in snapshot.readings
        ],
        "troubles": [
            {"kind": row.kind.value, "asset": row.asset, "source": row.source, "why": row.trouble}
            for row in snapshot.troubles
        ],
    }
