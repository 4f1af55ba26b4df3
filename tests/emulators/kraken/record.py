"""What was received: every request, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Everything that could move coins off the account, or between its wallets.
_MOVING = ("Withdraw", "WalletTransfer", "AccountTransfer", "Earn/Allocate", "Earn/Deallocate")


@dataclass
class Call:
    """One request.

    Attributes:
        endpoint: Kraken's word, ``AddOrder``.
        is_private: whether it came with a key.
        params: as sent.
        at: when it arrived.
        number: it is the so-and-so-manieth of its endpoint, from 1.
        key: the name of its key; None while that is not known, or for a public one.
        fault: what it met; None = nothing.
        was_worked_on: whether Kraken itself saw it.
        error: what Kraken refused it with.
        body: the true answer, before any fault.
    """

    endpoint: str
    is_private: bool
    params: Mapping[str, str]
    at: datetime
    number: int
    key: str | None = None
    fault: object | None = None
    was_worked_on: bool = False
    error: str | None = None
    body: str = ""

    @property
    def moves_coins(self) -> bool:
        """Whether it asked for coins to leave."""
        return self.endpoint.startswith(_MOVING)


@dataclass
class Record:
    """All requests, in the order in which they came."""

    calls: list[Call] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.calls)

    def __len__(self) -> int:
        return len(self.calls)

    def add(self, endpoint: str, params: Mapping[str, str], at: datetime, *, private: bool) -> Call:
        """Note a request."""
        number = self._counts[endpoint] = self.count(endpoint) + 1
        call = Call(endpoint, private, params, at, number)
        self.calls.append(call)
        return call

    def of(self, endpoint: str) -> list[Call]:
        """Return the requests of one endpoint."""
        return [call for call in self.calls if call.endpoint == endpoint]

    def count(self, endpoint: str) -> int:
        """Return how many requests of one endpoint came."""
        return self._counts.get(endpoint, 0)

    def counts(self) -> dict[str, int]:
        """Return how many requests of each endpoint came."""
        return dict(self._counts)

    def moving_coins(self) -> list[Call]:
        """Return every request that asked for coins to leave; there must never be one."""
        return [call for call in self.calls if call.moves_coins]
