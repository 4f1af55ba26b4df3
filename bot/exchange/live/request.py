"""An order -> the one request that Kraken gets, or a no before anything is sent."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.exchange.live.numbers import inner, positive
from core.domain.errors import OrderNotSent
from core.domain.market import MarketRules, Side
from core.domain.proposal import Order
from core.domain.units import ZERO, Price, ceil_tick, exact, floor_tick, text_of

# Source: Kraken's AddOrder, the window of ``deadline``. The far end keeps ten seconds back for a
# clock that is not ours.
SOONEST = timedelta(seconds=2)
LATEST = timedelta(seconds=50)
# Source: Kraken's AddOrder, the three forms of ``cl_ord_id``.
_CLIENT_ID = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[!-~]{1,18}", re.IGNORECASE
)


def request_of(
    order: Order, market: Mapping[str, Any], rules: MarketRules, *, now: datetime
) -> dict[str, str]:
    """Return the parameters of AddOrder.

    The order takes what is there within its limit and rests nowhere; fees are asked for in quote
    currency; after the deadline the market must not take it any more.

    Args:
        order: what is wanted.
        market: ccxt's market of the pair.
        rules: of the same market.
        now: by our clock.

    Raises:
        OrderNotSent: Kraken could not take it; nothing was sent.
    """
    if not _CLIENT_ID.fullmatch(order.client_id):
        raise _refused(f"the client id {order.client_id!r} has a form that Kraken does not take")
    return {
        "pair": str(market["id"]),
        "type": "buy" if order.side is Side.BUY else "sell",
        "ordertype": "limit",
        "volume": _volume(order, rules),
        "price": _price(order, market, rules),
        "timeinforce": "IOC",
        "oflags": "fciq",
        "cl_ord_id": order.client_id,
        "deadline": _deadline(order, now),
    }


@exact
def _volume(order: Order, rules: MarketRules) -> str:
    quantity, step = order.quantity, rules.quantity_step
    if quantity <= ZERO or quantity % step:
        raise _refused(
            f"{text_of(quantity)} {order.asset} is not a number of steps of {text_of(step)} coins"
        )
    return text_of(quantity)


@exact
def _price(order: Order, market: Mapping[str, Any], rules: MarketRules) -> str:
    """Return the limit on the market's tick, on the side that is safe for the owner.

    A limit with more digits than the pair has at all was not made for this market: that is a no.
    Kraken may have a coarser tick besides, and change it between planning and sending; then the
    limit moves to the next tick that is no worse.
    """
    limit, tick = order.limit_price, rules.price_tick
    finest = positive(inner(market, "precision", "price")) or tick
    if limit <= ZERO or limit % min(finest, tick):
        raise _refused(
            f"the limit {text_of(limit)} of {order.asset} has more digits than its market, "
            f"whose prices are multiples of {text_of(tick)}"
        )
    rounded = floor_tick(limit, tick) if order.side is Side.BUY else ceil_tick(limit, tick)
    if rounded <= ZERO:
        raise _refused(f"the limit {text_of(limit)} of {order.asset} is below one price step")
    return text_of(Price(rounded))


def _deadline(order: Order, now: datetime) -> str:
    """Return the deadline in whole seconds, never later than the order's own."""
    if order.deadline_at is None:
        raise _refused("the order has no deadline, so it could never be settled")
    deadline = min(order.deadline_at, now + LATEST).astimezone(UTC).replace(microsecond=0)
    if deadline - now < SOONEST:
        raise _refused(
            f"its deadline {deadline.isoformat()} is less than {SOONEST.seconds} seconds away; "
            "Kraken takes no order so late"
        )
    return f"{deadline:%Y-%m-%dT%H:%M:%SZ}"


def _refused(reason: str) -> OrderNotSent:
    return OrderNotSent(reason)
