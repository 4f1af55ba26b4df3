"""A decision whose goals or bands are not the person's own -> one sentence that says so."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.chat.render.reader import Reader
from bot.explain.signals import signal_line
from core.domain.decision import Decision, Reason, ReasonCode
from core.domain.units import ONE, Asset
from core.facts import decision_facts

C = ReasonCode


def shifted_lines(
    decision: Decision, *, quote: Asset, reader: Reader, told: str = ""
) -> Iterator[str]:
    """Yield that goals or bands in a table follow the market, where the words do not tell it.

    Args:
        decision: whose standings the table shows.
        quote: the quote currency.
        reader: who reads it.
        told: the words beside the table.
    """
    speech = replace(reader.speech, quote=quote)
    table = decision_facts(decision, quote=quote)
    line = signal_line(speech, table)
    is_told = bool(line) and line in told
    tilt, regime = _first(decision, C.TARGETS_TILTED), _first(decision, C.REGIME)
    if is_told and table.of_kind("tilt"):
        tilt = None
    if is_told and table.of_kind("plain"):
        regime = None
    label = _moving_label(regime)
    if label:
        key = "signal.shifted.both" if tilt else "signal.shifted.bands"
        yield speech.say(key, {"label": speech.word("label", label)})
    elif tilt is not None:
        size = dict(tilt.values).get("size")
        if isinstance(size, Decimal):
            yield speech.say("signal.shifted.goals", {"size": reader.wording.points(size)})


def _moving_label(regime: Reason | None) -> str:
    """Return what the market is doing when that moves edges, else nothing."""
    values = {} if regime is None else dict(regime.values)
    if all(values.get(side, ONE) == ONE for side in ("above", "below")):
        return ""
    return str(values.get("label", ""))


def _first(decision: Decision, code: ReasonCode) -> Reason | None:
    return next((reason for reason in decision.reasons if reason.code is code), None)
