"""The emulated Kraken in a process of its own, so that it outlives every bot."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any, Self

from tests.emulators.kraken.server import KrakenServer
from tests.storm.board import Board, SharedClock
from tests.storm.situations import Situation, open_kraken
from tests.storm.weather import Weather

_FORK = get_context("fork")


@dataclass(frozen=True)
class BookedTrade:
    """One trade in the exchange's own books; ``cost`` and ``fee`` in quote."""

    trade_id: str
    volume: Decimal
    price: Decimal
    cost: Decimal
    fee: Decimal


@dataclass(frozen=True)
class BookedOrder:
    """One order the exchange accepted."""

    client_id: str
    asset: str
    side: str
    volume: Decimal
    limit: Decimal
    flags: tuple[str, ...]
    is_open: bool
    trades: tuple[BookedTrade, ...]

    @property
    def filled(self) -> Decimal:
        """How much of it was traded."""
        return sum((trade.volume for trade in self.trades), Decimal(0))


@dataclass(frozen=True)
class Asked:
    """One request, for the story of a single run."""

    at: datetime
    endpoint: str
    fault: str
    error: str


@dataclass(frozen=True)
class Books:
    """What the exchange knows at the end.

    Attributes:
        orders: every accepted one, oldest first.
        balances: what is held, by asset as the bot calls it.
        lowest: the least that was ever held of each asset since the run began.
        moving_coins: how many requests asked for coins to leave.
        happened: faults by kind.
        asked: every request.
    """

    orders: tuple[BookedOrder, ...]
    balances: dict[str, Decimal]
    lowest: dict[str, Decimal]
    moving_coins: int
    happened: Counter[str]
    asked: tuple[Asked, ...]


class Venue:
    """The exchange as a worker holds it; a context manager."""

    def __init__(self, board: Board, situations: Sequence[Situation]) -> None:
        """Serve ``situations`` at the time of ``board``."""
        self._pipe, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_serve, args=((theirs, self._pipe), board, situations))
        self.base_url = ""

    def __enter__(self) -> Self:
        self._process.start()
        self.base_url = self._pipe.recv()
        return self

    def __exit__(self, *exc: object) -> None:
        self._pipe.send(("stop",))
        self._process.join()

    def begin(self, number: int, seed: int, *, since: datetime) -> tuple[str, str]:
        """Open a new exchange with the weather of ``seed``; return the key to its account."""
        key: tuple[str, str] = self._ask("begin", number, seed, since)
        return key

    def calm(self) -> None:
        """End all faults and lags; prices may go on moving."""
        self._ask("calm")

    def books(self) -> Books:
        """Return what the exchange knows."""
        books: Books = self._ask("books")
        return books

    def _ask(self, *words: object) -> Any:  # noqa: ANN401  # each word has its own answer
        self._pipe.send(words)
        return self._pipe.recv()


def _serve(pipes: tuple[Pipe, Pipe], board: Board, situations: Sequence[Situation]) -> None:
    pipe, other_end = pipes
    # Then the end of the worker, however it comes, is heard here.
    other_end.close()
    # A killed bot leaves broken connections behind; the server would tell of each.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    asyncio.run(_Server(pipe, board, situations).run())


class _Server:
    def __init__(self, pipe: Pipe, board: Board, situations: Sequence[Situation]) -> None:
        self._pipe = pipe
        self._clock = SharedClock(board)
        self._situations = situations
        self._kraken = open_kraken(situations[0], self._clock)
        self._weather: Weather | None = None

    async def run(self) -> None:
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        async with KrakenServer(self._kraken) as server:
            self._pipe.send(server.base_url)
            loop.add_reader(self._pipe.fileno(), self._hear, server, stopping)
            await stopping.wait()
            loop.remove_reader(self._pipe.fileno())

    def _hear(self, server: KrakenServer, stopping: asyncio.Event) -> None:
        try:
            words = self._pipe.recv()
            if words == ("stop",):
                stopping.set()
            else:
                self._pipe.send(self._answer(server, words))
        except (EOFError, OSError):
            # The worker has died.
            stopping.set()

    def _answer(self, server: KrakenServer, words: tuple[Any, ...]) -> object:
        match words:
            case ("begin", number, seed, since):
                return self._begin(server, number, seed, since)
            case ("books",):
                return self._books()
            case _:
                self._kraken.calm()
                return None

    def _begin(
        self, server: KrakenServer, number: int, seed: int, since: datetime
    ) -> tuple[str, str]:
        self._kraken = server.kraken = open_kraken(self._situations[number], self._clock)
        self._weather = Weather(self._kraken, seed, since)
        self._kraken.faults.storm = self._weather
        key = next(iter(self._kraken.key_ring.keys.values()))
        return key.public, key.secret

    def _books(self) -> Books:
        kraken = self._kraken
        kraken.catch_up()
        orders = tuple(
            BookedOrder(
                order.request.client_id or "",
                _name(order.request.pair.base),
                order.request.side,
                order.request.volume,
                order.request.price or Decimal(0),
                (order.request.timeinforce, *order.request.flags),
                order.is_open,
                tuple(
                    BookedTrade(row.id, row.volume, row.price, row.cost, row.fee)
                    for row in order.trades
                ),
            )
            for order in kraken.orders()
        )
        balances: dict[str, Decimal] = {}
        lowest: dict[str, Decimal] = {}
        for entry in kraken.account.ledger.entries:
            name = _name(entry.change.asset)
            balances[name] = entry.balance
            lowest[name] = min(lowest.get(name, entry.balance), entry.balance)
        asked = tuple(
            Asked(call.at, call.endpoint, _short(call.fault), call.error or "")
            for call in kraken.record
        )
        happened = self._weather.happened if self._weather else Counter()
        moving = len(kraken.record.moving_coins())
        return Books(orders, balances, lowest, moving, happened, asked)


def _name(kraken_id: str) -> str:
    return {"XXBT": "BTC", "XETH": "ETH", "ZUSD": "USD"}.get(kraken_id, kraken_id)


def _short(fault: object) -> str:
    return "" if fault is None else str(fault)[:70]
