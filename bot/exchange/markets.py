"""Bars and a clock -> a market to read: replayed history and the simulated market alike."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import numpy as np

from bot.exchange.bar_sources import BarSource
from bot.exchange.listings import half_spread_of, rules_of
from bot.exchange.tape import Sight, Tape
from bot.ports.clock import Clock
from core.domain.market import BarSeries, Book, FeeMode, MarketRules, MarketStatus, Quote
from core.domain.readings import Reading
from core.domain.units import Asset, Price, Rate, exact
from core.simulation.bar_table import (
    AssetBars,
    BarTable,
    closed_days,
    daily,
    instant,
    newest_closed_day,
)
from core.simulation.fills import best_prices, build_book

DEFAULT_TAKER_FEE = Rate(Decimal("0.004"))

ONE_DAY = timedelta(days=1)

_T = TypeVar("_T")


class BarMarket:
    """Implements ``MarketReader`` over bars, whatever the clock says.

    At an instant inside a bar the middle price is that bar's open. Nothing of a bar but its open is
    used before the bar has ended.
    """

    def __init__(
        self,
        source: BarSource,
        clock: Clock,
        *,
        taker_fee: Rate = DEFAULT_TAKER_FEE,
        fee_mode: FeeMode = FeeMode.QUOTE,
    ) -> None:
        """Open the market.

        Args:
            source: the bars.
            clock: what time it is in the market.
            taker_fee: rate of a marketable order.
            fee_mode: in which coin the fee is taken.
        """
        self._source = source
        self._clock = clock
        self._taker_fee = taker_fee
        self._fee_mode = fee_mode
        self._status: dict[Asset, MarketStatus] = {}
        self._rules: dict[Asset, MarketRules] = {}
        self._table: BarTable | None = None
        self._tapes: dict[Asset, Tape] = {}
        self._days: dict[Asset, AssetBars] = {}
        self._starts = np.empty(0, dtype=np.int64)
        self._best: dict[Asset, tuple[Sight, Price, Price]] = {}
        self._books: dict[Asset, tuple[Sight, Book]] = {}
        self._closed: dict[Asset, tuple[int, BarSeries | None]] = {}

    @property
    def assets(self) -> tuple[Asset, ...]:
        """Every asset that has bars, by symbol."""
        return self._load(self._clock.now()).assets

    @property
    def begins_at(self) -> datetime:
        """The open time of the first bar."""
        return self._load(self._clock.now()).begins_at

    @property
    def ends_at(self) -> datetime | None:
        """The end of the last bar; None when the market goes on for ever."""
        return self._source.ends_at

    def next_change(self, after: datetime) -> datetime | None:
        """Return when the next bar begins after ``after``; None when there is none."""
        interval = self._load(after).interval
        self._load(after + interval)
        # Whole seconds: a float would make numpy convert the whole column first.
        following = int(np.searchsorted(self._starts, int(after.timestamp()), side="right"))
        return None if following == len(self._starts) else instant(int(self._starts[following]))

    def set_status(self, asset: Asset, status: MarketStatus) -> None:
        """Halt or reopen a market, for drills and tests."""
        self._status[asset] = status
        self._rules.pop(asset, None)

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return the best bid and ask of each asset, as of now or of the last known bar's end."""
        return self._seen(assets, self._quote)

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return the book of each asset that trades now; none where this hour's bar is missing."""
        return self._seen(assets, self._book)

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return the rules of each asset that has begun to trade."""
        return self._seen(assets, lambda asset, _sight, _now: self._rules_of(asset))

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return the closed UTC days of each asset, the newest 460 at most."""
        now = self._clock.now()
        self._load(now)
        days = [self._closed_days(asset, now) for asset in assets]
        return tuple(series for series in days if series is not None)

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Return the price of 24 hours ago; None where there was no bar then."""
        now = self._clock.now()
        self._load(now)
        tape, before = self._tape(asset), now - ONE_DAY
        price = None if tape is None else tape.price_at(int(before.timestamp()))
        if price is None:
            return None
        return Reading(about=before, value=Decimal(repr(price)), known_at=now)

    @exact
    def _seen(
        self,
        assets: Collection[Asset],
        build: Callable[[Asset, Sight, datetime], _T | None],
    ) -> tuple[_T, ...]:
        """Return what ``build`` makes of each asset that has begun to trade."""
        now = self._clock.now()
        self._load(now)
        seconds = int(now.timestamp())
        found: list[_T] = []
        for asset in assets:
            tape = self._tape(asset)
            sight = None if tape is None else tape.at(seconds)
            built = None if sight is None else build(asset, sight, now)
            if built is not None:
                found.append(built)
        return tuple(found)

    def _load(self, until: datetime) -> BarTable:
        table = self._source.table(until)
        if table is not self._table:
            self._table = table
            self._tapes.clear()
            self._days.clear()
            self._starts = np.unique(np.concatenate([bars.starts for bars in table.series]))
        return table

    def _tape(self, asset: Asset) -> Tape | None:
        tape = self._tapes.get(asset)
        bars = self._bars(asset) if tape is None else None
        if self._table is not None and bars is not None:
            interval = int(self._table.interval.total_seconds())
            tape = Tape(bars, interval=interval, half_spread=half_spread_of(asset))
            self._tapes[asset] = tape
        return tape

    def _bars(self, asset: Asset) -> AssetBars | None:
        return None if self._table is None else self._table.bars_of(asset)

    def _rules_of(self, asset: Asset) -> MarketRules:
        rules = self._rules.get(asset)
        if rules is None:
            bars = self._bars(asset)
            assert bars is not None  # noqa: S101  # asked only for what stands on a tape
            rules = self._rules[asset] = rules_of(
                asset,
                float(bars.opens[0]),
                taker_fee=self._taker_fee,
                fee_mode=self._fee_mode,
                status=self._status.get(asset, MarketStatus.ONLINE),
            )
        return rules

    def _quote(self, asset: Asset, sight: Sight, now: datetime) -> Quote:
        held = self._best.get(asset)
        if held is None or held[0] is not sight:
            tick = self._rules_of(asset).price_tick
            held = (sight, *best_prices(sight.mid, sight.half_spread, tick))
            self._best[asset] = held
        observed_at = now if sight.seen_until is None else instant(sight.seen_until)
        source = "" if self._table is None else self._table.source
        return Quote(asset, bid=held[1], ask=held[2], observed_at=observed_at, source=source)

    def _book(self, asset: Asset, sight: Sight, now: datetime) -> Book | None:
        # Without a bar nobody traded: a fill there would be an invention.
        if sight.seen_until is not None or sight.daily_volume is None:
            return None
        held = self._books.get(asset)
        if held is None or held[0] is not sight:
            book = build_book(
                sight.mid,
                self._rules_of(asset),
                half_spread=sight.half_spread,
                daily_volume=sight.daily_volume,
                observed_at=now,
            )
            held = self._books[asset] = (sight, book)
        return Book(asset, held[1].bids, held[1].asks, now)

    def _closed_days(self, asset: Asset, now: datetime) -> BarSeries | None:
        newest = newest_closed_day(now)
        held = self._closed.get(asset)
        if held is None or held[0] != newest:
            held = self._closed[asset] = (newest, self._series(asset, now))
        return held[1]

    def _series(self, asset: Asset, now: datetime) -> BarSeries | None:
        days, bars = self._days.get(asset), self._bars(asset)
        if bars is None or self._table is None:
            return None
        if days is None:
            days = self._days[asset] = daily(bars)
        return closed_days(days, self._table.source, now)
