"""Every key of an account -> what the venue says it may do, or why nobody knows."""

import asyncio
from dataclasses import dataclass

from bot.app.account import Account, InspectedKey
from bot.app.checks.unread import Unread
from bot.feeds.venue_feeds import patiently
from bot.ports.keys import KeyReport, Purpose
from core.domain.errors import AccountProblem, FeedUnavailable, InputInvalid


@dataclass(frozen=True, slots=True)
class KeyFact:
    """What is known of one key.

    Attributes:
        purpose: what it is meant for.
        report: what the venue says it may do; None when it did not say.
        refused: why the venue or we refuse the key altogether, with the mend; else empty.
        unread: why its powers could not be read; else None.
    """

    purpose: Purpose
    report: KeyReport | None = None
    refused: str = ""
    unread: Unread | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return "trading key" if self.purpose is Purpose.TRADE else "reading key"


async def key_facts(account: Account) -> tuple[KeyFact, ...]:
    """Ask about every key of an account; whatever goes wrong is part of the answer."""
    return tuple(await asyncio.gather(*map(key_fact, account.keys)))


async def key_fact(key: InspectedKey) -> KeyFact:
    """Ask about one key; three times at most while the venue does not answer."""
    try:
        report = await patiently(lambda: key.inspector.inspect(key.purpose))
    except (AccountProblem, InputInvalid) as problem:
        return KeyFact(key.purpose, refused=str(problem))
    except FeedUnavailable as failure:
        return KeyFact(key.purpose, unread=Unread.after(failure))
    return KeyFact(key.purpose, report)
