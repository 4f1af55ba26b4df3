"""A venue's public side on 127.0.0.1: coins with made-up histories, and faults on demand.

Subclasses speak one venue's wire format each; what they have in common is here.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol, Self

from aiohttp import web

Row = list[Any]
"""A candle: open time in epoch seconds, then open, high, low, close and volume as texts."""

Edit = Callable[[list[Row]], list[Row]]


class TellsTime(Protocol):
    """What the emulator needs of a clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...


@dataclass(frozen=True)
class Answers:
    """This body with this status instead of the true answer."""

    body: str
    status: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True)
class CutsOff:
    """The first half of the true answer, well-formed HTTP around it."""


@dataclass(frozen=True)
class BreaksOff:
    """The first half of the true answer under its full length, then the connection ends."""


@dataclass(frozen=True)
class Hangs:
    """No answer while the emulator lives."""


@dataclass(frozen=True)
class Holds:
    """The true answer, once somebody lets it go."""

    until: asyncio.Event


Fault = Answers | CutsOff | BreaksOff | Hangs | Holds

HTML = Answers("<html><body>Just a moment</body></html>", content_type="text/html")


@dataclass
class Coin:
    """A coin as the venue trades it.

    Attributes:
        price: around which its history swings by three percent.
        half_spread: as a fraction of the price.
        status: the venue's word for whether it trades.
        listed_at: no candle is older.
        book: (bids, asks) of texts instead of the made-up ones, as (price, size).
        still_since: when its book last changed, where a venue tells that; None = just now.
        prices: (bid, ask) as texts instead of the made-up ones.
        edits: what is done to its candles, by interval, before they are sent.
    """

    price: Decimal
    half_spread: Decimal = Decimal("0.0002")
    status: str = "online"
    listed_at: datetime | None = None
    book: tuple[list[tuple[str, str]], list[tuple[str, str]]] | None = None
    still_since: datetime | None = None
    prices: tuple[str, str] | None = None
    edits: dict[timedelta, Edit] = field(default_factory=dict)

    def bid_ask(self) -> tuple[str, str]:
        """Return the best prices, to cents."""
        if self.prices is not None:
            return self.prices
        low, high = self.price * (1 - self.half_spread), self.price * (1 + self.half_spread)
        return str(low.quantize(Decimal("0.01"))), str(high.quantize(Decimal("0.01")))

    def levels(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return bids and asks, best first."""
        if self.book is not None:
            return self.book
        bid, ask = (Decimal(text) for text in self.bid_ask())
        steps = range(5)
        bids = [(str(bid - n * Decimal("0.01")), str(1 + n)) for n in steps]
        return bids, [(str(ask + n * Decimal("0.01")), str(1 + n)) for n in steps]

    def rows(self, interval: timedelta, since: int, until: int) -> list[Row]:
        """Return the candles that open from ``since`` to ``until``, epoch seconds, ascending."""
        step = int(interval.total_seconds())
        first = max(since, int(self.listed_at.timestamp()) if self.listed_at else 0)
        starts = range(-(-first // step) * step, until + 1, step)
        rows = [self._row(start, start + step) for start in starts]
        return self.edits.get(interval, list)(rows)

    def price_at(self, second: int) -> float:
        """Return the price at an instant: a slow swing around the coin's price."""
        return float(self.price) * (1 + 0.03 * math.sin(second / 1_000_000))

    def _row(self, start: int, end: int) -> Row:
        first, last = self.price_at(start), self.price_at(end)
        high, low = max(first, last) * 1.001, min(first, last) * 0.999
        return [start, *(f"{number:.6f}" for number in (first, high, low, last)), "12.50000000"]


class Refusal(Exception):
    """The venue's own error answer."""

    def __init__(self, body: str, status: int = 200) -> None:
        """Keep what is answered."""
        super().__init__(body)
        self.answer = Answers(body, status)


class PublicVenue:
    """Serves one venue's public endpoints; a context manager.

    Attributes:
        coins: what it trades, by the symbol the world uses; change them between questions.
        quote: the currency it trades them against.
        calls: path and query of every request, in order.
        request: the one that is being answered.
    """

    quote = "USD"

    def __init__(self, clock: TellsTime, coins: Mapping[str, Coin]) -> None:
        """Trade ``coins`` at the time of ``clock``."""
        self.clock = clock
        self.coins = dict(coins)
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._faults: dict[str, list[Fault]] = {}
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.base_url = ""
        self.request: web.Request | None = None

    async def __aenter__(self) -> Self:
        """Listen at a free port."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End hanging answers and stop listening."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def spoil(self, part: str, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` requests whose path has ``part`` in it meet ``fault``."""
        self._faults.setdefault(part, []).extend([fault] * times)

    def heal(self) -> None:
        """Forget every fault that was not met, and every request."""
        self._faults.clear()
        self.calls.clear()

    def count(self, part: str) -> int:
        """Return how many requests had ``part`` in their path."""
        return sum(part in path for path, _ in self.calls)

    @property
    def second(self) -> int:
        """The venue's time in epoch seconds."""
        return int(self.clock.now().timestamp())

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return the true answer, as JSON values.

        Raises:
            Refusal: the venue's error.
        """
        raise NotImplementedError

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.calls.append((request.path, query))
        self.request = request
        try:
            body = json.dumps(self.answer(request.path, query))
        except Refusal as refusal:
            return respond(refusal.answer)
        match self._fault(request.path):
            case Answers() as instead:
                return respond(instead)
            case CutsOff():
                return respond(Answers(body[: len(body) // 2]))
            case BreaksOff():
                return await break_off(request, body.encode())
            case Hangs():
                await self._closing.wait()
            case Holds(until):
                await until.wait()
        return respond(Answers(body))

    def _fault(self, path: str) -> Fault | None:
        for part, faults in self._faults.items():
            if faults and part in path:
                return faults.pop(0)
        return None


def respond(answer: Answers) -> web.Response:
    """Return an answer as it goes out."""
    return web.Response(
        text=answer.body, status=answer.status, content_type=answer.content_type, charset="utf-8"
    )


async def break_off(request: web.Request, body: bytes) -> web.StreamResponse:
    """Send the first half of ``body`` under its full length, and end the connection."""
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    response.content_type = "application/json"
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
