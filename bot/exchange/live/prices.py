"""Tickers as ccxt gives them -> quotes that can be believed."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime

from bot.exchange.live.numbers import inner, positive
from core.domain.market import Quote
from core.domain.units import Asset, Price

_SHOWN = ("bid", "ask", "bidVolume", "askVolume", "last", "baseVolume")


def quote_of(
    asset: Asset,
    ticker: object,
    *,
    source: str,
    observed_at: datetime,
    references: Sequence[Price] = (),
) -> Quote | None:
    """Return the quote of a ticker; None unless the bid is a price and the ask a higher one.

    Args:
        asset: the coin.
        ticker: ccxt's ticker; Kraken's bear no time, and Binance's the time of the last trade.
        source: the venue's name.
        observed_at: when the answer arrived, or since when it stands still.
        references: middle prices of other venues.
    """
    if not isinstance(ticker, Mapping):
        return None
    bid, ask = positive(ticker.get("bid")), positive(ticker.get("ask"))
    if bid is None or ask is None or bid >= ask:
        return None
    return Quote(
        asset=asset,
        bid=Price(bid),
        ask=Price(ask),
        observed_at=observed_at,
        source=source,
        references=tuple(references),
    )


def face_of(ticker: object) -> Hashable:
    """Return all that changes in a ticker when anything happens in its market."""
    return tuple(str(inner(ticker, name)) for name in _SHOWN)
