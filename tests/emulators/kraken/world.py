"""The exchange's state: markets, accounts, keys, what is due, and the time it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.ports.clock import Clock
from tests.emulators.kraken.account import Account
from tests.emulators.kraken.books import Market
from tests.emulators.kraken.identifiers import Identifiers
from tests.emulators.kraken.keys import ApiKey, KeyRing
from tests.emulators.kraken.listings import Asset, Pair
from tests.emulators.kraken.matching import BY_USER, Matching
from tests.emulators.kraken.orders import CANCELED
from tests.emulators.kraken.wire import KrakenError, Params


@dataclass
class Due:
    """Something that will happen at an instant."""

    at: datetime
    action: Callable[[datetime], None]


@dataclass
class Habits:
    """What can be turned about the exchange as a whole.

    Attributes:
        system: the word of SystemStatus: online, maintenance, cancel_only or post_only.
        ahead: how far the exchange's clock is ahead of the injected one.
        has_strict_flags: whether only lower-case ``true`` is true; then ccxt's ``True`` is not.
        used_client_id: the refusal of a client id that an open order has. Kraken's own words are
            not known.
        lags: seconds after which a change shows in an endpoint: OpenOrders, ClosedOrders,
            QueryOrders, TradesHistory, QueryTrades, Ledgers, QueryLedgers, Balance, BalanceEx.
    """

    system: str = "online"
    ahead: timedelta = timedelta()
    has_strict_flags: bool = False
    used_client_id: str = "EGeneral:Invalid arguments:cl_ord_id"
    lags: dict[str, float] = field(default_factory=dict)


class World:
    """One exchange."""

    def __init__(
        self, clock: Clock, pairs: Mapping[str, Pair], assets: Mapping[str, Asset]
    ) -> None:
        """Open at the time of ``clock`` with nobody in it."""
        self.clock = clock
        self.assets = dict(assets)
        self.markets = {name: Market.of(pair) for name, pair in pairs.items()}
        self.accounts: dict[str, Account] = {}
        self.key_ring = KeyRing()
        self.habits = Habits()
        self.ids = Identifiers()
        self.matching = Matching(self.ids)
        self._due: list[Due] = []

    def now(self) -> datetime:
        """Return the time by the exchange's own clock."""
        return self.clock.now() + self.habits.ahead

    def market(self, name: str) -> Market:
        """Return the market of an id, an altname, ``XBT/USD`` or ``BTC/USD``.

        Raises:
            KrakenError: there is none.
        """
        for market in self.markets.values():
            if name in market.pair.names():
                return market
        raise KrakenError("EQuery:Unknown asset pair")

    def asset_id(self, name: str) -> str:
        """Return the id of an asset given by id or altname; an unknown name is its own id."""
        if name in self.assets:
            return name
        return next((asset.id for asset in self.assets.values() if asset.altname == name), name)

    def schedule(self, seconds: float, action: Callable[[datetime], None]) -> None:
        """Let something happen so many seconds from now, when somebody next looks."""
        self._due.append(Due(self.now() + timedelta(seconds=seconds), action))

    def catch_up(self) -> None:
        """Let everything happen that is due by now, in its order."""
        now = self.now()
        due = sorted((due for due in self._due if due.at <= now), key=lambda due: due.at)
        self._due = [due for due in self._due if due.at > now]
        for event in due:
            self._tick(event.at)
            event.action(event.at)
        self._tick(now)

    def _tick(self, now: datetime) -> None:
        for market in self.markets.values():
            market.refresh(now)
        for account in self.accounts.values():
            self._strike(account, now)
            self.matching.expire(account, now)
            if account.open_orders():
                for market in self.markets.values():
                    self.matching.fill_resting(account, market, now)

    def _strike(self, account: Account, now: datetime) -> None:
        at = account.cancel_all_at
        if at is None or at > now:
            return
        account.cancel_all_at = None
        for order in account.open_orders():
            self.matching.end(order, CANCELED, BY_USER, at)


@dataclass(frozen=True)
class Visit:
    """A private request that was let in.

    Attributes:
        received_at: when it reached the exchange; it may be worked on later.
        worked_at: when it is worked on; None = now.
    """

    world: World
    account: Account
    key: ApiKey
    endpoint: str
    params: Params
    received_at: datetime
    worked_at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The time at which it is worked on."""
        return self.worked_at or self.world.now()

    @property
    def lag(self) -> timedelta:
        """How long changes take to show here."""
        return timedelta(seconds=self.world.habits.lags.get(self.endpoint, 0))
