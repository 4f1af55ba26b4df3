"""What a run stands on beside the account: the clock, the trial, the words, and who keeps watch."""

import asyncio
from collections.abc import Iterator, Sequence

from bot.app.checks.finding import Check, Finding, Level, fine
from bot.app.checks.refusals import about_trial_of
from bot.app.checks.trial import NEEDED, trial_days
from bot.app.checks.unread import Unread
from bot.app.checks.venue_clock import SANE, SYNCHRONISE, clock_skew, told
from bot.app.checks.visit import Visit
from bot.app.checks.words import words_checks
from bot.ports.messages import Mode

POLICY, CLOCK, TRIAL, HEARTBEAT = "policy", "clock", "trial", "heartbeat"


def upkeep_checks(visit: Visit) -> Sequence[Check]:
    """Return the checks of everything else."""
    checks = [Check(POLICY, "", lambda: _at_once(_policy(visit)))]
    if visit.settings.is_live_market:
        grave = Level.FAIL if visit.mode is Mode.LIVE else Level.WARN
        checks.append(
            Check(CLOCK, f"the clock of {visit.title}", lambda: _clock(visit, grave), grave)
        )
        checks.append(Check(TRIAL, "the records", lambda: _trial(visit)))
    checks += words_checks(visit)
    checks.append(Check(HEARTBEAT, "", lambda: _at_once(_heartbeat(visit))))
    return checks


async def _at_once(findings: Iterator[Finding]) -> Sequence[Finding]:
    await asyncio.sleep(0)
    return tuple(findings)


def _policy(visit: Visit) -> Iterator[Finding]:
    yield fine(POLICY, f"{visit.settings.origin}: mode {visit.mode}, {visit.title}")


async def _clock(visit: Visit, grave: Level) -> Sequence[Finding]:
    skew = await clock_skew(visit.settings, visit.clock)
    if isinstance(skew, Unread):
        return (Finding(CLOCK, grave, f"not compared: {skew.why}", "try again in a minute"),)
    if abs(skew) > SANE:
        said = f"{told(skew, visit.title)}; {SANE.seconds} s is the most"
        return (Finding(CLOCK, grave, said, SYNCHRONISE),)
    return (fine(CLOCK, told(skew, visit.title)),)


async def _trial(visit: Visit) -> Sequence[Finding]:
    until = visit.clock.now()
    days = await asyncio.to_thread(lambda: trial_days(visit.settings, until=until))
    override = visit.settings.file.live.without_trial
    if visit.mode is Mode.LIVE:
        missing = tuple(about_trial_of(days, override, visit.title))
        if missing:
            return tuple(Finding(TRIAL, Level.FAIL, why) for why in missing)
        if days < NEEDED:
            return (Finding(TRIAL, Level.WARN, f"{days} of {NEEDED} days, skipped as you wrote"),)
    return (fine(TRIAL, f"{min(days, NEEDED)} of the {NEEDED} days of trial before live trading"),)


def _heartbeat(visit: Visit) -> Iterator[Finding]:
    health = visit.settings.file.health
    if health.heartbeat_url:
        # The address stays unsaid: whoever knows it could send heartbeats.
        yield fine(HEARTBEAT, f"sent every {health.heartbeat_minutes} minutes")
    elif visit.mode is Mode.PAPER:
        yield fine(HEARTBEAT, "none is set up")
    else:
        said = "none is set up, so nobody outside notices when the bot stops"
        mend = "[health] heartbeat_url names a watchdog"
        yield Finding(HEARTBEAT, Level.WARN, said, mend)
