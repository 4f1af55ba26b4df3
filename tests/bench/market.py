"""Ten coins with their history and a short future, and an account that holds too much of one."""

import math
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import numpy as np

from bot.exchange.bar_sources import ReplayedBars
from bot.exchange.listings import half_spread_of, rules_of
from core.codec import bar_series
from core.domain.market import BarSeries, Book, FeeMode, MarketRules, MarketStatus, Quote
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import Asset, Price, Quantity, Rate, Weight, exact
from core.simulation.bar_table import DAY, AssetBars, BarTable
from core.simulation.fills import best_prices, build_book

USD = Asset("USD")
MORNING = datetime(2026, 3, 2, 0, 6, tzinfo=UTC)
"""The first daily evaluation: six minutes after the UTC close."""
HISTORY, PAST, FUTURE = 460, 500, 90
"""Days the bot sees; days there are before and after MORNING."""
VALUE = 50_000
TAKER_FEE = Rate(Decimal("0.004"))

# What a coin costs in the beginning, its target, and what is held of it, in percent.
_COINS: dict[str, tuple[float, int, float]] = {
    "ADA": (0.78, 5, 4.1),
    "BCH": (412.0, 5, 4.4),
    "BTC": (96_400.0, 25, 40.0),
    "DOGE": (0.2412, 5, 4.0),
    "DOT": (6.31, 5, 4.2),
    "ETH": (3_310.0, 20, 15.9),
    "LINK": (18.7, 6, 5.1),
    "LTC": (104.0, 5, 4.3),
    "SOL": (188.0, 8, 6.6),
    "XRP": (2.31, 6, 5.2),
}
_CASH_TARGET, _CASH_HELD = 10, 6.2
_TRADED_A_DAY = 4e8
_MARKET_DAY, _OWN_DAY, _CALM_DAY = 0.025, 0.02, 0.003
"""A usual day's move: of all coins together, of one alone, and of one in the future."""

ASSETS = tuple(Asset(name) for name in _COINS)
POLICY = Policy(
    quote=USD,
    targets=(
        *((Asset(name), Weight(Decimal(row[1]) / 100)) for name, row in _COINS.items()),
        (USD, Weight(Decimal(_CASH_TARGET) / 100)),
    ),
)


@cache
def bars() -> ReplayedBars:
    """Return daily bars: a lively history, then calm days in which the account stays breached."""
    lots = random.Random(7)  # the same market in every run
    common = [lots.gauss(0, _MARKET_DAY) for _ in range(PAST)]
    first = MORNING.replace(hour=0, minute=0) - timedelta(days=PAST)
    starts = int(first.timestamp()) + DAY * np.arange(PAST + FUTURE, dtype=np.int64)
    rows = []
    for asset in ASSETS:
        past = [move + lots.gauss(0, _OWN_DAY) for move in common]
        logs = np.cumsum([*past, *(lots.gauss(0, _CALM_DAY) for _ in range(FUTURE))])
        opens = _COINS[asset][0] * np.exp(logs)
        closes = np.append(opens[1:], opens[-1])
        high, low = np.maximum(opens, closes) * 1.004, np.minimum(opens, closes) * 0.996
        volumes = _TRADED_A_DAY / opens
        rows.append(AssetBars(asset, starts.copy(), opens, high, low, closes, volumes))
    return ReplayedBars(BarTable("bench", timedelta(days=1), tuple(rows)))


def opening() -> dict[Asset, Quantity]:
    """Return what is held: BTC has left its band, the others have not."""
    held = {asset: _rounded(VALUE * _COINS[asset][2] / 100 / _price(asset)) for asset in ASSETS}
    return held | {USD: _rounded(VALUE * _CASH_HELD / 100)}


class Ticks:
    """Snapshots of one day: the bars stay, everything else moves a little each time."""

    def __init__(self) -> None:
        """Lay the market out."""
        self._table = bars().table(MORNING)
        self._lots = random.Random(11)
        self._rules = tuple(map(_rules, ASSETS))
        self._bars = self.history()
        self._mids = [_price(asset) for asset in ASSETS]
        self._balances = opening()
        self._count = 0

    def history(self, days_ago: int = 0) -> tuple[BarSeries, ...]:
        """Return 460 closed days of each coin, as they were so many days before MORNING."""
        days = slice(PAST - days_ago - HISTORY, PAST - days_ago)
        opened_at = MORNING.replace(hour=0, minute=0) - timedelta(days=days_ago + 1)
        return tuple(
            bar_series(
                row.asset,
                "bench",
                opened_at,
                opens=row.opens[days].tolist(),
                highs=row.highs[days].tolist(),
                lows=row.lows[days].tolist(),
                closes=row.closes[days].tolist(),
                volumes=row.volumes[days].tolist(),
            )
            for row in self._table.series
        )

    @exact
    def next(self, days_ago: int = 0) -> Snapshot:
        """Return the next snapshot, a second later, with its own prices, books and cash.

        One of some days ago has the bars of that morning.
        """
        self._count += 1
        at = MORNING + timedelta(seconds=self._count) - timedelta(days=days_ago)
        self._mids = [mid * math.exp(self._lots.gauss(0, 0.0005)) for mid in self._mids]
        mids = [Price(Decimal(f"{mid:.8g}")) for mid in self._mids]
        cash = Quantity(self._balances[USD] + Decimal(self._count) / 100)
        held = self._balances | {USD: cash}
        return Snapshot(
            as_of=at,
            occasion=Occasion.DAILY,
            quote=USD,
            balances=tuple(Balance(asset, amount) for asset, amount in held.items()),
            quotes=tuple(map(_quote, self._rules, mids, [at] * len(mids))),
            rules=self._rules,
            books=tuple(map(_book, self._rules, mids, [at] * len(mids))),
            bars=self.history(days_ago) if days_ago else self._bars,
        )


def _rules(asset: Asset) -> MarketRules:
    return rules_of(
        asset,
        _price(asset),
        taker_fee=TAKER_FEE,
        fee_mode=FeeMode.QUOTE,
        status=MarketStatus.ONLINE,
    )


def _price(asset: Asset) -> float:
    """Return what a coin costs on the first morning."""
    row = bars().table(MORNING).bars_of(asset)
    assert row is not None
    return float(row.opens[PAST])


def _rounded(amount: float) -> Quantity:
    return Quantity(Decimal(f"{amount:.8f}"))


def _quote(rules: MarketRules, mid: Price, at: datetime) -> Quote:
    bid, ask = best_prices(mid, half_spread_of(rules.asset), rules.price_tick)
    return Quote(rules.asset, bid, ask, at, "bench", references=(mid, ask))


def _book(rules: MarketRules, mid: Price, at: datetime) -> Book:
    volume = Quantity(Decimal(int(_TRADED_A_DAY)) / mid)
    spread = half_spread_of(rules.asset)
    return build_book(mid, rules, half_spread=spread, daily_volume=volume, observed_at=at)
