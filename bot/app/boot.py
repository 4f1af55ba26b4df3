"""Whether a run may begin: the venue and the records are asked, and the person is told."""

import asyncio
import logging

from bot.app.account import TRADABLE, Account, mode_of
from bot.app.checks.keys import key_facts
from bot.app.checks.limits import what_it_may_touch
from bot.app.checks.refusals import (
    ApproverHome,
    BootFacts,
    may_pass,
    refusals,
    silence_of,
    warnings,
)
from bot.app.checks.trial import trial_days
from bot.app.checks.venue_clock import clock_skew
from bot.app.plan import RunPlan
from bot.app.running import Market
from bot.ports.messages import Mode
from bot.venues.table import spot_venue
from core.domain.errors import InputInvalid

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds between two looks at a venue that does not answer."""


async def check_boot(plan: RunPlan, account: Account, market: Market) -> tuple[str, ...]:
    """Return what a person should know before the first question; paper money asks nothing.

    While the venue does not answer it waits: nothing begins, and nothing ends either.

    Args:
        plan: the run that is wanted.
        account: what it would work with; its keys are asked about.
        market: for its clock.

    Raises:
        InputInvalid: the run must not begin; every reason with its mend.
    """
    if mode_of(plan.settings) is Mode.PAPER:
        return ()
    pause = FIRST_PAUSE
    while reasons := refusals(facts := await gather_facts(plan, account, market)):
        if not may_pass(facts):
            raise InputInvalid(*reasons, code="NOT_STARTED")
        log.warning("%s. Nothing begins before that; trying again.", silence_of(facts))
        await market.clock.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    where = facts.approver.value
    return (*what_it_may_touch(plan.settings, where), *warnings(facts))


async def gather_facts(plan: RunPlan, account: Account, market: Market) -> BootFacts:
    """Ask the venue and read the records; whatever cannot be read is part of the facts."""
    settings, mode = plan.settings, mode_of(plan.settings)
    keys, skew = await asyncio.gather(key_facts(account), clock_skew(settings, market.clock))
    return BootFacts(
        mode=mode,
        venue=spot_venue(settings.file.venue).title,
        is_proven=settings.file.venue in TRADABLE,
        keys=keys,
        approver=approver_of(plan),
        skew=skew,
        trial_days=trial_days(settings, until=market.clock.now()) if mode is Mode.LIVE else 0,
        override=settings.file.live.without_trial,
    )


def approver_of(plan: RunPlan) -> ApproverHome:
    """Return where the person is who approves the plans of a run."""
    if plan.answering is not None:
        return ApproverHome.NOWHERE
    if not plan.is_on_telegram:
        return ApproverHome.TERMINAL
    return ApproverHome.TELEGRAM if plan.settings.file.approvers else ApproverHome.NOWHERE
