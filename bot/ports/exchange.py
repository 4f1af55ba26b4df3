"""The venue, split by power. Nothing here can move coins off the account."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from core.domain.market import BarSeries, Book, MarketRules, Quote
from core.domain.portfolio import Balance, Flow
from core.domain.proposal import Order, OrderReport
from core.domain.readings import Reading
from core.domain.units import Asset


class MarketReader(Protocol):
    """Public market data. An asset the venue does not know is left out of the answer.

    Every method raises ``FeedUnavailable`` when the venue gives nothing that can be believed.
    """

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return the best bid and ask of each asset."""
        ...

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return the order book of each asset, best level first."""
        ...

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return steps, minimums, fees and status of each asset."""
        ...

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return up to 460 closed daily bars of each asset, oldest first."""
        ...

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Return the price of 24 hours ago, about the instant it was seen; None when not known."""
        ...


class AccountReader(Protocol):
    """What the account holds and what changed it."""

    async def balances(self) -> tuple[Balance, ...]:
        """Return every balance that is not zero.

        Nothing at all is an answer only where the venue says so of each coin: an answer without
        content must never look as if everything had been sold.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed.
            AccountProblem: the venue refuses the key, or shows what nobody knows.
        """
        ...

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return every change of a balance from ``since`` on, oldest first; None = all.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed, or has not told all yet.
            AccountProblem: the venue refuses the key, or shows what nobody knows.
        """
        ...


class OrderPlacer(Protocol):
    """Marketable limit orders, immediate or cancel; nothing rests on the book."""

    async def place(self, order: Order) -> OrderReport:
        """Send ``order`` once.

        Raises:
            OrderRejected: a definite no.
            OrderOutcomeUnknown: the answer does not tell whether the venue took it.
        """
        ...

    async def find(self, client_id: str) -> OrderReport | None:
        """Look ``client_id`` up among open orders, closed orders and trades; None = not there.

        Raises:
            FeedUnavailable: the venue did not answer.
            AccountProblem: the venue refuses the key, or several orders bear this id and nobody
                can tell which of them is meant. Either way the order stays unknown, and a person
                must look.
        """
        ...

    async def cancel(self, client_id: str) -> None:
        """Cancel what is still open of the order; an unknown or finished one is no error.

        Raises:
            FeedUnavailable: the venue did not answer; asking again does no harm.
            AccountProblem: the venue refuses the key.
        """
        ...
