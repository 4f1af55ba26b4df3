"""What a Kraken key may do, and what is wrong with it in words that a person can act on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from bot.exchange.live.amounts import count_of, instant_of
from bot.exchange.live.private import KrakenPrivate
from bot.ports.keys import KeyReport, Purpose
from bot.venues.connection import Connection
from bot.venues.troubles import malformed

QUERY_FUNDS = "query-funds"
QUERY_LEDGER = "query-ledger"
QUERY_OPEN = "query-open-trades"
QUERY_CLOSED = "query-closed-trades"
MODIFY = "modify-trades"
CLOSE = "close-trades"

_TICKED_AS: Mapping[str, str] = {
    QUERY_FUNDS: "Query funds",
    QUERY_LEDGER: "Query ledger entries",
    QUERY_OPEN: "Query open orders & trades",
    QUERY_CLOSED: "Query closed orders & trades",
    MODIFY: "Create & modify orders",
    CLOSE: "Cancel & close orders",
    "add-funds": "Deposit funds",
    "withdraw-funds": "Withdraw funds",
    "earn-funds": "Earn",
    "export-data": "Export data",
    "add-withdraw-address": "Add withdrawal addresses",
    "update-withdraw-address": "Update withdrawal addresses",
}
"""What Kraken's page calls a permission."""

_FOR_READING = (QUERY_FUNDS, QUERY_LEDGER, QUERY_CLOSED)
_FOR_TRADING = (*_FOR_READING, QUERY_OPEN, MODIFY)
_OUTWARD = "withdraw"


@dataclass(frozen=True, slots=True)
class KeyPowers:
    """What a key may do, by Kraken's own answer; neither part of the key is in it.

    Attributes:
        permissions: Kraken's words.
        nonce_window: how far nonces may be out of order.
        valid_until_at: when the key ends; None = never.
        is_cut: whether it sees only a part of the past.
        addresses: network addresses it may be used from; empty = every one.
    """

    permissions: frozenset[str]
    nonce_window: int
    valid_until_at: datetime | None
    is_cut: bool
    addresses: tuple[str, ...]

    @property
    def can_withdraw(self) -> bool:
        """Whether it can send coins away, or change where they would go."""
        return any(_OUTWARD in permission for permission in self.permissions)

    @property
    def can_trade(self) -> bool:
        """Whether it can place orders."""
        return MODIFY in self.permissions

    @property
    def can_read_balances(self) -> bool:
        """Whether it sees what the account holds; then it can also fill the Futures wallet."""
        return QUERY_FUNDS in self.permissions

    @property
    def can_read_ledger(self) -> bool:
        """Whether it sees what changed the balances."""
        return QUERY_LEDGER in self.permissions

    @property
    def can_read_orders(self) -> bool:
        """Whether it sees open and closed orders."""
        return {QUERY_OPEN, QUERY_CLOSED} <= self.permissions


async def read_powers(connection: Connection) -> KeyPowers:
    """Ask Kraken what the key of ``connection`` may do; every key may ask that.

    Raises:
        InputInvalid: the connection has no key that can sign.
        FeedUnavailable: Kraken gave nothing that can be believed; such a key is not to be used.
        AccountProblem: Kraken refuses the key.
    """
    told = await KrakenPrivate(connection).ask("private_post_getapikeyinfo")
    listed = told.get("permissions")
    window = count_of(told.get("nonceWindow", 0))
    addresses = told.get("ipAllowlist") or []
    if not _are_texts(listed) or not _are_texts(addresses) or window is None:
        raise malformed("Kraken does not tell what this key may do; it must not be used like that")
    return KeyPowers(
        permissions=frozenset(listed),
        nonce_window=window,
        valid_until_at=_instant(told, "validUntil"),
        is_cut=any(_instant(told, name) for name in ("queryFrom", "queryTo")),
        addresses=tuple(addresses),
    )


class KrakenKeys:
    """Implements ``KeyInspector`` for the key of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Ask through ``connection``."""
        self._connection = connection

    async def inspect(self, purpose: Purpose) -> KeyReport:
        """Return what the key may do, and what is wrong with it for its purpose.

        Raises:
            InputInvalid: the connection has no key that can sign.
            FeedUnavailable: Kraken gave nothing that can be believed; such a key is not to be used.
            AccountProblem: Kraken refuses the key.
        """
        powers = await read_powers(self._connection)
        judge = wrong_for_trading if purpose is Purpose.TRADE else wrong_for_reading
        return KeyReport(
            powers.can_trade,
            powers.can_withdraw,
            judge(powers, self._connection.clock.now()),
            worth_knowing(powers),
        )


def wrong_for_reading(powers: KeyPowers, now: datetime) -> tuple[str, ...]:
    """Return why this key must not be used to watch an account, one sentence or two for each."""
    return _wrong(powers, _FOR_READING, now)


def wrong_for_trading(powers: KeyPowers, now: datetime) -> tuple[str, ...]:
    """Return why this key must not be used to trade, one sentence or two for each."""
    return _wrong(powers, _FOR_TRADING, now)


def ticks_for(purpose: Purpose) -> tuple[str, ...]:
    """Return what to tick on Kraken's page when a key is made for this, and nothing else there."""
    needed = (*_FOR_TRADING, CLOSE) if purpose is Purpose.TRADE else _FOR_READING
    return tuple(_TICKED_AS[name] for name in needed)


def worth_knowing(powers: KeyPowers) -> tuple[str, ...]:
    """Return what this key can do besides, or what would make it safer; nothing of it forbids."""
    needless = powers.permissions - {*_FOR_TRADING, CLOSE}
    needless = frozenset(name for name in needless if _OUTWARD not in name)
    said = []
    if powers.can_read_balances:
        said.append(
            "Kraken lets every key that reads balances move coins to the owner's own Futures "
            "wallet. This cannot be denied, and Evenkeel has no such call."
        )
    if needless:
        said.append(f"This key may do more than is needed. Untick: {_ticks(needless)}.")
    if not powers.addresses:
        said.append(
            "This key works from every network address. Bind it to the address of this machine "
            "in Kraken's settings, if that address is fixed."
        )
    if powers.valid_until_at is not None:
        said.append(
            f"This key ends on {powers.valid_until_at:%Y-%m-%d %H:%M} UTC. Make the next one in "
            "time."
        )
    return tuple(said)


def _wrong(powers: KeyPowers, needed: Iterable[str], now: datetime) -> tuple[str, ...]:
    said = []
    if powers.can_withdraw:
        outward = {name for name in powers.permissions if _OUTWARD in name}
        said.append(
            "This key can send coins away or change where they go, and Evenkeel does not run with "
            f"such a key. Open it in Kraken's settings, untick: {_ticks(outward)}; and save."
        )
    missing = [name for name in needed if name not in powers.permissions]
    if missing:
        said.append(
            f"This key lacks what is needed. Open it in Kraken's settings, tick: {_ticks(missing)};"
            " and save."
        )
    if powers.is_cut:
        said.append(
            "This key sees only a part of the past, so the books would not add up. Remove the "
            "query start and end dates from it in Kraken's settings."
        )
    if powers.valid_until_at is not None and powers.valid_until_at <= now:
        said.append("This key has ended. Make a new one in Kraken's settings.")
    return tuple(said)


def _ticks(permissions: Iterable[str]) -> str:
    return ", ".join(sorted(_TICKED_AS.get(name, name) for name in permissions))


def _are_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(part, str) and part for part in value)


def _instant(told: Mapping[str, Any], name: str) -> datetime | None:
    """Return an instant of the answer; nothing, zero and an empty text mean that there is none."""
    value = told.get(name)
    if value in (None, "", "0", 0):
        return None
    instant = instant_of(value)
    if instant is None:
        raise malformed(f"Kraken gives {name} of this key in a form that cannot be read")
    return instant
