"""Tickers and order books as ccxt gives them -> quotes and books that can be believed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.exchange.live.numbers import positive
from core.domain.market import Book, Level, Quote
from core.domain.units import Asset, Price, Quantity


def quote_of(
    asset: Asset,
    ticker: object,
    *,
    source: str,
    observed_at: datetime,
    references: Sequence[Price] = (),
) -> Quote | None:
    """Return the quote of a ticker; None unless bid and ask are prices that do not cross.

    Args:
        asset: the coin.
        ticker: ccxt's ticker; Kraken's bear no time, and Binance's the time of the last trade.
        source: the venue's name.
        observed_at: when the answer arrived.
        references: middle prices of other venues.
    """
    if not isinstance(ticker, Mapping):
        return None
    bid, ask = positive(ticker.get("bid")), positive(ticker.get("ask"))
    if bid is None or ask is None or bid > ask:
        return None
    return Quote(
        asset=asset,
        bid=Price(bid),
        ask=Price(ask),
        observed_at=observed_at,
        source=source,
        references=tuple(references),
    )


def book_of(asset: Asset, book: object, observed_at: datetime) -> Book | None:
    """Return an order book, best level first; None when a side is empty or the sides cross.

    ccxt sorts levels by their text where numbers stay text, so the order is made here.
    """
    if not isinstance(book, Mapping):
        return None
    bids = sorted(_levels(book.get("bids")), key=lambda level: level.price, reverse=True)
    asks = sorted(_levels(book.get("asks")), key=lambda level: level.price)
    if not bids or not asks or bids[0].price > asks[0].price:
        return None
    return Book(asset, tuple(bids), tuple(asks), observed_at)


def _levels(rows: Any) -> list[Level]:  # noqa: ANN401  # whatever the venue says there
    """Return the levels that have a price and a size; a third item, the time, is not needed."""
    levels = []
    for row in rows or ():
        price, size = positive(row[0]), positive(row[1])
        if price is not None and size is not None:
            levels.append(Level(Price(price), Quantity(size)))
    return levels
