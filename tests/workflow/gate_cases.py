"""Orders before the last gate, each with everything the gate sees with it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.ports.messages import Mode
from bot.workflow.last_gate import Situation, refuse
from core.codec import digest_of
from core.domain.decision import Plan, PlannedTrade
from core.domain.ids import client_order_id
from core.domain.market import Quote, Side
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.state import EngineState
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, Weight
from tests.workflow.office import BTC, ETH, MORNING, USD, policy

LATER = MORNING + timedelta(minutes=1)
FEE = Rate(Decimal("0.004"))
MIDS = {BTC: Decimal(100), ETH: Decimal(10)}


@dataclass(frozen=True)
class Case:
    """An order and everything the gate sees with it."""

    order: Order
    now: Situation

    def with_order(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the order
        """Return the same situation with a changed order, which is written down like that."""
        changed = replace(self.order, **changes)
        return Case(changed, replace(self.now, orders=(changed,)))

    def with_now(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the situation
        """Return the same order in a changed situation; quotes are as fresh as they were."""
        if "at" in changes:
            shown = (replace(row, observed_at=changes["at"]) for row in self.now.quotes)
            changes = {"quotes": tuple(shown), **changes}
        return replace(self, now=replace(self.now, **changes))

    def with_quote(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the quote
        """Return the same order with a changed quote of its asset."""
        shown = (
            replace(row, **changes) if row.asset == self.order.asset else row
            for row in self.now.quotes
        )
        return self.with_now(quotes=tuple(shown))

    def with_proposal(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the proposal
        """Return the same order of a changed proposal."""
        return self.with_now(proposal=replace(self.now.proposal, **changes))

    def with_plan(self, **changes: Any) -> "Case":  # noqa: ANN401  # handed to the plan
        """Return the same order of a changed plan, which was shown like that."""
        changed = replace(self.now.proposal.plan, **changes)
        return self.with_proposal(plan=changed, plan_digest=digest_of(changed))

    @property
    def answer(self) -> str:
        """What the gate says."""
        return refuse(self.order, self.now)


def trade(leg: int, asset: Asset, side: Side, quantity: str) -> PlannedTrade:
    """Return a leg at the middle price, bound at 1 % from it."""
    mid = MIDS[asset]
    return PlannedTrade(
        leg,
        asset,
        side,
        Quantity(Decimal(quantity)),
        Price(mid),
        Price(mid * (1 + side.sign / 100)),
        cash=Money(-side.sign * Decimal(quantity) * mid),
        fee=Money(ZERO),
        slippage=Money(ZERO),
        received=Quantity(Decimal(quantity)),
    )


def plan(*trades: PlannedTrade, turnover: str = "0.1", first_funding: bool = False) -> Plan:
    """Return a plan of these legs."""
    return Plan(
        trades=trades,
        value=Money(Decimal(2000)),
        value_after=Money(Decimal(2000)),
        cash_after=Money(Decimal(500)),
        weights_after=(),
        cost=Money(ONE),
        turnover=Weight(Decimal(turnover)),
        benefit=Rate(ONE),
        cost_rate=Rate(ZERO),
        first_funding=first_funding,
        hard=False,
    )


def proposal(*trades: PlannedTrade) -> Proposal:
    """Return a proposal that was approved a moment ago and is executing."""
    whole = plan(*trades)
    return Proposal(
        proposal_id="7f3k9q2m",
        decision_id="d",
        state=ProposalState.EXECUTING,
        plan=whole,
        plan_digest=digest_of(whole),
        tier=1,
        created_at=MORNING,
        expires_at=MORNING + timedelta(hours=12),
        decided_by="owner",
        decided_at=MORNING,
    )


def order(leg: PlannedTrade, *, quantity: Decimal | None = None) -> Order:
    """Return the intent of a leg at its bound."""
    return Order(
        client_id=client_order_id("7f3k9q2m", leg.leg, 1),
        proposal_id="7f3k9q2m",
        leg=leg.leg,
        attempt=1,
        asset=leg.asset,
        side=leg.side,
        quantity=leg.quantity if quantity is None else Quantity(quantity),
        limit_price=leg.worst_price,
        state=OrderState.NEW,
        intent_at=MORNING,
    )


def quotes() -> tuple[Quote, ...]:
    """Return quotes without a spread."""
    return tuple(Quote(asset, Price(mid), Price(mid), LATER, "made") for asset, mid in MIDS.items())


def situation(plan_of: Proposal, *balances: Balance, rules: Policy, **changes: Any) -> Situation:  # noqa: ANN401  # handed to the situation
    """Return a situation in which nothing speaks against an order of the first leg."""
    calm = Situation(
        at=LATER,
        mode=Mode.PAPER,
        policy=rules,
        state=EngineState(),
        proposal=plan_of,
        orders=tuple(order(leg) for leg in plan_of.plan.trades),
        fills=(),
        unsettled=(),
        executions_today=1,
        turnover_today=Decimal("0.1"),
        balances=balances,
        quotes=quotes(),
        fee=FEE,
    )
    return replace(calm, **changes)


def money(amount: str) -> Balance:
    """Return free cash."""
    return Balance(USD, Quantity(Decimal(amount)))


def coins(asset: Asset, amount: str, **held: Quantity) -> Balance:
    """Return free coins."""
    return Balance(asset, Quantity(Decimal(amount)), **held)


def sale(rules: Policy | None = None) -> Case:
    """Return a sale of 2 BTC out of 10 that nothing speaks against."""
    leg = trade(1, BTC, Side.SELL, "2")
    now = situation(proposal(leg), coins(BTC, "10"), money("500"), rules=rules or policy())
    return Case(order(leg), now)


def purchase(rules: Policy | None = None) -> Case:
    """Return a purchase of 20 ETH for 200 out of 500 that nothing speaks against."""
    leg = trade(1, ETH, Side.BUY, "20")
    now = situation(proposal(leg), coins(BTC, "10"), money("500"), rules=rules or policy())
    return Case(order(leg), now)


def fill(asset: Asset, side: Side, quantity: str, price: str | None = None) -> Fill:
    """Return a fill without a fee."""
    cost = MIDS[asset] if price is None else Decimal(price)
    amount = Quantity(Decimal(quantity))
    return Fill("f", "c", asset, side, amount, Price(cost), Money(ZERO), USD, MORNING)


def numbered(leg: int, attempt: int = 1) -> dict[str, Any]:
    """Return what makes an order another leg's or another attempt's, its id included."""
    name = client_order_id("7f3k9q2m", leg, attempt)
    return {"leg": leg, "attempt": attempt, "client_id": name}
