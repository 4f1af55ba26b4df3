"""``/status`` and ``/plan``: how things stand, and what would be proposed now."""

from collections.abc import Iterator

from bot.chat.commands.present import came_to, held_of, look_now
from bot.chat.gate import Place, needs
from bot.chat.render.cards import headline, plan_blocks
from bot.chat.render.pages import Block, paragraph, table, text
from bot.chat.render.shifted import shifted_lines
from bot.chat.render.weights import room_column, weights_table
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.workflow.words import explain
from core.domain.decision import Decision, Gate, Plan, Propose
from core.domain.proposal import Proposal, ProposalState
from core.domain.state import EngineState


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def status(visit: Visit) -> str:
    """Say what there is, how far from its edges, what is open, what is paused, what came last."""
    present = await look_now(visit)
    with visit.desk.store.reading() as tx:
        live, state, last = tx.proposals.live(), tx.memory.state(), tx.decisions.latest(1)
    heading = f"{visit.words.say(f'mode.{visit.desk.mode}')} · {_value(visit, present.decision)}"
    visit.say(
        heading,
        text(present.caveat) if present.caveat else Block(()),
        room_table(visit, present.decision),
        _shifted(visit, present.decision),
        text(*_standing(visit, live, state)),
        text(*_looks(visit, last[0] if last else None)),
    )
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def plan(visit: Visit) -> str:
    """Say what would be proposed now and why, or how far everything is from that."""
    present = await look_now(visit)
    decision, words = present.decision, visit.words
    if decision is None or present.caveat:
        visit.say(words.say("plan.none"), text(present.caveat), room_table(visit, decision))
        return ""
    lines = (await explain(visit.telling, decision)).lines
    why = paragraph(line for line in lines if line != held_of(visit, decision))
    outcome = decision.outcome
    if isinstance(outcome, Propose):
        name = words.say("plan.now", plan=headline(outcome.plan, words))
        blocks = _contract(visit, decision, outcome.plan)
        visit.say(name, *blocks, why, text(words.say("plan.note")))
    elif outcome.withheld is not None:
        key = "plan.without_pause" if outcome.gate is Gate.PAUSE else "plan.otherwise"
        name = words.say(key, plan=headline(outcome.withheld, words))
        blocks = _contract(visit, decision, outcome.withheld)
        visit.say(words.say("plan.nothing"), why, text(name), *blocks)
    else:
        visit.say(words.say("plan.nothing"), why, room_table(visit, decision))
    return ""


def _contract(visit: Visit, decision: Decision, plan: Plan) -> list[Block]:
    quote, words = visit.desk.policy.quote, visit.words
    return plan_blocks(plan, decision.standings, quote=quote, words=words)


def room_table(visit: Visit, decision: Decision | None) -> Block:
    """Return the weights and how much room each asset has left; no block without weights."""
    if decision is None or not decision.standings:
        return Block(())
    quote, words = visit.desk.policy.quote, visit.words
    last = room_column(decision.standings, words)
    return table(weights_table(decision.standings, quote, last=last, words=words))


def _shifted(visit: Visit, decision: Decision | None) -> Block:
    """Return that goals or bands follow the market now; no block when they do not."""
    if decision is None:
        return Block(())
    quote = visit.desk.policy.quote
    lines = (*shifted_lines(decision, quote=quote, reader=visit.reader),)
    return text(*lines) if lines else Block(())


def _value(visit: Visit, decision: Decision | None) -> str:
    words = visit.words
    if decision is None or decision.value is None:
        return words.say("status.value.unknown")
    value = words.wording.money(decision.value, visit.desk.policy.quote)
    return words.say("status.value", value=value)


def _standing(visit: Visit, live: Proposal | None, state: EngineState) -> Iterator[str]:
    reader, words = visit.reader, visit.words
    if live is not None and live.state is ProposalState.PROPOSED:
        until, plan = reader.until(live.expires_at), headline(live.plan, words)
        yield words.say("status.waits", proposal=live.proposal_id, plan=plan, until=until)
    elif live is not None:
        yield reader.outcome(live)
    else:
        yield words.say("status.none_open")
    yield from reader.standing(state)


def _looks(visit: Visit, last: Decision | None) -> Iterator[str]:
    reader, words = visit.reader, visit.words
    if last is None:
        yield words.say("status.no_look")
    else:
        when = reader.when(last.decided_at)
        yield words.say("status.last_look", when=when, outcome=came_to(visit, last))
    due = visit.next_look()
    if due is not None:
        yield words.say("status.next_look", when=reader.when(due))
