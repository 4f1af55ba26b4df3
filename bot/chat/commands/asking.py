"""``/why``, ``/history`` and ``/digest``: what was decided, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.chat.commands.present import came_to, gates_of, held_of, signals_of
from bot.chat.gate import Place, needs
from bot.chat.render.pages import text
from bot.chat.render.reports import history_line
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.explain.wording import en
from bot.ports.records import Transaction
from bot.workflow.digest import compose_digest
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
    if decision is None:
        what = f"about {asked}" if asked else "yet"
        visit.say("No record", text(f"I have no record of a decision {what}."))
        return ""
    about = f" about {asset}" if asset else ""
    visit.say(
        f"Decision{about}, {visit.reader.when(decision.decided_at)}",
        text(*_told(visit, decision), *signals_of(visit, decision), *_where(decision, asset)),
        text(*gates_of(visit, decision if asset is None else _only(decision, asset))),
        text(f"Decision {decision.decision_id[:ID_SHOWN]}"),
    )
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def history(visit: Visit) -> str:
    """List the last proposals with their outcome."""
    count = _count(visit.arguments)
    with visit.desk.store.reading() as tx:
        rows = tx.proposals.latest(count)
    if not rows:
        visit.say("History", text("There was no proposal yet."))
        return ""
    reader, quote = visit.reader, visit.desk.policy.quote
    blocks = [text(reader.when(row.created_at), history_line(row, quote)) for row in rows]
    visit.say(f"The last {len(rows)} proposals" if len(rows) > 1 else "One proposal", *blocks)
    return ""


@needs(Role.VIEWER, place=Place.FAMILIAR)
async def digest(visit: Visit) -> str:
    """Give the daily summary as of now, to this chat only."""
    visit.post(await compose_digest(visit.desk))
    return ""


def _told(visit: Visit, decision: Decision) -> Iterator[str]:
    """Yield what a decision came to, and what a stress pause alone held back."""
    yield came_to(visit, decision)
    held = held_of(visit, decision)
    if held:
        yield held


def _where(decision: Decision, asset: Asset | None) -> Iterator[str]:
    """Yield where the asset that was asked about stood."""
    for row in decision.standings:
        if row.asset == asset:
            yield (
                f"{asset} stood at {en.weight(row.weight)}; its target is {en.weight(row.target)}, "
                f"its band {en.weight(row.low)} to {en.weight(row.high)}."
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
