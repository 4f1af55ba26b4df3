"""A change of the stress pause -> its facts: what began or ended, what speaks for it, until when.

The prices' fall within a day stands for the prices' own vote, as in the notice.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from core.domain.decision import Decision, ReasonCode
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.facts.decision import codes_of
from core.facts.market import stress_rows
from core.facts.reasons import BACKGROUND, figures_of
from core.facts.table import FactTable, Row, Unit, row, table_of

C = ReasonCode

_PAUSE = frozenset({C.PAUSED_STRESS, C.GUARDED, C.COOLING_DOWN, C.OVERRIDDEN, C.OFF_PEG})
_VOTES = frozenset({C.STRESS_VOTE, C.INTRADAY_SHOCK})
_SILENT = frozenset(code for code in BACKGROUND if code.endswith("_UNKNOWN"))


def pause_facts(decision: Decision, before: EngineState) -> FactTable:
    """Return what became of the stress pause, why, and what that does to an open proposal.

    Args:
        decision: the decision whose memory holds the new phase.
        before: the engine's memory before it.

    Returns:
        A table of topic ``pause``; its row ``stress`` is the new phase, also when it is normal.

    Raises:
        InvariantBroken: a reason states a value without a unit.

    Source: METHODS 3.2 and 3.3.
    """
    kept = _PAUSE | _VOTES | _SILENT
    codes = [pair for pair in codes_of(decision) if pair[0] in kept]
    return table_of("pause", _rows(decision, before), codes)


def _rows(decision: Decision, before: EngineState) -> Iterator[Row]:
    now, was = decision.next_state.stress, before.stress
    if now.phase is Stress.NORMAL:
        yield row("stress", "market", now.phase.value.lower(), Unit.KEY, rank=0)
    yield from stress_rows(decision)
    yield row("was", "market", was.phase.value.lower(), Unit.KEY)
    if was.phase is not Stress.NORMAL and was.began_on is not None:
        began = datetime.combine(was.began_on, time(), tzinfo=UTC)
        yield row("since", "market", began, Unit.DAY, fact_id="was_since")
    yield from _figures(decision)
    if now.phase is Stress.PAUSED and before.open_proposal:
        yield row("taken_back", "proposal", before.open_proposal, Unit.NAME, rank=0)


def _figures(decision: Decision) -> Iterator[Row]:
    """Yield the votes with their points, and until when what began now lasts."""
    for reason in decision.reasons:
        if reason.code in _VOTES:
            facts = figures_of(reason, value=decision.value)
            ranks = {"family": 0, "change": 0, "points": 1}
            yield from (Row(ranks.get(fact.kind, 2), fact) for fact in facts)
        elif reason.code in (C.GUARDED, C.COOLING_DOWN):
            yield from (Row(0, fact) for fact in figures_of(reason, value=decision.value))
        elif reason.code in _SILENT:
            yield from (Row(3, fact) for fact in figures_of(reason, value=decision.value))
