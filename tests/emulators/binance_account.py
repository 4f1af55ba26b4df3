"""A spot account at Binance: signed questions, windows of time, and what the owner did there.

Signature and errors as in Binance's documentation: HMAC-SHA256 over the query as it was sent, the
key in a header, a timestamp that is not too old. Timestamps of requests are the machine's own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clocks import SystemClock
from tests.emulators.binance_public import BinancePublic
from tests.emulators.public_venue import Coin, Refusal, TellsTime

PUBLIC, SECRET = "binance-public-3f9Qk2", "binance-secret-8Jx0Wm"  # made up
READING: Mapping[str, bool] = {
    "ipRestrict": True,
    "enableReading": True,
    "enableWithdrawals": False,
    "enableInternalTransfer": False,
    "permitsUniversalTransfer": False,
    "enableMargin": False,
    "enableFutures": False,
    "enableVanillaOptions": False,
    "enablePortfolioMarginTrading": False,
    "enableFixApiTrade": False,
    "enableFixReadOnly": False,
    "enableSpotAndMarginTrading": False,
}
_WINDOWS = {"deposit": 90, "withdraw": 90, "dividend": 180, "convert": 30}
_MOST = {"deposit": 1000, "withdraw": 1000, "dividend": 500, "convert": 1000, "trades": 1000}


@dataclass
class Owner:
    """What the account is and what was done with it, in Binance's own rows."""

    balances: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"BTC": ("0.5", "0"), "USDT": ("10000", "0")}
    )
    coins: set[str] = field(
        default_factory=lambda: {"BTC", "ETH", "SOL", "USDT", "BNB", "LDO", "YOYO"}
    )
    restrictions: dict[str, object] = field(default_factory=lambda: dict(READING))
    deposits: list[dict[str, Any]] = field(default_factory=list)
    withdrawals: list[dict[str, Any]] = field(default_factory=list)
    dividends: list[dict[str, Any]] = field(default_factory=list)
    conversions: list[dict[str, Any]] = field(default_factory=list)
    trades: list[dict[str, Any]] = field(default_factory=list)
    page: int | None = None
    """Rows in one answer instead of Binance's own number."""


class BinanceAccountVenue(BinancePublic):
    """Binance with one account."""

    def __init__(self, clock: TellsTime, coins: Mapping[str, Coin]) -> None:
        """Open an account for the key of this file."""
        super().__init__(clock, coins)
        self.owner = Owner()

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401  # any JSON
        """Return what the path asks for; a private path only to who signs."""
        if path in {"/api/v3/account", "/api/v3/myTrades"}:
            self._admit(query)
            return self._account(query) if path.endswith("account") else self._trades(query)
        if path.startswith("/sapi/") and path != "/sapi/v1/system/status":
            self._admit(query)
            return self._wallet(path, query)
        return super().answer(path, query)

    def _wallet(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401  # any JSON
        owner = self.owner
        match path.removeprefix("/sapi/v1/"):
            case "account/apiRestrictions":
                return dict(owner.restrictions)
            case "capital/config/getall":
                return [{"coin": name, "free": "0", "trading": True} for name in owner.coins]
            case "capital/deposit/hisrec":
                return self._listed("deposit", owner.deposits, "insertTime", query)
            case "capital/withdraw/history":
                return self._listed("withdraw", owner.withdrawals, "applyTime", query)
            case "asset/assetDividend":
                rows = self._listed("dividend", owner.dividends, "divTime", query)
                return {"rows": rows, "total": len(rows)}
            case "convert/tradeFlow":
                rows = self._listed("convert", owner.conversions, "createTime", query)
                return {"list": rows, "startTime": 0, "endTime": 0, "moreData": False}
        raise _refusal(-1000, "An unknown error occured.")

    def _admit(self, query: dict[str, str]) -> None:
        """Refuse a request that is not signed by the key of the account."""
        if self.request is None or self.request.headers.get("X-MBX-APIKEY") != PUBLIC:
            raise _refusal(-2015, "Invalid API-key, IP, or permissions for action.", 401)
        unsigned, _, signed = self.request.rel_url.raw_query_string.partition("&signature=")
        true = hmac.new(SECRET.encode(), unsigned.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(true, signed):
            raise _refusal(-1022, "Signature for this request is not valid.")
        now = SystemClock().now().timestamp() * 1000
        if abs(now - int(query["timestamp"])) > int(query.get("recvWindow", "5000")):
            raise _refusal(-1021, "Timestamp for this request is outside of the recvWindow.")
        if not self.owner.restrictions.get("enableReading") and "apiRestr" not in self.request.path:
            raise _refusal(-2015, "Invalid API-key, IP, or permissions for action.", 401)

    def _account(self, query: dict[str, str]) -> dict[str, Any]:
        rows = [
            {"asset": code, "free": free, "locked": locked}
            for code, (free, locked) in self.owner.balances.items()
        ]
        if query.get("omitZeroBalances") != "true":
            rows += [{"asset": "XRP", "free": "0.00000000", "locked": "0.00000000"}] * 3
        return {
            "makerCommission": 10,
            "takerCommission": 10,
            "canTrade": True,
            "canWithdraw": True,
            "canDeposit": True,
            "accountType": "SPOT",
            "balances": rows,
            "permissions": ["SPOT"],
            "uid": 354937868,
        }

    def _trades(self, query: dict[str, str]) -> list[dict[str, Any]]:
        self._coin(query["symbol"])
        if "fromId" in query and ("startTime" in query or "endTime" in query):
            raise _refusal(-1128, "Combination of optional parameters invalid.")
        rows = [row for row in self.owner.trades if row["symbol"] == query["symbol"]]
        rows = [row for row in rows if row["id"] >= int(query.get("fromId", "0"))]
        return rows[: self._most("trades", query)]

    def _listed(
        self, name: str, rows: list[dict[str, Any]], at: str, query: dict[str, str]
    ) -> list[dict[str, Any]]:
        """Return the newest rows of a window, newest first."""
        start, end = int(query["startTime"]), int(query["endTime"])
        if end - start > timedelta(days=_WINDOWS[name]).total_seconds() * 1000:
            raise _refusal(-1127, f"More than {_WINDOWS[name]} days between startTime and endTime.")
        found = [row for row in rows if start <= _milliseconds(row[at]) <= end]
        found.sort(key=lambda row: _milliseconds(row[at]), reverse=True)
        return found[: self._most(name, query)]

    def _most(self, name: str, query: dict[str, str]) -> int:
        if int(query.get("limit", "500")) > _MOST[name]:
            raise _refusal(-1130, "Data sent for parameter 'limit' is not valid.")
        return self.owner.page or int(query.get("limit", "500"))


def deposit(id_: str, coin: str, amount: str, at: datetime, **more: object) -> dict[str, Any]:
    """Return a deposit that began at an instant."""
    return {
        "id": id_,
        "amount": amount,
        "coin": coin,
        "network": coin,
        "status": 1,
        "address": "0x0",
        "txId": f"tx-{id_}",
        "insertTime": int(at.timestamp() * 1000),
        "transferType": 0,
        "confirmTimes": "2/2",
        "walletType": 0,
    } | more


def withdrawal(
    id_: str, coin: str, amount: str, fee: str, at: datetime, **more: object
) -> dict[str, Any]:
    """Return a withdrawal that was asked for at an instant and done ten minutes later."""
    return {
        "id": id_,
        "amount": amount,
        "transactionFee": fee,
        "coin": coin,
        "status": 6,
        "address": "0x0",
        "txId": f"tx-{id_}",
        "applyTime": f"{at:%Y-%m-%d %H:%M:%S}",
        "completeTime": f"{at + timedelta(minutes=10):%Y-%m-%d %H:%M:%S}",
        "network": coin,
        "transferType": 0,
        "walletType": 0,
    } | more


def trade(id_: int, side: str, qty: str, cost: str, at: datetime, **more: object) -> dict[str, Any]:
    """Return a trade in BTCUSDT with a fee in USDT."""
    return {
        "symbol": "BTCUSDT",
        "id": id_,
        "orderId": 1000 + id_,
        "price": "100000.00",
        "qty": qty,
        "quoteQty": cost,
        "commission": "1.50000000",
        "commissionAsset": "USDT",
        "time": int(at.timestamp() * 1000),
        "isBuyer": side == "buy",
        "isMaker": False,
        "isBestMatch": True,
    } | more


def _milliseconds(value: object) -> int:
    if isinstance(value, int):
        return value
    return int(datetime.fromisoformat(f"{value}+00:00").timestamp() * 1000)


def _refusal(code: int, msg: str, status: int = 400) -> Refusal:
    return Refusal(json.dumps({"code": code, "msg": msg}), status)
