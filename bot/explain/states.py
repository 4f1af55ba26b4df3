"""Where a proposal, an order or the bot itself stands -> a sentence."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, tzinfo

from bot.explain.reports import tell_ended
from bot.explain.speech import Speech
from bot.explain.wording import Wording, en
from core.domain.proposal import Order, Proposal
from core.domain.state import EngineState
from core.domain.stress import Family, Stress, StressState
from core.domain.units import Asset
from core.facts import ended_facts

BROKEN = 3
"""Points of the quote coin that no override passes over."""


def proposal_line(
    proposal: Proposal, now: datetime, zone: tzinfo, *, quote: str = "", wording: Wording = en
) -> str:
    """Return where a proposal stands, or how it ended: who, when and why."""
    speech = Speech(wording, now, zone, quote)
    return tell_ended(speech, ended_facts(proposal, quote=Asset(quote)))[0]


def order_line(order: Order, *, wording: Wording = en) -> str:
    """Return where an order stands."""
    verb = wording.VOCABULARY["verb"][order.side.value]
    quantity = f"{wording.quantity(order.quantity)} {order.asset}"
    pattern = wording.SENTENCES[f"order.{order.state}"][0]
    return pattern.format(verb=verb, quantity=quantity)


def standing_lines(
    state: EngineState, now: datetime, zone: tzinfo, *, wording: Wording = en
) -> tuple[str, ...]:
    """Return what holds proposals back now: who switched it on, since when, and how it ends.

    Args:
        state: the engine's memory.
        now: the moment of sending.
        zone: the reader's time zone.
        wording: the language.
    """
    speech, lines = Speech(wording, now, zone, ""), []
    if state.halt is not None:
        gaps = {"since": speech.when(state.halt.since)}
        gaps |= _named(why=speech.quoted("why", state.halt.reason))
        lines.append(speech.say("standing.halt", gaps))
    if state.pause is not None:
        gaps = {"since": speech.when(state.pause.since)}
        gaps |= _named(by=speech.quoted("by", state.pause.by))
        lines.append(speech.say("standing.pause", gaps))
    lines += [f"{line} {speech.say('standing.market')}" for line in stress_standing(speech, state)]
    return tuple(lines) or (speech.say("standing.none"),)


def standing_in_brief(
    state: EngineState, now: datetime, zone: tzinfo, *, wording: Wording = en
) -> tuple[str, ...]:
    """Return what holds proposals back now in a few words, below a text that tells the rest.

    Arguments are those of ``standing_lines``.
    """
    speech, lines = Speech(wording, now, zone, ""), []
    if state.halt is not None:
        lines.append(speech.say("standing.brief.halt"))
    if state.pause is not None:
        lines.append(speech.say("standing.brief.pause"))
    if _is_held(speech, state):
        lines.append(speech.say("standing.brief.stress"))
    else:
        lines += [f"{line} {speech.say('standing.market')}" for line in _aftermath(speech, state)]
    return tuple(lines) or (speech.say("standing.none"),)


def stress_standing(speech: Speech, state: EngineState) -> Iterator[str]:
    """Yield what the market's stress holds back; nothing in a calm market."""
    if not _is_held(speech, state):
        yield from _aftermath(speech, state)
        return
    day = state.stress.began_on
    began = None if day is None else datetime.combine(day, time(), tzinfo=UTC)
    yield speech.say("standing.stress", {} if began is None else {"since": speech.day(began)})


def _is_held(speech: Speech, state: EngineState) -> bool:
    """Tell whether stress holds proposals back now, and nobody has passed it over."""
    override = state.override
    is_passed = override is not None and speech.now < override.until
    return state.stress.phase is Stress.PAUSED and not (is_passed and not _is_broken(state.stress))


def _aftermath(speech: Speech, state: EngineState) -> Iterator[str]:
    """Yield what stress does while it holds nothing back: small steps, or a passed-over pause."""
    if state.stress.phase is Stress.GUARDED:
        yield speech.say("standing.guarded")
    elif state.stress.phase is Stress.PAUSED and state.override is not None:
        gaps = {"until": speech.when(state.override.until)}
        gaps |= _named(by=speech.quoted("by", state.override.by))
        yield speech.say("standing.override", gaps)


def _is_broken(stress: StressState) -> bool:
    """Tell whether the quote coin is so far off par that nobody can resume. Source: METHODS 3.4."""
    return stress.points_of(Family.QUOTE) == BROKEN


def _named(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
