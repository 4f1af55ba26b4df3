"""What is known right now, or what was known last: what the looking commands speak from."""

from dataclasses import dataclass

from bot.chat.render.cards import headline
from bot.chat.visit import Visit
from bot.explain.reasons import FAILED, IDLE, gate_lines
from bot.explain.signals import held_line, signal_line
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
    words = visit.words
    if visit.desk.executing.locked():
        return _stored(visit, words.say("present.executing"))
    try:
        fresh = await look(visit.desk)
    except AccountProblem as problem:
        return _stored(visit, words.say("present.account", why=str(problem).rstrip(".")))
    except FeedUnavailable as error:
        return _stored(visit, words.say("present.no_data", why=str(error)))
    if fresh.standings:
        return Present(fresh, "")
    return _stored(visit, why_not(visit, fresh))


def why_not(visit: Visit, decision: Decision) -> str:
    """Return what a decision came to, in one sentence."""
    if isinstance(decision.outcome, Propose):
        plan = headline(decision.outcome.plan, visit.words)
        return visit.words.say("present.due", plan=plan)
    lines = gates_of(visit, decision)
    ended = next((line for line in lines if line.startswith((FAILED, IDLE))), "")
    return ended[len(FAILED) :] or visit.words.say("present.nothing")


def came_to(visit: Visit, decision: Decision) -> str:
    """Return what a decision came to, where a halt or pause is told in full beside it."""
    outcome = decision.outcome
    if isinstance(outcome, NoTrade) and outcome.gate in (Gate.HALT, Gate.PAUSE):
        codes = (reason.code for reason in decision.reasons if reason.code in _HOLDS)
        why = next((visit.words.word("why", code) for code in codes), "")
        if why:
            return visit.words.say("present.held.why", why=why)
        return visit.words.say("present.held")
    return why_not(visit, decision)


def gates_of(visit: Visit, decision: Decision) -> tuple[str, ...]:
    """Return every gate that was asked, with its reasons and margins."""
    reader = visit.reader
    told, quote = reader.told(decision), reader.quote
    return gate_lines(told, quote=quote, now=reader.now, zone=reader.zone, wording=reader.wording)


def signals_of(visit: Visit, decision: Decision) -> tuple[str, ...]:
    """Return what the market did to what the decision turned on; often nothing."""
    reader = visit.reader
    line = signal_line(reader.speech, decision_facts(decision, quote=reader.quote))
    return (line,) if line else ()


def held_of(visit: Visit, decision: Decision) -> str:
    """Return what a stress pause alone holds back, in a sentence; often nothing."""
    reader = visit.reader
    return held_line(reader.speech, decision_facts(decision, quote=reader.quote))


def _stored(visit: Visit, caveat: str) -> Present:
    with visit.desk.store.reading() as tx:
        recent = tx.decisions.latest(20)
    last = next((row for row in recent if row.standings), None)
    if last is None:
        return Present(None, caveat)
    age = visit.words.wording.span(visit.now - last.decided_at)
    return Present(last, f"{caveat} {visit.words.say('present.age', age=age)}")
