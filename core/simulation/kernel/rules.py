"""A policy and its trading costs -> the numbers that the kernel works with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.domain.errors import InputInvalid
from core.domain.policy import Policy, ProfileName
from core.domain.units import ZERO, Asset, exact, text_of
from core.planning.bands import CLIP_HIGH, CLIP_LOW, base_half_width, wider, widths_of
from core.planning.seeing import multipliers_of
from core.simulation.bar_table import Floats
from core.simulation.kernel.series import REGIMES
from core.simulation.trading_costs import TradingCosts

SIZES = (ProfileName.STANDARD, ProfileName.SMALL, ProfileName.TINY)
"""What a portfolio's size asks for; its code in arrays is its place here."""

ALWAYS, NEVER, GIVEN = 0, 1, 2
"""Who answers a proposal: everybody says yes, nobody does, or ``KernelSeries.approved`` tells."""


@dataclass(frozen=True, slots=True, eq=False)
class KernelRules:
    """One policy as numbers; cash is the last column of everything that names assets.

    Attributes:
        name: the policy's name in tables.
        quote: the quote currency.
        assets: the coins, by symbol; the same as the matrix's.
        targets: the person's own, without tilts; assets + 1.
        half_widths: before any factor, for each size in ``SIZES``; 3 x (assets + 1).
        factors: of the upper and the lower side of a coin's band, clipped, for each regime in
            ``REGIMES``; 5 x 2. Cash has them reversed.
        fee: taker fee rate, in quote currency.
        half_spreads: rates; assets.
        delta: where inside the band a trade ends; 0 = target.
        whole: whether a breach brings every asset to its target, not only those that must move; no
            part of any policy, for comparison with other tools.
        confirm: UTC days in a row that must see the same breach.
        hard: drift in half-widths that needs no confirmation.
        small_below, tiny_below, back: portfolio values of the size profiles, and the factor above
            them on the way back.
        one_a_day: whether at most one plan is proposed on a UTC day.
        after_execution: seconds without a soft proposal after an execution.
        max_turnover, turnover_window: one-way turnover allowed within so many seconds.
        yearly: proposals allowed within 365 days while the size is tiny.
        min_trade_quote, min_trade_share: the smallest trade, quote currency and share.
        haircut: share of expected proceeds that buys may not count on.
        reserve: quote currency that is never spent.
        tests_benefit: whether a soft plan must be worth its cost.
        worth: 0.5 x risk aversion x horizon of that test.
        cost_mult, buffer: how many times its cost a plan must be worth, and the rate added to it.
        cov_days, min_cov_days, keep, fallback_variance: of its covariance.
        approvals: ALWAYS, NEVER or GIVEN.
        delay: bars between a decision and its execution beyond the usual one.
    """

    name: str
    quote: Asset
    assets: tuple[Asset, ...]
    targets: Floats
    half_widths: Floats
    factors: Floats
    fee: float
    half_spreads: Floats
    delta: float = 0.5
    whole: bool = False
    confirm: int = 1
    hard: float = 2.0
    small_below: float = 0.0
    tiny_below: float = 0.0
    back: float = 1.1
    one_a_day: bool = False
    after_execution: float = 0.0
    max_turnover: float = np.inf
    turnover_window: float = 0.0
    yearly: float = np.inf
    min_trade_quote: float = 0.0
    min_trade_share: float = 0.0
    haircut: float = 0.0
    reserve: float = 0.0
    tests_benefit: bool = False
    worth: float = 0.0
    cost_mult: float = 0.0
    buffer: float = 0.0
    cov_days: int = 90
    min_cov_days: int = 60
    keep: float = 0.8
    fallback_variance: float = 0.64
    approvals: int = ALWAYS
    delay: int = 0


@exact
def kernel_rules(  # the conditions of a run, each by name
    policy: Policy,
    assets: Sequence[Asset],
    costs: TradingCosts,
    *,
    name: str = "policy",
    approvals: int = ALWAYS,
    delay: int = 0,
) -> KernelRules:
    """Return a whole policy as numbers, every gate of ``decide()`` included.

    Args:
        policy: the person's rules.
        assets: the coins of the matrix, by symbol.
        costs: proportional ones.
        name: how the run is called in tables.
        approvals: ALWAYS, NEVER or GIVEN.
        delay: how many bars later an approval comes.

    Raises:
        InputInvalid: the policy or the costs have what the kernel does not carry.

    Source: METHODS 1, 5 and 9a.
    """
    _refuse([*_strangers(policy, assets), *_uncarried(policy, costs, approvals, delay)])
    bands = policy.bands
    rules = replace(
        _bare_rules(policy, assets, costs),
        name=name,
        half_widths=_half_widths(policy, assets),
        factors=_factors(policy),
        confirm=bands.confirm,
        hard=float(bands.hard),
        small_below=float(bands.small_below),
        tiny_below=float(bands.tiny_below),
        back=float(1 + bands.hysteresis),
        approvals=approvals,
        delay=delay,
    )
    return _with_benefit(_with_limits(rules, policy), policy)


@exact
def fixed_band_rules(  # the conditions of a run, each by name
    policy: Policy,
    assets: Sequence[Asset],
    costs: TradingCosts,
    *,
    whole: bool = False,
    name: str = "fixed bands",
) -> KernelRules:
    """Return only a policy's targets, bands and destination: any breach trades, at every bar.

    No confirmation, cadence, limits, minimum trade, size profile, regime or benefit test.

    Args:
        policy: whose targets, bands, delta and reserve hold.
        assets: the coins of the matrix, by symbol.
        costs: proportional ones.
        whole: whether a breach brings every asset to its target.
        name: how the run is called in tables.

    Raises:
        InputInvalid: as ``kernel_rules``.
    """
    _refuse([*_strangers(policy, assets), *_uncarried(policy, costs, ALWAYS, 0)])
    return replace(_bare_rules(policy, assets, costs), name=name, whole=whole)


def _bare_rules(policy: Policy, assets: Sequence[Asset], costs: TradingCosts) -> KernelRules:
    """Return targets, bands and costs, and nothing that keeps a breach from being traded."""
    names = (*assets, policy.quote)
    widths = widths_of(policy.bands.profile, policy.bands)
    row = [
        float(base_half_width(policy.target_of(asset), widths, policy.bands.mode))
        for asset in names
    ]
    return KernelRules(
        name="",
        quote=policy.quote,
        assets=tuple(assets),
        targets=np.array([float(policy.target_of(asset)) for asset in names]),
        half_widths=np.array([row] * len(SIZES)),
        factors=np.ones((len(REGIMES), 2)),
        fee=float(costs.fee),
        half_spreads=np.array([float(costs.half_spread_of(asset)) for asset in assets]),
        delta=float(policy.bands.delta),
        reserve=float(policy.reserve),
    )


def _with_limits(rules: KernelRules, policy: Policy) -> KernelRules:
    """Add the policy's cadence, its limits and its smallest trade. Source: METHODS 1.6 and 1.8."""
    cadence, orders = policy.cadence, policy.orders
    return replace(
        rules,
        one_a_day=True,
        after_execution=cadence.after_execution.total_seconds(),
        max_turnover=float(cadence.max_turnover),
        turnover_window=cadence.turnover_window.total_seconds(),
        yearly=float(cadence.tiny_proposals_per_year),
        min_trade_quote=float(orders.min_trade_quote),
        min_trade_share=float(orders.min_trade_share),
        haircut=float(orders.proceeds_haircut),
    )


def _with_benefit(rules: KernelRules, policy: Policy) -> KernelRules:
    """Add the policy's benefit test and its covariance. Source: METHODS 5.4 and 9a."""
    benefit = policy.benefit
    return replace(
        rules,
        tests_benefit=True,
        worth=0.5 * float(benefit.gamma) * float(benefit.horizon_years),
        cost_mult=float(benefit.cost_mult),
        buffer=float(policy.costs.buffer),
        cov_days=benefit.cov_days,
        min_cov_days=benefit.min_cov_days,
        keep=1 - float(benefit.shrink),
        fallback_variance=float(benefit.fallback_volatility) ** 2,
    )


def _refuse(problems: list[str]) -> None:
    if problems:
        raise InputInvalid(*problems, code="KERNEL_RULES")


def _strangers(policy: Policy, assets: Sequence[Asset]) -> Iterator[str]:
    if tuple(assets) != policy.risk_assets:
        yield (
            f"the prices are of {', '.join(assets) or 'nothing'}, the policy names "
            f"{', '.join(policy.risk_assets)}; the same coins in the same order are needed"
        )


def _uncarried(policy: Policy, costs: TradingCosts, approvals: int, delay: int) -> Iterator[str]:
    """Yield what the reference backtest can do and the kernel cannot."""
    if costs.impact:
        yield "the kernel knows proportional costs only; switch the impact of trades off"
    if any(amount > ZERO for _, amount in (*policy.cold, *policy.excluded)):
        yield "the kernel knows no cold and no excluded coins; leave them out of the policy"
    if policy.trading_capital is not None:
        yield "the kernel knows no trading_capital; leave it out of the policy"
    rules = policy.costs
    for asset in policy.risk_assets:
        widest = rules.max_spread_major if asset in rules.majors else rules.max_spread_other
        spread = 2 * costs.half_spread_of(asset)
        if spread > widest:
            yield (
                f"the spread of {asset} is {text_of(spread)}, and this policy trades up to "
                f"{text_of(widest)}; give a narrower one"
            )
    if approvals not in (ALWAYS, NEVER, GIVEN):
        yield f"approvals is {approvals}; use ALWAYS, NEVER or GIVEN"
    if delay < 0:
        yield f"approvals are delayed by {delay} bars; use 0 or more"


def _half_widths(policy: Policy, assets: Sequence[Asset]) -> Floats:
    rules, rows = policy.bands, []
    for size in SIZES:
        is_small = rules.adapt_to_size and size is not ProfileName.STANDARD
        widths = widths_of(wider(rules.profile, size) if is_small else rules.profile, rules)
        names = (*assets, policy.quote)
        targets = (policy.target_of(name) for name in names)
        rows.append([float(base_half_width(target, widths, rules.mode)) for target in targets])
    return np.array(rows)


def _factors(policy: Policy) -> Floats:
    rows = (multipliers_of(regime, policy.regime) for regime in REGIMES)
    pairs = [(row.risk_upper, row.risk_lower) for row in rows]
    return np.array([[float(min(max(x, CLIP_LOW), CLIP_HIGH)) for x in pair] for pair in pairs])
