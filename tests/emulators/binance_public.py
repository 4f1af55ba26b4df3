"""Binance's public spot endpoints: ``/api/v3/…``, errors as code and msg."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.emulators.public_venue import Coin, PublicVenue, Refusal, TellsTime

_INTERVALS = {
    "5m": timedelta(minutes=5),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
_STATUS = {"online": "TRADING"}


class BinancePublic(PublicVenue):
    """Binance as anybody sees it; it trades against USDT.

    Attributes:
        system: 0 in order, 1 maintenance.
        has_notional: whether the filter with the least order value is told.
    """

    quote = "USDT"

    def __init__(self, clock: TellsTime, coins: Mapping[str, Coin]) -> None:
        """Trade ``coins``."""
        super().__init__(clock, coins)
        self.system = 0
        self.has_notional = True

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401
        """Return what the path asks for."""
        match path:
            case "/api/v3/exchangeInfo":
                symbols = [self._symbol(name, coin) for name, coin in self.coins.items()]
                return {"timezone": "UTC", "serverTime": self.second * 1000, "symbols": symbols}
            case "/api/v3/ticker/24hr":
                return [self._ticker(symbol) for symbol in json.loads(query["symbols"])]
            case "/api/v3/klines":
                return self._klines(query)
            case "/api/v3/depth":
                bids, asks = self._coin(query["symbol"]).levels()
                return {"lastUpdateId": 1, "bids": bids, "asks": asks}
            case "/sapi/v1/system/status":
                return {"status": self.system, "msg": "normal"}
        raise Refusal('{"code":-1000,"msg":"An unknown error occured."}', 400)

    def _coin(self, symbol: str) -> Coin:
        coin = self.coins.get(symbol.removesuffix(self.quote))
        if coin is None:
            raise Refusal('{"code":-1121,"msg":"Invalid symbol."}', 400)
        return coin

    def _symbol(self, name: str, coin: Coin) -> dict[str, Any]:
        filters = [
            {"filterType": "PRICE_FILTER", "minPrice": "0.01", "tickSize": "0.01000000"},
            {"filterType": "LOT_SIZE", "minQty": "0.00001000", "stepSize": "0.00001000"},
        ]
        if self.has_notional:
            filters.append({"filterType": "NOTIONAL", "minNotional": "5.00000000"})
        return {
            "symbol": f"{name}{self.quote}",
            "status": _STATUS.get(coin.status, "BREAK"),
            "baseAsset": name,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": True,
            "filters": filters,
            "permissions": [],
        }

    def _ticker(self, symbol: str) -> dict[str, Any]:
        coin = self._coin(symbol)
        bid, ask = coin.bid_ask()
        return {
            "symbol": symbol,
            "lastPrice": str(coin.price),
            "weightedAvgPrice": str(coin.price),
            "bidPrice": bid,
            "bidQty": "3.0",
            "askPrice": ask,
            "askQty": "3.0",
            "openPrice": str(coin.price),
            "volume": "100.0",
            "quoteVolume": "100.0",
            "closeTime": self.second * 1000,
        }

    def _klines(self, query: dict[str, str]) -> list[list[Any]]:
        interval = _INTERVALS[query["interval"]]
        step, most = int(interval.total_seconds()), int(query["limit"])
        since = int(query.get("startTime", "0")) // 1000
        if not since:
            since = (self.second // step - most + 1) * step
        rows = self._coin(query["symbol"]).rows(interval, since, self.second)[:most]
        return [
            [row[0] * 1000, *row[1:], (row[0] + step) * 1000 - 1, "1.0", 9, "1.0", "1.0", "0"]
            for row in rows
        ]
