"""Venue readings and the account -> one snapshot."""

from bot.ports.clock import Clock
from bot.ports.exchange import AccountReader, MarketReader
from core.domain.policy import Policy
from core.domain.snapshot import Occasion, Snapshot


class VenueSnapshots:
    """Takes snapshots of one venue and one account for the assets of the policy."""

    def __init__(
        self, market: MarketReader, account: AccountReader, *, clock: Clock, policy: Policy
    ) -> None:
        """Keep the sources; nothing is read yet."""
        self._market = market
        self._account = account
        self._clock = clock
        self._policy = policy

    async def take(self, occasion: Occasion) -> Snapshot:
        """Return everything a decision needs, quotes last so that they are the freshest."""
        assets = self._policy.risk_assets
        bars = await self._market.daily_bars(assets)
        rules = await self._market.rules(assets)
        balances = await self._account.balances()
        books = await self._market.books(assets)
        quotes = await self._market.quotes(assets)
        return Snapshot(
            as_of=self._clock.now(),
            occasion=occasion,
            quote=self._policy.quote,
            balances=balances,
            quotes=quotes,
            rules=rules,
            books=books,
            bars=bars,
        )

    async def glance(self) -> Snapshot:
        """Return balances, quotes and rules only."""
        assets = self._policy.risk_assets
        rules = await self._market.rules(assets)
        balances = await self._account.balances()
        quotes = await self._market.quotes(assets)
        return Snapshot(
            as_of=self._clock.now(),
            occasion=Occasion.INTRADAY,
            quote=self._policy.quote,
            balances=balances,
            quotes=quotes,
            rules=rules,
        )
