"""One decision with what it rests on -> the page that ``evenkeel check`` prints."""

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import isnan

from bot.app.check import Checked
from bot.chat.commands.inputs import input_lines
from bot.chat.render.cards import headline, plan_blocks
from bot.chat.render.market import points_table
from bot.chat.render.pages import Block, paragraph, plain, table, text
from bot.chat.render.weights import room_column, weights_table
from bot.chat.render.words import ENGLISH
from bot.explain.market import day_words
from bot.explain.reasons import gate_lines, reason_lines
from bot.explain.speech import Speech
from bot.explain.wording import en
from bot.settings import Settings
from core.domain.decision import Decision, Gate, Propose, ReasonCode
from core.domain.policy import Policy
from core.domain.readings import ReadingKind
from core.domain.snapshot import Snapshot
from core.domain.stress import Family, StressState
from core.domain.units import Asset
from core.planning.market_reasons import regime_reasons, stress_reasons, tilt_reasons

WIDTH = 80
INDENT = "  "

# What these gates list beside their conclusion stands elsewhere on the page.
_TOLD_ELSEWHERE = frozenset({Gate.PAUSE, Gate.TARGETS, Gate.BANDS, Gate.BREACH})

# What the points do not show: a fall within the day, and what a pause leaves behind.
_AFTERMATH = frozenset({ReasonCode.INTRADAY_SHOCK, ReasonCode.GUARDED, ReasonCode.COOLING_DOWN})


def page_of(settings: Settings, checked: Checked) -> Iterator[str]:
    """Yield the page's lines: what would be done, why, and what that rests on.

    Tables keep to a phone's width, sentences to a terminal's.
    """
    decision = checked.decision
    speech = Speech(en, decision.decided_at, settings.zone, settings.policy.quote)
    blocks = (
        text(_title(settings, checked), *_account(settings, checked)),
        *_outcome(decision, settings.policy.quote),
        paragraph(checked.explanation.lines),
        *_market(speech, settings.policy, checked),
        text("Gates", *_gates(speech, decision)),
        text("Data", *(INDENT + line for line in _data(speech, settings, checked.snapshot))),
    )
    for line in plain(blocks).split("\n"):
        yield from _wrapped(line)


def _title(settings: Settings, checked: Checked) -> str:
    market = "simulated market"
    if settings.is_live_market:
        market = f"prices of {settings.file.venue}"
    at = checked.decision.decided_at.astimezone(settings.zone)
    return f"{checked.mode} · {market} · {at:%Y-%m-%d %H:%M} {settings.zone}"


def _account(settings: Settings, checked: Checked) -> Iterator[str]:
    nothing = "Nothing is stored, posted or ordered."
    if settings.has_real_account:
        memory = "a copy of the bot's own records" if checked.has_records else "no records yet"
        yield f"On your account at {settings.file.venue} as it is now, with {memory}. {nothing}"
    elif checked.has_records:
        yield f"On a copy of the bot's own records. {nothing}"
    else:
        cash = en.money(settings.file.start_cash, settings.policy.quote)
        yield f"On a fresh paper account of {cash}. {nothing}"


def _outcome(decision: Decision, quote: Asset) -> Iterator[Block]:
    """Yield what would be proposed, or where everything stands."""
    if isinstance(decision.outcome, Propose):
        plan = decision.outcome.plan
        yield text(f"The bot would propose: {headline(plan, ENGLISH)}")
        yield from plan_blocks(plan, decision.standings, quote=quote, words=ENGLISH)
        return
    yield text("The bot would propose nothing now.")
    if decision.standings:
        last = room_column(decision.standings, ENGLISH)
        yield table(weights_table(decision.standings, quote, last=last, words=ENGLISH))


def _market(speech: Speech, policy: Policy, checked: Checked) -> Iterator[Block]:
    """Yield what the market is doing, what that shifts, and what counts towards a pause."""
    state = checked.decision.next_state
    if state.regime.score is None:
        return
    stress = (
        reason
        for reason in stress_reasons(checked.snapshot, policy, state)
        if reason.code in _AFTERMATH
    )
    reasons = (*regime_reasons(policy, state), *tilt_reasons(policy, state), *stress)
    yield text("Market", *reason_lines(reasons, now=speech.now, zone=speech.zone))
    if policy.stress.families:
        points = "points towards a stress pause"
        yield table((points, *points_table(state.stress, policy.stress, ENGLISH)))
        yield text(*_index(speech, state.stress, checked.snapshot))


def _index(speech: Speech, stress: StressState, snapshot: Snapshot) -> Iterator[str]:
    """Yield which day's Fear & Greed index was used: the newest whole day's, not today's."""
    vote = next((vote for vote in stress.votes if vote.family is Family.SENTIMENT), None)
    if vote is None or vote.measured is None or stress.day is None:
        return
    sources = (row.source for row in snapshot.readings if row.kind is ReadingKind.FEAR_GREED)
    gaps = en.listed_short([*sources]), day_words(speech, stress.day), en.number(vote.measured)
    yield "Fear & Greed of {} counts as it stood {}: {}.".format(*gaps)


def _gates(speech: Speech, decision: Decision) -> Iterator[str]:
    """Yield every gate that was asked; of one that passed, not what the page tells elsewhere."""
    for gate in decision.gates:
        alone = replace(decision, gates=(gate,))
        lines = gate_lines(alone, quote=speech.quote, now=speech.now, zone=speech.zone)
        is_short = gate.passed and gate.gate in _TOLD_ELSEWHERE
        yield from lines[:1] if is_short else lines


def _data(speech: Speech, settings: Settings, snapshot: Snapshot) -> Iterator[str]:
    """Yield how old every input is, who else was asked for prices, and what is missing."""
    if snapshot.quotes:
        compared = f", compared with {_others(snapshot)}" if settings.is_live_market else ""
        yield _prices(snapshot) + compared
    yield from input_lines(speech, snapshot)
    for bars in snapshot.bars:
        days = zip(bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes, strict=True)
        missing = sum(isnan(volume) and len(set(prices)) == 1 for *prices, volume in days)
        if missing:
            yield f"Days without a bar: {missing} of the {len(bars.closes)} of {bars.asset}"


def _prices(snapshot: Snapshot) -> str:
    oldest = min(snapshot.quotes, key=lambda quote: quote.observed_at)
    age = en.span(max(snapshot.as_of - oldest.observed_at, timedelta()))
    assets = en.listed_short([quote.asset for quote in snapshot.quotes])
    return f"Prices of {assets}: {age} old, from {oldest.source}"


def _others(snapshot: Snapshot) -> str:
    """Return how many other venues every price was compared with."""
    count = min(len(quote.references) for quote in snapshot.quotes)
    return {0: "no other venue", 1: "one other venue"}.get(count, f"{count} other venues")


def _wrapped(line: str) -> list[str]:
    """Break prose at the margin, and set in what goes on after a listed line."""
    listed = "" if line[:1].isalpha() else INDENT
    indent = " " * (len(line) - len(line.lstrip())) + listed
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent) or [""]
