"""What is known right now, or what was known last: what the looking commands speak from."""

from dataclasses import dataclass

from bot.chat.render.cards import headline
from bot.chat.visit import Visit
from bot.explain.reasons import FAILED, gate_lines
from bot.explain.signals import held_line, signal_line
from bot.explain.speech import Speech
from bot.explain.wording import en
from bot.workflow.check import look
from core.domain.decision import Decision, Gate, NoTrade, Propose, ReasonCode
from core.domain.errors import AccountProblem, FeedUnavailable
from core.facts import decision_facts

_HOLDS = (ReasonCode.HALTED, ReasonCode.PAUSED_BY_HAND, ReasonCode.PAUSED_STRESS)


@dataclass(frozen=True, slots=True)
class Present:
    """The newest decision that shows weights, and why it is not from now if it is not.

    Attributes:
        decision: made now, or the last stored one with weights; None before the first.
        caveat: why the figures are not fresh; empty when they are.
    """

    decision: Decision | None
    caveat: str


async def look_now(visit: Visit) -> Present:
    """Return a decision on fresh data; when there are none, the last one with its age."""
    if visit.desk.executing.locked():
        return _stored(visit, "A plan is being carried out, and the account is left to it.")
    try:
        fresh = await look(visit.desk)
    except AccountProblem as problem:
        return _stored(visit, f"The account cannot be used now: {str(problem).rstrip('.')}.")
    except FeedUnavailable as error:
        return _stored(visit, f"There are no fresh data now: {error}.")
    if fresh.standings:
        return Present(fresh, "")
    return _stored(visit, why_not(visit, fresh))


def why_not(visit: Visit, decision: Decision) -> str:
    """Return what a decision came to, in one sentence."""
    if isinstance(decision.outcome, Propose):
        return f"A plan was due: {headline(decision.outcome.plan)}."
    lines = gates_of(visit, decision)
    failed = next((line for line in lines if line.startswith(FAILED)), "")
    return failed.removeprefix(FAILED) or "There was nothing to trade."


def came_to(visit: Visit, decision: Decision) -> str:
    """Return what a decision came to, where a halt or pause is told in full beside it."""
    outcome = decision.outcome
    if isinstance(outcome, NoTrade) and outcome.gate in (Gate.HALT, Gate.PAUSE):
        codes = (reason.code for reason in decision.reasons if reason.code in _HOLDS)
        why = next((en.VOCABULARY["why"][code] for code in codes), "")
        return f"Nothing was proposed: {why}." if why else "Nothing was proposed."
    return why_not(visit, decision)


def gates_of(visit: Visit, decision: Decision) -> tuple[str, ...]:
    """Return every gate that was asked, with its reasons and margins."""
    reader = visit.reader
    return gate_lines(decision, quote=reader.quote, now=reader.now, zone=reader.zone)


def signals_of(visit: Visit, decision: Decision) -> tuple[str, ...]:
    """Return what the market did to what the decision turned on; often nothing."""
    reader = visit.reader
    speech = Speech(en, reader.now, reader.zone, reader.quote)
    line = signal_line(speech, decision_facts(decision, quote=reader.quote))
    return (line,) if line else ()


def held_of(visit: Visit, decision: Decision) -> str:
    """Return what a stress pause alone holds back, in a sentence; often nothing."""
    reader = visit.reader
    speech = Speech(en, reader.now, reader.zone, reader.quote)
    return held_line(speech, decision_facts(decision, quote=reader.quote))


def _stored(visit: Visit, caveat: str) -> Present:
    with visit.desk.store.reading() as tx:
        recent = tx.decisions.latest(20)
    last = next((row for row in recent if row.standings), None)
    if last is None:
        return Present(None, caveat)
    age = en.span(visit.now - last.decided_at)
    return Present(last, f"{caveat} These figures are {age} old.")
