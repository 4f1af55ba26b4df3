"""Santiment: coins that go onto exchanges less those that leave, and how many lie there.

``POST {base}/graphql`` with ``{"query": …}`` and ``Authorization: Apikey <key>``. Errors come with
status 200 or 400 under ``errors``, which is read first. Each metric in a question counts as one
call. The free plan hides the newest 30 days: a range that reaches into them is cut without a word,
one that lies in them is refused. Either way there is nothing to act on, and the feed says so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from bot.feeds.daily import DailyFeed, Days
from bot.feeds.held import Schedule
from bot.feeds.http import JsonReader
from bot.feeds.strict import DAY, Strict, midnight, shown
from bot.ports.clock import Clock
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import ZERO, Asset
from core.domain.watching import BTC, ETH

SOURCE = "santiment.net"
BASE_URL = "https://api.santiment.net"
SCHEDULE = Schedule(due_after=timedelta(hours=27), poll=timedelta(hours=3))
"""1,000 calls a month on the free plan, 5,000 on the next; six metrics every three hours at worst
when a value is late, six a day otherwise."""

SLUGS = {BTC: "bitcoin", ETH: "ethereum"}
METRICS = {
    ReadingKind.NET_INFLOW: ("exchange_inflow", "exchange_outflow"),
    ReadingKind.EXCHANGE_BALANCE: ("exchange_balance",),
}

_MOST_COINS = Decimal(10**9)
_HIDDEN = 7 * DAY  # a paid plan lags a day or two; the free one a month
_FREE_PLAN = "the plan of this key hides the newest 30 days"
_WORDS = (
    ("outside the allowed interval", Trouble.LATE),
    ("rate limit", Trouble.LIMITED),
    ("not valid", Trouble.REFUSED),
    ("unauthorized", Trouble.REFUSED),
    ("apikey", Trouble.REFUSED),
    ("not accessible", Trouble.REFUSED),
    ("not included", Trouble.REFUSED),
)


class SantimentFeed(DailyFeed):
    """Reads one series of one coin; without a key it is off and asks nothing."""

    def __init__(
        self,
        reader: JsonReader,
        clock: Clock,
        promise: tuple[ReadingKind, Asset],
        *,
        base_url: str = BASE_URL,
        key: str | None,
    ) -> None:
        """Keep the way to the source; ``promise`` is one of the metrics of one of the coins."""
        super().__init__(SOURCE, promise, clock=clock)
        kind, asset = promise
        self._reader = reader
        self._metrics = METRICS[kind]
        self._slug = SLUGS[asset]
        self._url = f"{base_url.rstrip('/')}/graphql"
        self._key = key

    async def _days(self, since: datetime, strict: Strict) -> Days:
        if not self._key:
            raise FeedUnavailable(f"{SOURCE} needs a key", trouble=Trouble.OFF)
        today = midnight(self._clock.now())
        said = await self._reader.post(
            self._url,
            {"query": self._query(since, today)},
            {"Authorization": f"Apikey {self._key}"},
            also={HTTPStatus.BAD_REQUEST},
        )
        answer = strict.record(said, "the answer")
        if answer.get("errors"):
            raise _refusal(answer["errors"])
        data = strict.record(answer.get("data"), "data")
        series = [_values(data, name, strict) for name in self._metrics]
        days = sorted(set.intersection(*(set(values) for values in series)))
        if days and today - days[-1] > _HIDDEN:
            text = f"{SOURCE} tells nothing after {days[-1]:%Y-%m-%d}: {_FREE_PLAN}"
            raise FeedUnavailable(text, trouble=Trouble.LATE)
        return [(day, _net([values[day] for values in series])) for day in days]

    def _query(self, since: datetime, until: datetime) -> str:
        """Return the question; the names in it are ours, never somebody's text."""
        span = f'from: "{since:%Y-%m-%dT%H:%M:%SZ}" to: "{until:%Y-%m-%dT%H:%M:%SZ}"'
        parts = (
            f'{name}: getMetric(metric: "{name}") {{ timeseriesDataJson('
            f'selector: {{slug: "{self._slug}"}} {span} interval: "1d" '
            "includeIncompleteData: false) }"
            for name in self._metrics
        )
        return f"{{ {' '.join(parts)} }}"


def santiment_feeds(
    reader: JsonReader, clock: Clock, *, base_url: str = BASE_URL, key: str | None
) -> Sequence[SantimentFeed]:
    """Return one feed per series and coin."""
    return tuple(
        SantimentFeed(reader, clock, (kind, asset), base_url=base_url, key=key)
        for kind in METRICS
        for asset in SLUGS
    )


def _values(data: dict[str, Any], name: str, strict: Strict) -> dict[datetime, Decimal]:
    metric = strict.record(data.get(name), name)
    points = strict.listing(metric.get("timeseriesDataJson"), f"{name}.timeseriesDataJson")
    rows = []
    for row in points:
        point = strict.record(row, f"a point of {name}")
        about = strict.day(strict.iso(point.get("datetime"), "datetime"), "datetime")
        value = strict.number(point.get("value"), name, low=ZERO, high=_MOST_COINS)
        rows.append((about, value))
    return dict(strict.by_day(rows, name))


def _net(values: Sequence[Decimal]) -> Decimal:
    """Return the first value less the others: what flows in less what flows out."""
    return values[0] - sum(values[1:], ZERO)


def _refusal(errors: object) -> FeedUnavailable:
    """Return what the source's own errors mean for us."""
    first = errors[0] if isinstance(errors, list) else errors
    if isinstance(first, dict):
        first = first.get("message") or first.get("details") or first
    text = str(first)
    trouble = next((word for sign, word in _WORDS if sign in text.lower()), Trouble.DOWN)
    if trouble is Trouble.LATE:
        return FeedUnavailable(f"{SOURCE} refuses this range: {_FREE_PLAN}", trouble=trouble)
    return FeedUnavailable(f"{SOURCE} reports an error: {shown(text)}", trouble=trouble)
