"""How the venues differ, in one table; everything else is the same for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from core.domain.errors import InputInvalid

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Paging(StrEnum):
    """How a venue gives funding rates of the past.

    FORWARD: oldest first from an instant on. BACKWARD: newest first up to an instant. WHOLE: all at
    once.
    """

    FORWARD = "forward"
    BACKWARD = "backward"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Depth:
    """How a venue tells an order book.

    Attributes:
        method: ccxt's raw method.
        market, count: the parameters that name the market and the number of levels.
        under: the keys under which both sides lie; ``*`` = whatever single key there is.
        price, size: where a level has them.
        stamp: where a level has the second of its last change; None = it has none.
    """

    method: str
    market: str
    count: str
    under: tuple[str, ...] = ()
    price: int | str = 0
    size: int | str = 1
    stamp: int | None = None


@dataclass(frozen=True, slots=True)
class Venue:
    """What is peculiar to one venue.

    Attributes:
        name: its word in settings and records, which is ccxt's as well.
        title: its name in a sentence.
        envelope: the key without which an answer is none; None where answers have no common one.
        options: what ccxt must know beside its defaults.
        needs_currencies: whether coins have other names in the list of markets.
        has_ticker_list: whether one call gives bid and ask of many coins.
        candle_page: most candles in one answer.
        is_windowed: whether a page of candles ends a page's length after its beginning, found or
            not.
        tells_status: whether it tells how it is without a key.
        tells_fees: whether its list of markets has the fees; then none of ccxt's own are taken.
        depth: how it tells an order book; None where nobody asks for one.
    """

    name: str
    title: str
    envelope: str | None = None
    options: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    needs_currencies: bool = False
    has_ticker_list: bool = True
    candle_page: int = 1000
    is_windowed: bool = False
    tells_status: bool = False
    tells_fees: bool = False
    depth: Depth | None = None

    @property
    def stamps_levels(self) -> bool:
        """Whether a level of its books tells when it last changed."""
        return self.depth is not None and self.depth.stamp is not None


@dataclass(frozen=True, slots=True)
class Perpetuals:
    """A venue's perpetual futures.

    Attributes:
        venue: the venue.
        settled_in: what the contracts are quoted and settled in.
        paging: how the past is read.
        page: most rates in one answer.
        before: the parameter that ends a page, for BACKWARD.
    """

    venue: Venue
    settled_in: str
    paging: Paging
    page: int
    before: str = ""

    def symbol(self, asset: str) -> str:
        """Return ccxt's name of the perpetual of ``asset``."""
        return f"{asset}/{self.settled_in}:{self.settled_in}"


def _markets_of(*kinds: str) -> Mapping[str, object]:
    # Lists of margin pairs would be asked for with the key, and nobody here needs them.
    return MappingProxyType({"fetchMarkets": {"types": list(kinds)}, "fetchMargins": False})


SPOT: Mapping[str, Venue] = {
    venue.name: venue
    for venue in (
        Venue(
            "kraken",
            "Kraken",
            envelope="result",
            needs_currencies=True,
            candle_page=720,
            tells_status=True,
            tells_fees=True,
            depth=Depth("public_get_depth", "pair", "count", under=("result", "*"), stamp=2),
        ),
        Venue(
            "binance",
            "Binance",
            options=_markets_of("spot"),
            tells_status=True,
            depth=Depth("public_get_depth", "symbol", "limit"),
        ),
        Venue(
            "coinbase",
            "Coinbase",
            has_ticker_list=False,
            candle_page=300,
            is_windowed=True,
            depth=Depth(
                "v3_public_get_brokerage_market_product_book",
                "product_id",
                "limit",
                under=("pricebook",),
                price="price",
                size="size",
            ),
        ),
    )
}
"""Venues whose spot markets can be read, by name."""

FUNDING: Mapping[str, Perpetuals] = {
    perpetuals.venue.name: perpetuals
    for perpetuals in (
        Perpetuals(
            Venue("binanceusdm", "Binance futures", options=_markets_of("linear")),
            settled_in="USDT",
            paging=Paging.FORWARD,
            page=1000,
        ),
        Perpetuals(
            Venue("bybit", "Bybit", envelope="result", options=_markets_of("linear")),
            settled_in="USDT",
            paging=Paging.BACKWARD,
            page=200,
            before="until",
        ),
        Perpetuals(
            Venue("okx", "OKX", envelope="data", options=_markets_of("swap")),
            settled_in="USDT",
            paging=Paging.BACKWARD,
            page=100,
            before="after",
        ),
        Perpetuals(
            Venue("krakenfutures", "Kraken Futures"),
            settled_in="USD",
            paging=Paging.WHOLE,
            page=10_000,
        ),
    )
}
"""Venues whose funding rates can be read, by name."""


def spot_venue(name: str) -> Venue:
    """Return the venue of this name.

    Raises:
        InputInvalid: there is none.
    """
    venue = SPOT.get(name)
    if venue is None:
        raise InputInvalid(f"the venue {name!r} is not known; choose one of {', '.join(SPOT)}")
    return venue


def funding_venue(name: str) -> Perpetuals:
    """Return the perpetuals of the venue of this name.

    Raises:
        InputInvalid: there is none.
    """
    perpetuals = FUNDING.get(name)
    if perpetuals is None:
        raise InputInvalid(
            f"funding rates of {name!r} cannot be read; choose one of {', '.join(FUNDING)}"
        )
    return perpetuals
