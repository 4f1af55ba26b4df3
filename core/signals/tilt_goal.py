"""Regime and crowded coins -> the shifts that are wanted, inside bounds around the targets.

Every shift is a whole number of quanta of 1e-12, so that sums are exact and never need mending.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from core.domain.policy import Policy
from core.domain.regime import Regime
from core.domain.tilt import Froth, TiltName
from core.domain.units import ONE, ZERO, Asset, Weight, exact

Shifts = tuple[tuple[Asset, Weight], ...]

_QUANTUM = Decimal("1e-12")

# What 34 digits lose on the way to a whole number of quanta, with a wide margin.
_NOISE = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class NamedShift:
    """What one tilt shifts: (asset, signed weight) by symbol, none of them zero, sum zero."""

    name: TiltName
    subject: str
    shifts: Shifts

    @property
    def key(self) -> tuple[str, str]:
        """What tilts are ordered and found by: the market's come first, then coins by symbol."""
        return self.name.value, self.subject


@exact
def goal_of(policy: Policy, regime: Regime, froths: Iterable[Froth]) -> tuple[NamedShift, ...]:
    """Return every tilt that is wanted, in full, scaled into the bounds; none is a valid goal.

    A move exists only when both of its ends take part: cash and the anchor take part with a
    target above 0. Without a coin beside the anchor there are no tilts. While the market is
    turbulent or unknown nothing is wanted.

    Source: METHODS 4.1, 4.2 and 9a.
    """
    return _goal(policy, regime, tuple(sorted({froth.asset for froth in froths if froth.is_on})))


@lru_cache(maxsize=64)  # it changes when the regime does, and is asked for every day
def _goal(policy: Policy, regime: Regime, crowded: tuple[Asset, ...]) -> tuple[NamedShift, ...]:
    if not alts_of(policy) or regime in {Regime.TURBULENT, Regime.UNKNOWN}:
        return ()
    wanted = [_market_shift(policy, regime), *(_froth_shift(policy, asset) for asset in crowded)]
    return bounded((shift for shift in wanted if shift is not None), policy)


@exact
def bounded(shifts: Iterable[NamedShift], policy: Policy) -> tuple[NamedShift, ...]:
    """Scale each tilt as a whole by the largest factor that keeps the bounds; drop what is left of.

    Tilts come in the order of their keys and share one room: per coin the distance from the
    target, in all the sum of positive shifts. What keeps the bounds comes back unchanged. Since
    every bound is convex and holds after each tilt in turn, it also holds on the straight way
    from one bounded set to another.

    Source: METHODS 4.2.
    """
    left, used, kept = policy.tilt.max_total, dict[Asset, Decimal](), []
    for row in sorted((row for row in shifts if row.shifts), key=lambda row: row.key):
        factor = min(ONE, *_factors(row.shifts, used, policy), left / size_of(row.shifts))
        scaled = row.shifts if factor == ONE else scaled_by(dict(row.shifts), factor)
        if not scaled:
            continue
        left = Weight(left - size_of(scaled))
        for asset, shift in scaled:
            used[asset] = used.get(asset, ZERO) + shift
        kept.append(NamedShift(row.name, row.subject, scaled))
    return tuple(kept)


@exact
def scaled_by(shifts: Mapping[Asset, Decimal], factor: Decimal) -> Shifts:
    """Scale shifts that sum to zero, in whole quanta that still do; zeros are left out.

    Each result is one of the two quanta next to the exact value, so a bound that is itself a
    whole number of quanta holds exactly.
    """
    takes = {asset: shift * factor for asset, shift in shifts.items() if shift > ZERO}
    gives = {asset: -shift * factor for asset, shift in shifts.items() if shift < ZERO}
    total = min(sum(takes.values(), ZERO), sum(gives.values(), ZERO))
    quanta = int((total / _QUANTUM + _NOISE).to_integral_value(rounding=ROUND_FLOOR))
    dealt = {asset: count * _QUANTUM for asset, count in _dealt(takes, quanta).items()}
    dealt |= {asset: -count * _QUANTUM for asset, count in _dealt(gives, quanta).items()}
    return tuple((asset, Weight(dealt[asset])) for asset in sorted(dealt) if dealt[asset])


def size_of(shifts: Shifts) -> Weight:
    """Return what is shifted: the sum of the positive shifts."""
    return Weight(sum((shift for _, shift in shifts if shift > ZERO), ZERO))


def alts_of(policy: Policy) -> dict[Asset, Weight]:
    """Return the coins with a target, other than the anchor, with their targets."""
    risk = set(policy.risk_assets) - {policy.tilt.anchor}
    return {asset: weight for asset, weight in policy.targets if asset in risk and weight > ZERO}


def _market_shift(policy: Policy, regime: Regime) -> NamedShift | None:
    rules, alts, cash = policy.tilt, alts_of(policy), _end(policy, policy.quote)
    if regime is Regime.DOWN:
        bear: dict[Asset, Decimal] = {}
        _move(bear, alts, _anchor(policy), rules.bear_to_anchor)
        _move(bear, alts, cash, rules.bear_to_cash)
        return _named(TiltName.BEAR, "", bear)
    if regime is Regime.UP:
        bull: dict[Asset, Decimal] = {}
        _move(bull, cash, alts, rules.bull_from_cash)
        return _named(TiltName.BULL, "", bull)
    return None


def _froth_shift(policy: Policy, asset: Asset) -> NamedShift | None:
    if asset not in policy.risk_assets:
        return None
    rules, giver, shifts = policy.tilt, _end(policy, asset), dict[Asset, Decimal]()
    taker = _end(policy, policy.quote) if asset == rules.anchor else _anchor(policy)
    _move(shifts, giver, taker, min(rules.cut * policy.target_of(asset), rules.cut_max))
    return _named(TiltName.FROTH, asset, shifts)


def _named(name: TiltName, subject: str, shifts: Mapping[Asset, Decimal]) -> NamedShift | None:
    whole = scaled_by(shifts, ONE)
    return NamedShift(name, subject, whole) if whole else None


def _anchor(policy: Policy) -> dict[Asset, Weight]:
    is_coin = policy.tilt.anchor in policy.risk_assets
    return _end(policy, policy.tilt.anchor) if is_coin else {}


def _end(policy: Policy, asset: Asset) -> dict[Asset, Weight]:
    """Return one end of a move; empty when the asset takes no part."""
    target = policy.target_of(asset)
    return {asset: target} if target > ZERO else {}


def _move(
    shifts: dict[Asset, Decimal],
    givers: Mapping[Asset, Weight],
    takers: Mapping[Asset, Weight],
    amount: Decimal,
) -> None:
    """Add a move to the shifts, spread over each end in proportion to the targets."""
    if not givers or not takers:
        return
    for end, sign in ((givers, -ONE), (takers, ONE)):
        whole = sum(end.values(), ZERO)
        for asset, target in end.items():
            shifts[asset] = shifts.get(asset, ZERO) + sign * amount * target / whole


def _factors(shifts: Shifts, used: Mapping[Asset, Decimal], policy: Policy) -> list[Decimal]:
    """Return, for each coin, how much of its shift fits beside what is used."""
    found = []
    for asset, shift in shifts:
        down, up = _caps(asset, policy)
        before = used.get(asset, ZERO)
        room = up - before if shift > ZERO else down + before
        found.append(room / abs(shift))
    return found


def _caps(asset: Asset, policy: Policy) -> tuple[Decimal, Decimal]:
    """Return how far below and above its target an asset may be shifted, in whole quanta."""
    rules, target = policy.tilt, policy.target_of(asset)
    down = min(rules.max_asset, (ONE - rules.least) * target, target)
    up = min(rules.max_asset, (rules.most - ONE) * target)
    if asset == policy.quote and target >= rules.cash_floor:
        down = min(down, target - rules.cash_floor)
    return _floored(down), _floored(up)


def _floored(weight: Decimal) -> Decimal:
    return max(weight, ZERO).quantize(_QUANTUM, rounding=ROUND_FLOOR)


def _dealt(shares: Mapping[Asset, Decimal], quanta: int) -> dict[Asset, int]:
    """Deal whole quanta by the largest remainder; ties go to the first symbol."""
    exactly = {asset: share / _QUANTUM for asset, share in shares.items()}
    counts = {asset: int(count) for asset, count in exactly.items()}
    by_rest = sorted(counts, key=lambda asset: (counts[asset] - exactly[asset], asset))
    for asset in by_rest[: quanta - sum(counts.values())]:
        counts[asset] += 1
    return counts
