"""Facts about a run that is wanted -> why it must not begin, each reason with its mend."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.app.checks.keys import KeyFact
from bot.app.checks.trial import NEEDED
from bot.app.checks.unread import Unread
from bot.app.checks.venue_clock import SANE, SYNCHRONISE, told
from bot.ports.keys import KeyReport, Purpose
from bot.ports.messages import Mode

WITHOUT_TRIAL = "I accept live trading without a trial"


class ApproverHome(StrEnum):
    """Where the person is who approves."""

    TELEGRAM = "telegram"
    TERMINAL = "terminal"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class BootFacts:
    """What is known before a run begins.

    Attributes:
        mode: what an approval would do.
        venue: its name in a sentence.
        is_proven: whether orders at this venue have passed the contract suite.
        keys: what each key may do; none on paper.
        approver: where the person is who approves.
        skew: how far our clock is ahead of the venue's, or why that could not be read.
        trial_days: UTC days of evaluations on paper or watching.
        override: the words that the person wrote to skip the trial.
    """

    mode: Mode
    venue: str
    is_proven: bool
    keys: tuple[KeyFact, ...]
    approver: ApproverHome
    skew: timedelta | Unread
    trial_days: int
    override: str


def refusals(facts: BootFacts) -> tuple[str, ...]:
    """Return why a run must not begin, one entry for each reason with its mend; empty = it may."""
    if facts.mode is Mode.PAPER:
        return ()
    if facts.mode is Mode.WATCH:
        return tuple(_about_keys(facts, Purpose.READ))
    return (
        *_about_venue(facts),
        *_about_keys(facts, Purpose.TRADE),
        *about_approver(facts),
        *about_clock(facts),
        *about_trial(facts),
    )


def may_pass(facts: BootFacts) -> bool:
    """Tell whether a run is refused only because the venue gives no answer at the moment."""
    return bool(refusals(facts)) and not refusals(_hoped(facts))


def warnings(facts: BootFacts) -> tuple[str, ...]:
    """Return what does not keep a run from beginning and should be known all the same."""
    said = []
    if facts.mode is Mode.WATCH:
        said += list(about_clock(facts, end="."))
    if facts.mode is Mode.LIVE and facts.trial_days < NEEDED:
        said.append(
            f"Live after {_days(facts.trial_days)} of trial instead of {NEEDED}, as you accepted."
        )
    return tuple(said)


def _hoped(facts: BootFacts) -> BootFacts:
    """Return the facts as they may turn out once the venue answers."""
    best = KeyReport(can_trade=True, can_withdraw=False, wrong=())
    keys = tuple(
        KeyFact(key.purpose, best) if key.unread is not None and key.unread.is_passing else key
        for key in facts.keys
    )
    is_silent = isinstance(facts.skew, Unread) and facts.skew.is_passing
    return replace(facts, keys=keys, skew=timedelta() if is_silent else facts.skew)


def silence_of(facts: BootFacts) -> str:
    """Return why the venue says nothing, of facts that may pass."""
    unread = (*(key.unread for key in facts.keys), facts.skew)
    return next(one.why for one in unread if isinstance(one, Unread))


def _about_venue(facts: BootFacts) -> Iterator[str]:
    if not facts.is_proven:
        yield (
            f'mode is "live", and orders at {facts.venue} are not proven yet; set mode = "watch" '
            'or "paper", or venue = "kraken"'
        )


def _about_keys(facts: BootFacts, needed: Purpose) -> Iterator[str]:
    if not any(key.purpose is needed for key in facts.keys):
        yield (
            f'mode is "{facts.mode.lower()}", which needs a key to your account at {facts.venue}; '
            "put EVENKEEL_EXCHANGE_KEY and EVENKEEL_EXCHANGE_SECRET into .env"
        )
    for key in facts.keys:
        for why in about_key(key, facts.venue):
            yield f"{key.name}: {why}"


def about_key(key: KeyFact, venue: str) -> Iterator[str]:
    """Yield what speaks against using a key at the venue of this name."""
    if key.report is not None:
        yield from key.report.wrong or _overlooked(key.report, key.purpose)
    elif key.refused:
        yield key.refused
    else:
        why = "no answer" if key.unread is None else key.unread.why
        yield (
            f"what it may do could not be read: {why}. A key that nobody "
            f"knows is not used; start again when {venue} answers"
        )


def _overlooked(report: KeyReport, purpose: Purpose) -> Iterator[str]:
    """Yield what must never pass, should a venue's own judgement have missed it."""
    if report.can_withdraw:
        yield "it can send coins away; take that right from it, or make another key"
    if purpose is Purpose.TRADE and not report.can_trade:
        yield "it cannot trade; give it the right to place orders, and no right to withdraw"


def about_approver(facts: BootFacts) -> Iterator[str]:
    """Yield what is missing where nobody could approve."""
    if facts.approver is ApproverHome.NOWHERE:
        yield (
            'mode is "live", and there is nobody to approve; send /start to your bot and put the '
            "number it answers with into approvers, or start in a terminal without a Telegram token"
        )


def about_clock(facts: BootFacts, end: str = "; start again when it answers") -> Iterator[str]:
    """Yield what is wrong with this machine's clock."""
    if isinstance(facts.skew, Unread):
        why = facts.skew.why
        yield f"this machine's clock could not be compared with {facts.venue}'s: {why}{end}"
    elif abs(facts.skew) > SANE:
        yield (
            f"this machine's clock is {told(facts.skew, facts.venue)}, and {SANE.seconds} s is the "
            f"most, because every order names the second it ends; {SYNCHRONISE}"
        )


def about_trial(facts: BootFacts) -> Iterator[str]:
    """Yield what is missing of the trial before live trading."""
    return about_trial_of(facts.trial_days, facts.override, facts.venue)


def about_trial_of(days: int, override: str, venue: str) -> Iterator[str]:
    """Yield what is missing after so many days of trial and with these words to skip it."""
    if days >= NEEDED or override == WITHOUT_TRIAL:
        return
    if override:
        yield (
            f"[live] without_trial is {override!r}, and only the exact words count: "
            f'"{WITHOUT_TRIAL}"'
        )
        return
    yield (
        f'mode is "live" after {_days(days)} of trial; run with mode = "paper" or "watch" at '
        f'{venue} for {NEEDED} days, or write without_trial = "{WITHOUT_TRIAL}" under [live]'
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
