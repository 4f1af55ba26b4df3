"""One checked calculator input -> its answer, as values and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.domain.decision import Band
from core.domain.errors import InputInvalid
from core.domain.market import FeeMode
from core.domain.policy import BandMode, OrderRules, Profile
from core.domain.portfolio import Cash, Holding, Portfolio
from core.domain.units import ZERO, Asset, Money, Quantity, exact, text_of
from core.planning.bands import Multipliers, band_around, base_half_width
from core.planning.orders import SizedOrder, minimum_trade
from core.planning.rebalance import (
    Breaches,
    Rebalance,
    find_breaches,
    plan_rebalance,
    stands_of,
)
from core.signals.drift import drift_in_bands, values_of, weights_of

HARD = Decimal(2)


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A calculator input, checked.

    Attributes:
        request_id: the caller's id of this input, None without one.
        portfolio: holdings, prices, targets, costs, cash.
        profile, delta, multipliers: how wide the bands are and where a trade ends.
        mode: in which coin fees are taken.
        rules: minimums and haircut.
    """

    request_id: str | None
    portfolio: Portfolio
    profile: Profile
    delta: Decimal
    multipliers: Multipliers
    mode: FeeMode
    rules: OrderRules


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """Everything the calculator found out about one request."""

    request: PlanRequest
    bands: Mapping[Asset, Band]
    breaches: Breaches
    rebalance: Rebalance | None

    @property
    def orders(self) -> tuple[SizedOrder, ...]:
        """The orders in sending order."""
        return () if self.rebalance is None else self.rebalance.sized.orders

    @property
    def codes(self) -> tuple[str, ...]:
        """Why orders are smaller or missing: ``CODE`` or ``CODE:ASSET``."""
        if self.rebalance is None:
            return ("NO_BREACH",)
        reasons = self.rebalance.sized.reasons
        codes = [f"{r.code}:{r.subject}" if r.subject else str(r.code) for r in reasons]
        return tuple(codes if self.orders else [*codes, "NOTHING_TO_DO"])

    @property
    def token_fees(self) -> Money:
        """Fees paid in a coin that does not count in the portfolio, quote currency."""
        paid_apart = self.request.mode is FeeMode.TOKEN
        return Money(sum((order.fee for order in self.orders if paid_apart), ZERO))

    @property
    def quantities_after(self) -> dict[Asset, Quantity]:
        """Coins of every asset after the orders."""
        coins = {h.asset: h.hot + h.cold for h in self.request.portfolio.holdings}
        for order in self.orders:
            coins[order.asset] += order.received * order.side.sign
        return {asset: Quantity(amount) for asset, amount in coins.items()}

    @property
    def cash_after(self) -> Money:
        """Quote currency after the orders."""
        moved = sum((order.cash for order in self.orders), ZERO)
        return Money(self.request.portfolio.cash.amount + moved)

    @property
    def values_after(self) -> dict[Asset, Money]:
        """Value of every asset after the orders, cash included, by symbol."""
        coins = self.quantities_after
        values = {h.asset: Money(coins[h.asset] * h.price) for h in self.request.portfolio.holdings}
        values[self.request.portfolio.cash.asset] = self.cash_after
        return dict(sorted(values.items()))


@exact
def calculate(request: PlanRequest) -> PlanAnswer:
    """Run bands, destination, water-fill, wealth and sizing on one request.

    Raises:
        InputInvalid: with code NO_VALUE when there is nothing to plan with.
    """
    portfolio, mult = request.portfolio, request.multipliers
    if portfolio.value <= ZERO:
        raise InputInvalid(
            f"the portfolio is worth {text_of(portfolio.value)}; give it coins or cash",
            code="NO_VALUE",
        )
    bands = {}
    rows: tuple[Holding | Cash, ...] = (*portfolio.holdings, portfolio.cash)
    for row in rows:
        is_cash = isinstance(row, Cash)
        bands[row.asset] = band_around(
            row.target,
            base_half_width(row.target, request.profile, BandMode.HYBRID),
            upper=mult.cash_upper if is_cash else mult.risk_upper,
            lower=mult.cash_lower if is_cash else mult.risk_lower,
        )
    stands = stands_of(portfolio, bands)
    breaches = find_breaches(portfolio, stands, hard=HARD, rules=request.rules)
    if not breaches.breached:
        return PlanAnswer(request, bands, breaches, None)
    plan = plan_rebalance(
        portfolio, stands, breaches, delta=request.delta, mode=request.mode, rules=request.rules
    )
    return PlanAnswer(request, bands, breaches, plan)


@exact
def answer_document(answer: PlanAnswer) -> dict[str, Any]:
    """Return the answer as the JSON document of ``--json``; every number is a decimal text."""
    request, plan = answer.request, answer.rebalance
    portfolio = request.portfolio
    weights = weights_of(values_of(portfolio))
    targets = {h.asset: h.target for h in portfolio.holdings}
    targets[portfolio.cash.asset] = portfolio.cash.target
    value_after = Money(sum(answer.values_after.values(), ZERO))
    document: dict[str, Any] = {} if request.request_id is None else {"id": request.request_id}
    destination = None if plan is None else plan.destination
    return document | {
        "V": text_of(portfolio.value),
        "weights": _texts(weights),
        "band_up": _texts({a: band.upper for a, band in answer.bands.items()}),
        "band_low": _texts({a: band.lower for a, band in answer.bands.items()}),
        "u": _texts(
            {a: drift_in_bands(w, targets[a], answer.bands[a]) for a, w in weights.items()}
        ),
        "breached": list(answer.breaches.breached),
        "hard": list(answer.breaches.hard),
        "first_funding": answer.breaches.first_funding,
        "R": "0" if destination is None else text_of(destination.gap),
        "L": None
        if destination is None or destination.level is None
        else text_of(destination.level),
        "raised": [] if destination is None else list(destination.raised),
        "planned_weights": _texts(weights if destination is None else destination.weights),
        "V_post": text_of(portfolio.value if plan is None else plan.value_after),
        "dropped_legs": [] if plan is None else list(plan.dropped),
        "min_trade": _texts(
            {
                h.asset: minimum_trade(portfolio.value, h.min_notional, request.rules)
                for h in portfolio.holdings
            }
        ),
        "codes": list(answer.codes),
        "orders": [_order_document(order) for order in answer.orders],
        "cash_after": text_of(answer.cash_after),
        "V_after": text_of(value_after),
        "weights_after": _texts(weights_of(answer.values_after)),
        "cost": text_of(portfolio.value - value_after + answer.token_fees),
    }


def _order_document(order: SizedOrder) -> dict[str, str]:
    return {
        "side": order.side.value,
        "asset": order.asset,
        "qty": text_of(order.quantity),
        "cash": text_of(order.cash),
        "fee": text_of(order.fee),
        "received": text_of(order.received),
    }


def _texts(numbers: Mapping[Asset, Decimal]) -> dict[str, str]:
    return {asset: text_of(number) for asset, number in sorted(numbers.items())}
