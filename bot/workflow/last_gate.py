"""The last look at an order before it leaves, apart from the planner and knowing nothing of it.

Whatever a plan says: never more than approved, never below a reserve or an excluded amount, never
beyond the trading capital, only pairs of the policy, never far from the market, never twice, never
under a halt, never while only watching.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.messages import Mode
from bot.workflow.desk import Approver
from bot.workflow.gate_sense import (
    FAR,
    filled_of,
    is_worse,
    odd_balances,
    odd_fills,
    odd_limit,
    odd_order,
    odd_plan,
    odd_quote,
)
from core.domain.market import Quote, Side
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.state import EngineState
from core.domain.units import ONE, ZERO, Asset, Money, Price, Rate, exact, text_of

# An approval holds until the time its card names, and at least this long after the tap.
HOLDS_AT_LEAST = timedelta(minutes=15)
# Source: METHODS 8.3: no card lives longer.
LIVES_AT_MOST = timedelta(hours=24)
# Source: METHODS 8.6: one order, and one automatic second try.
SENDS_PER_LEG = 2
# The share of the portfolio that may lie in coins when they are bought for the first time.
NEARLY_NOTHING = Decimal("0.1")
ORDERING = frozenset({Mode.PAPER, Mode.LIVE})


@dataclass(frozen=True, slots=True)
class Situation:
    """What the last gate looks at, read afresh for every order.

    Attributes:
        at: the present instant.
        mode: what an approval does; nothing is ordered while only watching.
        policy: the person's rules.
        state: the memory, for a halt.
        proposal: the proposal the order claims to belong to, as stored now.
        orders: every order of that proposal, as stored now.
        fills: every fill of that proposal.
        unsettled: orders of any proposal whose outcome is open.
        executions_today: proposals that began executing this UTC day, this one included.
        turnover_today: their planned one-way turnover, this one included.
        balances, quotes: the account and the market now.
        fee: taker fee of the order's market.
    """

    at: datetime
    mode: Mode
    policy: Policy
    state: EngineState
    proposal: Proposal
    orders: Sequence[Order]
    fills: Sequence[Fill]
    unsettled: Sequence[Order]
    executions_today: int
    turnover_today: Decimal
    balances: Sequence[Balance]
    quotes: Sequence[Quote]
    fee: Rate


@exact
def refuse(order: Order, situation: Situation) -> str:
    """Return why ``order`` must not be sent, or an empty text; no number makes it raise."""
    checks = (_authority, _sense, _once, _market, _within_approval, _within_account, _within_day)
    return next((why for check in checks if (why := check(order, situation))), "")


def has_lapsed(proposal: Proposal, at: datetime) -> bool:
    """Tell whether an approval is too old to be acted on, as after a long stop."""
    decided = proposal.decided_at
    if decided is None or proposal.expires_at > proposal.created_at + LIVES_AT_MOST:
        return True
    return at > max(proposal.expires_at, decided + HOLDS_AT_LEAST)


def _authority(order: Order, now: Situation) -> str:
    proposal = now.proposal
    if now.mode not in ORDERING:
        return "watching only: nothing is ordered"
    if now.state.halt is not None:
        return f"trading is halted: {now.state.halt.reason}"
    if proposal.state is not ProposalState.EXECUTING or not proposal.decided_by:
        return f"proposal {proposal.proposal_id} is {proposal.state}, not approved and executing"
    if now.mode is Mode.LIVE and proposal.decided_by == Approver.AUTO:
        return f"no person approved {proposal.proposal_id}"
    if order.proposal_id != proposal.proposal_id:
        return f"the order belongs to {order.proposal_id}, not to {proposal.proposal_id}"
    if order.asset not in now.policy.risk_assets:
        return f"{order.asset} is not in the policy"
    return _untimely(proposal, now.at)


def _untimely(proposal: Proposal, at: datetime) -> str:
    decided = proposal.decided_at
    if decided is None or has_lapsed(proposal, at):
        return f"the approval of {proposal.proposal_id} is too old"
    if decided > proposal.expires_at:
        return f"{proposal.proposal_id} was approved after its time"
    # A clock that was set right by an hour or two must not stop half of a plan.
    if decided > at + LIVES_AT_MOST:
        return f"the approval of {proposal.proposal_id} lies in the future: the clock was set back"
    return ""


def _sense(order: Order, now: Situation) -> str:
    return (
        odd_order(order, now.orders)
        or odd_plan(now.proposal)
        or odd_fills(now.proposal, now.fills)
        or odd_balances(now.balances)
    )


def _once(order: Order, now: Situation) -> str:
    if order.state is not OrderState.NEW or order.deadline_at is not None:
        return f"the order is {order.state}, so it was sent before"
    others = [row for row in now.unsettled if row.client_id != order.client_id]
    if others:
        return f"the outcome of order {others[0].client_id} is not known yet"
    sent = [row for row in now.orders if row.leg == order.leg and row.deadline_at is not None]
    if len(sent) >= SENDS_PER_LEG:
        return f"leg {order.leg} was sent {len(sent)} times already"
    return ""


def _market(order: Order, now: Situation) -> str:
    """Judge the prices by which the order and the limits in money are measured."""
    if not (now.fee.is_finite() and ZERO <= now.fee < FAR):
        return f"the fee of {order.asset} is {now.fee}"
    needed = {order.asset}
    if now.policy.trading_capital is not None:
        needed |= {row.asset for row in now.balances if row.free} & set(now.policy.risk_assets)
    most = now.policy.data.execution_quote_max_age
    for asset in sorted(needed):
        if why := odd_quote(asset, now.quotes, at=now.at, most=most):
            return why
    return odd_limit(order, next(row for row in now.quotes if row.asset == order.asset))


def _within_approval(order: Order, now: Situation) -> str:
    wanted, legs = (order.leg, order.asset, order.side), now.proposal.plan.trades
    leg = next((row for row in legs if (row.leg, row.asset, row.side) == wanted), None)
    if leg is None:
        return f"{order.side} {order.asset} was never approved as leg {order.leg}"
    if (total := filled_of(leg, now.fills) + order.quantity) > leg.quantity:
        return f"{text_of(total)} {order.asset} would exceed the approved {text_of(leg.quantity)}"
    if is_worse(order.limit_price, leg.worst_price, order.side):
        bound = text_of(leg.worst_price)
        return f"limit {text_of(order.limit_price)} lies beyond the printed bound {bound}"
    market = _mids(now.quotes)[order.asset]
    if abs(market - leg.mid) > leg.mid * FAR:
        return f"the market stands at {text_of(market)}, further than 5 % from {text_of(leg.mid)}"
    return ""


def _within_day(_order: Order, now: Situation) -> str:
    rules, plan = now.policy.approval, now.proposal.plan
    if now.executions_today > rules.day_max_executions:
        return f"more than {rules.day_max_executions} executions today"
    coins, cash = _worth(now)
    if plan.first_funding:
        bought = sum((fill.notional for fill in now.fills), ZERO)
        if coins - bought > (coins + cash) * NEARLY_NOTHING:
            return "a first purchase was approved, and there are coins already"
        return ""
    most = f"more than {text_of(rules.day_max_share * 100)} % of the portfolio today"
    if not (now.turnover_today.is_finite() and ZERO <= now.turnover_today <= rules.day_max_share):
        return most
    # The plan's own word for its size is not taken; prices may have moved it a little.
    if _moved(now) > (coins + cash) * rules.day_max_share * (ONE + FAR):
        return most
    return ""


def _worth(now: Situation) -> tuple[Decimal, Decimal]:
    """Return what counts of the portfolio, in coins and in cash; coins without a price do not."""
    mids = _mids(now.quotes) | {now.policy.quote: Price(ONE)}
    excluded, cold = dict(now.policy.excluded), dict(now.policy.cold)
    held = {row.asset: row.free + row.locked + row.staked for row in now.balances}
    worth = {
        asset: (
            max(held.get(asset, ZERO) - excluded.get(asset, ZERO), ZERO) + cold.get(asset, ZERO)
        )
        * mids.get(asset, ZERO)
        for asset, _ in now.policy.targets
    }
    cash = worth.pop(now.policy.quote, ZERO)
    return sum(worth.values(), ZERO), cash


def _moved(now: Situation) -> Decimal:
    """Return what the plan moves one way, the larger of sales and buys, at the prices of now."""
    mids = _mids(now.quotes)
    sums = dict.fromkeys(Side, ZERO)
    for trade in now.proposal.plan.trades:
        sums[trade.side] += trade.quantity * mids.get(trade.asset, trade.worst_price)
    return max(sums.values())


def _within_account(order: Order, now: Situation) -> str:
    share = movable_share(now.policy, now.balances, now.quotes)
    if order.side is Side.SELL:
        free = _free(now.balances, order.asset) - dict(now.policy.excluded).get(order.asset, ZERO)
        sold = sum(
            (f.quantity for f in now.fills if (f.asset, f.side) == (order.asset, Side.SELL)), ZERO
        )
        # What this plan sold already came out of the movable share.
        allowed = (max(free, ZERO) + sold) * share - sold
        if order.quantity > allowed:
            return (
                f"selling {text_of(order.quantity)} {order.asset} exceeds the "
                f"{text_of(max(allowed, ZERO))} that may be sold"
            )
        return ""
    cost = order.quantity * order.limit_price * (ONE + now.fee)
    allowed = spendable(now.policy, now.balances, now.quotes, fills=now.fills)
    if cost > allowed:
        return (
            f"buying {text_of(order.quantity)} {order.asset} may cost {text_of(cost)}, "
            f"more than the {text_of(allowed)} that may be spent"
        )
    return ""


def proceeds_of(fills: Sequence[Fill]) -> Money:
    """Return the quote currency that fills brought in so far, net of fees; may be negative."""
    total = ZERO
    for fill in fills:
        total -= fill.side.sign * fill.notional
        if fill.fee_asset != fill.asset:
            total -= fill.fee
    return Money(total)


@exact
def spendable(
    policy: Policy,
    balances: Sequence[Balance],
    quotes: Sequence[Quote],
    *,
    fills: Sequence[Fill],
) -> Money:
    """Return how much quote currency this plan may still spend.

    The free cash that was there before the plan, less reserve and excluded amount, scaled to the
    trading capital, and what the plan's own sales brought.
    """
    proceeds = proceeds_of(fills)
    free = _free_cash(policy, balances) - proceeds
    # Below the reserve, what sales bring fills it up first.
    share = movable_share(policy, balances, quotes) if free > ZERO else ONE
    return Money(max(free * share + proceeds, ZERO))


def movable_share(policy: Policy, balances: Sequence[Balance], quotes: Sequence[Quote]) -> Decimal:
    """Return the share of hot coins and free cash that the trading capital lets move, at most 1."""
    capital = policy.trading_capital
    if capital is None:
        return ONE
    excluded = dict(policy.excluded)
    mids = _mids(quotes)
    hot = sum(
        (
            max(row.free - excluded.get(row.asset, ZERO), ZERO) * mids[row.asset]
            for row in balances
            if row.asset in mids
        ),
        ZERO,
    )
    movable = hot + max(_free_cash(policy, balances), ZERO)
    return ONE if movable <= capital else capital / movable


def _mids(quotes: Sequence[Quote]) -> dict[Asset, Price]:
    prices = ((row.asset, row.bid, row.ask) for row in quotes)
    return {
        asset: Price((bid + ask) / 2)
        for asset, bid, ask in prices
        if bid.is_finite() and ask.is_finite()
    }


def _free(balances: Sequence[Balance], asset: Asset) -> Decimal:
    return next((row.free for row in balances if row.asset == asset), ZERO)


def _free_cash(policy: Policy, balances: Sequence[Balance]) -> Decimal:
    excluded = dict(policy.excluded).get(policy.quote, ZERO)
    return _free(balances, policy.quote) - excluded - policy.reserve
