"""What this Kraken lists: assets and pairs, shaped as Assets and AssetPairs tell them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tests.emulators.kraken.wire import Json

Schedule = tuple[tuple[int, str], ...]

TAKER: Schedule = (
    (0, "0.4"),
    (10_000, "0.35"),
    (50_000, "0.24"),
    (100_000, "0.22"),
    (250_000, "0.2"),
    (500_000, "0.18"),
    (1_000_000, "0.16"),
    (2_500_000, "0.14"),
    (5_000_000, "0.12"),
    (10_000_000, "0.1"),
)
MAKER: Schedule = (
    (0, "0.25"),
    (10_000, "0.2"),
    (50_000, "0.14"),
    (100_000, "0.12"),
    (250_000, "0.1"),
    (500_000, "0.08"),
    (1_000_000, "0.06"),
    (2_500_000, "0.04"),
    (5_000_000, "0.02"),
    (10_000_000, "0"),
)
"""From so much traded in 30 days on, so many percent."""

UNLISTED_DECIMALS = 10


@dataclass
class Asset:
    """One asset; ``status`` is Kraken's word, and can be changed."""

    id: str
    altname: str
    decimals: int = 10
    display_decimals: int = 5
    status: str = "enabled"

    def told(self) -> Json:
        """Return its row of Assets."""
        return {
            "aclass": "currency",
            "altname": self.altname,
            "decimals": self.decimals,
            "display_decimals": self.display_decimals,
            "status": self.status,
        }


@dataclass
class Pair:
    """One pair; change it to change the rules.

    Attributes:
        pair_decimals: digits of a price.
        tick_size: the true step of a price.
        lot_decimals: digits of a volume.
        cost_decimals: digits of a cost.
        ordermin: smallest volume, in base.
        costmin: smallest cost, in quote.
        status: online, cancel_only, post_only, limit_only or reduce_only.
        start: the price on the first day.
    """

    id: str
    altname: str
    wsname: str
    base: str
    quote: str
    pair_decimals: int
    tick_size: Decimal
    ordermin: Decimal
    start: Decimal
    lot_decimals: int = 8
    cost_decimals: int = 5
    costmin: Decimal = Decimal("0.5")
    fees: Schedule = TAKER
    fees_maker: Schedule = MAKER
    status: str = "online"

    def told(self) -> Json:
        """Return its row of AssetPairs."""
        return {
            "altname": self.altname,
            "wsname": self.wsname,
            "aclass_base": "currency",
            "base": self.base,
            "aclass_quote": "currency",
            "quote": self.quote,
            "lot": "unit",
            "cost_decimals": self.cost_decimals,
            "pair_decimals": self.pair_decimals,
            "lot_decimals": self.lot_decimals,
            "lot_multiplier": 1,
            "leverage_buy": [2, 3],
            "leverage_sell": [2, 3],
            "fees": [[volume, float(percent)] for volume, percent in self.fees],
            "fees_maker": [[volume, float(percent)] for volume, percent in self.fees_maker],
            "fee_volume_currency": "ZUSD",
            "margin_call": 80,
            "margin_stop": 40,
            "ordermin": str(self.ordermin),
            "costmin": str(self.costmin),
            "tick_size": str(self.tick_size),
            "status": self.status,
        }

    def names(self) -> set[str]:
        """Return every name that a request may use."""
        common = self.wsname.replace("XBT", "BTC").replace("XDG", "DOGE")
        return {self.id, self.altname, self.wsname, common}


def default_assets() -> dict[str, Asset]:
    """Return what is listed, by id: coins, money, and what is earning, staked or on hold."""
    coins = [
        ("XXBT", "XBT"),
        ("XETH", "ETH"),
        ("XXRP", "XRP"),
        ("XXDG", "XDG"),
        ("SOL", "SOL"),
        ("ADA", "ADA"),
        ("DOT", "DOT"),
        ("LINK", "LINK"),
        ("ETH2", "ETH2"),
    ]
    kept = ["XBT.F", "ETH.F", "SOL.F", "ETH.B", "XBT.M", "ETH2.S", "DOT28.S", "SOL.S"]
    assets = [Asset(name, altname) for name, altname in coins]
    assets += [Asset(name, name) for name in kept]
    money = [("ZUSD", "USD"), ("ZEUR", "EUR"), ("USD.HOLD", "USD.HOLD"), ("EUR.HOLD", "EUR.HOLD")]
    assets += [Asset(name, altname, 4, 2) for name, altname in money]
    assets += [Asset("USD.M", "USD.M", 4, 2), Asset("USDC", "USDC", 8, 4)]
    return {asset.id: asset for asset in assets}


def default_pairs() -> dict[str, Pair]:
    """Return the pairs, by id."""
    rows = [
        ("XXBTZUSD", "XBT", "XXBT", 1, "0.1", "0.00005", "50000"),
        ("XETHZUSD", "ETH", "XETH", 2, "0.01", "0.002", "2500"),
        ("SOLUSD", "SOL", "SOL", 2, "0.01", "0.06", "100"),
        ("XXRPZUSD", "XRP", "XXRP", 5, "0.00001", "5", "0.5"),
        ("ADAUSD", "ADA", "ADA", 6, "0.000001", "15", "0.4"),
        ("DOTUSD", "DOT", "DOT", 4, "0.0001", "1.5", "5"),
        ("LINKUSD", "LINK", "LINK", 5, "0.00001", "0.5", "15"),
        ("XDGUSD", "XDG", "XXDG", 7, "0.0000001", "50", "0.1"),
        ("USDCUSD", "USDC", "USDC", 4, "0.0001", "5", "1"),
    ]
    pairs = [
        Pair(
            id=name,
            altname=f"{altname}USD",
            wsname=f"{altname}/USD",
            base=base,
            quote="ZUSD",
            pair_decimals=decimals,
            tick_size=Decimal(tick),
            ordermin=Decimal(smallest),
            start=Decimal(start),
        )
        for name, altname, base, decimals, tick, smallest, start in rows
    ]
    return {pair.id: pair for pair in pairs}


def percent_of(schedule: Schedule, volume: Decimal) -> Decimal:
    """Return the percent for so much traded in 30 days."""
    return Decimal(max((row for row in schedule if row[0] <= volume), key=lambda row: row[0])[1])
