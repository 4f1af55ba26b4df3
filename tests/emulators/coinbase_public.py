"""Coinbase's public market endpoints: ``/api/v3/brokerage/market/…``, newest candles first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.emulators.public_venue import Coin, PublicVenue, Refusal

_ROOT = "/api/v3/brokerage/market"
_INTERVALS = {
    "FIVE_MINUTE": timedelta(minutes=5),
    "ONE_HOUR": timedelta(hours=1),
    "ONE_DAY": timedelta(days=1),
}
_MOST_CANDLES = 350


class CoinbasePublic(PublicVenue):
    """Coinbase as anybody sees it."""

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401
        """Return what the path asks for."""
        if path == f"{_ROOT}/products":
            if query.get("product_type") == "FUTURE":
                return {"products": [], "num_products": 0}
            products = [self._product(name, coin) for name, coin in self.coins.items()]
            return {"products": products, "num_products": len(products)}
        if path == f"{_ROOT}/product_book":
            return self._book(query["product_id"])
        parts = path.removeprefix(f"{_ROOT}/products/").split("/")
        match parts:
            case [product, "ticker"]:
                return self._ticker(product)
            case [product, "candles"]:
                return self._candles(product, query)
        raise Refusal('{"error":"NOT_FOUND","message":"no such path"}', 404)

    def _coin(self, product: str) -> Coin:
        coin = self.coins.get(product.removesuffix(f"-{self.quote}"))
        if coin is None:
            raise Refusal('{"error":"NOT_FOUND","message":"valid product_id is required"}', 404)
        return coin

    def _product(self, name: str, coin: Coin) -> dict[str, Any]:
        return {
            "product_id": f"{name}-{self.quote}",
            "price": str(coin.price),
            "base_increment": "0.00000001",
            "quote_increment": "0.01",
            "price_increment": "0.01",
            "quote_min_size": "1",
            "quote_max_size": "150000000",
            "base_min_size": "0.00000001",
            "base_max_size": "3400",
            "status": "online",
            "is_disabled": False,
            "cancel_only": coin.status == "cancel_only",
            "limit_only": coin.status == "limit_only",
            "post_only": coin.status == "post_only",
            "trading_disabled": coin.status == "disabled",
            "auction_mode": False,
            "product_type": "SPOT",
            "quote_currency_id": self.quote,
            "base_currency_id": name,
            "alias_to": [],
        }

    def _ticker(self, product: str) -> dict[str, Any]:
        coin = self._coin(product)
        bid, ask = coin.bid_ask()
        trade = {
            "trade_id": "10209805",
            "product_id": product,
            "price": str(coin.price),
            "size": "0.1",
            "time": f"{self.clock.now():%Y-%m-%dT%H:%M:%S.000000Z}",
            "side": "BUY",
            "bid": "",
            "ask": "",
        }
        return {"trades": [trade], "best_bid": bid, "best_ask": ask}

    def _book(self, product: str) -> dict[str, Any]:
        bids, asks = self._coin(product).levels()
        return {
            "pricebook": {
                "product_id": product,
                "bids": [{"price": price, "size": size} for price, size in bids],
                "asks": [{"price": price, "size": size} for price, size in asks],
                "time": f"{self.clock.now():%Y-%m-%dT%H:%M:%S.000000Z}",
            }
        }

    def _candles(self, product: str, query: dict[str, str]) -> dict[str, Any]:
        interval = _INTERVALS[query["granularity"]]
        start, end = int(query["start"]), int(query["end"])
        if (end - start) // interval.total_seconds() > _MOST_CANDLES:
            raise Refusal('{"error":"INVALID_ARGUMENT","message":"too many candles"}', 400)
        rows = self._coin(product).rows(interval, start, min(end, self.second))
        names = ("start", "open", "high", "low", "close", "volume")
        told = [dict(zip(names, (str(row[0]), *row[1:]), strict=True)) for row in rows]
        return {"candles": told[::-1]}
