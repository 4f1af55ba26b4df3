"""Funding rates as four venues give them, in their own formats and pages, on one address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.emulators.public_venue import PublicVenue, Refusal, TellsTime

_BYBIT_PAGE, _OKX_PAGE, _BINANCE_PAGE = 200, 100, 1000


@dataclass
class Contract:
    """A coin's perpetual.

    Attributes:
        interval: how often funding is paid.
        per_eight_hours: what is paid in 8 hours, the same all the time.
        listed_at: no payment is older.
        missing: payments that the venue forgets.
        late_ms: how many milliseconds a payment misses its time by.
    """

    interval: timedelta = timedelta(hours=8)
    per_eight_hours: Decimal = Decimal("0.0003")
    listed_at: datetime = datetime(2024, 6, 1, tzinfo=UTC)
    missing: set[datetime] = field(default_factory=set)
    late_ms: int = 0

    def payments(self, until: datetime) -> list[tuple[int, str]]:
        """Return (milliseconds, rate) of every payment up to ``until``, oldest first."""
        rate = self.per_eight_hours * Decimal(int(self.interval.total_seconds())) / 28800
        count = (until - self.listed_at) // self.interval
        times = (self.listed_at + n * self.interval for n in range(1, count + 1))
        told = f"{rate:.12f}"
        return [
            (int(at.timestamp() * 1000) + self.late_ms, told)
            for at in times
            if at not in self.missing
        ]


class Perpetuals(PublicVenue):
    """Binance futures, Bybit, OKX and Kraken Futures."""

    def __init__(self, clock: TellsTime, contracts: Mapping[str, Contract]) -> None:
        """List ``contracts`` by coin."""
        super().__init__(clock, {})
        self.contracts = dict(contracts)

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401
        """Return what the path asks for."""
        paths: dict[str, Callable[[dict[str, str]], Any]] = {
            "/fapi/v1/exchangeInfo": self._binance_markets,
            "/fapi/v1/fundingRate": self._binance,
            "/v5/market/instruments-info": self._bybit_markets,
            "/v5/market/funding/history": self._bybit,
            "/api/v5/public/instruments": self._okx_markets,
            "/api/v5/public/funding-rate-history": self._okx,
            "/derivatives/api/v3/instruments": self._kraken_markets,
            "/derivatives/api/v3/historicalfundingrates": self._kraken,
            "/derivatives/api/v4/historicalfundingrates": self._kraken,
        }
        if path not in paths:
            raise Refusal('{"error":"not found"}', 404)
        return paths[path](query)

    def _payments(self, name: str) -> list[tuple[int, str]]:
        return self.contracts[name].payments(self.clock.now())

    def _binance_markets(self, _query: dict[str, str]) -> dict[str, Any]:
        symbols = [
            {
                "symbol": f"{name}USDT",
                "pair": f"{name}USDT",
                "contractType": "PERPETUAL",
                "deliveryDate": 4133404800000,
                "status": "TRADING",
                "baseAsset": name,
                "quoteAsset": "USDT",
                "marginAsset": "USDT",
                "filters": [],
            }
            for name in self.contracts
        ]
        return {"timezone": "UTC", "symbols": symbols}

    def _binance(self, query: dict[str, str]) -> list[dict[str, Any]]:
        since, most = int(query["startTime"]), min(int(query["limit"]), _BINANCE_PAGE)
        rows = [row for row in self._payments(query["symbol"][:-4]) if row[0] >= since][:most]
        return [
            {"symbol": query["symbol"], "fundingTime": at, "fundingRate": rate, "markPrice": "1"}
            for at, rate in rows
        ]

    def _bybit_markets(self, query: dict[str, str]) -> dict[str, Any]:
        listed = [] if query.get("status") == "PreLaunch" else self.contracts.items()
        rows = [
            {
                "symbol": f"{name}USDT",
                "contractType": "LinearPerpetual",
                "status": "Trading",
                "baseCoin": name,
                "quoteCoin": "USDT",
                "settleCoin": "USDT",
                "deliveryTime": "0",
                "priceFilter": {"tickSize": "0.10"},
                "lotSizeFilter": {"minOrderQty": "0.001", "qtyStep": "0.001"},
                "fundingInterval": int(contract.interval.total_seconds() // 60),
            }
            for name, contract in listed
        ]
        result = {"category": "linear", "list": rows, "nextPageCursor": ""}
        return {"retCode": 0, "retMsg": "OK", "result": result}

    def _bybit(self, query: dict[str, str]) -> dict[str, Any]:
        until, most = int(query.get("endTime", 1 << 60)), min(int(query["limit"]), _BYBIT_PAGE)
        rows = [row for row in self._payments(query["symbol"][:-4]) if row[0] <= until][-most:]
        told = [
            {"symbol": query["symbol"], "fundingRate": rate, "fundingRateTimestamp": str(at)}
            for at, rate in reversed(rows)
        ]
        return {"retCode": 0, "retMsg": "OK", "result": {"category": "linear", "list": told}}

    def _okx_markets(self, _query: dict[str, str]) -> dict[str, Any]:
        rows = [
            {
                "instType": "SWAP",
                "instId": f"{name}-USDT-SWAP",
                "uly": f"{name}-USDT",
                "settleCcy": "USDT",
                "ctVal": "0.01",
                "ctType": "linear",
                "lotSz": "1",
                "minSz": "1",
                "tickSz": "0.1",
                "state": "live",
            }
            for name in self.contracts
        ]
        return {"code": "0", "msg": "", "data": rows}

    def _okx(self, query: dict[str, str]) -> dict[str, Any]:
        until, most = int(query.get("after", 1 << 60)), min(int(query["limit"]), _OKX_PAGE)
        name = query["instId"].split("-")[0]
        rows = [row for row in self._payments(name) if row[0] < until][-most:]
        told = [
            {
                "instType": "SWAP",
                "instId": query["instId"],
                "fundingRate": rate,
                "realizedRate": rate,
                "fundingTime": str(at),
            }
            for at, rate in reversed(rows)
        ]
        return {"code": "0", "msg": "", "data": told}

    def _kraken_markets(self, _query: dict[str, str]) -> dict[str, Any]:
        rows = [
            {
                "symbol": f"PF_{_kraken_name(name)}USD",
                "type": "flexible_futures",
                "tickSize": 0.5,
                "contractSize": 1,
                "tradeable": True,
                "contractValueTradePrecision": 4,
                "openingDate": "2022-01-01T00:00:00.000Z",
            }
            for name in self.contracts
        ]
        return {"result": "success", "instruments": rows}

    def _kraken(self, query: dict[str, str]) -> dict[str, Any]:
        code = query["symbol"].removeprefix("PF_").removesuffix("USD")
        name = "BTC" if code == "XBT" else code
        rows = [
            {
                "timestamp": f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S.000Z}",
                "fundingRate": "1.5",
                "relativeFundingRate": rate,
            }
            for at, rate in self._payments(name)
        ]
        return {"rates": rows}


def _kraken_name(name: str) -> str:
    return "XBT" if name == "BTC" else name
