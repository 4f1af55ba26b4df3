"""Kraken's public candles on 127.0.0.1, as its REST interface gives them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

DAY = 86_400
LATEST = 720


def _pair(base: str, name: str, shown: str) -> dict[str, Any]:
    return {
        "altname": f"{name}USD",
        "wsname": f"{shown}/USD",
        "aclass_base": "currency",
        "base": base,
        "aclass_quote": "currency",
        "quote": "ZUSD",
        "cost_decimals": 5,
        "pair_decimals": 1,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "fees": [[0, 0.4]],
        "fees_maker": [[0, 0.25]],
        "ordermin": "0.0001",
        "costmin": "0.5",
        "tick_size": "0.1",
        "status": "online",
        "leverage_buy": [],
        "leverage_sell": [],
    }


_ASSETS = {
    "XXBT": {"aclass": "currency", "altname": "XBT", "decimals": 10, "display_decimals": 5},
    "XETH": {"aclass": "currency", "altname": "ETH", "decimals": 10, "display_decimals": 5},
    "ZUSD": {"aclass": "currency", "altname": "USD", "decimals": 4, "display_decimals": 2},
}
_PAIRS = {
    "XXBTZUSD": _pair("XXBT", "XBT", "XBT"),
    "XETHZUSD": _pair("XETH", "ETH", "ETH"),
}


def _row(start: int) -> list[Any]:
    number = start // DAY
    low, close = 990 + number % 7, 1003 + number % 5
    return [start, f"{close - 1}.0", f"{low + 40}.0", f"{low}.0", f"{close}.0", "1.0", "2.5", 9]


class KrakenCandles:
    """Answers ``AssetPairs``, ``Assets`` and ``OHLC`` for days up to ``now``.

    Attributes:
        now: epoch seconds of the venue's present; the newest candle is still open.
        is_silent: answer every question about candles with an error.
    """

    def __init__(self, now: int) -> None:
        """Begin at ``now``."""
        self.now = now
        self.is_silent = False

    async def _assets(self, _: web.Request) -> web.Response:
        return web.json_response({"error": [], "result": _ASSETS})

    async def _pairs(self, _: web.Request) -> web.Response:
        return web.json_response({"error": [], "result": _PAIRS})

    async def _ohlc(self, request: web.Request) -> web.Response:
        if self.is_silent:
            return web.json_response({"error": ["EService:Unavailable"]}, status=503)
        newest = self.now // DAY * DAY
        starts = range(newest - (LATEST - 1) * DAY, newest + 1, DAY)
        since = int(float(request.query.get("since", 0)))
        rows = [_row(start) for start in starts if start > since]
        result = {request.query["pair"]: rows, "last": newest - DAY}
        return web.json_response({"error": [], "result": result})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Yield the address of the running server."""
        app = web.Application()
        app.router.add_get("/0/public/Assets", self._assets)
        app.router.add_get("/0/public/AssetPairs", self._pairs)
        app.router.add_get("/0/public/OHLC", self._ohlc)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
