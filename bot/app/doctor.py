"""A visit of the doctor: everything a run needs is looked at once, nothing is ordered or stored."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from bot.app.checks.account import account_checks
from bot.app.checks.feeds import feed_checks
from bot.app.checks.finding import Check, Finding
from bot.app.checks.markets import market_checks
from bot.app.checks.people import people_checks
from bot.app.checks.records import record_checks
from bot.app.checks.upkeep import upkeep_checks
from bot.app.checks.visit import Visit
from bot.app.manners import manners_of
from bot.clocks import SystemClock
from bot.settings import Settings
from bot.venues.connection import Manners

PATIENCE = 10.0
"""Seconds that one look may take; all looks are taken at once."""


async def examine(
    settings: Settings,
    *,
    waiting_for: Callable[[Sequence[str]], None],
    within: float = PATIENCE,
    manners: Manners | None = None,
) -> tuple[Finding, ...]:
    """Look at everything that a run with these settings needs, and return what was found.

    Args:
        settings: everything in force.
        waiting_for: told who has not answered yet, whenever that changes.
        within: seconds that one look may take.
        manners: how venues are asked for prices; None = as the settings say.
    """
    async with AsyncExitStack() as stack:
        visit = Visit(settings, SystemClock(), stack, manners or manners_of(settings))
        checks = checks_of(visit)
        waiting = [check.subject for check in checks if check.subject]

        async def looked(check: Check) -> Sequence[Finding]:
            findings = await look(check, within)
            if check.subject:
                waiting.remove(check.subject)
                waiting_for(tuple(dict.fromkeys(waiting)))
            return findings

        waiting_for(tuple(dict.fromkeys(waiting)))
        found = await asyncio.gather(*map(looked, checks))
        return tuple(finding for findings in found for finding in findings)


def checks_of(visit: Visit) -> Sequence[Check]:
    """Return every check in the order in which its lines are printed."""
    policy, *others = upkeep_checks(visit)
    return (
        policy,
        *account_checks(visit),
        *market_checks(visit),
        *feed_checks(visit),
        *people_checks(visit),
        *record_checks(visit),
        *others,
    )


async def look(check: Check, within: float) -> Sequence[Finding]:
    """Return what a check finds, or that it found nothing out in so many seconds."""
    deadline = asyncio.timeout(within)
    try:
        async with deadline:
            return await check.look()
    except TimeoutError:
        if not deadline.expired():
            raise
        said = f"{check.subject or 'it'} gave no answer within {within:g} s"
        mend = "look at the connection, or try again in a minute"
        return (Finding(check.name, check.if_silent, said, mend),)
