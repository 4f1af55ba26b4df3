"""Venue readings, feeds and the account -> one snapshot."""

from collections.abc import Collection

from bot.ports.clock import Clock
from bot.ports.exchange import AccountReader, MarketReader
from bot.ports.feeds import Gathered, ReadingGatherer
from core.codec import reading_series
from core.domain.errors import FeedUnavailable
from core.domain.market import BarSeries
from core.domain.policy import Policy
from core.domain.readings import FeedTrouble, ReadingKind, Trouble
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import Asset

VENUE = "venue"


class NoReadings:
    """Implements ``ReadingGatherer`` where no feed is switched on."""

    async def gather(self) -> Gathered:
        """Return nothing."""
        return Gathered()


class VenueSnapshots:
    """Takes snapshots of one venue, one account and all feeds for the assets of the policy."""

    def __init__(
        self,
        market: MarketReader,
        account: AccountReader,
        *,
        clock: Clock,
        policy: Policy,
        readings: ReadingGatherer | None = None,
    ) -> None:
        """Keep the sources; nothing is read yet."""
        self._market = market
        self._account = account
        self._clock = clock
        self._policy = policy
        self._readings = readings or NoReadings()

    async def take(self, occasion: Occasion) -> Snapshot:
        """Return everything a decision needs, quotes last so that they are the freshest."""
        assets = self._policy.risk_assets
        said = await self._readings.gather()
        bars = await self._bars()
        rules = await self._market.rules(assets)
        balances = await self._account.balances()
        day_ago = await self._day_ago()
        books = await self._market.books(assets)
        quotes = await self._market.quotes(self._quoted)
        return Snapshot(
            as_of=self._clock.now(),
            occasion=occasion,
            quote=self._policy.quote,
            balances=balances,
            quotes=quotes,
            rules=rules,
            books=books,
            bars=bars,
            readings=(*said.series, *day_ago.series),
            troubles=(*said.troubles, *day_ago.troubles),
        )

    async def glance(self) -> Snapshot:
        """Return what shows a breach or a shock within the day: balances, quotes, rules, feeds."""
        said = await self._readings.gather()
        rules = await self._market.rules(self._policy.risk_assets)
        balances = await self._account.balances()
        day_ago = await self._day_ago()
        quotes = await self._market.quotes(self._quoted)
        return Snapshot(
            as_of=self._clock.now(),
            occasion=Occasion.INTRADAY,
            quote=self._policy.quote,
            balances=balances,
            quotes=quotes,
            rules=rules,
            readings=(*said.series, *day_ago.series),
            troubles=(*said.troubles, *day_ago.troubles),
        )

    @property
    def _quoted(self) -> Collection[Asset]:
        """The coins of the policy, and the one the market is read by."""
        return tuple(sorted({*self._policy.risk_assets, self._policy.regime.asset}))

    async def _bars(self) -> tuple[BarSeries, ...]:
        """Return the bars of every watched coin.

        A coin that is only compared with others may fail: it is left out, and the correlation is
        measured on fewer.
        """
        needed = self._quoted
        bars = list(await self._market.daily_bars(needed))
        for asset in self._policy.watched_assets:
            if asset in needed:
                continue
            try:
                bars += await self._market.daily_bars((asset,))
            except FeedUnavailable:
                continue
        return tuple(bars)

    async def _day_ago(self) -> Gathered:
        """Return the price of 24 hours ago; one that was refused is a trouble, and told as one."""
        asset, kind = self._policy.regime.asset, ReadingKind.DAY_AGO
        try:
            reading = await self._market.day_ago(asset)
        except FeedUnavailable as failure:
            trouble = FeedTrouble(kind, asset, VENUE, Trouble(failure.trouble))
            return Gathered(troubles=(trouble,))
        if reading is None:
            return Gathered()
        return Gathered((reading_series(kind, asset, VENUE, (reading,), is_point_in_time=True),))
