"""The public endpoints: the books that orders meet, the rules of the pairs, the time."""

from __future__ import annotations

from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from tests.emulators.kraken.books import BUY, SELL, Market
from tests.emulators.kraken.wire import Json, KrakenError, digits_after_point, text_of
from tests.emulators.kraken.world import World
from tests.emulators.kraken_public import KrakenPublic
from tests.emulators.public_venue import Coin

_DEPTH, _MOST_DEPTH = 100, 500


class PublicSide(KrakenPublic):
    """What anybody may ask; candles and status are KrakenPublic's, the rest is of these books."""

    def __init__(self, world: World) -> None:
        """Tell of the markets of ``world``."""
        super().__init__(world.clock, {})
        self._world = world

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return the envelope with an empty list of errors.

        Raises:
            KrakenError: Kraken's refusal.
            Refusal: the same, of what is KrakenPublic's.
        """
        self.system = self._world.habits.system
        if path.removeprefix("/0/public/") == "Time":
            return {"error": [], "result": self._time()}
        return super().answer(path, query)

    def _time(self) -> Json:
        now = self._world.now()
        return {"unixtime": int(now.timestamp()), "rfc1123": format_datetime(now, usegmt=True)}

    def _coin(self, pair: str) -> Coin:
        return self._world.market(pair).coin

    def _assets(self, query: dict[str, str]) -> Json:
        assets = self._world.assets
        asked = [self._world.asset_id(name) for name in _names(query, "asset")]
        if not set(asked) <= set(assets):
            raise KrakenError("EQuery:Unknown asset")
        return {name: assets[name].told() for name in asked or assets}

    def _pairs(self, query: dict[str, str]) -> Json:
        return {market.pair.id: market.pair.told() for market in self._asked(query)}

    def _ticker(self, query: dict[str, str]) -> Json:
        return {market.pair.id: self._prices(market) for market in self._asked(query)}

    def _depth(self, query: dict[str, str]) -> Json:
        market = self._world.market(query.get("pair", ""))
        count = int(query.get("count") or _DEPTH)
        if not 1 <= count <= _MOST_DEPTH:
            raise KrakenError("EGeneral:Invalid arguments:count")
        sides = {"asks": self._levels(market, BUY), "bids": self._levels(market, SELL)}
        return {market.pair.id: {name: rows[:count] for name, rows in sides.items()}}

    def _asked(self, query: dict[str, str]) -> list[Market]:
        if "pair" not in query:
            return list(self._world.markets.values())
        return [self._world.market(name) for name in query["pair"].split(",")]

    def _levels(self, market: Market, side: str) -> list[list[Any]]:
        """Return the levels that an order of ``side`` would see, open orders among them."""
        levels: dict[Decimal, Decimal] = {}
        for level in market.against(side):
            levels[level.price] = levels.get(level.price, Decimal(0)) + level.volume
        for account in self._world.accounts.values():
            for order in account.open_orders():
                request = order.request
                if request.pair is market.pair and request.side != side and request.price:
                    levels[request.price] = levels.get(request.price, Decimal(0)) + order.left
        second = int(self._world.now().timestamp())
        return [
            [text_of(price, 5), _size(levels[price]), second]
            for price in sorted(levels, reverse=side == SELL)
        ]

    def _prices(self, market: Market) -> Json:
        asks, bids = self._levels(market, BUY), self._levels(market, SELL)
        last = text_of(market.last, 5)
        opened = text_of(market.pair.start, 5)
        return {
            "a": _best(asks),
            "b": _best(bids),
            "c": [last, "0.04000000"],
            "v": ["100.00000000", "250.50000000"],
            "p": [last, last],
            "t": [390, 1005],
            "l": [last, last],
            "h": [last, last],
            "o": opened,
        }


def _best(levels: list[list[Any]]) -> list[str]:
    if not levels:
        return ["0.00000", "0", "0.000"]
    price, size = levels[0][0], Decimal(levels[0][1])
    return [price, str(int(size)), text_of(size, 3)]


def _names(query: dict[str, str], key: str) -> list[str]:
    return [name for name in query.get(key, "").split(",") if name]


def _size(volume: Decimal) -> str:
    return text_of(volume, max(3, digits_after_point(volume)))
