"""What the bot does not understand: one hint a minute, so that nobody talks to a wall."""

from bot.chat.gate import needs
from bot.chat.render.pages import text
from bot.chat.requests import Command, Role
from bot.chat.visit import Visit

HINT_EVERY = 60
LONGEST_NAME = 32


@needs(Role.VIEWER, any_age=True)
async def unknown(visit: Visit) -> str:
    """Say that this means nothing here, and where to look."""
    key = f"hint:{visit.person}"
    with visit.desk.store.transaction() as tx:
        if not tx.inbox.allow_once(key, at=visit.now, every_seconds=HINT_EVERY):
            return ""
    act, words = visit.request.act, visit.words
    if isinstance(act, Command):
        visit.say("", text(words.say("unknown.command", name=act.name[:LONGEST_NAME])))
    else:
        visit.say("", text(words.say("unknown.words")))
    return ""
