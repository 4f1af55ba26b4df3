"""``/chart``: a picture of what is on record, with the table that says the same."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.chat.commands.looking import room_table
from bot.chat.gate import Place, needs
from bot.chat.render.charts import picture_table, title_of
from bot.chat.render.pages import Block, table, text
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.ports.mail import OutboxState
from bot.ports.pictures import Allocation, Picture
from bot.ports.records import Transaction
from bot.workflow.charting import (
    allocation,
    book_values,
    drawdowns,
    drift_history,
    market_ribbon,
)
from core.domain.errors import StoreCorrupt

USUAL_DAYS: Final = 90
SPANS: Final = (30, USUAL_DAYS, 365)

BURST: Final = 12
"""Pictures of one person within the window: each takes the machine some tenths of a second."""

WINDOW: Final = 600
"""Seconds."""

KEY: Final = "chart:"
"""How the key of a message with a picture begins that somebody asked for."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which picture, and of how many days."""

    name: str
    days: int


_Find = Callable[[Transaction, Visit, int], Picture | None]


def _drift(tx: Transaction, visit: Visit, days: int) -> Picture | None:
    return drift_history(tx, visit.desk.policy, now=visit.now, days=days)


def _books(tx: Transaction, visit: Visit, days: int) -> Picture | None:
    return book_values(tx, now=visit.now, days=days)


def _market(tx: Transaction, visit: Visit, days: int) -> Picture | None:
    return market_ribbon(tx, visit.desk.policy, now=visit.now, days=days)


def _drawdown(tx: Transaction, visit: Visit, days: int) -> Picture | None:
    values = book_values(tx, now=visit.now, days=days)
    return None if values is None else drawdowns(values)


WEIGHTS: Final = "weights"
_FINDS: Final[dict[str, _Find]] = {
    "drift": _drift,
    "books": _books,
    "market": _market,
    "drawdown": _drawdown,
}
NAMES: Final = (WEIGHTS, *_FINDS)


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def chart(visit: Visit) -> str:
    """Show a picture: the weights, or what happened over 30, 90 or 365 days."""
    asked, words = _read(visit.arguments), visit.words
    if asked is None:
        lines = [
            f"/chart {name} {'' if name == WEIGHTS else USUAL_DAYS}".rstrip() for name in NAMES
        ]
        visit.say("", text(words.say("chart.unknown"), *lines))
    elif is_under_way(visit):
        visit.say("", text(words.say("chart.busy")))
    elif not is_allowed(visit):
        visit.say("", text(words.say("chart.often")))
    elif asked.name == WEIGHTS:
        _show_weights(visit)
    else:
        await _show_days(visit, asked)
    return ""


def _read(arguments: Sequence[str]) -> _Asked | None:
    """Return what was asked for, in whatever order; None for what nobody knows."""
    names = [word.lower() for word in arguments if not word.isdecimal()]
    spans = [int(word[:4]) for word in arguments if word.isdecimal()]
    name, days = (names or [WEIGHTS])[0], (spans or [USUAL_DAYS])[0]
    if len(names) > 1 or len(spans) > 1 or name not in NAMES or days not in SPANS:
        return None
    return _Asked(name, days)


def is_under_way(visit: Visit) -> bool:
    """Tell whether a picture that this chat asked for has yet to leave."""
    try:
        with visit.desk.store.reading() as tx:
            last = tx.outbox.latest(visit.request.chat_id, KEY)
    except StoreCorrupt:  # what cannot be read does not leave either
        return False
    return last is not None and last.state is OutboxState.PENDING


def is_allowed(visit: Visit) -> bool:
    """Tell whether a person has asked for few enough pictures lately, and count this one."""
    with visit.desk.store.transaction() as tx:
        return any(
            tx.inbox.allow_once(f"chart:{visit.person}:{place}", at=visit.now, every_seconds=WINDOW)
            for place in range(BURST)
        )


def _show_weights(visit: Visit) -> None:
    """Show where every asset stood at the last look."""
    with visit.desk.store.reading() as tx:
        recent = tx.decisions.latest(20)
    last, words = next((row for row in recent if row.standings), None), visit.words
    if last is None:
        visit.say(words.say("chart.weights"), text(words.say("chart.few.look")))
        return
    picture: Allocation = allocation(last.standings, visit.desk.policy.quote)
    about = words.say("chart.about.weights", when=visit.reader.when(last.decided_at))
    more = words.say("chart.more", list=", ".join(f"/chart {name}" for name in _FINDS))
    _show(visit, picture, room_table(visit, last), text(about, more))


async def _show_days(visit: Visit, asked: _Asked) -> None:
    """Show what happened over some days; a sentence where that is too little for a picture."""
    # A year takes a while to read; a halt does not wait for that.
    picture = await asyncio.to_thread(_found, visit, asked)
    words = visit.words
    gaps = {"asset": visit.desk.policy.regime.asset} if asked.name == "market" else {}
    if picture is None:
        visit.say(words.say(f"chart.{asked.name}", **gaps), text(words.say("chart.few.none")))
        return
    about = words.say(f"chart.about.{asked.name}", **gaps)
    _show(visit, picture, table(picture_table(picture, words)), text(about))


def _found(visit: Visit, asked: _Asked) -> Picture | None:
    with visit.desk.store.aside() as tx:
        return _FINDS[asked.name](tx, visit, asked.days)


def _show(visit: Visit, picture: Picture, *blocks: Block) -> None:
    """Answer with a table and what it says, and above it the picture where there can be one."""
    words, title = visit.words, title_of(picture, visit.words)
    is_long = isinstance(picture, Allocation) or len(picture.days) > 1
    notes = [] if is_long else [words.say("chart.few.days")]
    if not visit.desk.audience.pictures:
        notes.append(words.say("chart.off"))
    drawn = ((picture, title),) if not notes else ()
    visit.say(title, *blocks, text(*notes), pictures=drawn, key=f"{KEY}{visit.request.request_id}")
