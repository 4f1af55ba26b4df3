"""``evenkeel check``: one decision now, printed, not posted."""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli.options import AsJson, DataDir, PolicyPath, settings_of
from bot.settings import Settings
from core.domain.decision import Decision, Verdict
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.readings import FeedTrouble, ReadingSeries
from core.domain.snapshot import Snapshot

if TYPE_CHECKING:
    # The wiring takes a second to import, which no other command should pay for.
    from bot.app.check import Checked


def check(policy: PolicyPath = None, data: DataDir = None, as_json: AsJson = False) -> None:
    """Make one decision now on the market of the policy, and print it; nothing is posted."""
    from bot.app.check import check_now

    settings = settings_of(policy, data)
    try:
        checked = asyncio.run(check_now(settings))
    except FeedUnavailable as error:
        raise InputInvalid(f"no decision: {error}; try again in a minute") from error
    if as_json:
        print(json.dumps(_document(checked), indent=2))
        return
    for line in _lines(settings, checked):
        print(line)


def _lines(settings: Settings, checked: "Checked") -> Iterator[str]:
    from bot.chat.render.weights import room_column, weights_table
    from bot.explain.reasons import gate_lines

    decision, zone = checked.decision, settings.zone
    quote, now = settings.policy.quote, decision.decided_at
    records = "the bot's memory and paper account" if checked.has_records else "a fresh account"
    yield f"{checked.mode} · {settings.file.venue} · {now:%Y-%m-%d %H:%M} UTC · {records}"
    yield _verdict(decision)
    yield ""
    if decision.standings:
        yield from weights_table(decision.standings, quote, room_column(decision.standings))
        yield ""
    yield from checked.explanation.lines
    yield ""
    yield from gate_lines(decision, quote=quote, now=now, zone=zone)
    yield ""
    yield from _inputs(checked.snapshot)


def _verdict(decision: Decision) -> str:
    if decision.verdict is Verdict.PROPOSE:
        return "A proposal would be posted."
    return "Nothing would be proposed."


def _inputs(snapshot: Snapshot) -> Iterator[str]:
    """Yield how old every input is, and which feeds gave nothing."""
    yield "Inputs"
    if snapshot.quotes:
        oldest = min(row.observed_at for row in snapshot.quotes)
        yield f"  prices of {len(snapshot.quotes)} coins, {_age(snapshot.as_of, oldest)} old"
    for bars in snapshot.bars:
        days = len(bars.closes)
        yield f"  daily bars {bars.asset}: {days} to {bars.opened_at:%Y-%m-%d} ({bars.source})"
    for series in snapshot.readings:
        yield f"  {_named(series)}: {_newest(series)}"
    for trouble in snapshot.troubles:
        yield f"  {_named(trouble)}: {trouble.trouble}"


def _named(row: ReadingSeries | FeedTrouble) -> str:
    return " ".join(part for part in (row.kind, row.asset, f"({row.source})") if part)


def _newest(series: ReadingSeries) -> str:
    newest = series.readings[-1]
    return (
        f"{newest.value} about {newest.about:%Y-%m-%d %H:%M}, "
        f"known {newest.known_at:%Y-%m-%d %H:%M} UTC"
    )


def _age(now: datetime, then: datetime) -> str:
    seconds = max(0, int((now - then).total_seconds()))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004


def _document(checked: "Checked") -> dict[str, object]:
    from core.codec import encode

    snapshot = checked.snapshot
    return {
        "mode": checked.mode.value,
        "decision": encode(Decision, checked.decision),
        "explanation": list(checked.explanation.lines),
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
