"""Kraken's public REST endpoints: ``/0/public/…``, errors in a list, amounts as texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.emulators.public_venue import Coin, PublicVenue, Refusal, TellsTime

_IDS = {"BTC": ("XXBT", "XBT"), "ETH": ("XETH", "ETH"), "DOGE": ("XXDG", "XDG")}
_QUOTES = {"USD": "ZUSD", "EUR": "ZEUR"}
_MOST_CANDLES = 720


class KrakenPublic(PublicVenue):
    """Kraken as anybody sees it.

    Attributes:
        system: the word of SystemStatus.
        funding: status of coins in Assets other than ``enabled``.
        ticks: price steps by coin, as texts.
        without: fields that are left out of AssetPairs.
    """

    def __init__(self, clock: TellsTime, coins: Mapping[str, Coin], quote: str = "USD") -> None:
        """Trade ``coins`` against ``quote``."""
        super().__init__(clock, coins)
        self.quote = quote
        self.system = "online"
        self.funding: dict[str, str] = {}
        self.ticks: dict[str, str] = {}
        self.without: set[str] = set()

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401
        """Return the envelope with an empty list of errors."""
        method = {
            "Assets": self._assets,
            "AssetPairs": self._pairs,
            "Ticker": self._ticker,
            "OHLC": self._ohlc,
            "Depth": self._depth,
            "SystemStatus": self._status,
        }.get(path.removeprefix("/0/public/"))
        if method is None:
            raise Refusal('{"error":["EGeneral:Unknown method"]}')
        return {"error": [], "result": method(query)}

    def _pair_id(self, name: str) -> str:
        base = _IDS.get(name, (name, name))[0]
        quote = _QUOTES.get(self.quote, self.quote)
        # Only old coins have ids of both with their letters in front.
        return f"{base}{quote}" if name in _IDS else f"{name}{self.quote}"

    def _coin(self, pair: str) -> Coin:
        for name, coin in self.coins.items():
            if self._pair_id(name) == pair:
                return coin
        raise Refusal('{"error":["EQuery:Unknown asset pair"]}')

    def _assets(self, _query: dict[str, str]) -> dict[str, Any]:
        rows = {_QUOTES.get(self.quote, self.quote): (self.quote, 4)}
        for name in self.coins:
            base, alternative = _IDS.get(name, (name, name))
            rows[base] = (alternative, 10)
        return {
            base: {
                "aclass": "currency",
                "altname": alternative,
                "decimals": decimals,
                "display_decimals": 5,
                "status": self.funding.get(alternative, "enabled"),
            }
            for base, (alternative, decimals) in rows.items()
        }

    def _pairs(self, _query: dict[str, str]) -> dict[str, Any]:
        return {self._pair_id(name): self._pair(name, coin) for name, coin in self.coins.items()}

    def _pair(self, name: str, coin: Coin) -> dict[str, Any]:
        base, alternative = _IDS.get(name, (name, name))
        pair = {
            "altname": f"{alternative}{self.quote}",
            "wsname": f"{alternative}/{self.quote}",
            "aclass_base": "currency",
            "base": base,
            "aclass_quote": "currency",
            "quote": _QUOTES.get(self.quote, self.quote),
            "cost_decimals": 5,
            "pair_decimals": 2,
            "lot_decimals": 8,
            "lot_multiplier": 1,
            "leverage_buy": [2, 3],
            "leverage_sell": [2, 3],
            "fees": [[0, 0.4], [10000, 0.35]],
            "fees_maker": [[0, 0.25], [10000, 0.2]],
            "fee_volume_currency": "ZUSD",
            "ordermin": "0.00005",
            "costmin": "0.5",
            "tick_size": self.ticks.get(name, "0.1"),
            "status": coin.status,
        }
        return {key: value for key, value in pair.items() if key not in self.without}

    def _ticker(self, query: dict[str, str]) -> dict[str, Any]:
        pairs = query["pair"].split(",")
        return {pair: self._ticker_of(self._coin(pair)) for pair in pairs}

    def _ticker_of(self, coin: Coin) -> dict[str, Any]:
        bid, ask = coin.bid_ask()
        last = str(coin.price)
        return {
            "a": [ask, "1", "1.000"],
            "b": [bid, "2", "2.000"],
            "c": [last, "0.04"],
            "v": ["100.0", "250.5"],
            "p": [last, last],
            "t": [390, 1005],
            "l": [last, last],
            "h": [last, last],
            "o": last,
        }

    def _ohlc(self, query: dict[str, str]) -> dict[str, Any]:
        pair, interval = query["pair"], timedelta(minutes=int(query["interval"]))
        step = int(interval.total_seconds())
        newest = self.second // step * step
        since = max(int(query.get("since", "0")) + 1, newest - (_MOST_CANDLES - 1) * step)
        rows = self._coin(pair).rows(interval, since, self.second)
        # time, open, high, low, close, vwap, volume, count
        told = [[row[0], *row[1:5], row[4], row[5], 7] for row in rows]
        return {pair: told, "last": newest - step}

    def _depth(self, query: dict[str, str]) -> dict[str, Any]:
        coin = self._coin(query["pair"])
        bids, asks = coin.levels()
        second = int((coin.still_since or self.clock.now()).timestamp())
        return {
            query["pair"]: {
                "asks": [[price, size, second] for price, size in asks],
                "bids": [[price, size, second] for price, size in bids],
            }
        }

    def _status(self, _query: dict[str, str]) -> dict[str, Any]:
        return {"status": self.system, "timestamp": f"{self.clock.now():%Y-%m-%dT%H:%M:%SZ}"}
