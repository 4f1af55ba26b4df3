"""A venue that behaves as venues do on a bad day: the paper exchange, with faults on demand."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime

from bot.exchange.paper import PaperExchange
from bot.ports.clock import Clock
from core.domain.errors import FeedUnavailable, OrderOutcomeUnknown, OrderRejected
from core.domain.portfolio import Balance, Flow
from core.domain.proposal import Order, OrderReport
from core.domain.units import Quantity


@dataclass(frozen=True)
class Fine:
    """Nothing goes wrong."""


@dataclass(frozen=True)
class LoseAnswer:
    """The venue takes the order, and its answer never arrives."""


@dataclass(frozen=True)
class LoseRequest:
    """The order never reaches the venue."""


@dataclass(frozen=True)
class Refuse:
    """The venue says no."""

    reason: str = "the emulated venue refuses"


@dataclass(frozen=True)
class Delay:
    """The order arrives late."""

    seconds: float


@dataclass(frozen=True)
class FillPartly:
    """Only this many coins find a counterpart; the rest is cancelled."""

    quantity: Quantity


Fault = Fine | LoseAnswer | LoseRequest | Refuse | Delay | FillPartly


class FlakyVenue:
    """Implements ``AccountReader`` and ``OrderPlacer``; each placing meets the next fault in line.

    Attributes:
        sent: every order anybody tried to place, in order, whatever became of it.
    """

    def __init__(self, venue: PaperExchange, clock: Clock) -> None:
        """Stand in front of ``venue``."""
        self._venue = venue
        self._clock = clock
        self._faults: deque[Fault] = deque()
        self._hidden = 0
        self._down = 0
        self.sent: list[Order] = []

    def expect(self, *faults: Fault) -> None:
        """Let the next orders meet these faults, one each; after them all is fine again."""
        self._faults.extend(faults)

    def hide_orders(self, lookups: int) -> None:
        """Answer the next ``lookups`` searches for an order with None, as a lagging venue does."""
        self._hidden = lookups

    def go_down(self, lookups: int) -> None:
        """Fail the next ``lookups`` searches for an order."""
        self._down = lookups

    async def balances(self) -> tuple[Balance, ...]:
        """Return the account's balances."""
        return await self._venue.balances()

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return the account's flows."""
        return await self._venue.flows(since)

    async def place(self, order: Order) -> OrderReport:
        """Place ``order``, or do what the next fault says."""
        self.sent.append(order)
        match self._faults.popleft() if self._faults else Fine():
            case LoseAnswer():
                await self._venue.place(order)
                raise OrderOutcomeUnknown("the connection broke before the answer came")
            case LoseRequest():
                raise OrderOutcomeUnknown("the connection broke while sending")
            case Refuse(reason):
                raise OrderRejected(reason)
            case Delay(seconds):
                await self._clock.sleep(seconds)
                return await self._venue.place(order)
            case FillPartly(quantity):
                most = min(quantity, order.quantity)
                return await self._venue.place(replace(order, quantity=most))
            case Fine():
                return await self._venue.place(order)

    async def find(self, client_id: str) -> OrderReport | None:
        """Look ``client_id`` up, unless orders are hidden or the venue is down."""
        if self._down:
            self._down -= 1
            raise FeedUnavailable("the emulated venue does not answer")
        if self._hidden:
            self._hidden -= 1
            return None
        return await self._venue.find(client_id)

    async def cancel(self, client_id: str) -> None:
        """Cancel what is still open."""
        await self._venue.cancel(client_id)
