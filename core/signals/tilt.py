"""What the market is doing -> named, bounded, temporary shifts of the targets, day by day."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from core.domain.errors import InvariantBroken
from core.domain.policy import Policy
from core.domain.regime import Regime
from core.domain.stress import Stress
from core.domain.tilt import Froth, Tilt, TiltName, TiltState
from core.domain.units import ONE, ZERO, Asset, Weight, exact
from core.domain.watching import TiltRules
from core.signals.froth import last_day_of
from core.signals.tilt_goal import NamedShift, bounded, goal_of, scaled_by

_Deltas = Mapping[tuple[str, str], Mapping[Asset, Decimal]]

# When several tilts move at once their roundings may add up on one coin. Moving this much less
# then keeps the speed limit exact.
_SLACK = Decimal("1e-9")


@exact
def step_tilt(  # noqa: PLR0913  # a day has as many sides
    state: TiltState,
    policy: Policy,
    *,
    day: date,
    regime: Regime,
    phase: Stress,
    froths: Iterable[Froth],
    is_fresh: bool,
    spent: Weight,
) -> TiltState:
    """Return the tilts after one closed day; a day that was stepped before moves nothing.

    The shifts go straight towards their goal, no part by more than ``speed`` a day. GUARDED and
    stale inputs want nothing; PAUSED holds still, and so does a used-up yearly budget.

    Args:
        state: the tilts before.
        policy: whose targets are shifted; shifts that no longer keep its bounds are cut at once.
        day: the newest closed UTC day.
        regime: the published label.
        phase: of the stress pause.
        froths: every watched switch, as stepped for this day.
        is_fresh: whether the inputs are young enough to rest on.
        spent: turnover that tilts caused in the last year, a share of the portfolio.

    Returns:
        An empty state when the tilts are switched off.

    Source: METHODS 4.1 and 4.2.
    """
    rules = policy.tilt
    if not rules.is_on:
        return TiltState()
    fitted = fit_tilt(state, policy)
    if state.day is not None and day <= state.day:
        return fitted
    switches = tuple(sorted(froths, key=lambda froth: froth.asset))
    wants = is_fresh and phase is not Stress.GUARDED
    goal = goal_of(policy, regime, switches) if wants else ()
    is_frozen = spent > rules.year_turnover
    shifts = _present(fitted)
    if phase is not Stress.PAUSED and not is_frozen:
        shifts = _moved(shifts, goal, policy)
    return TiltState(_tilts(shifts, goal, fitted, day), switches, day, is_frozen)


@exact
def fit_tilt(state: TiltState, policy: Policy) -> TiltState:
    """Cut the tilts to what the policy allows, for targets that changed under them.

    A tilt is scaled as a whole; one that names an asset without a target is dropped. Tilts that
    keep the bounds come back as they were.

    Source: METHODS 4.2.
    """
    if not policy.tilt.is_on:
        return TiltState()
    kept = {row.key: row.shifts for row in bounded(_present(state), policy)}
    tilts = (
        replace(tilt, shifts=kept[tilt.name.value, tilt.subject])
        for tilt in state.tilts
        if (tilt.name.value, tilt.subject) in kept
    )
    return replace(state, tilts=tuple(tilts))


@exact
def tilted_targets(policy: Policy, state: TiltState) -> tuple[tuple[Asset, Weight], ...]:
    """Return the targets that are traded towards, by symbol; they sum to what the person's do.

    Raises:
        InvariantBroken: a tilt names an asset without a target; ``fit_tilt`` comes first.
    """
    shifts = {asset: state.shift_of(asset) for tilt in state.tilts for asset, _ in tilt.shifts}
    strangers = sorted(set(shifts) - {asset for asset, _ in policy.targets})
    if strangers:
        raise InvariantBroken(f"tilts shift {', '.join(strangers)}, which the targets do not name")
    return tuple((asset, Weight(base + shifts.get(asset, ZERO))) for asset, base in policy.targets)


def ends_of(
    tilt: Tilt, regime_until: date | None, froths: Iterable[Froth], rules: TiltRules
) -> date | None:
    """Return the day a tilt ends, as far as today tells; None when nothing tells.

    Args:
        tilt: the tilt; one that goes back already ends by ``gone_on``, not by its cause.
        regime_until: the earliest day the regime can leave its state, the end of a market tilt.
        froths: the switches; a crowded coin's tilt ends when its switch does at the latest.
        rules: how long a switch stays on.

    Source: METHODS 2.4 and 4.3.
    """
    if not tilt.wanted:
        return None
    if tilt.name is not TiltName.FROTH:
        return regime_until
    switch = next((froth for froth in froths if froth.asset == tilt.subject), None)
    return None if switch is None or switch.since is None else last_day_of(switch, rules)


@exact
def gone_on(tilt: Tilt, day: date, rules: TiltRules) -> date | None:
    """Return the earliest day nothing is left of a tilt that goes back; None if it does not.

    Args:
        tilt: the tilt as of ``day``.
        day: the newest day stepped.
        rules: the speed.

    Source: METHODS 4.2.
    """
    if tilt.wanted or not rules.speed:
        return None
    furthest = max((abs(shift) for _, shift in tilt.shifts), default=ZERO)
    days = (furthest / rules.speed).to_integral_value(rounding=ROUND_CEILING)
    return day + timedelta(days=int(days))


def _present(state: TiltState) -> tuple[NamedShift, ...]:
    return tuple(NamedShift(tilt.name, tilt.subject, tilt.shifts) for tilt in state.tilts)


def _tilts(
    shifts: Iterable[NamedShift], goal: Iterable[NamedShift], before: TiltState, day: date
) -> tuple[Tilt, ...]:
    since = {(tilt.name.value, tilt.subject): tilt.since for tilt in before.tilts}
    wanted = {row.key: row.shifts for row in goal}
    return tuple(
        Tilt(row.name, row.subject, since.get(row.key, day), row.shifts, wanted.get(row.key, ()))
        for row in shifts
    )


def _moved(
    present: tuple[NamedShift, ...], goal: tuple[NamedShift, ...], policy: Policy
) -> tuple[NamedShift, ...]:
    """Return the shifts one day nearer to the goal, all by one common factor."""
    speed = policy.tilt.speed
    moved = bounded(_towards(present, goal, speed), policy)
    if _fastest(_deltas(present, moved)) <= speed:
        return moved
    return bounded(_towards(present, goal, max(speed - _SLACK, ZERO)), policy)


def _towards(
    present: tuple[NamedShift, ...], goal: tuple[NamedShift, ...], speed: Decimal
) -> list[NamedShift]:
    deltas = _deltas(present, goal)
    fastest = _fastest(deltas)
    factor = ONE if fastest <= speed else speed / fastest
    before = {row.key: dict(row.shifts) for row in present}
    found = []
    for key, delta in deltas.items():
        stands, step = before.get(key, {}), dict(scaled_by(delta, factor))
        sums = {asset: stands.get(asset, ZERO) + step.get(asset, ZERO) for asset in delta}
        shifts = tuple((asset, Weight(sums[asset])) for asset in sorted(sums) if sums[asset])
        if shifts:
            found.append(NamedShift(TiltName(key[0]), key[1], shifts))
    return found


def _deltas(old: Iterable[NamedShift], new: Iterable[NamedShift]) -> _Deltas:
    """Return what changes from one set of tilts to another, by tilt and asset."""
    before = {row.key: dict(row.shifts) for row in old}
    after = {row.key: dict(row.shifts) for row in new}
    found = {}
    for key in sorted(before.keys() | after.keys()):
        this, that = before.get(key, {}), after.get(key, {})
        assets = sorted(this.keys() | that.keys())
        found[key] = {
            asset: that.get(asset, Weight(ZERO)) - this.get(asset, Weight(ZERO)) for asset in assets
        }
    return found


def _fastest(deltas: _Deltas) -> Decimal:
    """Return the farthest that any asset, or any part of a tilt, moves."""
    totals: dict[Asset, Decimal] = {}
    farthest = ZERO
    for delta in deltas.values():
        for asset, change in delta.items():
            totals[asset] = totals.get(asset, ZERO) + change
            farthest = max(farthest, abs(change))
    return max(farthest, *(abs(total) for total in totals.values()), ZERO)
