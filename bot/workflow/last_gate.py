"""The last look at an order before it leaves, apart from the planner and knowing nothing of it.

Whatever a plan says: never more than approved, never below a reserve or an excluded amount, never
beyond the trading capital, only pairs of the policy, never twice, never under a halt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from core.domain.market import Quote, Side
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.state import EngineState
from core.domain.units import ONE, ZERO, Asset, Money, Rate, exact, text_of

# An approval holds until the time its card names, and at least this long after the tap.
HOLDS_AT_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the last gate looks at, read afresh for every order.

    Attributes:
        at: the present instant.
        policy: the person's rules.
        state: the memory, for a halt.
        proposal: the proposal the order claims to belong to, as stored now.
        fills: every fill of that proposal.
        unsettled: orders of any proposal whose outcome is open.
        executions_today: proposals that began executing this UTC day, this one included.
        turnover_today: their planned one-way turnover, this one included.
        balances, quotes: the account and the market now.
        fee: taker fee of the order's market.
    """

    at: datetime
    policy: Policy
    state: EngineState
    proposal: Proposal
    fills: Sequence[Fill]
    unsettled: Sequence[Order]
    executions_today: int
    turnover_today: Decimal
    balances: Sequence[Balance]
    quotes: Sequence[Quote]
    fee: Rate


@exact
def refuse(order: Order, situation: Situation) -> str:
    """Return why ``order`` must not be sent, or an empty text."""
    checks = (_sense, _authority, _once, _within_approval, _within_day, _within_account)
    return next((why for check in checks if (why := check(order, situation))), "")


def has_lapsed(proposal: Proposal, at: datetime) -> bool:
    """Tell whether an approval is too old to be acted on, as after a long stop."""
    decided = proposal.decided_at
    return decided is None or at > max(proposal.expires_at, decided + HOLDS_AT_LEAST)


def _sense(order: Order, _now: Situation) -> str:
    for name, number in (("quantity", order.quantity), ("limit", order.limit_price)):
        if not (number.is_finite() and number > ZERO):
            return f"the {name} of the order is {number}, not a number above 0"
    return ""


def _authority(order: Order, now: Situation) -> str:
    if now.state.halt is not None:
        return f"trading is halted: {now.state.halt.reason}"
    proposal = now.proposal
    if proposal.state is not ProposalState.EXECUTING or not proposal.decided_by:
        return f"proposal {proposal.proposal_id} is {proposal.state}, not approved and executing"
    if has_lapsed(proposal, now.at):
        return f"the approval of {proposal.proposal_id} is too old"
    if order.proposal_id != proposal.proposal_id:
        return f"the order belongs to {order.proposal_id}, not to {proposal.proposal_id}"
    if order.asset not in now.policy.risk_assets:
        return f"{order.asset} is not in the policy"
    return ""


def _once(order: Order, now: Situation) -> str:
    if order.state is not OrderState.NEW:
        return f"the order is {order.state}, so it was sent before"
    others = [row for row in now.unsettled if row.client_id != order.client_id]
    if others:
        return f"the outcome of order {others[0].client_id} is not known yet"
    return ""


def _within_approval(order: Order, now: Situation) -> str:
    legs = [t for t in now.proposal.plan.trades if (t.asset, t.side) == (order.asset, order.side)]
    if not legs:
        return f"{order.side} {order.asset} was never approved"
    leg = legs[0]
    filled = sum(
        (f.quantity for f in now.fills if (f.asset, f.side) == (order.asset, order.side)), ZERO
    )
    if filled + order.quantity > leg.quantity:
        total = text_of(filled + order.quantity)
        return f"{total} {order.asset} would exceed the approved {text_of(leg.quantity)}"
    beyond = (order.limit_price - leg.worst_price) * order.side.sign
    if beyond > ZERO:
        bound = text_of(leg.worst_price)
        return f"limit {text_of(order.limit_price)} lies beyond the printed bound {bound}"
    return ""


def _within_day(_order: Order, now: Situation) -> str:
    rules = now.policy.approval
    if now.executions_today > rules.day_max_executions:
        return f"more than {rules.day_max_executions} executions today"
    if not now.proposal.plan.first_funding and now.turnover_today > rules.day_max_share:
        return f"more than {text_of(rules.day_max_share * 100)} % of the portfolio today"
    return ""


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
    mids = {quote.asset: quote.mid for quote in quotes}
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


def _free(balances: Sequence[Balance], asset: Asset) -> Decimal:
    return next((row.free for row in balances if row.asset == asset), ZERO)


def _free_cash(policy: Policy, balances: Sequence[Balance]) -> Decimal:
    excluded = dict(policy.excluded).get(policy.quote, ZERO)
    return _free(balances, policy.quote) - excluded - policy.reserve
