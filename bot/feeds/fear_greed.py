"""The Crypto Fear & Greed Index of alternative.me: one number a day from 0 (fear) to 100 (greed).

``GET https://api.alternative.me/fng/?limit=…``, no key; every number is a text; newest first. The
value of a day appears a few minutes after that day begins, and tells of the days before it. Whoever
shows the number names alternative.me as its source. The labels ("Extreme Fear") are not read: the
pages that explain them disagree.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from bot.feeds.daily import DailyFeed, Days
from bot.feeds.held import Schedule
from bot.feeds.http import JsonReader
from bot.feeds.strict import DAY, Strict, midnight, shown
from bot.ports.clock import Clock
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import Asset

SOURCE = "alternative.me"
BASE_URL = "https://api.alternative.me"
SCHEDULE = Schedule(due_after=timedelta(minutes=5), poll=timedelta(minutes=15))

_LOW, _HIGH = Decimal(0), Decimal(100)


class FearGreedFeed(DailyFeed):
    """Reads the index; values are never changed afterwards."""

    def __init__(self, reader: JsonReader, clock: Clock, base_url: str = BASE_URL) -> None:
        """Keep the way to the source."""
        super().__init__(
            SOURCE,
            (ReadingKind.FEAR_GREED, Asset("")),
            clock=clock,
            out_after=timedelta(0),
            is_append_only=True,
        )
        self._reader = reader
        self._url = f"{base_url.rstrip('/')}/fng/"

    async def _days(self, since: datetime, strict: Strict) -> Days:
        limit = (midnight(self._clock.now()) - since) // DAY + 1
        said = await self._reader.get(self._url, {"limit": str(limit), "format": "json"})
        answer = strict.record(said, "the answer")
        metadata = answer.get("metadata")
        if isinstance(metadata, dict) and metadata.get("error"):
            text = f"{SOURCE} reports an error: {shown(metadata['error'])}"
            raise FeedUnavailable(text, trouble=Trouble.DOWN)
        return [_day(row, strict) for row in strict.listing(answer.get("data"), "data")]


def _day(row: object, strict: Strict) -> tuple[datetime, Decimal]:
    item = strict.record(row, "an item of data")
    at = strict.unix(item.get("timestamp"), "timestamp")
    return midnight(at), strict.number(item.get("value"), "value", low=_LOW, high=_HIGH)
