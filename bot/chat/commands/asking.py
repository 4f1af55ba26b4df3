"""``/why``, ``/history`` and ``/digest``: what was decided, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.chat.commands.present import came_to, gates_of, held_of, signals_of
from bot.chat.gate import Place, needs
from bot.chat.render.pages import Block, paragraph, text
from bot.chat.render.reports import history_line
from bot.chat.render.words import Words
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.explain.template import SOURCE
from bot.ports.records import Transaction
from bot.workflow.digest import compose_digest
from bot.workflow.words import explain
from core.domain.decision import Decision, GateResult, Propose
from core.domain.ids import PROPOSAL_ID_LENGTH
from core.domain.units import Asset

USUAL_HISTORY = 5
LONGEST_HISTORY = 20
ID_SHOWN = 10
LEAST_PREFIX = 6
FURTHEST_BACK = 60


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def why(visit: Visit) -> str:
    """Explain the last decision, the last one about an asset, or one by its id."""
    asked = visit.arguments[0] if visit.arguments else ""
    with visit.desk.store.reading() as tx:
        decision, asset = _find(tx, visit, asked)
    words = visit.words
    if decision is None:
        none = words.say("why.none.about", asked=asked) if asked else words.say("why.none.yet")
        visit.say(words.say("why.none"), text(none))
        return ""
    when, where = visit.reader.when(decision.decided_at), _where(words, decision, asset)
    about = words.say("why.head.about", asset=asset, when=when) if asset else ""
    visit.say(
        about or words.say("why.head", when=when),
        await _told(visit, decision),
        text(*where),
        text(*gates_of(visit, decision if asset is None else _only(decision, asset))),
        text(words.say("why.id", decision=decision.decision_id[:ID_SHOWN])),
    )
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def history(visit: Visit) -> str:
    """List the last proposals with their outcome."""
    count = _count(visit.arguments)
    with visit.desk.store.reading() as tx:
        rows = tx.proposals.latest(count)
    words = visit.words
    if not rows:
        visit.say(words.say("history.head"), text(words.say("history.none")))
        return ""
    reader, quote = visit.reader, visit.desk.policy.quote
    blocks = [text(reader.when(row.created_at), history_line(row, quote, words)) for row in rows]
    many = words.say("history.head.many", count=str(len(rows))) if len(rows) > 1 else ""
    visit.say(many or words.say("history.head.one"), *blocks)
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def digest(visit: Visit) -> str:
    """Give the daily summary as of now, to this chat only."""
    visit.post(await compose_digest(visit.telling))
    return ""


async def _told(visit: Visit, decision: Decision) -> Block:
    """Return what a decision came to: by a model, or in short where the gates below tell it all."""
    explanation = await explain(visit.telling, decision)
    if explanation.source != SOURCE:
        return paragraph(explanation.lines)
    held = held_of(visit, decision)
    lines = (came_to(visit, decision), *([held] if held else ()), *signals_of(visit, decision))
    return paragraph(lines)


def _where(words: Words, decision: Decision, asset: Asset | None) -> Iterator[str]:
    """Yield where the asset that was asked about stood."""
    weight = words.wording.weight
    for row in decision.standings:
        if row.asset == asset:
            yield words.say(
                "why.stood",
                asset=row.asset,
                weight=weight(row.weight),
                target=weight(row.target),
                low=weight(row.low),
                high=weight(row.high),
            )


def _count(arguments: Sequence[str]) -> int:
    if not arguments or not arguments[0].isdecimal():
        return USUAL_HISTORY
    return min(max(int(arguments[0][:3]), 1), LONGEST_HISTORY)


def _find(tx: Transaction, visit: Visit, asked: str) -> tuple[Decision | None, Asset | None]:
    """Return the decision that was asked for, and the asset if it was asked by one."""
    if not asked:
        return next(iter(tx.decisions.latest(1)), None), None
    asset = Asset(asked.upper())
    if asset in dict(visit.desk.policy.targets):
        recent = tx.decisions.latest(FURTHEST_BACK)
        about = next((row for row in recent if _is_about(row, asset)), None)
        return about or next((row for row in recent if row.standings), None), asset
    name = asked.lower()
    if len(name) == PROPOSAL_ID_LENGTH and (proposal := tx.proposals.get(name)) is not None:
        name = proposal.decision_id
    stored = tx.decisions.get(name) if len(name) >= LEAST_PREFIX else None
    return (None if stored is None else stored.decision), None


def _is_about(decision: Decision, asset: Asset) -> bool:
    """Tell whether a decision would have traded an asset, or saw it beyond an edge."""
    outcome = decision.outcome
    plan = outcome.plan if isinstance(outcome, Propose) else outcome.withheld
    if plan is not None and any(trade.asset == asset for trade in plan.trades):
        return True
    standing = next((row for row in decision.standings if row.asset == asset), None)
    return standing is not None and abs(standing.drift) >= 1


def _only(decision: Decision, asset: Asset) -> Decision:
    """Return the decision with the reasons that concern one asset or the whole portfolio."""
    gates = (
        GateResult(row.gate, row.passed, tuple(r for r in row.reasons if r.subject in ("", asset)))
        for row in decision.gates
    )
    return replace(decision, gates=tuple(gate for gate in gates if gate.reasons))
