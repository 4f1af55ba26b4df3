"""The private endpoints of orders and trades."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from tests.emulators.kraken.keys import Permission
from tests.emulators.kraken.limits import cancel_cost
from tests.emulators.kraken.matching import BY_USER
from tests.emulators.kraken.order_request import OrderReader
from tests.emulators.kraken.orders import CANCELED, Order, OrderRequest, Trade
from tests.emulators.kraken.paging import page, span
from tests.emulators.kraken.wire import Json, KrakenError, invalid
from tests.emulators.kraken.world import Visit

_MOST_ORDERS = 50
_MOST_TRADES = 20
_MODES = {
    "cancel_only": "EService:Market in cancel_only mode",
    "maintenance": "EService:Unavailable",
}


def add_order(visit: Visit) -> Json:
    """Answer AddOrder: check, and unless it was only to be validated, place."""
    world, account, now = visit.world, visit.account, visit.now
    request = OrderReader(world.market, visit.received_at, now).read(visit.params)
    _check_system(visit, request)
    open_ids = {order.request.client_id for order in account.open_orders()}
    if request.client_id is not None and request.client_id in open_ids:
        raise KrakenError(world.habits.used_client_id)
    market = world.market(request.pair.id)
    told: Json = {"descr": {"order": request.description}}
    if visit.params.flag("validate"):
        world.matching.check(account, market, request)
        return told
    account.limits.count_order(request.pair.id, 1, now)
    order = world.matching.place(account, market, request, now)
    return told | {"txid": [order.id]}


def cancel_order(visit: Visit) -> Json:
    """Answer CancelOrder: by id, by userref, or by client id."""
    client_id, txid = visit.params.text("cl_ord_id"), visit.params.text("txid")
    if (client_id is None) == (txid is None):
        raise invalid("txid")
    chosen = [
        order
        for order in visit.account.open_orders()
        if txid in {order.id, str(order.request.userref)} or _has(order, client_id)
    ]
    if not chosen:
        raise KrakenError("EOrder:Unknown order")
    return {"count": _cancel(visit, chosen)}


def cancel_all(visit: Visit) -> Json:
    """Answer CancelAll."""
    return {"count": _cancel(visit, visit.account.open_orders())}


def cancel_all_after(visit: Visit) -> Json:
    """Answer CancelAllOrdersAfter: a dead man's switch; 0 turns it off."""
    seconds = visit.params.integer("timeout")
    if seconds is None or not 0 <= seconds < 86_400:
        raise invalid("timeout")
    now = visit.now
    strikes_at = now + timedelta(seconds=seconds) if seconds else None
    visit.account.cancel_all_at = strikes_at
    return {
        "currentTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "triggerTime": f"{strikes_at:%Y-%m-%dT%H:%M:%SZ}" if strikes_at else "0",
    }


def open_orders(visit: Visit) -> Json:
    """Answer OpenOrders."""
    shown = [
        order
        for order in reversed(visit.account.open_orders())
        if order.opened_at + visit.lag <= visit.now and _asked(visit, order)
    ]
    return {"open": _told(visit, shown)}


def closed_orders(visit: Visit) -> Json:
    """Answer ClosedOrders: a page of what is filled, canceled or expired, newest first."""
    params, now = visit.params, visit.now
    closed = [
        order
        for order in visit.account.closed_orders()
        if order.closed_at is not None and order.closed_at + visit.lag <= now
    ]
    times = span(params, {order.id: order.opened_at for order in closed}.get)
    by = params.text("closetime") or "both"
    if by not in {"open", "close", "both"}:
        raise invalid("closetime")
    rows = [
        order
        for order in reversed(closed)
        if _asked(visit, order)
        and (
            (by != "close" and times.holds(order.opened_at))
            or (by != "open" and times.holds(order.closed_at or now))
        )
    ]
    with_trades = params.flag("trades")
    return page(
        rows, params, "closed", lambda order: (order.id, order.told(with_trades=with_trades))
    )


def query_orders(visit: Visit) -> Json:
    """Answer QueryOrders: orders by id, those the key may see."""
    wanted = visit.params.listed("txid")
    if not 0 < len(wanted) <= _MOST_ORDERS:
        raise invalid("txid")
    now = visit.now
    orders = visit.account.orders
    known = [
        orders[name]
        for name in wanted
        if name in orders and orders[name].opened_at + visit.lag <= now
    ]
    if len(known) < len(wanted):
        raise KrakenError("EOrder:Unknown order")
    userref = visit.params.integer("userref")
    seen = [
        order
        for order in known
        if visit.key.may(Permission.QUERY_OPEN if order.is_open else Permission.QUERY_CLOSED)
        and userref in {None, order.request.userref}
    ]
    return _told(visit, seen)


def trades_history(visit: Visit) -> Json:
    """Answer TradesHistory: a page of trades, newest first."""
    params, shown = visit.params, _shown_trades(visit)
    times = span(params, {trade.id: trade.at for trade in shown}.get)
    rows = [trade for trade in reversed(shown) if times.holds(trade.at)]
    with_ledgers = params.flag("ledgers")
    return page(
        rows, params, "trades", lambda trade: (trade.id, trade.told(with_ledgers=with_ledgers))
    )


def query_trades(visit: Visit) -> Json:
    """Answer QueryTrades: trades by id."""
    wanted = visit.params.listed("txid")
    if not 0 < len(wanted) <= _MOST_TRADES:
        raise invalid("txid")
    known = {trade.id: trade for trade in _shown_trades(visit)}
    if not set(wanted) <= set(known):
        raise KrakenError("EQuery:Unknown trade")
    return {name: known[name].told(with_ledgers=True) for name in wanted}


def _check_system(visit: Visit, request: OrderRequest) -> None:
    system = visit.world.habits.system
    if system == "post_only" and "post" not in request.flags:
        raise KrakenError("EService:Market in post_only mode")
    if system in _MODES:
        raise KrakenError(_MODES[system])


def _cancel(visit: Visit, orders: Iterable[Order]) -> int:
    now, count = visit.now, 0
    for order in orders:
        age = (now - order.opened_at).total_seconds()
        visit.account.limits.count_order(order.request.pair.id, cancel_cost(age), now)
        visit.world.matching.end(order, CANCELED, BY_USER, now)
        count += 1
    return count


def _asked(visit: Visit, order: Order) -> bool:
    """Say whether an order is one of those that userref and cl_ord_id ask for."""
    userref, client_id = visit.params.integer("userref"), visit.params.text("cl_ord_id")
    return userref in {None, order.request.userref} and (
        client_id is None or _has(order, client_id)
    )


def _has(order: Order, client_id: str | None) -> bool:
    return client_id is not None and order.request.client_id == client_id


def _told(visit: Visit, orders: Iterable[Order]) -> Json:
    with_trades = visit.params.flag("trades")
    return {order.id: order.told(with_trades=with_trades) for order in orders}


def _shown_trades(visit: Visit) -> list[Trade]:
    until = visit.now - visit.lag
    return [trade for trade in visit.account.trades if trade.at <= until]
