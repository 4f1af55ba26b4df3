"""What the records say to a question -> the facts of an answer.

The question itself never comes here: only what it is about, from a closed set. Source: METHODS 7.7.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.asked import Cause, Intent
from core.domain.decision import Decision, NoTrade, Reason, ReasonCode, Standing
from core.domain.proposal import Proposal, ProposalState
from core.domain.units import ZERO, Asset, exact
from core.facts.course import Costs, Course, cost_rows, course_rows
from core.facts.decision import codes_of, decision_facts, head_rows, no_trade_rows
from core.facts.execution import ended_facts
from core.facts.reasons import figures_of
from core.facts.standings import closest, edge_of, is_outside
from core.facts.table import FactTable, Polarity, Row, Unit, row, table_of

C = ReasonCode

_HOLDING = frozenset({C.HALTED, C.PAUSED_BY_HAND, C.PAUSED_STRESS, C.OVERRIDDEN, C.GUARDED})
_MARKET = frozenset(
    {C.REGIME, C.REGIME_PLAIN, C.WARMUP, C.TARGETS_TILTED, C.TILT, C.TILT_FROZEN, C.FUNDING_UNKNOWN}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the records say, all of it proved by the journal.

    Attributes:
        decisions: at most five, oldest first; the last one speaks.
        proposals: oldest first; the last one speaks.
        days: on how many days the daily look came to what, the most frequent first.
        fates: how many proposals of that time stand in which state.
        costs: what executions cost in the time asked about.
        course: value and weights before and after, with what came in and went out between.
        reasons: what people switched since that decision, as a decision would state it.
        lifted: codes of that decision which no longer hold.
    """

    decisions: tuple[Decision, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    days: tuple[tuple[Cause, int], ...] = ()
    fates: tuple[tuple[ProposalState, int], ...] = ()
    costs: Costs | None = None
    course: Course | None = None
    reasons: tuple[Reason, ...] = ()
    lifted: frozenset[ReasonCode] = frozenset()


@exact
def answer_facts(
    intent: Intent, evidence: Evidence, *, quote: Asset, asset: Asset | None = None
) -> FactTable:
    """Return the facts that answer a question of one kind.

    Args:
        intent: what the question is about; not one that has a fixed text.
        evidence: what the records say.
        quote: the currency the money is in.
        asset: the coin asked about; None for the whole portfolio.

    Returns:
        A table of topic ``answer``; its row ``about`` names the intent, and the coin as subject.

    Source: METHODS 7.7.
    """
    rows: list[Row] = [
        row("quote", "portfolio", quote, Unit.NAME, rank=0),
        row("about", asset or "portfolio", intent.value, Unit.KEY, rank=0, fact_id="about"),
    ]
    tell = _ROWS.get(intent)
    codes: tuple[tuple[str, str], ...] = ()
    if tell is not None:
        told, codes = tell(evidence, quote, asset)
        rows += told
    return table_of("answer", rows, codes)


_Told = tuple[list[Row], tuple[tuple[str, str], ...]]


def _why_no_trade(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:
    decision = evidence.decisions[-1] if evidence.decisions else None
    if evidence.days:
        rows = [*_day_rows(evidence.days), *_fate_rows(evidence)]
        rows += _proposal_rows(evidence.proposals[-1:], quote)
        if decision is not None:
            standing = _standing(decision, asset) or closest(decision.standings)
            rows += [] if standing is None else [*_standing_rows(standing, decision.decided_at)]
        return rows, ()
    if decision is None:
        return [], ()
    rows = [*_lead(evidence), *head_rows(decision, quote)]
    standing = _standing(decision, asset)
    if standing is not None:
        rows += _standing_rows(standing, None)
    if isinstance(decision.outcome, NoTrade):
        rows += no_trade_rows(decision, decision.outcome, quote)
    rows += _proposal_rows(evidence.proposals[-1:], quote)
    rows += _reason_rows(evidence.reasons, decision)
    since = tuple((reason.code.value, reason.subject) for reason in evidence.reasons)
    return rows, tuple(dict.fromkeys((*codes_of(decision), *since)))


def _why_trade(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:  # noqa: ARG001  # the proposals are about it already
    if not evidence.proposals:
        return [], ()
    last = evidence.proposals[-1]
    rows = [
        row("made", "proposal", last.created_at, Unit.INSTANT, rank=0),
        row("proposals", "portfolio", sum(n for _, n in evidence.fates), Unit.COUNT),
        *_proposal_rows([last], quote),
    ]
    decision = next((d for d in evidence.decisions if d.decision_id == last.decision_id), None)
    if decision is None:
        return rows, ()
    # Of a plan's facts the card needs more than an answer; what no row is left for goes.
    rows += [Row(2, fact) for fact in decision_facts(decision, quote=quote).facts]
    return rows, codes_of(decision)


def _why_paused(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:  # noqa: ARG001  # a pause holds for all
    rows: list[Row] = []
    if not evidence.decisions:
        return rows, ()
    decision = evidence.decisions[-1]
    reasons = [r for r in decision.reasons if r.code in _HOLDING and r.code not in evidence.lifted]
    reasons += evidence.reasons
    rows += [*_lead(evidence), *_day_rows(evidence.days), *head_rows(decision, quote)]
    rows += _reason_rows(reasons, decision)
    return rows, tuple((reason.code.value, reason.subject) for reason in reasons)


def _why_regime(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:  # noqa: ARG001  # no money in it
    if not evidence.decisions:
        return [], ()
    decision = evidence.decisions[-1]
    reasons = [r for r in decision.reasons if r.code in _MARKET]
    if asset is not None and any(r.subject == asset for r in reasons):
        reasons = [r for r in reasons if r.subject in ("", asset)]
    rows = [*_lead(evidence), *_reason_rows(reasons, decision)]
    kept = {reason.code.value for reason in reasons}
    return rows, tuple(pair for pair in codes_of(decision) if pair[0] in kept)


def _cost(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:  # noqa: ARG001  # the costs are about it already
    return ([] if evidence.costs is None else [*cost_rows(evidence.costs)]), ()


def _what_changed(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:  # noqa: ARG001  # the weights tell
    rows = [] if evidence.course is None else [*course_rows(evidence.course, asset)]
    return [*rows, *_fate_rows(evidence)], ()


def _performance(evidence: Evidence, quote: Asset, asset: Asset | None) -> _Told:  # noqa: ARG001  # the weights tell
    if evidence.course is None:
        return [], ()
    rows = course_rows(evidence.course, asset)
    return [item for item in rows if asset is not None or item.fact.subject == "portfolio"], ()


_ROWS: dict[Intent, Callable[[Evidence, Asset, Asset | None], _Told]] = {
    Intent.WHY_NO_TRADE: _why_no_trade,
    Intent.WHY_TRADE: _why_trade,
    Intent.WHY_PAUSED: _why_paused,
    Intent.WHY_REGIME: _why_regime,
    Intent.COST: _cost,
    Intent.WHAT_CHANGED: _what_changed,
    Intent.PERFORMANCE: _performance,
}


def _lead(evidence: Evidence) -> Iterator[Row]:
    """Yield when it was so: even the newest record is of a moment that has passed."""
    at = evidence.decisions[-1].decided_at
    yield row("as_of", "portfolio", at, Unit.INSTANT, rank=0)


def _day_rows(days: Sequence[tuple[Cause, int]]) -> Iterator[Row]:
    if not days:
        return
    yield row("looked", "portfolio", sum(count for _, count in days), Unit.DAYS, rank=0)
    for cause, count in days:
        yield row(f"days_{cause.value}", "portfolio", count, Unit.DAYS, rank=0)


def _standing(decision: Decision, asset: Asset | None) -> Standing | None:
    return next((row for row in decision.standings if row.asset == asset), None)


def _standing_rows(standing: Standing, at: datetime | None) -> Iterator[Row]:
    """Yield where a coin stood against its target and its band, and when if that is not clear."""
    asset, drift = standing.asset, standing.weight - standing.target
    way = Polarity.UP if drift > ZERO else Polarity.DOWN
    edge = edge_of(standing)
    yield row("asset", asset, asset, Unit.NAME, rank=0)
    if at is not None:
        yield row("seen", asset, at, Unit.INSTANT, rank=0)
    yield row("weight", asset, standing.weight, Unit.WEIGHT, rank=0)
    yield row("target", asset, standing.target, Unit.WEIGHT, rank=0)
    if drift:
        # Not of kind ``drift``, which is told of what stands outside its band.
        yield row("away", asset, abs(drift), Unit.POINTS, rank=0, polarity=way)
    yield row("room", asset, abs(edge - standing.target), Unit.POINTS, rank=0)
    yield row("edge", asset, edge, Unit.WEIGHT, rank=2, polarity=way)
    if not is_outside(standing):
        yield row("margin", asset, abs(edge - standing.weight), Unit.POINTS, rank=0, polarity=way)


def _proposal_rows(proposals: Sequence[Proposal], quote: Asset) -> Iterator[Row]:
    for proposal in proposals:
        yield from (Row(0, fact) for fact in ended_facts(proposal, quote=quote).facts)
        yield row("cost", "proposal", proposal.plan.cost, Unit.MONEY, rank=0)


def _fate_rows(evidence: Evidence) -> Iterator[Row]:
    for state, count in evidence.fates:
        yield row(state.value.lower(), "proposal", count, Unit.COUNT)


def _reason_rows(reasons: Iterable[Reason], decision: Decision) -> Iterator[Row]:
    for reason in reasons:
        yield from (Row(1, fact) for fact in figures_of(reason, value=decision.value))
