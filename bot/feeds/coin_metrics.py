"""Coin Metrics, community data: coins onto and off exchanges, and market over realised value.

``GET {base}/timeseries/asset-metrics``, no key; numbers are texts, times have nanoseconds, a metric
that is missing on a day is absent or null. The catalogue is asked first: which metrics are served
without a key differs by coin and changes. Values are revised when exchange labels improve, so they
are not append-only. Licence CC BY-NC 4.0: non-commercial use, with the source named.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.feeds.daily import DailyFeed, Days
from bot.feeds.held import Schedule
from bot.feeds.http import JsonReader
from bot.feeds.strict import DAY, Strict
from bot.ports.clock import Clock
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import ZERO, Asset
from core.domain.watching import BTC, ETH

SOURCE = "coinmetrics.io"
BASE_URL = "https://community-api.coinmetrics.io/v4"
SCHEDULE = Schedule(due_after=timedelta(hours=28), poll=timedelta(hours=1))
"""A day is complete there about four hours after it ends."""

MOST_PAGES = 5
"""A year of days fits on one page of 1,000; more than this is not an answer to our question."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One series made from one metric, or from one less another.

    Attributes:
        kind, asset: what it measures, of which coin.
        names: the metric, or the metric and what is taken off it.
        high: the most that can be believed of each.
    """

    kind: ReadingKind
    asset: Asset
    names: tuple[str, ...]
    high: Decimal


_FLOWS = ("FlowInExNtv", "FlowOutExNtv")

METRICS = (
    Metric(ReadingKind.NET_INFLOW, BTC, _FLOWS, Decimal(10**9)),
    Metric(ReadingKind.NET_INFLOW, ETH, _FLOWS, Decimal(10**9)),
    Metric(ReadingKind.MVRV, BTC, ("CapMVRVCur",), Decimal(1000)),
)


class Catalogue:
    """Which daily metrics the source serves of which coin; asked at most once a day."""

    def __init__(self, reader: JsonReader, clock: Clock, base_url: str = BASE_URL) -> None:
        """Keep the way to the source."""
        self._reader = reader
        self._clock = clock
        self._url = f"{base_url.rstrip('/')}/catalog-v2/asset-metrics"
        self._served: frozenset[tuple[str, str]] = frozenset()
        self._asked_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def serves(self, metric: Metric) -> bool:
        """Tell whether everything that a series is made from is served.

        Raises:
            FeedUnavailable: the catalogue cannot be read.
        """
        async with self._one_at_a_time:
            now = self._clock.now()
            if self._asked_at is None or now - self._asked_at >= DAY:
                self._served = await self._ask(Strict(SOURCE, now))
                self._asked_at = now
        asset = metric.asset.lower()
        return all((asset, name) in self._served for name in metric.names)

    async def _ask(self, strict: Strict) -> frozenset[tuple[str, str]]:
        assets = ",".join(sorted({metric.asset.lower() for metric in METRICS}))
        said = strict.record(await self._reader.get(self._url, {"assets": assets}), "the catalogue")
        served = set()
        for row in strict.listing(said.get("data"), "data"):
            coin = strict.record(row, "a coin of the catalogue")
            for item in strict.listing(coin.get("metrics"), "metrics"):
                metric = strict.record(item, "a metric of the catalogue")
                if _is_daily(strict.listing(metric.get("frequencies"), "frequencies")):
                    served.add((str(coin.get("asset")), str(metric.get("metric"))))
        return frozenset(served)


class CoinMetricsFeed(DailyFeed):
    """Reads one series; off when the source does not serve it without a key."""

    def __init__(
        self,
        reader: JsonReader,
        clock: Clock,
        metric: Metric,
        *,
        catalogue: Catalogue,
        base_url: str = BASE_URL,
    ) -> None:
        """Keep the way to the source; the catalogue is shared by all its feeds."""
        super().__init__(SOURCE, (metric.kind, metric.asset), clock=clock)
        self._reader = reader
        self._metric = metric
        self._catalogue = catalogue
        self._url = f"{base_url.rstrip('/')}/timeseries/asset-metrics"

    async def _days(self, since: datetime, strict: Strict) -> Days:
        if not await self._catalogue.serves(self._metric):
            names = " and ".join(self._metric.names)
            text = f"{SOURCE} does not serve {names} of {self._metric.asset} without a key"
            raise FeedUnavailable(text, trouble=Trouble.OFF)
        params = {
            "assets": self._metric.asset.lower(),
            "metrics": ",".join(self._metric.names),
            "frequency": "1d",
            "start_time": f"{since:%Y-%m-%d}",
            "page_size": "1000",
            "paging_from": "start",
        }
        days = [self._day(row, strict) for row in await self._rows(params, strict)]
        return [day for day in days if day is not None]

    async def _rows(self, params: dict[str, str], strict: Strict) -> list[Any]:
        """Return the rows of all pages."""
        rows: list[Any] = []
        for _ in range(MOST_PAGES):
            said = strict.record(await self._reader.get(self._url, params), "the answer")
            rows += strict.listing(said.get("data"), "data")
            token = said.get("next_page_token")
            if not token:
                return rows
            params = {**params, "next_page_token": str(token)}
        raise strict.malformed("next_page_token", token, f"at most {MOST_PAGES} pages")

    def _day(self, row: object, strict: Strict) -> tuple[datetime, Decimal] | None:
        """Return a day's value, None when the source has none for it."""
        item = strict.record(row, "a row of data")
        if item.get("asset") != self._metric.asset.lower():
            raise strict.malformed("asset", item.get("asset"), self._metric.asset.lower())
        about = strict.day(strict.iso(item.get("time"), "time"), "time")
        if any(item.get(name) is None for name in self._metric.names):
            return None
        first, *others = (
            strict.number(item[name], name, low=ZERO, high=self._metric.high)
            for name in self._metric.names
        )
        return about, first - sum(others, ZERO)


def coin_metrics_feeds(
    reader: JsonReader, clock: Clock, *, base_url: str = BASE_URL
) -> Sequence[CoinMetricsFeed]:
    """Return one feed per series, all with one catalogue."""
    catalogue = Catalogue(reader, clock, base_url)
    return tuple(
        CoinMetricsFeed(reader, clock, metric, catalogue=catalogue, base_url=base_url)
        for metric in METRICS
    )


def _is_daily(frequencies: list[Any]) -> bool:
    """Tell whether one of them is a day, and open to all where the catalogue says so."""
    return any(
        isinstance(row, dict)
        and row.get("frequency") == "1d"
        and row.get("community", True) is not False
        for row in frequencies
    )
