"""What the bot does not understand: one hint a minute, so that nobody talks to a wall.

At a terminal every hint comes: one person reads it, and the clock may stand still meanwhile.
"""

from bot.chat.gate import needs
from bot.chat.render.pages import text
from bot.chat.requests import CONSOLE, Command, Role
from bot.chat.visit import Visit

HINT_EVERY = 60
LONGEST_NAME = 32


@needs(Role.VIEWER, any_age=True)
async def unknown(visit: Visit) -> str:
    """Say that this means nothing here, and where to look."""
    if visit.request.chat_id != CONSOLE and not _is_due(visit):
        return ""
    act, words = visit.request.act, visit.words
    if isinstance(act, Command) and not act.is_bare:
        visit.say("", text(words.say("unknown.command", name=act.name[:LONGEST_NAME])))
    else:
        visit.say("", text(words.say("unknown.words")))
    return ""


def _is_due(visit: Visit) -> bool:
    """Tell whether this person has had no hint within the last minute."""
    key = f"hint:{visit.person}"
    with visit.desk.store.transaction() as tx:
        return tx.inbox.allow_once(key, at=visit.now, every_seconds=HINT_EVERY)
