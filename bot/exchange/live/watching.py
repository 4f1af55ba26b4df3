"""An account that is only watched: nothing is ever ordered there."""

from core.domain.errors import OrderRejected
from core.domain.proposal import Order, OrderReport


class NoOrders:
    """Implements ``OrderPlacer`` by refusing: it has no connection that could carry an order."""

    async def place(self, order: Order) -> OrderReport:
        """Refuse.

        Raises:
            OrderRejected: always.
        """
        raise OrderRejected(f"nothing was sent: {order.asset} is only watched, not traded")

    async def find(self, client_id: str) -> OrderReport | None:  # noqa: ARG002  # nothing is there
        """Return None: no order was ever sent."""
        return None

    async def cancel(self, client_id: str) -> None:
        """Do nothing: no order is open."""
