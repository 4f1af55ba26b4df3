"""Order books as a venue tells them -> books that show what is wrong with them.

ccxt sorts levels, by their text where numbers stay text, and so hides a muddled answer. Here the
venue's own answer is read: what contradicts itself stays as it is, and the core refuses it. What
cannot be read at all is refused at once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.exchange.live.amounts import instant_of
from bot.exchange.live.numbers import decimal_of, inner
from bot.venues.connection import Connection
from bot.venues.table import Depth, Venue
from bot.venues.troubles import malformed
from core.domain.errors import FeedUnavailable
from core.domain.market import Book, Level
from core.domain.units import Asset, Price, Quantity, exact
from core.planning.validity import FROZEN_AFTER

LEVELS = 100
MOST_MONEY = Decimal(10) ** 12
"""Quote currency that no level of a book ever held."""

_LEEWAY = timedelta(minutes=5)


async def read_book(connection: Connection, asset: Asset, market_id: str) -> Book:
    """Ask for the order book of a market.

    Where the venue stamps its levels, a book whose newest stamp is old bears that instant. A book
    with one side alone is told as one without any: nothing can be traded there.

    Args:
        connection: to the venue.
        asset: the coin.
        market_id: the venue's own name of the market.

    Raises:
        FeedUnavailable: the venue gave nothing that can be read as a book.
    """
    venue, depth = connection.venue, connection.venue.depth
    if depth is None:
        raise malformed(f"{venue.title} tells no order books")
    question = {depth.market: market_id, depth.count: LEVELS}
    answer = await connection.ask(depth.method, question)
    return book_of(asset, answer, venue, now=connection.clock.now())


@exact
def book_of(asset: Asset, answer: object, venue: Venue, *, now: datetime) -> Book:
    """Return the book of a raw answer; arguments and errors as ``read_book``."""
    depth = venue.depth
    told = answer
    for name in () if depth is None else depth.under:
        told = _only(told) if name == "*" else inner(told, name)
    sides = [inner(told, name) for name in ("bids", "asks")]
    if depth is None or not all(isinstance(side, list) for side in sides):
        raise _unread(venue, asset)
    bids, asks = (tuple(_level(row, depth, venue, asset) for row in side) for side in sides)
    if not (bids and asks):
        bids, asks = (), ()
    stamps = [_stamp(row, depth, venue, asset) for side in sides for row in side]
    seen_at = max((at for at in stamps if at is not None), default=now)
    if seen_at > now + _LEEWAY:
        raise malformed(f"{venue.title}: the order book of {asset} bears an instant to come")
    # A young stamp says that the book is alive; the book is then as old as the answer.
    return Book(asset, bids, asks, seen_at if now - seen_at > FROZEN_AFTER else now)


def _level(row: Any, depth: Depth, venue: Venue, asset: Asset) -> Level:  # noqa: ANN401
    price, size = (decimal_of(_at(row, place)) for place in (depth.price, depth.size))
    if price is None or size is None:
        raise _unread(venue, asset)
    if price * size > MOST_MONEY:
        raise malformed(
            f"{venue.title}: the order book of {asset} has {size} coins at one price; no market is "
            "that deep"
        )
    return Level(Price(price), Quantity(size))


def _stamp(row: Any, depth: Depth, venue: Venue, asset: Asset) -> datetime | None:  # noqa: ANN401
    if depth.stamp is None:
        return None
    at = instant_of(_at(row, depth.stamp))
    if at is None:
        raise _unread(venue, asset)
    return at


def _at(row: Any, place: int | str) -> object:  # noqa: ANN401  # whatever the venue says there
    if isinstance(place, str):
        return inner(row, place)
    return row[place] if isinstance(row, list) and place < len(row) else None


def _only(told: object) -> object:
    """Return what lies under the only key there is."""
    values = list(told.values()) if isinstance(told, Mapping) else []
    return values[0] if len(values) == 1 else None


def _unread(venue: Venue, asset: Asset) -> FeedUnavailable:
    return malformed(f"{venue.title} gave an order book of {asset} that cannot be read")
