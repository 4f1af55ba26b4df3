"""Kraken as a test holds it: accounts, keys, books, bad days, and the record of what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.ports.clock import Clock
from tests.emulators.kraken.account import Account
from tests.emulators.kraken.faults import Fault, Faults, Rule
from tests.emulators.kraken.keys import ApiKey, Attempt, Permission
from tests.emulators.kraken.ledger import Ledger
from tests.emulators.kraken.limits import INTERMEDIATE, Limits, Tier
from tests.emulators.kraken.listings import Pair, default_assets, default_pairs
from tests.emulators.kraken.orders import Order
from tests.emulators.kraken.owner import Owner
from tests.emulators.kraken.private import ENDPOINTS
from tests.emulators.kraken.public import PublicSide
from tests.emulators.kraken.record import Call, Record
from tests.emulators.kraken.storm import Storm
from tests.emulators.kraken.wire import Json, KrakenError, Params
from tests.emulators.kraken.world import Visit, World

MAIN = "main"


class Kraken(World):
    """A whole exchange in memory; ``KrakenServer`` puts it on a port.

    Attributes:
        account: the first account.
        owner: the owner's hand on it.
        record: every request that came.
        faults: what calls will meet; see ``misbehave`` and ``storm``.
        public: the public endpoints.
    """

    def __init__(
        self,
        clock: Clock,
        balances: Mapping[str, str] | None = None,
        *,
        pairs: Mapping[str, Pair] | None = None,
        tier: Tier | None = INTERMEDIATE,
    ) -> None:
        """Open with one account.

        Args:
            clock: the time; delays wait on it, so a fast clock makes them short.
            balances: what the account begins with, by Kraken's ids; deposits in its ledger.
            pairs: what is traded; None = ``default_pairs``.
            tier: how often may be asked; None = no rate limits.
        """
        super().__init__(clock, default_pairs() if pairs is None else pairs, default_assets())
        self.record = Record()
        self.faults = Faults()
        self.public = PublicSide(self)
        self.owner = self.open_account(MAIN, balances, tier=tier)
        self.account = self.owner.account

    def open_account(
        self, name: str, balances: Mapping[str, str] | None = None, *, tier: Tier | None = None
    ) -> Owner:
        """Open an account and return its owner's hand."""
        account = Account(name, Ledger(self.assets, self.ids), Limits(tier))
        self.accounts[name] = account
        owner = Owner(account, self.ids, self.matching, self.market, self.now)
        for asset, amount in (balances or {}).items():
            owner.deposit(asset, amount)
        return owner

    def issue_key(
        self,
        permissions: Iterable[Permission],
        *,
        name: str = "evenkeel",
        account: str = MAIN,
        nonce_window: int = 0,
    ) -> ApiKey:
        """Make a key."""
        key = ApiKey(
            name=name,
            account=account,
            public=self.ids.secret()[:56],
            secret=self.ids.secret(),
            permissions=frozenset(permissions),
            created_at=self.now(),
            nonce_window=nonce_window,
        )
        self.key_ring.keys[key.public] = key
        return key

    def misbehave(
        self,
        endpoint: str,
        fault: Fault,
        *,
        nth: int = 1,
        times: int | None = 1,
        when: Callable[[Call], bool] | None = None,
    ) -> Rule:
        """Let the n-th call from now of ``endpoint`` meet a fault, and the next ``times - 1``.

        Args:
            endpoint: Kraken's word, ``AddOrder`` or ``Depth``; ``*`` for every one.
            fault: see ``faults``.
            nth: counted from now, from 1.
            times: None = all from then on.
            when: counts only the calls it says yes to.
        """
        rule = Rule(endpoint, fault, nth, times, when)
        self.faults.rules.append(rule)
        return rule

    def storm(self, seed: int, rate: float = 0.2, endpoints: Iterable[str] | None = None) -> None:
        """Let calls that meet no chosen fault meet random ones; ``Storm`` has the choices."""
        chosen = None if endpoints is None else frozenset(endpoints)
        self.faults.storm = Storm(seed, rate, chosen)

    def calm(self) -> None:
        """End all faults and lags."""
        self.faults = Faults()
        self.habits.lags.clear()

    def balance(self, asset: str) -> Decimal:
        """Return what the first account truly holds of an asset."""
        self.catch_up()
        return self.account.ledger.balance(asset)

    def orders(self, client_id: str | None = None) -> list[Order]:
        """Return the accepted orders of the first account that no hand placed, oldest first."""
        self.catch_up()
        return [
            order
            for order in self.account.orders.values()
            if not order.by_hand and client_id in {None, order.request.client_id}
        ]

    def accepted(self) -> Counter[str]:
        """Return how many orders were accepted under each client id; more than one is a double."""
        named = (order.request.client_id for order in self.orders())
        return Counter(name for name in named if name is not None)

    def admit(self, call: Call, attempt: Attempt, shift: int = 0) -> Visit:
        """Let a private request in.

        Args:
            call: as recorded.
            attempt: what proves the key.
            shift: rows by which its page begins later than it asked.

        Raises:
            KrakenError: key, signature, nonce, rate, permission, or no such endpoint.
        """
        self.catch_up()
        key = self.key_ring.admit(attempt)
        call.key = key.name
        endpoint = ENDPOINTS.get(call.endpoint)
        if endpoint is None:
            raise KrakenError("EGeneral:Unknown method")
        account = self.accounts[key.account]
        account.limits.count_call(key.public, call.endpoint, attempt.at)
        if not key.may(*endpoint.permissions):
            raise KrakenError("EGeneral:Permission denied")
        params = Params(_shifted(call.params, shift), self.habits.has_strict_flags)
        return Visit(self, account, key, call.endpoint, params, attempt.at)

    def work(self, visit: Visit) -> Json:
        """Do what a request asks for, now.

        Raises:
            KrakenError: Kraken's refusal.
        """
        self.catch_up()
        return ENDPOINTS[visit.endpoint].answer(visit)

    def work_later(self, call: Call, visit: Visit, seconds: float) -> None:
        """Do it so many seconds later, when nobody hears the answer."""
        self.schedule(seconds, lambda at: self._work_unheard(call, visit, at))

    def _work_unheard(self, call: Call, visit: Visit, at: datetime) -> None:
        try:
            ENDPOINTS[visit.endpoint].answer(replace(visit, worked_at=at))
        except KrakenError as refusal:
            call.error = refusal.text


def _shifted(texts: Mapping[str, str], rows: int) -> Mapping[str, str]:
    if not rows:
        return texts
    return {**texts, "ofs": str(max(0, int(texts.get("ofs") or 0) + rows))}
