"""The words for a decision: asked for before it is stored, and never twice with patience."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot.ports.messages import Explanation
from bot.workflow.desk import Desk
from core.domain.decision import Decision, Propose
from core.domain.state import EngineState
from core.facts import FactTable, decision_facts, pause_facts


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about a decision.

    Attributes:
        expires_at: until when its card can be approved; one instant for the words and the card.
        card: of its proposal; None without one.
        pause: of a change of the stress pause; None when it stays as it was.
    """

    expires_at: datetime
    card: Explanation | None
    pause: Explanation | None


async def find_words(
    desk: Desk, decision: Decision, was: EngineState, *, at_once: bool = False
) -> Words:
    """Return the words for a decision.

    Args:
        desk: the bot.
        decision: what was decided.
        was: the engine's memory before it.
        at_once: by template; for a second try, when the first has taken its time already.
    """
    expires_at = desk.clock.now() + desk.policy.approval.time_to_live
    quote, is_plan = desk.policy.quote, isinstance(decision.outcome, Propose)
    is_change = decision.next_state.stress.phase is not was.stress.phase
    card = decision_facts(decision, quote=quote, expires_at=expires_at) if is_plan else None
    pause = pause_facts(decision, was) if is_change else None
    # Side by side: two texts take no longer than one.
    said = await asyncio.gather(*(_said(desk, table, at_once=at_once) for table in (card, pause)))
    return Words(expires_at, *said)


async def explain(desk: Desk, decision: Decision) -> Explanation:
    """Return the words for a decision that somebody asked about.

    A plan without a card waits for nobody, and a model that is told of a plan would say that it
    does: the template speaks of those.
    """
    facts = decision_facts(decision, quote=desk.policy.quote)
    if isinstance(decision.outcome, Propose):
        return desk.narrator.plainly(facts)
    return await desk.narrator.explain(facts)


async def _said(desk: Desk, table: FactTable | None, *, at_once: bool) -> Explanation | None:
    if table is None:
        return None
    return desk.narrator.plainly(table) if at_once else await desk.narrator.explain(table)
