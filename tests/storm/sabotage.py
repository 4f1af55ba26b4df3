"""Guards taken away one at a time: a storm that cannot see it proves nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.exchange.live import placer
from bot.exchange.live.placer import KrakenPlacer
from bot.store.orders import SqliteOrders
from bot.workflow import legs, orders
from core.domain.errors import OrderOutcomeUnknown
from core.domain.proposal import Order, OrderReport

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def send_again() -> None:
    """Let an order whose outcome is unknown be sent once more."""
    place = KrakenPlacer.place

    async def insist(own: KrakenPlacer, order: Order) -> OrderReport:
        try:
            return await place(own, order)
        except OrderOutcomeUnknown:
            return await place(own, order)

    _put(KrakenPlacer, "place", insist)


def believe_silence() -> None:
    """Let an order count as absent as soon as it is not found, though it may still arrive."""
    _put(orders, "QUERY_GAP", timedelta())
    _put(orders, "_may_appear_until", lambda _: LONG_AGO)


def no_deadline() -> None:
    """Send orders that the exchange may still take much later."""
    build = vars(placer)["request_of"]

    def build_without(*args: Any, **kwargs: Any) -> dict[str, str]:  # noqa: ANN401
        built: dict[str, str] = build(*args, **kwargs)
        del built["deadline"]
        return built

    _put(placer, "request_of", build_without)


def forget_fills() -> None:
    """Book no fills."""

    def add_fills(store: SqliteOrders, fills: Any, *, at: Any) -> list[Any]:  # noqa: ANN401
        return []

    _put(SqliteOrders, "add_fills", add_fills)


def no_last_gate() -> None:
    """Let every order pass the last gate, and buys as large as they were planned."""
    _put(legs, "refuse", lambda *_: "")
    _put(legs, "_affordable", lambda order, *_, **__: order.quantity)


SABOTAGES: Mapping[str, Callable[[], None]] = {
    "single-send": send_again,
    "patience": believe_silence,
    "deadline": no_deadline,
    "fills": forget_fills,
    "last-gate": no_last_gate,
}
"""What can be taken away, by the name of the guard."""


def _put(owner: Any, name: str, value: object) -> None:  # noqa: ANN401  # a module or a class
    setattr(owner, name, value)
