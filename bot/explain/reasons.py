"""Reasons -> sentences: one for every reason code, and all gates of a decision for ``/why``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal

from bot.explain.signals import effect_words
from bot.explain.speech import Speech
from bot.explain.wording import Wording, en
from core.domain.decision import Decision, GateResult, Reason, ReasonCode
from core.domain.policy import SYMBOL
from core.facts import Fact, FactTable, figure_id, figures_of

C = ReasonCode

PASSED, FAILED, IDLE, BELOW = "✓ ", "✗ ", "– ", "   "
MOST_LINES_OF_A_KIND = 6

# The value whose key tells the variants of a reason apart.
_VARIANT_BY = {
    C.BREACH: "side",
    C.HARD_BREACH: "side",
    C.BOOK_ABSURD: "what",
    C.ILLIQUID: "what",
    C.MARKET_HALTED: "status",
    C.STRESS_VOTE: "family",
    C.TILT: "name",
    C.REGIME: "label",
    C.WARMUP: "left",
    C.MISSING_DAY: "count",
}

# What a gate concluded stands first; the rest is listed below it, in the engine's order.
_CONCLUSIONS = {
    True: frozenset({C.PLANNED, C.ORDERS_SIZED, C.OVERRIDDEN, C.TARGETS_TILTED}),
    False: frozenset(
        {
            C.AWAIT_CONFIRMATION,
            C.NOTHING_TO_DO,
            C.PRICE_STALE,
            C.FEE_TOKEN_SHORT,
            C.PAUSED_BY_HAND,
            C.PAUSED_STRESS,
        }
    ),
}


def gate_lines(
    decision: Decision,
    *,
    quote: str,
    now: datetime,
    zone: tzinfo,
    wording: Wording = en,
) -> tuple[str, ...]:
    """Return every gate that was asked, with all of its reasons and margins.

    Args:
        decision: the decision.
        quote: the currency its money is in.
        now: the moment of sending.
        zone: the reader's time zone.
        wording: the language.

    Returns:
        One line per gate, marked as passed, failed or with nothing to do, each followed by its
        other reasons, indented.
    """
    speech = Speech(wording, now, zone, quote)
    return tuple(line for gate in decision.gates for line in _gate(speech, gate, decision))


def reason_lines(
    reasons: Iterable[Reason], *, now: datetime, zone: tzinfo, wording: Wording = en
) -> tuple[str, ...]:
    """Return the sentences of reasons that state no money, such as those about the market."""
    speech = Speech(wording, now, zone, "")
    pairs = ((reason, figures_of(reason, value=None)) for reason in reasons)
    return tuple(
        sentence_of(speech, reason.code, subject=reason.subject, facts=facts)
        for reason, facts in pairs
    )


def _gate(speech: Speech, gate: GateResult, decision: Decision) -> list[str]:
    first = _CONCLUSIONS[gate.passed]
    reasons = sorted(gate.reasons, key=lambda reason: reason.code not in first)
    stuck = {C.NOT_TRADABLE, C.MARKET_HALTED} & {reason.code for reason in reasons}
    lines, counts = [], dict.fromkeys((reason.code for reason in reasons), 0)
    for reason in reasons:
        counts[reason.code] += 1
        if counts[reason.code] <= MOST_LINES_OF_A_KIND:
            lines.append(reason_line(speech, reason, decision=decision, stuck=bool(stuck)))
    cut = sum(max(0, count - MOST_LINES_OF_A_KIND) for count in counts.values())
    if cut:
        lines.append(speech.say("more", {"count": str(cut)}))
    marks = [_mark(gate, stuck=bool(stuck)), *[BELOW] * len(lines)]
    return [mark + line for mark, line in zip(marks, lines, strict=False)]


def _mark(gate: GateResult, *, stuck: bool) -> str:
    """Return a gate's mark; that nothing is outside its band is no failure."""
    if gate.passed:
        return PASSED
    is_calm = any(reason.code is C.NO_BREACH for reason in gate.reasons) and not stuck
    return IDLE if is_calm else FAILED


def reason_line(speech: Speech, reason: Reason, *, decision: Decision, stuck: bool = False) -> str:
    """Return the sentence of one reason.

    Args:
        speech: language and reader.
        reason: the reason.
        decision: the decision it stands in, for the portfolio's value.
        stuck: an asset that left its band cannot be traded.
    """
    facts = figures_of(reason, value=decision.value)
    return sentence_of(speech, reason.code, subject=reason.subject, facts=facts, stuck=stuck)


def sentence_of(
    speech: Speech,
    code: str,
    *,
    subject: str,
    facts: Sequence[Fact],
    stuck: bool = False,
) -> str:
    """Return the sentence of a reason code with its figures; an unknown code gets the plain one."""
    known = ReasonCode(code)
    gaps = speech.gaps(facts)
    if SYMBOL.fullmatch(subject):
        gaps["asset"] = subject
    if known is C.REGIME:
        gaps |= effect_words(speech, facts)
    variant = "stuck" if stuck and known is C.NO_BREACH else _variant(known, facts)
    key = f"reason.{known}.{variant}"
    return speech.say(key if speech.has(key) else f"reason.{known}", gaps)


def reason_in(speech: Speech, table: FactTable, code: str, subject: str = "") -> str:
    """Return the sentence of a reason that stands in a table, with the figures that are there."""
    facts = [f for f in table.facts if f.fact_id == figure_id(code, subject, f.kind)]
    asset = subject.rpartition(" ")[2]
    return sentence_of(speech, code, subject=asset, facts=facts)


def _variant(code: ReasonCode, facts: Sequence[Fact]) -> str:
    values: Mapping[str, object] = {fact.kind: fact.value for fact in facts}
    if code in (C.BREACH, C.HARD_BREACH) and values.get("target") == Decimal(0):
        return "exit" if values.get("side") == "above" else "below"
    if code is C.MARGIN:
        low = values.get("low")
        return "above" if isinstance(low, Decimal) and low <= 0 else ""
    if code in (C.BENEFIT_ENOUGH, C.RISK_LIMIT, C.COST_GT_BENEFIT):
        worth = values.get("benefit")
        return "nothing" if isinstance(worth, Decimal) and worth <= 0 else ""
    return str(values.get(_VARIANT_BY.get(code, ""), ""))
