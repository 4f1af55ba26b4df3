"""Account and policy -> the portfolio the planner may work with."""

from dataclasses import replace
from decimal import Decimal

from core.domain.decision import Reason, ReasonCode
from core.domain.market import FeeMode, MarketStatus
from core.domain.policy import Policy
from core.domain.portfolio import Balance, Cash, Holding, Portfolio
from core.domain.snapshot import Snapshot
from core.domain.units import ONE, ZERO, Asset, Money, Quantity, Rate


def portfolio_of(snapshot: Snapshot, policy: Policy) -> Portfolio:
    """Return what counts and what may be moved.

    Cold, locked and staked coins count and are never sold; excluded amounts do neither; what is
    beyond the trading capital counts as cold or reserve. ``slip`` is the half-spread; the walk
    depends on the trade and comes later.

    Source: METHODS 9a, holdings.
    """
    excluded, cold = dict(policy.excluded), dict(policy.cold)
    holdings = tuple(
        _holding(snapshot, policy, asset, excluded.get(asset, ZERO), cold.get(asset, ZERO))
        for asset in policy.risk_assets
        if snapshot.quote_of(asset) is not None
    )
    cash = _cash(snapshot, policy, excluded.get(policy.quote, ZERO), cold.get(policy.quote, ZERO))
    return _within_capital(
        Portfolio(holdings, cash, snapshot.fee_token_value), policy.trading_capital
    )


def fee_mode_of(snapshot: Snapshot) -> FeeMode:
    """Return in which coin fees are taken; a venue has one mode for all of its markets."""
    return snapshot.rules[0].fee_mode if snapshot.rules else FeeMode.QUOTE


def untradable(snapshot: Snapshot, policy: Policy) -> tuple[Reason, ...]:
    """Return a reason for every target asset that takes no orders now. Source: METHODS 1.7, 1.9."""
    reasons = []
    for asset in policy.risk_assets:
        rules = snapshot.rules_of(asset)
        if rules is None or rules.status is MarketStatus.MISSING:
            reasons.append(Reason(ReasonCode.NOT_TRADABLE, asset))
        elif rules.status is not MarketStatus.ONLINE:
            reasons.append(
                Reason(ReasonCode.MARKET_HALTED, asset, (("status", rules.status.value),))
            )
    return tuple(reasons)


def _split(balance: Balance | None, excluded: Decimal) -> tuple[Decimal, Decimal]:
    """Return (free, held) after the excluded amount, which is taken from what is free first."""
    if balance is None:
        return ZERO, ZERO
    free = max(balance.free - excluded, ZERO)
    rest = max(excluded - balance.free, ZERO)
    return free, max(balance.locked + balance.staked - rest, ZERO)


def _holding(
    snapshot: Snapshot, policy: Policy, asset: Asset, excluded: Decimal, cold: Decimal
) -> Holding:
    quote, rules = snapshot.quote_of(asset), snapshot.rules_of(asset)
    assert quote is not None  # noqa: S101  # the caller leaves out assets without a quote
    free, held = _split(snapshot.balance_of(asset), excluded)
    is_online = rules is not None and rules.status is MarketStatus.ONLINE
    fee = policy.costs.default_taker if rules is None else rules.taker_fee
    return Holding(
        asset=asset,
        target=policy.target_of(asset),
        hot=Quantity(free),
        cold=Quantity(held + cold),
        price=quote.mid,
        step=Quantity(ONE) if rules is None else rules.quantity_step,
        min_quantity=Quantity(ZERO) if rules is None else rules.min_quantity,
        min_notional=Money(ZERO) if rules is None else rules.min_notional,
        fee=policy.costs.default_taker if fee is None else fee,
        slip=Rate(quote.half_spread),
        tradable=is_online,
    )


def _cash(snapshot: Snapshot, policy: Policy, excluded: Decimal, cold: Decimal) -> Cash:
    free, held = _split(snapshot.balance_of(policy.quote), excluded)
    amount = free + held + cold
    # A reserve above the cash there is stays whole: what sales bring fills it before anything buys.
    reserve = policy.reserve + held + cold
    return Cash(policy.quote, policy.target_of(policy.quote), Money(amount), Money(reserve))


def _within_capital(portfolio: Portfolio, capital: Money | None) -> Portfolio:
    """Scale hot coins and free cash down to the trading capital, by one factor."""
    cash = portfolio.cash
    free = max(cash.amount - cash.reserve, ZERO)
    movable = sum((h.hot * h.price for h in portfolio.holdings), ZERO) + free
    if capital is None or movable <= capital:
        return portfolio
    factor = capital / movable
    holdings = tuple(
        replace(h, hot=Quantity(h.hot * factor), cold=Quantity(h.cold + h.hot * (ONE - factor)))
        for h in portfolio.holdings
    )
    held_back = replace(cash, reserve=Money(cash.reserve + free * (ONE - factor)))
    return replace(portfolio, holdings=holdings, cash=held_back)
