"""A plan on its way to the executor with the world it meets, and a proper one from a seed."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bot.ports.messages import Mode
from core.codec import digest_of
from core.domain.decision import Plan, PlannedTrade
from core.domain.ids import client_order_id, proposal_id
from core.domain.market import Side
from core.domain.policy import ApprovalRules, BandRules, Policy
from core.domain.proposal import Order, OrderState, Proposal, ProposalState
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, Weight
from tests.dsl import UNWATCHED
from tests.workflow.flat_market import BTC, DOGE, ETH, MIDS, SOL, STEP, USD

HUNDRED = Decimal(100)


@dataclass
class Spoilt:
    """One plan on its way to the executor, and the world it meets.

    Attributes:
        rules: the policy.
        holdings: what is free on the account.
        legs: the plan's trades.
        orders: the intents; ``tried`` says which were sent before, and how many coins they brought.
        plan, proposal: what differs from a proper plan, and a proper proposal, by field.
        reaches: how far the proposal got in its life.
        mode, is_halted, market: the world; ``market`` goes to the flat market.
        ways: how it was spoilt.
        is_forbidden: nothing of it may be ordered.
    """

    at: datetime
    name: str
    rules: dict[str, Any]
    holdings: dict[Asset, Decimal]
    legs: list[PlannedTrade]
    orders: list[Order] = field(default_factory=list)
    tried: dict[str, Decimal] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    proposal: dict[str, Any] = field(default_factory=dict)
    reaches: ProposalState = ProposalState.EXECUTING
    approver: str = "owner"
    mode: Mode = Mode.PAPER
    is_halted: bool = False
    market: dict[str, Any] = field(default_factory=dict)
    ways: list[str] = field(default_factory=list)
    is_forbidden: bool = False

    @property
    def policy(self) -> Policy:
        """The person's rules."""
        targets = ((BTC, "0.4"), (ETH, "0.3"), (SOL, "0.1"), (USD, "0.2"))
        weights = tuple((name, Weight(Decimal(part))) for name, part in targets)
        rules: dict[str, Any] = {"bands": BandRules(confirm=1), **UNWATCHED, **self.rules}
        return Policy(quote=USD, targets=weights, **rules)

    def proposed(self) -> Proposal:
        """Return the proposal as it stands at its beginning."""
        plan = replace(_plan(tuple(self.legs), self.worth), **self.plan)
        whole = Proposal(
            proposal_id=self.name,
            decision_id=f"made up {self.name}",
            state=ProposalState.DRAFT,
            plan=plan,
            plan_digest=digest_of(plan),
            tier=1,
            created_at=self.at,
            expires_at=self.at + timedelta(hours=12),
        )
        return replace(whole, **self.proposal)

    @property
    def worth(self) -> Decimal:
        """What the account is worth."""
        return sum((amount * MIDS.get(asset, ONE) for asset, amount in self.holdings.items()), ZERO)


def proper(draw: Random, number: int, at: datetime) -> Spoilt:
    """Return a plan that nothing speaks against: sales first, then buys, a fifth of the account."""
    holdings = {
        BTC: Decimal(draw.randrange(50, 200)),
        ETH: Decimal(draw.randrange(500, 2000)),
        SOL: Decimal(draw.randrange(5000, 20000)),
        DOGE: Decimal(1000),
        USD: Decimal(draw.randrange(5000, 20000)),
    }
    worth = sum((amount * MIDS.get(asset, ONE) for asset, amount in holdings.items()), ZERO)
    assets = draw.sample([BTC, ETH, SOL], draw.randrange(1, 4))
    sides = sorted((draw.choice(list(Side)) for _ in assets), key=[Side.SELL, Side.BUY].index)
    legs = []
    for leg, (asset, side) in enumerate(zip(assets, sides, strict=True), start=1):
        part = worth * draw.randrange(1, 7) / HUNDRED
        legs.append(leg_of(leg, asset, side, part / MIDS[asset] // STEP * STEP))
    rules = {"approval": ApprovalRules(day_max_executions=10**6)}
    spoilt = Spoilt(at, proposal_id(f"made up {number}", 0), rules, holdings, legs)
    spoilt.orders = [order_of(spoilt, leg) for leg in legs]
    return spoilt


def leg_of(leg: int, asset: Asset, side: Side, quantity: Decimal) -> PlannedTrade:
    """Return a leg at the middle price, bound at 1 % from it."""
    mid = MIDS[asset]
    amount = Quantity(quantity)
    return PlannedTrade(
        leg,
        asset,
        side,
        amount,
        Price(mid),
        Price(mid * (1 + side.sign / 100)),
        cash=Money(-side.sign * quantity * mid),
        fee=Money(ZERO),
        slippage=Money(ZERO),
        received=amount,
    )


def _plan(legs: tuple[PlannedTrade, ...], worth: Decimal) -> Plan:
    return Plan(
        trades=legs,
        value=Money(worth),
        value_after=Money(worth),
        cash_after=Money(ONE),
        weights_after=(),
        cost=Money(ONE),
        turnover=Weight(Decimal("0.2")),
        benefit=Rate(ONE),
        cost_rate=Rate(ZERO),
        first_funding=False,
        hard=False,
    )


def order_of(of: Spoilt, leg: PlannedTrade, attempt: int = 1) -> Order:
    """Return the intent of a leg at its bound."""
    return Order(
        client_id=client_order_id(of.name, leg.leg, attempt),
        proposal_id=of.name,
        leg=leg.leg,
        attempt=attempt,
        asset=leg.asset,
        side=leg.side,
        quantity=leg.quantity,
        limit_price=leg.worst_price,
        state=OrderState.NEW,
        intent_at=of.at,
    )
