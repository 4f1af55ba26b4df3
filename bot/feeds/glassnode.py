"""Glassnode: what goes onto and off exchanges, what lies there, and who accumulates.

``GET {base}/v1/metrics/<metric>?a=BTC&i=24h&s=…``, key in the header ``X-Api-Key``; the answer is
``[{"t": seconds, "v": number}]``, one value bears the start of its day. Metrics that end in
``_pit`` are point-in-time: they only append. The accumulation score has no such variant, is told of
bitcoin only, and may come as ``{"t": …, "o": {"score": …}}``. How many days a plan shows differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.feeds.daily import DailyFeed, Days
from bot.feeds.held import Schedule
from bot.feeds.http import JsonReader
from bot.feeds.strict import Strict
from bot.ports.clock import Clock
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import ZERO, Asset
from core.domain.watching import BTC, ETH

SOURCE = "glassnode.com"
BASE_URL = "https://api.glassnode.com"
SCHEDULE = Schedule(due_after=timedelta(hours=25), poll=timedelta(hours=3))
"""The smallest plan allows 50 calls a day; five metrics every three hours stay below it."""

_MOST_COINS = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Metric:
    """One series of Glassnode.

    Attributes:
        kind, asset: what it measures, of which coin.
        path: its name there; one that ends in ``_pit`` only appends.
        low, high: what can be believed.
    """

    kind: ReadingKind
    asset: Asset
    path: str
    low: Decimal
    high: Decimal


_NET = "transactions/transfers_volume_exchanges_net_pit"
_BALANCE = "distribution/balance_exchanges_pit"
_SCORE = "indicators/accumulation_trend_score"

METRICS = (
    Metric(ReadingKind.NET_INFLOW, BTC, _NET, -_MOST_COINS, _MOST_COINS),
    Metric(ReadingKind.NET_INFLOW, ETH, _NET, -_MOST_COINS, _MOST_COINS),
    Metric(ReadingKind.EXCHANGE_BALANCE, BTC, _BALANCE, ZERO, _MOST_COINS),
    Metric(ReadingKind.EXCHANGE_BALANCE, ETH, _BALANCE, ZERO, _MOST_COINS),
    Metric(ReadingKind.ACCUMULATION, BTC, _SCORE, ZERO, Decimal(1)),
)


class GlassnodeFeed(DailyFeed):
    """Reads one metric; without a key it is off and asks nothing."""

    def __init__(
        self,
        reader: JsonReader,
        clock: Clock,
        metric: Metric,
        *,
        base_url: str = BASE_URL,
        key: str | None,
    ) -> None:
        """Keep the way to the source."""
        super().__init__(
            SOURCE,
            (metric.kind, metric.asset),
            clock=clock,
            is_append_only=metric.path.endswith("_pit"),
        )
        self._reader = reader
        self._metric = metric
        self._url = f"{base_url.rstrip('/')}/v1/metrics/{metric.path}"
        self._key = key

    async def _days(self, since: datetime, strict: Strict) -> Days:
        if not self._key:
            raise FeedUnavailable(f"{SOURCE} needs a key", trouble=Trouble.OFF)
        params = {
            "a": self._metric.asset,
            "i": "24h",
            "s": str(int(since.timestamp())),
            "f": "json",
            "timestamp_format": "unix",
        }
        said = await self._reader.get(self._url, params, {"X-Api-Key": self._key})
        return [self._day(row, strict) for row in strict.listing(said, "the answer")]

    def _day(self, row: object, strict: Strict) -> tuple[datetime, Decimal]:
        point = strict.record(row, "a point")
        about = strict.day(strict.unix(point.get("t"), "t"), "t")
        value, parts = point.get("v"), point.get("o")
        if value is None and isinstance(parts, dict):
            value = parts.get("score")
        return about, strict.number(value, "v", low=self._metric.low, high=self._metric.high)


def glassnode_feeds(
    reader: JsonReader, clock: Clock, *, base_url: str = BASE_URL, key: str | None
) -> Sequence[GlassnodeFeed]:
    """Return one feed per metric, so that a plan without one of them keeps the others."""
    return tuple(
        GlassnodeFeed(reader, clock, metric, base_url=base_url, key=key) for metric in METRICS
    )
