"""Account, market and memory -> the portfolio in its bands (gates 4 and 5)."""

from dataclasses import dataclass, replace

from core.domain.decision import Band
from core.domain.policy import Policy, ProfileName
from core.domain.portfolio import Cash, Holding, Portfolio
from core.domain.regime import Regime
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.domain.units import ONE, ZERO, Asset, Money, Weight
from core.domain.watching import RegimeRules
from core.planning.bands import (
    GUARDED_SHRINK,
    GUARDED_WIDEN,
    NEUTRAL,
    Multipliers,
    band_around,
    base_half_width,
    size_profile,
    wider,
    widths_of,
)
from core.planning.proposing import View
from core.planning.rebalance import find_breaches, stands_of
from core.signals.tilt import tilted_targets


@dataclass(frozen=True, slots=True)
class Seen:
    """The portfolio in its bands, and which profile they are of.

    Attributes:
        view: what the planner works with.
        profile: the profile in force.
        size: the profile the portfolio's size asks for.
    """

    view: View
    profile: ProfileName
    size: ProfileName


def see(snapshot: Snapshot, policy: Policy, state: EngineState, portfolio: Portfolio) -> Seen:
    """Put the portfolio into its bands: tilted targets in the middle, base targets for the width.

    The tilts of ``state`` must fit the policy; ``observe`` sees to that.

    Source: METHODS 1.2, 2.6, 4.2 and 9a.
    """
    rules, guarded = policy.bands, state.stress.phase is Stress.GUARDED
    size = size_profile(portfolio.value, state.size_profile, rules)
    is_small = rules.adapt_to_size and size is not ProfileName.STANDARD
    profile = wider(rules.profile, size) if is_small else rules.profile
    tilted = _tilted(portfolio, policy, state)
    bands = _bands(tilted, policy, state, profile=profile)
    stands = stands_of(tilted, bands)
    breaches = find_breaches(tilted, stands, hard=rules.hard, rules=policy.orders)
    view = View(
        snapshot,
        policy,
        tilted,
        bands,
        stands,
        breaches,
        new_money=_new_money(tilted.value, tilted.cash, state),
        shrink=GUARDED_SHRINK if guarded else ONE,
    )
    return Seen(view, profile, size)


def multipliers_of(regime: Regime, rules: RegimeRules) -> Multipliers:
    """Return what the regime does to the bands; cash has a risk asset's pair reversed.

    Source: METHODS 2.6 and 9a.
    """
    if not rules.is_directional:
        return NEUTRAL
    upper, lower = next((up, low) for name, up, low in rules.multipliers if name is regime)
    return Multipliers(upper, lower, cash_upper=lower, cash_lower=upper)


def _tilted(portfolio: Portfolio, policy: Policy, state: EngineState) -> Portfolio:
    if not state.tilt.tilts:
        return portfolio
    targets = dict(tilted_targets(policy, state.tilt))
    holdings = tuple(replace(row, target=targets[row.asset]) for row in portfolio.holdings)
    cash = replace(portfolio.cash, target=targets[portfolio.cash.asset])
    return replace(portfolio, holdings=holdings, cash=cash)


def _bands(
    portfolio: Portfolio, policy: Policy, state: EngineState, *, profile: ProfileName
) -> dict[Asset, Band]:
    rules, guarded = policy.bands, state.stress.phase is Stress.GUARDED
    widths = widths_of(profile, rules)
    factors = multipliers_of(state.regime.published, policy.regime)
    rows: tuple[Holding | Cash, ...] = (*portfolio.holdings, portfolio.cash)
    bands = {}
    for row in rows:
        is_cash = isinstance(row, Cash)
        base = policy.target_of(row.asset)
        bands[row.asset] = band_around(
            row.target,
            base_half_width(base, widths, rules.mode),
            upper=factors.cash_upper if is_cash else factors.risk_upper,
            lower=factors.cash_lower if is_cash else factors.risk_lower,
            widen=GUARDED_WIDEN if guarded else ONE,
        )
    return bands


def _new_money(value: Money, cash: Cash, state: EngineState) -> Weight:
    """Return deposits since the last execution, up to the cash above its target, as a weight."""
    above = cash.amount / value - cash.target
    spendable = (cash.amount - cash.reserve) / value
    arrived = (state.new_money or ZERO) / value
    return Weight(max(ZERO, min(arrived, above, spendable)))
