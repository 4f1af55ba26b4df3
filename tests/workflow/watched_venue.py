"""A venue whose every call a test can look at, and interrupt, before it happens and after."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.errors import FeedUnavailable
from core.domain.portfolio import Balance, Flow
from core.domain.proposal import Order, OrderReport
from tests.emulators.flaky_venue import FlakyVenue

Hook = Callable[[], object]


@dataclass
class WatchedVenue:
    """Implements ``AccountReader`` and ``OrderPlacer`` in front of another venue.

    Attributes:
        before, after: called around each placing.
        around: called with a name before and after every call, e.g. ``before place``.
        is_silent: balances and flows are not answered.
        asked: the client ids that were looked up.
        cancelled: the client ids that were to be cancelled.
        cannot_cancel: a cancel is not answered.
    """

    venue: FlakyVenue
    before: Hook | None = None
    after: Hook | None = None
    around: Callable[[str], None] | None = None
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    cannot_cancel: bool = False

    async def balances(self) -> tuple[Balance, ...]:
        """Return the balances; other tasks get their turn, as at a real venue."""
        await asyncio.sleep(0)
        self._answer()
        self._pass("before balances")
        balances = await self.venue.balances()
        self._pass("after balances")
        return balances

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return the flows."""
        await asyncio.sleep(0)
        self._answer()
        return await self.venue.flows(since)

    async def place(self, order: Order) -> OrderReport:
        """Place an order, with whatever happens around it."""
        await asyncio.sleep(0)
        self._pass("before place")
        if self.before is not None:
            self.before()
        try:
            return await self.venue.place(order)
        finally:
            if self.after is not None:
                self.after()
            self._pass("after place")

    async def find(self, client_id: str) -> OrderReport | None:
        """Look an order up."""
        self._pass("before find")
        self.asked.append(client_id)
        found = await self.venue.find(client_id)
        self._pass("after find")
        return found

    async def cancel(self, client_id: str) -> None:
        """Cancel an order."""
        self.cancelled.append(client_id)
        if self.cannot_cancel:
            raise FeedUnavailable("the watched venue does not answer")
        await self.venue.cancel(client_id)

    def _answer(self) -> None:
        if self.is_silent:
            raise FeedUnavailable("the watched venue does not answer")

    def _pass(self, where: str) -> None:
        if self.around is not None:
            self.around(where)
