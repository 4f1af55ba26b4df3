"""What the market is doing -> the reasons that say so at the gates for pause, targets and bands."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from core.domain.decision import Reason, ReasonCode, ReasonValue
from core.domain.policy import Policy
from core.domain.readings import Trouble
from core.domain.regime import Regime
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.stress import MOST_POINTS, Family, Stress, StressState
from core.domain.tilt import Tilt, TiltName
from core.domain.units import ZERO, Weight
from core.domain.watching import WARM_UP, StressRules
from core.signals.regime import closest_change
from core.signals.stress import exits_on
from core.signals.tilt import ends_of

DOOR_OPEN = 2
"""Points of the price at which a silent family counts as one. Source: METHODS 3.4."""

_UNKNOWN = {
    Family.PRICE: ReasonCode.PRICE_UNKNOWN,
    Family.SENTIMENT: ReasonCode.SENTIMENT_UNKNOWN,
    Family.CORRELATION: ReasonCode.CORRELATION_UNKNOWN,
    Family.FLOWS: ReasonCode.FLOWS_UNKNOWN,
    Family.QUOTE: ReasonCode.QUOTE_UNKNOWN,
    Family.VENUE: ReasonCode.VENUE_UNKNOWN,
}


def midnight(day: date) -> datetime:
    """Return the start of a UTC day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def stress_reasons(snapshot: Snapshot, policy: Policy, state: EngineState) -> Iterator[Reason]:
    """Yield the votes of every family, what is unknown, and what a pause leaves behind."""
    stress = state.stress
    if stress.shock is not None:
        yield Reason(ReasonCode.INTRADAY_SHOCK, "", (("change", stress.shock.change),))
    for vote in stress.votes:
        if vote.points is None:
            values = (("silence", (vote.silence or "missing")), ("counted", _counted(stress)))
            yield Reason(_UNKNOWN[vote.family], "", values)
        elif vote.points:
            figures: tuple[tuple[str, ReasonValue], ...] = (
                ("family", vote.family.value),
                ("points", vote.points),
                ("most", MOST_POINTS[vote.family]),
            )
            if vote.measured is not None:
                figures = (*figures, ("measured", vote.measured))
            yield Reason(ReasonCode.STRESS_VOTE, "", figures)
    yield from _phase(policy, stress)
    for row in snapshot.troubles:
        if row.trouble is Trouble.OFF:
            continue  # nobody asked it, so nothing is wrong with it
        about = f"{row.kind} {row.asset}".strip()
        named = (("kind", about), ("source", row.source), ("trouble", row.trouble.value))
        yield Reason(ReasonCode.FEED_TROUBLE, "", named)


def _phase(policy: Policy, stress: StressState) -> Iterator[Reason]:
    until = exits_on(stress, policy.stress)
    if stress.phase is Stress.GUARDED and stress.since is not None and until is not None:
        values = (("since", midnight(stress.since)), ("until", midnight(until)))
        yield Reason(ReasonCode.GUARDED, "", values)
    cool = _cools_until(stress, policy.stress)
    if cool is not None:
        yield Reason(ReasonCode.COOLING_DOWN, "", (("until", midnight(cool)),))


def _counted(stress: StressState) -> int:
    """Return what a silent family counts for: one point while the price falls hard, else none."""
    return int((stress.points_of(Family.PRICE) or 0) >= DOOR_OPEN)


def _cools_until(stress: StressState, rules: StressRules) -> date | None:
    """Return the last day of the cool-down after a pause, None when there is none."""
    if stress.phase is not Stress.NORMAL or stress.exited_on is None or stress.day is None:
        return None
    last = stress.exited_on + timedelta(days=rules.cooldown_days)
    return last if stress.day < last else None


def tilt_reasons(policy: Policy, state: EngineState) -> tuple[Reason, ...]:
    """Return which targets hold: the person's own, or shifted, by what, how far and until when."""
    tilt = state.tilt
    frozen = (Reason(ReasonCode.TILT_FROZEN),) if tilt.is_frozen else ()
    silent = tuple(
        Reason(ReasonCode.FUNDING_UNKNOWN, froth.asset)
        for froth in tilt.froths
        if froth.rate is None and policy.tilt.is_on
    )
    if not any(row.shifts for row in tilt.tilts):
        base = Reason(ReasonCode.TARGETS_BASE, "", (("count", len(policy.targets)),))
        return (base, *frozen, *silent)
    total: dict[str, Weight] = {}
    for row in tilt.tilts:
        for asset, shift in row.shifts:
            total[asset] = Weight(total.get(asset, ZERO) + shift)
    size = Weight(sum((shift for shift in total.values() if shift > ZERO), ZERO))
    head = Reason(ReasonCode.TARGETS_TILTED, "", (("size", size),))
    return (head, *(_tilt(row, policy, state) for row in tilt.tilts), *frozen, *silent)


def _tilt(row: Tilt, policy: Policy, state: EngineState) -> Reason:
    values: tuple[tuple[str, ReasonValue], ...] = (
        ("name", row.name.value),
        ("size", row.size),
        ("since", midnight(row.since)),
    )
    change = closest_change(state.regime, policy.regime)
    switch = None if change is None else change.earliest
    ends = ends_of(row, switch, state.tilt.froths, policy.tilt)
    if ends is not None:
        values = (*values, ("ends", midnight(ends)))
    if row.name is TiltName.FROTH:
        rates = (froth.rate for froth in state.tilt.froths if froth.asset == row.subject)
        rate = next(rates, None)
        values = values if rate is None else (*values, ("rate", rate))
    return Reason(ReasonCode.TILT, row.subject, values)


def regime_reasons(policy: Policy, state: EngineState) -> tuple[Reason, ...]:
    """Return what the market is doing, and which inputs of that were missing."""
    if not policy.regime.is_directional:
        return (Reason(ReasonCode.REGIME_PLAIN),)
    return tuple(_regime(policy, state))


def _regime(policy: Policy, state: EngineState) -> Iterator[Reason]:
    regime = state.regime
    values: tuple[tuple[str, ReasonValue], ...] = (("label", regime.published.value),)
    if regime.published_since is not None and regime.published is not Regime.UNKNOWN:
        values = (*values, ("since", midnight(regime.published_since)))
    if regime.score is not None:
        values = (*values, ("score", regime.score.total))
    factors = next(pair for name, *pair in policy.regime.multipliers if name is regime.published)
    values = (*values, *zip(("above", "below"), factors, strict=True))
    yield Reason(ReasonCode.REGIME, "", values)
    if 0 < regime.folded <= WARM_UP:
        left = WARM_UP + 1 - regime.folded
        yield Reason(ReasonCode.WARMUP, "", (("left", left),))
    if regime.missing:
        yield Reason(ReasonCode.MISSING_DAY, policy.regime.asset, (("count", regime.missing),))
    if regime.score is not None and regime.score.vp is None:
        yield Reason(ReasonCode.NO_VOLUME, policy.regime.asset)
    if regime.score is not None and regime.score.adx is None:
        yield Reason(ReasonCode.NO_RANGE, policy.regime.asset)
