"""An account that is only watched: nothing is ever ordered there."""

from bot.ports.exchange import OrderPlacer
from core.domain.errors import OrderNotSent
from core.domain.proposal import Order, OrderReport


class NoOrders:
    """Implements ``OrderPlacer`` by refusing; an order of earlier live days can still be found."""

    def __init__(self, finder: OrderPlacer | None = None) -> None:
        """Look orders up through ``finder``; None = none was ever sent here."""
        self._finder = finder

    async def place(self, order: Order) -> OrderReport:
        """Refuse.

        Raises:
            OrderNotSent: always.
        """
        raise OrderNotSent(f"{order.asset} is only watched, not traded")

    async def find(self, client_id: str) -> OrderReport | None:
        """Look ``client_id`` up.

        Raises:
            FeedUnavailable: the venue did not answer.
            AccountProblem: a person must look.
        """
        return None if self._finder is None else await self._finder.find(client_id)

    async def cancel(self, client_id: str) -> None:
        """Do nothing: no order is open."""
