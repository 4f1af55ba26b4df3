"""The owner's spot account at Binance, for watching: what it holds, and what changed it.

What Binance does not tell here, and why a change may stay unexplained: trades against another
currency than the policy's, coins moved to or from the Funding, Futures or Earn wallet, deposits of
money by bank or card (one such question costs half of a minute's allowance), peer-to-peer trades,
and small balances turned into BNB.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bot.exchange.live.others.binance_codes import Coins, name_of
from bot.exchange.live.others.binance_flows import (
    LISTINGS,
    ONE_TRADE_PAGE,
    Listing,
    trade_flows,
)
from bot.exchange.live.others.holdings import balances_of
from bot.exchange.live.others.questions import Questions
from bot.exchange.live.others.rows import Row, millis, rows_of
from bot.ports.clock import Clock
from bot.venues.connection import Connection
from bot.venues.troubles import VenueRefusal, malformed
from core.domain.errors import InputInvalid
from core.domain.portfolio import Balance, Flow
from core.domain.units import Asset

_KEY = (
    "Binance does not accept this key. It may be deleted, bound to another network address, not "
    "copied whole, or Binance has shut this address out for a while. Look at it under API "
    "Management at Binance, or make a new one."
)
_SIGNATURE = (
    "Binance does not accept the signature: the secret does not belong to this key. Copy both "
    "again, or make a new key."
)
_CLOCK = (
    "Binance says that this machine's clock is wrong. Turn on time synchronisation (timedatectl "
    "set-ntp true), and try again."
)
MENDS = {
    "-1002": _KEY,
    "-2008": _KEY,
    "-2014": _KEY,
    "-2015": _KEY,
    "-1022": _SIGNATURE,
    "-1021": _CLOCK,
}
"""What only a person can mend, by Binance's code."""

BEGINNING = "2017-07-01T00:00:00Z"
"""Before this Binance did not exist."""

NO_MONEY = frozenset({"USD", "GBP", "CHF"})
"""Currencies that Binance has no markets in."""

_NO_SUCH_MARKET = "-1121"
_CODES_KEPT = timedelta(days=1)
_LEEWAY = timedelta(minutes=1)


class BinanceAccount:
    """Implements ``AccountReader``. It reads, and can do nothing else; it orders nothing.

    A trade bears no client id, since no order of ours is ever sent there.
    """

    def __init__(
        self, connection: Connection, quote: Asset, assets: Iterable[Asset], clock: Clock
    ) -> None:
        """Keep what it takes; nothing is asked yet.

        Args:
            connection: to Binance, with a key that may read.
            quote: the currency that flows are valued in.
            assets: the coins whose trades are read.
            clock: what time it is.

        Raises:
            InputInvalid: the connection has no key, or Binance has no such currency.
        """
        self._binance = Questions(connection, "binance", MENDS)
        if quote in NO_MONEY:
            raise InputInvalid(
                f'quote is "{quote}", and Binance has no markets in it. Name the coin you hold '
                'there instead, such as quote = "USDT", also among the targets'
            )
        self._quote = quote
        self._assets = tuple(assets)
        self._clock = clock
        self._coins: tuple[datetime, Coins] | None = None
        self._trades: dict[Asset, list[Flow]] = {}
        self._next_id: dict[Asset, int] = {}

    async def balances(self) -> tuple[Balance, ...]:
        """Return every balance that is not zero, by asset.

        Raises:
            FeedUnavailable: Binance gave nothing that can be believed.
            AccountProblem: the key is refused, or a code is not known.
        """
        answer = await self._binance.ask("private_get_account", omitZeroBalances="true")
        rows = rows_of(answer, "Binance's list of balances", "balances")
        if not rows:
            raise malformed(
                "Binance names no balance at all. If this account is new, pay something in first"
            )
        held = {row.text("asset"): (row.size("free"), row.size("locked")) for row in rows}
        if len(held) != len(rows):
            raise malformed("Binance's list of balances names a coin twice")
        held = {code: parts for code, parts in held.items() if any(parts)}
        coins = await self._known(held)
        return balances_of((*coins.read(code), *parts) for code, parts in held.items())

    async def flows(self, since: datetime | None) -> tuple[Flow, ...]:
        """Return the changes that Binance tells of, from ``since`` on, oldest first; None = all.

        Raises:
            FeedUnavailable: Binance gave nothing that can be believed.
            AccountProblem: the key is refused, or an entry is of an unknown kind.
        """
        start = datetime.fromisoformat(BEGINNING) if since is None else since
        found: list[Flow] = []
        for listing in LISTINGS:
            for row in await self._listed(listing, start - listing.delay):
                found += listing.flows(row, self._quote)
        for asset in self._assets:
            found += await self._traded(asset)
        new = {flow.flow_id: flow for flow in found if flow.occurred_at >= start}
        return tuple(sorted(new.values(), key=lambda flow: (flow.occurred_at, flow.flow_id)))

    async def _known(self, used: Iterable[str]) -> Coins:
        """Return Binance's coins, read anew once a day and when one of those used is new."""
        now = self._clock.now()
        if self._coins is not None:
            read_at, coins = self._coins
            is_fresh = timedelta() <= now - read_at < _CODES_KEPT
            if is_fresh and (read_at == now or all(coins.knows(code) for code in used)):
                return coins
        answer = await self._binance.ask("sapi_get_capital_config_getall")
        names = frozenset(row.text("coin") for row in rows_of(answer, "Binance's list of coins"))
        if not names:
            raise malformed("Binance lists no coins")
        coins = Coins(names)
        self._coins = (now, coins)
        return coins

    async def _listed(self, listing: Listing, start: datetime) -> list[Row]:
        """Return every row of a list from ``start`` on, window by window."""
        end = self._clock.now() + _LEEWAY
        rows: list[Row] = []
        while start < end:
            until = min(start + listing.window, end)
            rows += await self._window(listing, start, until)
            start = until
        return rows

    async def _window(self, listing: Listing, start: datetime, until: datetime) -> Sequence[Row]:
        """Return the rows of one window; a full answer may hide some, so it is asked in halves."""
        last = until - timedelta(milliseconds=1)
        answer = await self._binance.ask(
            listing.method, startTime=millis(start), endTime=millis(last), limit=str(listing.most)
        )
        rows = rows_of(answer, listing.what, listing.key)
        if len(rows) < listing.most:
            return rows
        half = (until - start) / 2
        if half < timedelta(milliseconds=1):
            raise malformed(f"{listing.what} has too many rows in one instant")
        middle = start + half
        return [
            *await self._window(listing, start, middle),
            *await self._window(listing, middle, until),
        ]

    async def _traded(self, asset: Asset) -> Sequence[Flow]:
        """Return the flows of every trade of a coin, those that are known already not asked for."""
        flows = self._trades.setdefault(asset, [])
        symbol = f"{name_of(asset)}{name_of(self._quote)}"
        while True:
            start = self._next_id.get(asset, 0)
            try:
                answer = await self._binance.ask(
                    "private_get_mytrades",
                    symbol=symbol,
                    fromId=str(start),
                    limit=str(ONE_TRADE_PAGE),
                )
            except VenueRefusal as refusal:
                if not any(word.startswith(_NO_SUCH_MARKET) for word in refusal.words):
                    raise
                return ()
            rows = rows_of(answer, f"Binance's list of trades of {symbol}")
            page, following = _page(rows, start, symbol)
            for row in page:
                flows += trade_flows(row, symbol, asset=asset, quote=self._quote)
            self._next_id[asset] = following
            if len(rows) < ONE_TRADE_PAGE:
                return flows


def _page(rows: Sequence[Row], start: int, symbol: str) -> tuple[Sequence[Row], int]:
    """Return trades that are new and in order, and the id from which the next ones are asked."""
    ids = [row.count("id") for row in rows]
    if any(one >= other for one, other in pairwise([start - 1, *ids])):
        raise malformed(f"Binance's list of trades of {symbol} is out of order")
    return rows, (ids[-1] + 1 if ids else start)
