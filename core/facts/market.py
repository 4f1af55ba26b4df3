"""Decision -> rows about the market: the pause, and what regime and tilts did to what matters.

A band is told as it would be without the regime, a target as it would be without tilts; both are
worked back from the decision alone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal

from core.domain.decision import Decision, Gate, NoTrade, Plan, Propose, ReasonCode, Standing
from core.domain.stress import Stress
from core.domain.tilt import Tilt, TiltName, TiltState
from core.domain.units import ONE, ZERO, Asset, Weight
from core.facts.reasons import figures_of
from core.facts.standings import NEAR, edge_of
from core.facts.table import Polarity, Row, Unit, row

C = ReasonCode

# A lower edge that stands here was cut, so the regime's factor cannot be taken out of it again.
# Source: METHODS 9a: b- <= 0.8 t.
_LOWER_SHARE = Decimal("0.8")


def stress_rows(decision: Decision) -> Iterator[Row]:
    """Yield whether stress holds proposals back or keeps them small, and since when."""
    stress = decision.next_state.stress
    if stress.phase is not Stress.NORMAL:
        yield row("stress", "market", stress.phase.value.lower(), Unit.KEY)
    if stress.phase is not Stress.NORMAL and stress.began_on is not None:
        began = datetime.combine(stress.began_on, time(), tzinfo=UTC)
        yield row("since", "market", began, Unit.DAY, fact_id="stress_since")
    if stress.phase is Stress.PAUSED:
        yield from _pause_rows(decision)
        yield from _held_rows(decision)


def _pause_rows(decision: Decision) -> Iterator[Row]:
    for reason in decision.reasons:
        if reason.code in (C.PAUSED_STRESS, C.OVERRIDDEN):
            yield from (Row(1, fact) for fact in figures_of(reason, value=decision.value))
        elif reason.code is C.STRESS_VOTE:
            facts = figures_of(reason, value=decision.value)
            yield from (Row(1, fact) for fact in facts if fact.kind == "family")


def _held_rows(decision: Decision) -> Iterator[Row]:
    """Yield what would have been proposed if the market were calm: only the pause is in the way."""
    outcome = decision.outcome
    if not isinstance(outcome, NoTrade) or outcome.withheld is None:
        return
    failed = {result.gate for result in decision.gates if not result.passed}
    if failed != {Gate.PAUSE} or not decision.has(C.PAUSED_STRESS):
        return
    for trade in outcome.withheld.trades:
        way = Polarity(trade.side.value.lower())
        yield row("held", trade.asset, trade.quantity, Unit.QUANTITY, polarity=way)


def signal_rows(decision: Decision, hinges: Sequence[Standing], quote: Asset) -> Iterator[Row]:
    """Yield what the regime did to the edge, and the tilts to the target, that matter here.

    Args:
        decision: the decision.
        hinges: the assets it turns on, the weightiest first: the ones beyond their bands, or the
            one that is nearest to an edge.
        quote: the quote currency, whose band has the factors of the others reversed.
    """
    for standing in hinges:
        plain = _plain_edge(decision, standing, quote)
        if plain is not None:
            yield from _regime_rows(decision)
            yield from _edge_rows(standing, plain)
            break
    yield from _tilt_rows(decision, hinges)


def kept_by_regime(decision: Decision, quote: Asset) -> tuple[Standing, ...]:
    """Return the assets that would stand outside their bands without the regime, furthest first."""
    kept = []
    for standing in decision.standings:
        plain = _plain_edge(decision, standing, quote)
        if plain is not None and abs(standing.weight - standing.target) > abs(
            plain - standing.target
        ):
            kept.append(standing)
    return tuple(sorted(kept, key=lambda standing: (-abs(standing.drift), standing.asset)))


def _regime_rows(decision: Decision) -> Iterator[Row]:
    for reason in decision.reasons:
        if reason.code is C.REGIME:
            facts = figures_of(reason, value=decision.value)
            yield from (Row(0, fact) for fact in facts if fact.kind in ("label", "since"))


def _edge_rows(standing: Standing, plain: Weight) -> Iterator[Row]:
    asset, edge = standing.asset, edge_of(standing)
    way = Polarity.UP if edge > standing.target else Polarity.DOWN
    yield row("edge", asset, edge, Unit.WEIGHT, rank=0, polarity=way)
    yield row("plain", asset, plain, Unit.WEIGHT, rank=0, polarity=way)


def _plain_edge(decision: Decision, standing: Standing, quote: Asset) -> Weight | None:
    """Return where the edge would stand without the regime; None when it stands there anyway."""
    factors = next((dict(r.values) for r in decision.reasons if r.code is C.REGIME), {})
    is_upper = edge_of(standing) > standing.target
    # Cash grows when the coins fall: its upper edge follows their lower one. Source: METHODS 2.6.
    factor = factors.get("above" if is_upper is not (standing.asset == quote) else "below")
    if not isinstance(factor, Decimal) or factor in (ZERO, ONE):
        return None
    if is_upper:
        return Weight(standing.target + standing.band.upper / factor)
    if standing.band.lower >= _LOWER_SHARE * standing.target:
        return None
    return Weight(standing.target - standing.band.lower / factor)


def _tilt_rows(decision: Decision, hinges: Sequence[Standing]) -> Iterator[Row]:
    """Yield the target that a tilt shifted: of the asset the decision turns on, or of a trade."""
    tilts = decision.next_state.tilt
    if not decision.has(C.TARGETS_TILTED):
        return
    plan = _plan_of(decision)
    traded = {trade.asset for trade in plan.trades} if plan is not None else set()
    others = [row for row in decision.standings if row.asset in traded]
    others.sort(key=lambda standing: (-abs(tilts.shift_of(standing.asset)), standing.asset))
    for standing in (*hinges, *others):
        shift = tilts.shift_of(standing.asset)
        if abs(shift) >= NEAR:
            way = Polarity.UP if shift > ZERO else Polarity.DOWN
            base = standing.target - shift
            asset, cause = standing.asset, _cause(tilts, standing.asset)
            yield row("tilt", asset, cause, Unit.KEY, rank=0, polarity=way)
            yield row("target", asset, standing.target, Unit.WEIGHT, rank=0)
            yield row("base", asset, base, Unit.WEIGHT, rank=0)
            return


def _plan_of(decision: Decision) -> Plan | None:
    outcome = decision.outcome
    return outcome.plan if isinstance(outcome, Propose) else outcome.withheld


def _cause(tilts: TiltState, asset: Asset) -> str:
    """Return which tilt moves an asset most: its name, ``receiving`` or ``fading``."""

    def size(tilt: Tilt) -> Decimal:
        return abs(dict(tilt.shifts).get(asset, ZERO))

    tilt = max(tilts.tilts, key=size)
    if not tilt.wanted:
        return "fading"
    if tilt.name is TiltName.FROTH and tilt.subject != asset:
        return "receiving"
    return tilt.name.value
