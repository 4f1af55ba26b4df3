"""What holders of a perpetual future pay for it: a day's mean rate per 8 hours, coin by coin.

Venues differ in how often funding is paid: every 8, 4 or 1 hours, and a contract may change. Over a
whole UTC day the rates add up to what was paid, so a third of their sum is the mean per 8 hours,
whatever the interval. The interval is still derived, from the times of the payments: only with it
is it known that no payment of the day is missing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bot.feeds.daily import DailyFeed, Days
from bot.feeds.held import Schedule
from bot.feeds.strict import DAY, Strict, midnight
from bot.feeds.venue_feeds import Wait, patiently
from bot.ports.clock import Clock
from bot.venues.connection import POLITE, Connection, Manners
from bot.venues.table import Paging, Perpetuals, funding_venue
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import ZERO, Asset, exact

SCHEDULE = Schedule(due_after=DAY + timedelta(minutes=10), poll=timedelta(minutes=30))
"""A day's mean is out shortly after the day."""

MOST_PAGES = 110
"""More than a year of hourly rates in pages of 100."""

_LOW, _HIGH = Decimal("-0.1"), Decimal("0.1")
_EIGHT_HOURS_A_DAY = 3
_STEP = Decimal("1e-10")
_MINUTE_MS = 60_000

Payments = Sequence[tuple[datetime, Decimal]]


class FundingVenue:
    """One venue's perpetuals over one connection; close it after the feeds."""

    def __init__(
        self,
        venue: str,
        clock: Clock,
        *,
        base_url: str | None = None,
        manners: Manners = POLITE,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """Keep what it takes; nothing is opened yet.

        Args:
            venue: binanceusdm, bybit, okx or krakenfutures.
            clock: what time it is.
            base_url: stands in for the venue's own address; None or empty = the venue itself.
            manners: how the venue is asked.
            wait: passes the seconds between two attempts.

        Raises:
            InputInvalid: the venue is not known.
        """
        self.perpetuals = funding_venue(venue)
        self.clock = clock
        self._connection = Connection(
            self.perpetuals.venue, clock, base_url=base_url, manners=manners
        )
        self._wait = wait

    def feeds(self, assets: Collection[Asset]) -> tuple["FundingFeed", ...]:
        """Return one feed per coin, so that one coin's trouble is not another's."""
        return tuple(FundingFeed(self, asset) for asset in sorted(set(assets)))

    async def rows(self, asset: Asset, since: datetime) -> list[dict[str, Any]]:
        """Return ccxt's rows from ``since`` on, in any order, some perhaps twice.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed.
        """
        perpetuals, symbol = self.perpetuals, self.perpetuals.symbol(asset)
        if symbol not in await patiently(self._connection.markets, self._wait):
            raise FeedUnavailable(
                f"{perpetuals.venue.title} has no perpetual of {asset}", trouble=Trouble.REFUSED
            )
        first = int(since.timestamp() * 1000)
        if perpetuals.paging is Paging.WHOLE:
            return await self._page(symbol, None, {})
        if perpetuals.paging is Paging.FORWARD:
            return await self._forward(symbol, first)
        return await self._backward(symbol, first)

    async def close(self) -> None:
        """Release the connection."""
        await self._connection.close()

    async def _forward(self, symbol: str, first: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            page = await self._page(symbol, first, {})
            found += page
            if len(page) < self.perpetuals.page:
                break
            first = max(_stamp(row) for row in page) + 1
        return found

    async def _backward(self, symbol: str, first: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        params: dict[str, int] = {}
        for _ in range(MOST_PAGES):
            page = await self._page(symbol, None, params)
            found += page
            oldest = min((_stamp(row) for row in page), default=0)
            if len(page) < self.perpetuals.page or oldest <= first:
                break
            params = {self.perpetuals.before: oldest - 1}
        return found

    async def _page(
        self, symbol: str, since: int | None, params: dict[str, int]
    ) -> list[dict[str, Any]]:
        perpetuals: Perpetuals = self.perpetuals

        async def ask() -> list[dict[str, Any]]:
            page: list[dict[str, Any]] = await self._connection.ask(
                "fetch_funding_rate_history", symbol, since, perpetuals.page, params
            )
            return page

        return await patiently(ask, self._wait)


class FundingFeed(DailyFeed):
    """One coin's funding, a reading per complete UTC day; rates are never changed afterwards."""

    def __init__(self, venue: FundingVenue, asset: Asset) -> None:
        """Keep the way to the venue."""
        super().__init__(
            venue.perpetuals.venue.name,
            (ReadingKind.FUNDING, asset),
            clock=venue.clock,
            is_append_only=True,
        )
        self._venue = venue
        self._asset = asset

    async def _days(self, since: datetime, strict: Strict) -> Days:
        # The day before shows how far the first payment of the first day is from its predecessor.
        rows = await self._venue.rows(self._asset, since - DAY)
        payments = strict.by_day([_payment(row, strict) for row in rows], "funding")
        return [day for day in daily_means(payments) if day[0] >= since]


@exact
def daily_means(payments: Payments) -> list[tuple[datetime, Decimal]]:
    """Return the mean rate per 8 hours of each complete UTC day.

    The shortest gap before a payment of a day is that day's interval; the day is complete when its
    payments, that far apart, fill it.

    Args:
        payments: (time, rate paid at that time for the interval before), oldest first.
    """
    days: dict[datetime, list[tuple[timedelta, Decimal]]] = defaultdict(list)
    for (before, _), (at, rate) in pairwise(payments):
        days[midnight(at)].append((at - before, rate))
    return [
        (day, (sum((rate for _, rate in paid), ZERO) / _EIGHT_HOURS_A_DAY).quantize(_STEP))
        for day, paid in sorted(days.items())
        if min(gap for gap, _ in paid) * len(paid) == DAY
    ]


def _payment(row: dict[str, Any], strict: Strict) -> tuple[datetime, Decimal]:
    """Return the time of a payment to the minute, since venues miss it by milliseconds."""
    strict.unix(_stamp(row) // 1000, "timestamp")
    minutes = (_stamp(row) + _MINUTE_MS // 2) // _MINUTE_MS
    rate = strict.number(row.get("fundingRate"), "fundingRate", low=_LOW, high=_HIGH)
    return datetime.fromtimestamp(minutes * 60, UTC), rate


def _stamp(row: dict[str, Any]) -> int:
    """Return the time of a row in milliseconds; 0, which nobody believes, when there is none."""
    stamp = row.get("timestamp")
    return stamp if isinstance(stamp, int) else 0
