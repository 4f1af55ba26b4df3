"""Orders, coins and sums for tests of the paper exchange."""

from collections.abc import Callable
from decimal import Decimal

from bot.exchange.paper import PaperExchange
from core.domain.market import Side
from core.domain.proposal import Order, OrderState
from core.domain.units import ZERO, Asset, Price, Quantity
from tests.exchange.manual_clock import START

Opener = Callable[..., PaperExchange]

USD = Asset("USD")


def coins(**amounts: str) -> dict[Asset, Quantity]:
    """Return amounts by coin."""
    return {Asset(name): Quantity(Decimal(amount)) for name, amount in amounts.items()}


def an_order(
    asset: Asset, side: Side, quantity: str, *, limit: str, client_id: str = "one"
) -> Order:
    """Return an order without a deadline."""
    return Order(
        client_id=client_id,
        proposal_id="test",
        leg=1,
        attempt=1,
        asset=asset,
        side=side,
        quantity=Quantity(Decimal(quantity)),
        limit_price=Price(Decimal(limit)),
        state=OrderState.SENDING,
        intent_at=START,
    )


async def held(paper: PaperExchange) -> dict[Asset, Decimal]:
    """Return all there is of each coin."""
    return {row.asset: row.free + row.locked + row.staked for row in await paper.balances()}


async def sums_of_flows(paper: PaperExchange) -> dict[Asset, Decimal]:
    """Return the sum of each coin's flows."""
    totals: dict[Asset, Decimal] = {}
    for flow in await paper.flows(None):
        totals[flow.asset] = totals.get(flow.asset, ZERO) + flow.amount
    return {asset: total for asset, total in totals.items() if total}
