"""Rate counters: one for each key, one for each account and pair. Source: Kraken's rate guides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.emulators.kraken.wire import KrakenError


@dataclass(frozen=True)
class Tier:
    """What a verification level allows; decays are in points a second."""

    calls: float
    calls_decay: float
    orders: float
    orders_decay: float
    open_orders: int


STARTER = Tier(15, 0.33, 60, 1.0, 60)
INTERMEDIATE = Tier(20, 0.5, 125, 2.34, 80)
PRO = Tier(20, 1.0, 180, 3.75, 225)

_CALL_COST = {
    "AddOrder": 0,
    "CancelOrder": 0,
    "Ledgers": 2,
    "QueryLedgers": 2,
    "TradesHistory": 2,
    "QueryTrades": 2,
}
# Age in seconds below which cancelling costs so much.
_CANCEL_COST = ((5, 8), (10, 6), (15, 5), (45, 4), (90, 2), (300, 1))


def call_cost(endpoint: str) -> int:
    """Return what a call adds to its key's counter."""
    return _CALL_COST.get(endpoint, 1)


def cancel_cost(age_seconds: float) -> int:
    """Return what cancelling an order of this age adds to the pair's counter."""
    return next((cost for below, cost in _CANCEL_COST if age_seconds < below), 0)


@dataclass
class Counter:
    """Points that decay with time.

    Attributes:
        most: a call that would bring it above is refused, and adds nothing.
        decay: points a second.
        refusal: Kraken's words.
    """

    most: float
    decay: float
    refusal: str
    value: float = 0.0
    at: datetime | None = None

    def spend(self, cost: float, now: datetime) -> None:
        """Add ``cost``.

        Raises:
            KrakenError: too many already.
        """
        if self.at is not None:
            self.value = max(0.0, self.value - self.decay * (now - self.at).total_seconds())
        self.at = now
        if self.value + cost > self.most:
            raise KrakenError(self.refusal)
        self.value += cost


class Limits:
    """All counters of one account.

    Attributes:
        tier: None = nothing is counted.
    """

    def __init__(self, tier: Tier | None) -> None:
        """Allow what ``tier`` allows."""
        self.tier = tier
        self._calls: dict[str, Counter] = {}
        self._orders: dict[str, Counter] = {}

    def count_call(self, key: str, endpoint: str, now: datetime) -> None:
        """Count a private call.

        Raises:
            KrakenError: EAPI:Rate limit exceeded.
        """
        if self.tier is None:
            return
        fresh = Counter(self.tier.calls, self.tier.calls_decay, "EAPI:Rate limit exceeded")
        self._calls.setdefault(key, fresh).spend(call_cost(endpoint), now)

    def count_order(self, pair: str, cost: float, now: datetime) -> None:
        """Count what the matching engine has to do.

        Raises:
            KrakenError: EOrder:Rate limit exceeded.
        """
        if self.tier is None:
            return
        fresh = Counter(self.tier.orders, self.tier.orders_decay, "EOrder:Rate limit exceeded")
        self._orders.setdefault(pair, fresh).spend(cost, now)

    def check_open(self, count: int) -> None:
        """Refuse one more open order in a pair that has ``count``.

        Raises:
            KrakenError: EOrder:Orders limit exceeded.
        """
        if self.tier is not None and count >= self.tier.open_orders:
            raise KrakenError("EOrder:Orders limit exceeded")
