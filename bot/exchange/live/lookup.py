"""What became of an order: open orders, closed orders and trades, read whole or not believed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.exchange.live.fills import (
    Pairs,
    Taken,
    check_whole,
    fill_of,
    is_same_id,
    pairs_of,
    taken_of,
)
from bot.exchange.live.numbers import inner
from bot.exchange.live.private import KrakenPrivate
from bot.venues.connection import Connection
from bot.venues.troubles import malformed
from core.domain.errors import FeedUnavailable
from core.domain.proposal import Fill, OrderReport
from core.domain.units import Asset

Rows = dict[str, Any]

# Our clock and Kraken's may differ; an hour costs nothing, since Kraken filters by client id.
_LEEWAY = timedelta(hours=1)
# An order lives a minute at most; a day after its intent it cannot have traded for the first time.
_TRADING = timedelta(days=1)
_MOST_PAGES = 40
_MOST_ORDERS = 50
_MOST_TRADES = 20


class KrakenOrders:
    """Reads orders and trades of one account. It never asks twice for one answer.

    Every method raises ``FeedUnavailable`` when Kraken gives nothing that can be believed, and
    ``AccountProblem`` when it refuses the key.
    """

    def __init__(self, connection: Connection, quote: Asset) -> None:
        """Read through ``connection`` what was traded against ``quote``."""
        self._kraken = KrakenPrivate(connection)
        self._connection = connection
        self._quote = quote

    async def open(self, client_id: str) -> dict[str, Taken]:
        """Return the open orders under ``client_id``, by Kraken's ids."""
        answer = await self._ask("OpenOrders", cl_ord_id=client_id, trades="true")
        return await self._named(_table(answer, "open"), client_id)

    async def closed(self, client_id: str, since: datetime | None) -> dict[str, Taken]:
        """Return the filled, cancelled and expired orders under ``client_id``.

        Args:
            client_id: ours.
            since: when the order was first meant; None = not known, however old it is.
        """
        start = {} if since is None else {"start": _second(since - _LEEWAY)}
        rows = await self._pages(
            "ClosedOrders", "closed", cl_ord_id=client_id, trades="true", **start
        )
        return await self._named(rows, client_id)

    async def traded(self, client_id: str, since: datetime | None) -> dict[str, Taken]:
        """Return the orders under ``client_id`` that trades of that time belong to.

        A trade does not tell a client id; the order it belongs to is asked for its own.

        Args:
            client_id: ours.
            since: when the order was first meant; None = not known: a day ago.
        """
        begin = self._connection.clock.now() - _TRADING if since is None else since
        trades = await self._history(begin - _LEEWAY, begin + _TRADING + _LEEWAY)
        names = sorted({_order_of(row) for row in trades.values()})
        rows: Rows = {}
        for chunk in _chunks(names, _MOST_ORDERS):
            rows |= await self._by_id(chunk)
        ours = {n: row for n, row in rows.items() if is_same_id(inner(row, "cl_ord_id"), client_id)}
        return await self._named(ours, client_id)

    async def with_id(self, venue_id: str) -> Taken:
        """Return the order that Kraken calls ``venue_id``."""
        rows = await self._by_id([venue_id])
        return taken_of(venue_id, rows[venue_id], await self._pairs())

    async def report(self, taken: Taken, client_id: str) -> OrderReport:
        """Return what became of an order, with all its trades, under our own form of its id."""
        taken = replace(taken, client_id=client_id)
        fills = await self._fills(taken) if taken.executed or taken.trade_ids else ()
        check_whole(taken, fills)
        return OrderReport(taken.venue_id, client_id, taken.is_open, fills)

    async def _fills(self, taken: Taken) -> tuple[Fill, ...]:
        rows: Rows = {}
        for chunk in _chunks(taken.trade_ids, _MOST_TRADES):
            rows |= _table(await self._ask("QueryTrades", txid=",".join(chunk)))
        if set(rows) != set(taken.trade_ids):
            raise malformed(f"Kraken gave other trades than those of the order {taken.venue_id}")
        fills = await self._read(rows, taken)
        try:
            check_whole(taken, fills)
        except FeedUnavailable:
            # The order may name fewer trades than it has; then the history knows the others.
            history = await self._history(taken.opened_at - _LEEWAY, None)
            ours = {n: row for n, row in history.items() if _order_of(row) == taken.venue_id}
            fills = await self._read(ours, taken)
        return fills

    async def _read(self, rows: Rows, taken: Taken) -> tuple[Fill, ...]:
        """Return trades as fills, in the order in which they happened."""
        pairs = await self._pairs()
        fills = {
            name: fill_of(name, row, taken, pairs=pairs, quote=self._quote)
            for name, row in rows.items()
        }
        by_time = sorted(fills, key=lambda n: (fills[n].executed_at, _number_of(rows[n]), n))
        return tuple(fills[name] for name in by_time)

    async def _named(self, rows: Rows, client_id: str) -> dict[str, Taken]:
        """Return orders as read; an answer with other orders is not an answer to the question."""
        if not all(is_same_id(inner(row, "cl_ord_id"), client_id) for row in rows.values()):
            raise malformed(f"Kraken gave other orders than those under the id {client_id}")
        pairs = await self._pairs() if rows else {}
        return {name: taken_of(name, row, pairs) for name, row in rows.items()}

    async def _by_id(self, names: Iterable[str]) -> Rows:
        wanted = list(names)
        rows = _table(await self._ask("QueryOrders", txid=",".join(wanted), trades="true"))
        if set(rows) != set(wanted):
            raise malformed("Kraken gave other orders than those that were asked for")
        return rows

    async def _history(self, since: datetime, until: datetime | None) -> Rows:
        end = {} if until is None else {"end": _second(until)}
        return await self._pages("TradesHistory", "trades", start=_second(since), **end)

    async def _pages(self, endpoint: str, name: str, **params: str) -> Rows:
        """Return all rows of a history; one row fewer than Kraken counts is not all."""
        rows: Rows = {}
        for _ in range(_MOST_PAGES):
            result = await self._ask(endpoint, ofs=str(len(rows)), **params)
            page, count = _table(result, name), inner(result, "count")
            if not isinstance(count, int) or not 0 <= len(page) <= count:
                raise malformed(f"Kraken does not tell how many rows {endpoint} has")
            is_stuck = not page.keys() - rows.keys()
            rows |= page
            if len(rows) >= count:
                return rows
            if is_stuck:
                raise malformed(f"Kraken tells {len(rows)} of {count} rows of {endpoint}")
        raise malformed(f"{endpoint} has more than {_MOST_PAGES} pages; look at Kraken by hand")

    async def _pairs(self) -> Pairs:
        return pairs_of(await self._connection.markets(), self._quote)

    async def _ask(self, endpoint: str, **params: str) -> Mapping[str, Any]:
        return await self._kraken.ask(f"private_post_{endpoint.lower()}", **params)


def _table(result: object, *names: str) -> Rows:
    table = inner(result, *names)
    if not isinstance(table, Mapping):
        raise malformed("Kraken gave an answer without its list of orders or trades")
    return dict(table)


def _order_of(row: object) -> str:
    name = inner(row, "ordertxid")
    if not isinstance(name, str) or not name:
        raise malformed("Kraken tells a trade without its order")
    return name


def _number_of(row: object) -> int:
    """Return Kraken's number of a trade within its pair; it orders trades of one instant."""
    number = inner(row, "trade_id")
    return number if isinstance(number, int) else 0


def _second(at: datetime) -> str:
    return str(int(at.timestamp()))


def _chunks(names: Iterable[str], most: int) -> Iterable[list[str]]:
    every = list(names)
    return (every[at : at + most] for at in range(0, len(every), most))
