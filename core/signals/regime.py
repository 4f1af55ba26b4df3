"""One day's features and the memory -> the score, and the label that everybody sees.

The label has hysteresis, confirmation and a least stay, so that it describes and does not
chatter. It claims nothing about tomorrow.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from core.domain.regime import Indicators, Regime, RegimeState, Score
from core.domain.units import ONE, ZERO, exact
from core.domain.watching import WARM_UP, RegimeRules

# Source: METHODS 2.3: where each part begins to count, and how far it takes to count in full.
_FULL_Z = Decimal(2)
_ADX_FROM, _ADX_SPAN = Decimal(15), Decimal(15)
_VP_FROM, _VP_SPAN = Decimal("0.5"), ONE

_SIX_DIGITS = Decimal("0.000001")
_TRENDS = (Regime.UP, Regime.DOWN)


@dataclass(frozen=True, slots=True)
class NextChange:
    """What would have to happen before the label changes.

    Attributes:
        threshold: the score that is crossed on the way.
        distance: how far the score is from it; 0 when the score is there and only time is missing.
        towards: what the label would change to.
        earliest: the first day whose close can change it, if nothing stands against it from now on.
    """

    threshold: Decimal
    distance: Decimal
    towards: Regime
    earliest: date


@exact
def score_of(ind: Indicators, rules: RegimeRules, nudge: Decimal = ZERO) -> Score:
    """Return the trend score with its parts.

    A part without its input is left out, and the weights of the rest are stretched to a sum of 1.

    Args:
        ind: one day's features.
        rules: weights, and the most that ``nudge`` may add.
        nudge: what on-chain votes add; cut to +-``rules.onchain_weight``.

    Source: METHODS 2.3, 2.5, 9a.
    """
    slope, er = _clip(ind.z_slope / _FULL_Z), _clip(ind.z_er / _FULL_Z)
    adx, vp = _adx_part(ind), _vp_part(ind)
    pairs = zip(rules.weights, (slope, er, adx, vp), strict=True)
    present = [(weight, part) for weight, part in pairs if part is not None]
    total = sum((weight * part for weight, part in present), ZERO)
    total /= sum((weight for weight, _ in present), ZERO)
    added = _clip(nudge, rules.onchain_weight)
    return Score(
        total=_six(total + added),
        slope=_six(slope),
        er=_six(er),
        adx=None if adx is None else _six(adx),
        vp=None if vp is None else _six(vp),
        nudge=_six(added),
    )


def wanted(label: Regime, total: Decimal, rules: RegimeRules) -> Regime:
    """Return the label that the score asks for; a trend that stands is kept longer than it enters.

    Args:
        label: the standing label; ``unknown`` asks with the entry thresholds only.
        total: the score.
        rules: the thresholds.

    Source: METHODS 2.4, 9a.
    """
    if total >= rules.enter or (label is Regime.UP and total >= rules.leave):
        return Regime.UP
    if total <= -rules.enter or (label is Regime.DOWN and total <= -rules.leave):
        return Regime.DOWN
    return Regime.RANGING


def is_turbulent(ind: Indicators, rules: RegimeRules) -> bool:
    """Tell whether a day switches turbulence on. Source: METHODS 2.4."""
    is_shock = abs(ind.z1) >= rules.shock_sigma
    return is_shock or (ind.rank >= rules.rank_on and ind.ratio >= rules.ratio_on)


def is_continuation(state: RegimeState, ind: Indicators, source: str) -> bool:
    """Tell whether a day follows the memory without a gap, from the same venue."""
    follows = state.day is not None and ind.day == state.day + timedelta(days=1)
    return follows and source == state.source


@exact
def step_regime(
    state: RegimeState,
    ind: Indicators,
    rules: RegimeRules,
    *,
    source: str,
    nudge: Decimal = ZERO,
) -> RegimeState:
    """Return the memory after one more closed day.

    A day that does not continue the memory starts cold, with its warm-up before it.

    Args:
        state: the memory; a fresh one for the 400th bar.
        ind: the day's features.
        rules: thresholds and times.
        source: the venue whose bars these are.
        nudge: what on-chain votes add to the score.

    Source: METHODS 2.4, 2.5, 9a.
    """
    before = state if is_continuation(state, ind, source) else RegimeState()
    score = score_of(ind, rules, nudge)
    if ind.is_missing:
        after = _after_missing(before, rules)
    else:
        after = _after_bar(replace(before, missing=0), ind, score.total, rules)
    folded = before.folded + 1
    published = after.label if folded > WARM_UP else Regime.UNKNOWN
    same_since = before.published_since if published is before.published else None
    # A label that warm-up has hidden holds since it was entered, not since it is shown.
    entered = ind.day if published is Regime.UNKNOWN else ind.day - timedelta(days=after.age)
    return replace(
        after,
        published=published,
        published_since=same_since or entered,
        folded=folded,
        day=ind.day,
        source=source,
        indicators=ind,
        score=score,
    )


@exact
def closest_change(state: RegimeState, rules: RegimeRules) -> NextChange | None:
    """Return how near the published label is to another one; None while it is unknown.

    Turbulence may begin on any day, and is no part of this. While it lasts, its end depends on calm
    days and not on the score: ``towards`` is then what today's score would be labelled, the
    distance is 0, and ``threshold`` is the entry score on today's side.
    """
    if state.published is Regime.UNKNOWN or state.score is None or state.day is None:
        return None
    total, label = state.score.total, state.published
    asked = wanted(label, total, rules)
    if label is Regime.TURBULENT:
        side = rules.enter if total >= ZERO else -rules.enter
        days = max(1, rules.min_bars - state.age, rules.off_bars - state.calm)
        return NextChange(side, ZERO, asked, state.day + timedelta(days=days))
    towards = asked
    if asked is label:
        nearer = Regime.UP if total >= ZERO else Regime.DOWN
        towards = Regime.RANGING if label in _TRENDS else nearer
    edge = _edge(label, towards, rules)
    distance = abs(total - edge) if asked is label else ZERO
    days = max(1, rules.dwell - state.age, rules.confirm - _agreed(state.wanted, towards))
    return NextChange(edge, distance, towards, state.day + timedelta(days=days))


def _edge(label: Regime, towards: Regime, rules: RegimeRules) -> Decimal:
    """Return the score at which one label asks for another."""
    if towards in _TRENDS:
        return rules.enter if towards is Regime.UP else -rules.enter
    return rules.leave if label is Regime.UP else -rules.leave


def _agreed(history: tuple[Regime, ...], asked: Regime) -> int:
    """Return how many of the newest bars in a row asked for this."""
    count = 0
    for one in reversed(history):
        if one is not asked:
            break
        count += 1
    return count


def _after_missing(state: RegimeState, rules: RegimeRules) -> RegimeState:
    """Hold label and counters; after too many missing days nothing is known any more."""
    missing = state.missing + 1
    if missing <= rules.max_missing:
        return replace(state, missing=missing)
    return replace(_entered(state, Regime.UNKNOWN), missing=missing)


def _after_bar(
    state: RegimeState, ind: Indicators, total: Decimal, rules: RegimeRules
) -> RegimeState:
    if is_turbulent(ind, rules):
        if state.label is Regime.TURBULENT:
            return replace(state, age=state.age + 1, calm=0)
        return _entered(state, Regime.TURBULENT)
    if state.label is Regime.UNKNOWN:
        return _at_once(state, total, rules)
    if state.label is Regime.TURBULENT:
        return _after_turbulent_bar(state, ind, total, rules)
    return _after_plain_bar(state, total, rules)


def _after_turbulent_bar(
    state: RegimeState, ind: Indicators, total: Decimal, rules: RegimeRules
) -> RegimeState:
    is_calm = ind.rank < rules.rank_off or ind.ratio < rules.ratio_off
    calm, age = (state.calm + 1 if is_calm else 0), state.age + 1
    if calm >= rules.off_bars and age >= rules.min_bars:
        return _at_once(state, total, rules)
    return replace(state, age=age, calm=calm)


def _after_plain_bar(state: RegimeState, total: Decimal, rules: RegimeRules) -> RegimeState:
    """Switch when enough bars agree and the label has stood long enough."""
    asked, age = wanted(state.label, total, rules), state.age + 1
    history = (*state.wanted, asked)[-rules.confirm :]
    kept = history[1:] if len(history) == rules.confirm else history
    has_agreed = _agreed(history, asked) == rules.confirm
    if asked is not state.label and has_agreed and age >= rules.dwell:
        return _entered(state, asked, kept)
    return replace(state, age=age, wanted=kept)


def _at_once(state: RegimeState, total: Decimal, rules: RegimeRules) -> RegimeState:
    """Enter what the score asks for, with the entry thresholds only. Source: METHODS 9a."""
    asked = wanted(Regime.UNKNOWN, total, rules)
    return _entered(state, asked, (asked,)[: rules.confirm - 1])


def _entered(state: RegimeState, label: Regime, history: tuple[Regime, ...] = ()) -> RegimeState:
    return replace(state, label=label, age=0, calm=0, wanted=history)


def _adx_part(ind: Indicators) -> Decimal | None:
    if ind.adx is None or ind.direction is None:
        return None
    return ind.direction * min(max((ind.adx - _ADX_FROM) / _ADX_SPAN, ZERO), ONE)


def _vp_part(ind: Indicators) -> Decimal | None:
    if ind.vp is None:
        return None
    size = min(max((abs(ind.vp) - _VP_FROM) / _VP_SPAN, ZERO), ONE)
    return size if ind.vp > ZERO else -size


def _clip(value: Decimal, limit: Decimal = ONE) -> Decimal:
    return min(max(value, -limit), limit)


def _six(value: Decimal) -> Decimal:
    """Return a score with 6 decimals and no negative zero. Source: METHODS 0.2."""
    return value.quantize(_SIX_DIGITS) + ZERO
