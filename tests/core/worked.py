"""What a plan did, seen from outside: the account before, the orders, the account after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.cli.plan_document import PlanAnswer, PlanRequest, calculate
from core.domain.decision import Decision, Plan, PlannedTrade, Propose
from core.domain.market import FeeMode, Side
from core.domain.portfolio import Balance, Holding, Portfolio
from core.domain.units import ZERO, Asset, Money, Quantity, Weight, exact
from core.engine import decide
from core.planning.holdings import fee_mode_of, portfolio_of
from core.planning.orders import SizedOrder
from tests.dsl import Situation
from tests.strategies import World

LIMITS = frozenset(["BELOW_MIN", "COLD_LIMITED", "CASH_LIMITED", "ILLIQUID"])
"""Codes of a plan that could not go all the way: a second run may find the rest of it."""

Leg = SizedOrder | PlannedTrade


@dataclass(frozen=True, slots=True)
class Worked:
    """One planned portfolio.

    Attributes:
        portfolio: what the planner could see.
        mode: in which coin fees are taken.
        legs: the orders in sending order.
        codes: every reason code without its subject.
    """

    portfolio: Portfolio
    mode: FeeMode
    legs: tuple[Leg, ...]
    codes: tuple[str, ...]

    @property
    def by_asset(self) -> dict[Asset, Holding]:
        """The holdings by symbol."""
        return {row.asset: row for row in self.portfolio.holdings}

    @property
    def is_limited(self) -> bool:
        """Whether something kept the plan from going all the way."""
        return bool(LIMITS & set(self.codes))

    @property
    def is_short(self) -> bool:
        """Whether coins or cash do not suffice for the plan."""
        return bool({"COLD_LIMITED", "CASH_LIMITED"} & set(self.codes))

    @property
    def weights(self) -> dict[Asset, Weight]:
        """Weights before, cash included."""
        return weights_of(self.portfolio)

    @property
    def bought(self) -> dict[Asset, Quantity]:
        """Signed change of coins per asset."""
        return {
            leg.asset: Quantity(leg.received if leg.side is Side.BUY else -leg.quantity)
            for leg in self.legs
        }

    def ordered(self, asset: Asset, side: Side) -> Quantity:
        """Return the quantity ordered of an asset on one side."""
        found = (leg.quantity for leg in self.legs if (leg.asset, leg.side) == (asset, side))
        return Quantity(sum(found, ZERO))

    def received(self, asset: Asset) -> Quantity:
        """Return the coins of an asset that buys bring in."""
        return Quantity(max(self.bought.get(asset, ZERO), ZERO))

    def after(self) -> Portfolio:
        """Return the portfolio once every order is filled as expected."""
        bought = self.bought
        rows = tuple(
            replace(row, hot=Quantity(row.hot + bought.get(row.asset, ZERO)))
            for row in self.portfolio.holdings
        )
        cash = self.portfolio.cash
        amount = Money(cash.amount + sum((leg.cash for leg in self.legs), ZERO))
        return replace(self.portfolio, holdings=rows, cash=replace(cash, amount=amount))

    def charges(self) -> Decimal:
        """Return what the orders cost inside the portfolio, counted leg by leg at the mid price."""
        total = sum((leg.slippage for leg in self.legs), ZERO)
        if self.mode is FeeMode.QUOTE:
            return total + sum((leg.fee for leg in self.legs), ZERO)
        if self.mode is FeeMode.TOKEN:
            return total  # the fee is paid from a coin outside V
        prices = {row.asset: row.price for row in self.portfolio.holdings}
        return total + sum(
            (leg.quantity - leg.received) * prices[leg.asset] if leg.side is Side.BUY else leg.fee
            for leg in self.legs
        )


def weights_of(portfolio: Portfolio) -> dict[Asset, Weight]:
    """Return the weights of a portfolio, computed here and not by the planner."""
    weights = {
        row.asset: Weight((row.hot + row.cold) * row.price / portfolio.value)
        for row in portfolio.holdings
    }
    return weights | {portfolio.cash.asset: Weight(portfolio.cash.amount / portfolio.value)}


def smallest_trade(worked: Worked, asset: Asset) -> Decimal:
    """Return ``max(1.1 * exchange minimum, 25, 0.25 % of V)``. Source: METHODS 1.6."""
    least = Decimal("1.1") * worked.by_asset[asset].min_notional
    return max(least, Decimal(25), Decimal("0.0025") * worked.portfolio.value)


def by_calculator(request: PlanRequest) -> tuple[Worked, PlanAnswer]:
    """Work a request with the stateless calculator."""
    answer = calculate(request)
    codes = tuple(code.partition(":")[0] for code in answer.codes)
    return Worked(request.portfolio, request.mode, answer.orders, codes), answer


@exact
def by_engine(world: World) -> tuple[Worked, Decision]:
    """Work a world with ``decide()``; a plan that was held back counts as well."""
    seen, policy = world.situation.snapshot, world.situation.policy
    decision = decide(seen, policy, world.state)
    plan = plan_of(decision)
    legs: Sequence[Leg] = () if plan is None else plan.trades
    codes = tuple(reason.code.value for reason in decision.reasons)
    portfolio = portfolio_of(seen, policy)
    return Worked(portfolio, fee_mode_of(seen), tuple(legs), codes), decision


def plan_of(decision: Decision) -> Plan | None:
    """Return the plan of a decision, proposed or held back."""
    outcome = decision.outcome
    return outcome.plan if isinstance(outcome, Propose) else outcome.withheld


@exact
def filled(situation: Situation, worked: Worked) -> Situation:
    """Return the situation after every leg was filled as expected."""
    bought, cash = worked.bought, sum((leg.cash for leg in worked.legs), ZERO)
    changes = bought | {situation.policy.quote: Quantity(cash)}
    rows = {row.asset: row for row in situation.snapshot.balances}
    for asset, change in changes.items():
        row = rows.get(asset, Balance(asset, Quantity(ZERO)))
        rows[asset] = replace(row, free=Quantity(row.free + change))
    token = situation.snapshot.fee_token_value
    if token is not None and worked.mode is FeeMode.TOKEN:
        token = Money(token - sum((leg.fee for leg in worked.legs), ZERO))
    seen = replace(
        situation.snapshot,
        balances=tuple(rows.values()),
        fee_token_value=None if token is None else Money(max(token, ZERO)),
    )
    return replace(situation, snapshot=seen)
