"""The ledger of an account: every change of a balance, and the balances that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tests.emulators.kraken.identifiers import Identifiers
from tests.emulators.kraken.listings import UNLISTED_DECIMALS, Asset
from tests.emulators.kraken.wire import Json, cut, stamp, text_of


@dataclass(frozen=True)
class Change:
    """What a posting does to one asset: ``amount`` before the fee, negative when it leaves."""

    asset: str
    amount: Decimal
    fee: Decimal = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """One line of the ledger."""

    id: str
    refid: str
    at: datetime
    type: str
    subtype: str
    change: Change
    balance: Decimal
    decimals: int

    def told(self) -> Json:
        """Return it as Ledgers does."""
        return {
            "refid": self.refid,
            "time": stamp(self.at),
            "type": self.type,
            "subtype": self.subtype,
            "aclass": "currency",
            "asset": self.change.asset,
            "amount": text_of(self.change.amount, self.decimals),
            "fee": text_of(self.change.fee, self.decimals),
            "balance": text_of(self.balance, self.decimals),
        }


@dataclass
class Ledger:
    """All entries, oldest first; a balance is what they add up to, and never below zero."""

    assets: Mapping[str, Asset]
    ids: Identifiers
    entries: list[Entry] = field(default_factory=list)
    _balances: dict[str, Decimal] = field(default_factory=dict)

    def decimals(self, asset: str) -> int:
        """Return how many digits Kraken keeps of an asset."""
        listed = self.assets.get(asset)
        return listed.decimals if listed else UNLISTED_DECIMALS

    def balance(self, asset: str) -> Decimal:
        """Return what is held of an asset, orders included."""
        return self._balances.get(asset, Decimal(0))

    def balances(self, lag: timedelta, now: datetime) -> dict[str, Decimal]:
        """Return all balances ever touched, by asset, as they were ``lag`` ago."""
        if not lag:
            return dict(self._balances)
        seen = [entry for entry in self.entries if entry.at + lag <= now]
        return {entry.change.asset: entry.balance for entry in seen}

    def post(
        self, at: datetime, refid: str, kind: tuple[str, str], *changes: Change
    ) -> list[Entry]:
        """Write changes down together, or none of them.

        Args:
            at: when.
            refid: what they belong to.
            kind: type and subtype, in Kraken's words.
            changes: what happens to each asset.

        Raises:
            ValueError: an amount has too many digits, or a balance would be below zero.
        """
        for change in changes:
            self._check(change)
        return [self._write(at, refid, kind, change) for change in changes]

    def _check(self, change: Change) -> None:
        decimals = self.decimals(change.asset)
        for amount in (change.amount, change.fee):
            if cut(amount, decimals) != amount:
                raise ValueError(f"{change.asset} has {decimals} decimals, not those of {amount}")
        left = self.balance(change.asset) + change.amount - change.fee
        if left < 0:
            raise ValueError(f"{change} would leave a balance of {left}")

    def _write(self, at: datetime, refid: str, kind: tuple[str, str], change: Change) -> Entry:
        left = self.balance(change.asset) + change.amount - change.fee
        self._balances[change.asset] = left
        entry = Entry(
            id=self.ids.next("L"),
            refid=refid,
            at=at,
            type=kind[0],
            subtype=kind[1],
            change=change,
            balance=left,
            decimals=self.decimals(change.asset),
        )
        self.entries.append(entry)
        return entry
