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
from bot.explain.wording import en
from bot.workflow.check import explain
from core.domain.decision import Decision, Gate, Propose
from core.domain.proposal import Proposal, ProposalState
from core.domain.state import EngineState


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def status(visit: Visit) -> str:
    """Say what there is, how far from its edges, what is open, what is paused, what came last."""
    present = await look_now(visit)
    with visit.desk.store.reading() as tx:
        live, state, last = tx.proposals.live(), tx.memory.state(), tx.decisions.latest(1)
    heading = f"{visit.desk.mode} · {_value(visit, present.decision)}"
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
    decision = present.decision
    if decision is None:
        visit.say("No plan now", text(present.caveat))
        return ""
    if present.caveat:
        visit.say("No plan now", text(present.caveat), room_table(visit, decision))
        return ""
    lines = (await explain(visit.desk, decision)).lines
    words = paragraph(line for line in lines if line != held_of(visit, decision))
    outcome, quote = decision.outcome, visit.desk.policy.quote
    if isinstance(outcome, Propose):
        note = "This only shows the plan. The daily look is what proposes it."
        blocks = plan_blocks(outcome.plan, decision.standings, quote)
        visit.say(f"Now: {headline(outcome.plan)}", *blocks, words, text(note))
    elif outcome.withheld is not None:
        blocks = plan_blocks(outcome.withheld, decision.standings, quote)
        without = "Without the pause" if outcome.gate is Gate.PAUSE else "It would be"
        name = f"{without}: {headline(outcome.withheld)}"
        visit.say("Nothing to propose now", words, text(name), *blocks)
    else:
        visit.say("Nothing to propose now", words, room_table(visit, decision))
    return ""


def room_table(visit: Visit, decision: Decision | None) -> Block:
    """Return the weights and how much room each asset has left; no block without weights."""
    if decision is None or not decision.standings:
        return Block(())
    last = room_column(decision.standings)
    return table(weights_table(decision.standings, visit.desk.policy.quote, last))


def _shifted(visit: Visit, decision: Decision | None) -> Block:
    """Return that goals or bands follow the market now; no block when they do not."""
    if decision is None:
        return Block(())
    quote = visit.desk.policy.quote
    lines = (*shifted_lines(decision, quote=quote, reader=visit.reader),)
    return text(*lines) if lines else Block(())


def _value(visit: Visit, decision: Decision | None) -> str:
    if decision is None or decision.value is None:
        return "value not known yet"
    return f"value {en.money(decision.value, visit.desk.policy.quote)}"


def _standing(visit: Visit, live: Proposal | None, state: EngineState) -> Iterator[str]:
    reader = visit.reader
    if live is not None and live.state is ProposalState.PROPOSED:
        until = reader.until(live.expires_at)
        name = f"Proposal {live.proposal_id} ({headline(live.plan)})"
        yield f"{name} waits until {until}. /approve shows it."
    elif live is not None:
        yield reader.outcome(live)
    else:
        yield "No proposal is open."
    yield from reader.standing(state)


def _looks(visit: Visit, last: Decision | None) -> Iterator[str]:
    reader = visit.reader
    if last is None:
        yield "There was no look at the market yet."
    else:
        yield f"Last look {reader.when(last.decided_at)}. {came_to(visit, last)}"
    due = visit.next_look()
    if due is not None:
        yield f"Next daily look {reader.when(due)}."
