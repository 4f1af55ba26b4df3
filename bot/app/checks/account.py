"""The owner's account: its keys, what they can do, and whether it can be read."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.app.account import TRADABLE, Account, open_real_account
from bot.app.checks.finding import Check, Finding, Level, fine, listed
from bot.app.checks.keys import KeyFact, key_fact
from bot.app.checks.refusals import about_key
from bot.app.checks.visit import Visit
from bot.ports.keys import Purpose
from bot.ports.messages import Mode
from bot.settings import Settings
from core.domain.errors import AccountProblem, FeedUnavailable, InputInvalid
from core.domain.portfolio import Balance

KEYS, BALANCES = "keys", "balances"


def account_checks(visit: Visit) -> Sequence[Check]:
    """Return the checks of the owner's account; a key that no run needs yet is looked at as well.

    A bot that runs is left alone: two programs on one key use each other's nonces up.
    """
    settings = visit.settings
    has_key = settings.trading_key is not None or settings.reading_key is not None
    grave = Level.WARN if visit.mode is Mode.PAPER else Level.FAIL
    if not settings.is_live_market or not (has_key or settings.has_real_account):
        return (_said(visit, _no_key_needed(visit)),)
    if any(name.startswith(f"{settings.file.venue}-account-") for name in visit.running):
        return (_said(visit, _in_use()),)
    try:
        account = open_real_account(
            _as_if_used(settings), visit.clock, visit.stack, intended_at=lambda _: None
        )
    except InputInvalid as problem:
        return (_said(visit, Finding(KEYS, grave, str(problem))),)
    subject = f"the account at {visit.title}"
    return (
        Check(KEYS, subject, lambda: _keys(visit, account, grave), grave),
        Check(BALANCES, subject, lambda: _balances(visit, account, grave), grave),
    )


def _said(visit: Visit, finding: Finding) -> Check:
    async def look() -> Sequence[Finding]:
        visit.balances.tell(None)
        await asyncio.sleep(0)
        return (finding,)

    return Check(finding.check, "", look)


def _no_key_needed(visit: Visit) -> Finding:
    return fine(KEYS, f"none, and none is needed for paper money at {visit.title}")


def _in_use() -> Finding:
    return Finding(
        KEYS,
        Level.WARN,
        "a bot runs with them, so they were not asked about: two programs disturb each other",
        "it checked them at its start; stop it to have them checked here",
    )


def _as_if_used(settings: Settings) -> Settings:
    """Return the settings of a run that uses the keys that are there."""
    if settings.has_real_account:
        return settings
    is_traded = settings.trading_key is not None and settings.file.venue in TRADABLE
    mode = "live" if is_traded else "watch"
    return replace(settings, file=settings.file.model_copy(update={"mode": mode}))


async def _keys(visit: Visit, account: Account, grave: Level) -> Sequence[Finding]:
    facts = await asyncio.gather(*map(key_fact, account.keys))
    judged = (finding for fact in facts for finding in _about(fact, visit, grave))
    return (*judged, *_worth_knowing(facts))


def _worth_knowing(facts: Sequence[KeyFact]) -> Iterator[Finding]:
    """Yield what keys can do besides, each thing once with the names of the keys."""
    names: dict[str, list[str]] = {}
    for fact in facts:
        for known in () if fact.report is None else fact.report.worth_knowing:
            names.setdefault(known, []).append(fact.name)
    for known, keys in names.items():
        yield fine(KEYS, f"{listed(keys)}: {known}")


def _about(fact: KeyFact, visit: Visit, grave: Level) -> Iterator[Finding]:
    wrong = tuple(about_key(fact, visit.title))
    for why in wrong:
        yield Finding(KEYS, grave, f"{fact.name}: {why}")
    report = fact.report
    if report is None:
        return
    if not wrong:
        powers = "reads and trades" if report.can_trade else "reads"
        idle = "; not used in paper mode" if visit.mode is Mode.PAPER else ""
        yield fine(KEYS, f"{fact.name}: {powers}, and cannot withdraw{idle}")
    if report.can_trade and fact.purpose is Purpose.READ and visit.settings.reading_key is not None:
        yield Finding(KEYS, Level.WARN, f"{fact.name}: it could trade, which reading never needs")


async def _balances(visit: Visit, account: Account, grave: Level) -> Sequence[Finding]:
    balances: Sequence[Balance] | None = None
    try:
        balances = await account.reader.balances()
    except (AccountProblem, InputInvalid) as problem:
        return (Finding(BALANCES, grave, str(problem)),)
    except FeedUnavailable as failure:
        mend = "try again in a minute"
        return (Finding(BALANCES, grave, f"they cannot be read: {failure}", mend),)
    finally:
        visit.balances.tell(balances)
    if not balances:
        return (Finding(BALANCES, Level.WARN, "the account is empty", "pay something in"),)
    return (fine(BALANCES, f"read: {listed([row.asset for row in balances])}"),)
