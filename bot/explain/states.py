"""Where a proposal, an order or the bot itself stands -> a sentence."""

from datetime import datetime, tzinfo

from bot.explain.reports import tell_ended
from bot.explain.speech import Speech
from bot.explain.wording import Wording, en
from core.domain.proposal import Order, Proposal
from core.domain.state import EngineState, Stress
from core.domain.units import Asset
from core.facts import ended_facts


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
    override = state.override
    if override is not None and now < override.until and state.stress is Stress.PAUSED:
        gaps = {"until": speech.when(override.until)}
        gaps |= _named(by=speech.quoted("by", override.by))
        lines.append(speech.say("standing.override", gaps))
    elif state.stress is Stress.PAUSED:
        lines.append(speech.say("standing.stress"))
    if state.stress is Stress.GUARDED:
        lines.append(speech.say("standing.guarded"))
    return tuple(lines) or (speech.say("standing.none"),)


def _named(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
