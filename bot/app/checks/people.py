"""The people: is the token good, and may somebody approve."""

import asyncio
from collections.abc import Iterator, Sequence

from bot.app.checks.finding import Check, Finding, Level, fine, listed
from bot.app.checks.visit import Visit
from bot.ports.messages import Mode
from core.domain.errors import FeedUnavailable, InputInvalid

TELEGRAM, APPROVERS = "telegram", "approvers"
PATIENCE = 8.0

_START = "send /start to your bot, and put the number it answers with into approvers"


def people_checks(visit: Visit) -> Sequence[Check]:
    """Return the checks of the chat."""
    return (Check(TELEGRAM, "Telegram", lambda: _telegram(visit)),)


async def _telegram(visit: Visit) -> Sequence[Finding]:
    settings = visit.settings
    token = settings.telegram_token
    if token is None:
        await asyncio.sleep(0)
        return (fine(TELEGRAM, "not set up: the terminal of `evenkeel run` is the chat"),)
    from bot.chat.telegram_account import TelegramAccount
    from bot.chat.telegram_probe import look_at_bot

    account = TelegramAccount(token.get_secret_value(), settings.file.telegram.base_url)
    people = (*settings.file.approvers, *settings.file.viewers)
    nobody = tuple(_approvers(visit))
    try:
        seen = await look_at_bot(account, people, within=PATIENCE)
    except InputInvalid as problem:
        return (Finding(TELEGRAM, Level.FAIL, str(problem)), *nobody)
    except FeedUnavailable as failure:
        mend = "look at the connection and at [telegram] base_url, or try again in a minute"
        return (Finding(TELEGRAM, Level.FAIL, str(failure), mend), *nobody)
    found = [fine(TELEGRAM, f"the token is good; the bot is @{seen.username}"), *nobody]
    for person in seen.strangers:
        said = f"{person} has not started the bot, so it cannot write to them"
        level = Level.FAIL if person in settings.file.approvers else Level.WARN
        found.append(Finding(APPROVERS, level, said, f"let them send /start to @{seen.username}"))
    return found


def _approvers(visit: Visit) -> Iterator[Finding]:
    approvers = visit.settings.file.approvers
    if approvers:
        yield fine(APPROVERS, f"Telegram {listed([str(person) for person in approvers])}")
    else:
        level = Level.FAIL if visit.mode is Mode.LIVE else Level.WARN
        yield Finding(APPROVERS, level, "nobody may approve", _START)
