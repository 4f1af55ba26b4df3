"""Whether the venue itself is in order, in its own words."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.feeds.venue_feeds import Wait, patiently
from bot.ports.clock import Clock
from bot.ports.feeds import FeedReading
from bot.venues.connection import POLITE, Connection, Manners
from bot.venues.table import spot_venue
from bot.venues.troubles import malformed
from core.domain.readings import ReadingKind
from core.domain.units import Asset

IN_ORDER, DELAYED, HALTED = Decimal(0), Decimal(1), Decimal(3)

# Kraken restarts through post_only: for minutes nothing can be bought or sold at once.
_WORDS: Mapping[str, Decimal] = {
    "online": IN_ORDER,
    "ok": IN_ORDER,
    "post_only": DELAYED,
    "maintenance": HALTED,
    "cancel_only": HALTED,
}

# Coins in these states cannot leave the venue.
_SHUT_IN = frozenset({"deposit_only", "funding_temporarily_disabled"})


class VenueStatusFeed:
    """One venue: 0 in order, 1 when a watched coin cannot leave it, 3 when it does not trade.

    Implements ``ReadingFeed``. Only Kraken tells without a key which coins cannot leave, and
    Coinbase tells no status: there it counts as halted when no watched coin can be traded.
    """

    def __init__(
        self,
        venue: str,
        assets: Collection[Asset],
        clock: Clock,
        *,
        base_url: str | None = None,
        manners: Manners = POLITE,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """Keep what it takes; nothing is opened yet.

        Args:
            venue: kraken, binance or coinbase.
            assets: the coins that are watched, the quote currency among them.
            clock: what time it is.
            base_url: stands in for the venue's own address; None or empty = the venue itself.
            manners: how the venue is asked.
            wait: passes the seconds between two attempts.

        Raises:
            InputInvalid: the venue is not known.
        """
        self._venue = spot_venue(venue)
        self._assets = frozenset(assets)
        self._clock = clock
        self._connection = Connection(self._venue, clock, base_url=base_url, manners=manners)
        self._wait = wait

    @property
    def promises(self) -> Sequence[tuple[ReadingKind, Asset]]:
        """The one series; it is about the venue, not about a coin."""
        return ((ReadingKind.VENUE, Asset("")),)

    @property
    def source(self) -> str:
        """The venue's name."""
        return self._venue.name

    async def read(self) -> Sequence[FeedReading]:
        """Return how the venue is now.

        Raises:
            FeedUnavailable: it gave nothing that can be believed; ``trouble`` says why.
        """
        value = await patiently(self._state, self._wait)
        reading = FeedReading(
            kind=ReadingKind.VENUE,
            asset=Asset(""),
            source=self._venue.name,
            about=self._clock.now().replace(microsecond=0),
            value=value,
            is_append_only=True,
        )
        return (reading,)

    async def close(self) -> None:
        """Release the connection."""
        await self._connection.close()

    async def _state(self) -> Decimal:
        if not self._venue.tells_status:
            return self._by_markets(await self._connection.ask("fetch_markets"))
        value = self._by_word(await self._connection.ask("fetch_status"))
        if value < DELAYED and self._venue.needs_currencies:
            currencies = await self._connection.currencies()
            return max(value, self._by_coins(currencies))
        return value

    def _by_word(self, status: Mapping[str, Any]) -> Decimal:
        """Return what the venue's own word means; ccxt calls all but ``online`` maintenance."""
        info = status["info"]
        result = info.get("result") if isinstance(info, Mapping) else None
        word = result.get("status") if isinstance(result, Mapping) else status["status"]
        value = _WORDS.get(str(word))
        if value is None:
            raise malformed(f"{self._venue.title} says it is {word!r}, which is not known here")
        return value

    def _by_coins(self, currencies: Mapping[str, Mapping[str, Any]]) -> Decimal:
        if not currencies:
            raise malformed(f"{self._venue.title} lists no coins")
        watched = self._watched(currencies.values(), lambda coin: coin["code"])
        states = (coin["info"].get("status") for coin in watched)
        return DELAYED if any(state in _SHUT_IN for state in states) else IN_ORDER

    def _by_markets(self, markets: Sequence[Mapping[str, Any]]) -> Decimal:
        watched = self._watched(markets, lambda market: market["base"])
        if not watched:
            raise malformed(f"{self._venue.title} lists no market of a watched coin")
        return IN_ORDER if any(market["active"] for market in watched) else HALTED

    def _watched(
        self,
        rows: Collection[Mapping[str, Any]],
        name_of: Callable[[Mapping[str, Any]], object],
    ) -> list[Mapping[str, Any]]:
        return [row for row in rows if name_of(row) in self._assets]
