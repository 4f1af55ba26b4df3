"""API keys: what each may do, its nonces, and the lockout after too many bad attempts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tests.emulators.kraken.signing import is_signed, signature
from tests.emulators.kraken.wire import Json, KrakenError


class Permission(StrEnum):
    """What a key may do, in Kraken's words."""

    QUERY_FUNDS = "query-funds"
    ADD_FUNDS = "add-funds"
    WITHDRAW_FUNDS = "withdraw-funds"
    EARN_FUNDS = "earn-funds"
    QUERY_OPEN = "query-open-trades"
    QUERY_CLOSED = "query-closed-trades"
    MODIFY = "modify-trades"
    CLOSE = "close-trades"
    QUERY_LEDGER = "query-ledger"
    EXPORT = "export-data"
    ADD_ADDRESS = "add-withdraw-address"
    UPDATE_ADDRESS = "update-withdraw-address"


READING = frozenset(
    {
        Permission.QUERY_FUNDS,
        Permission.QUERY_OPEN,
        Permission.QUERY_CLOSED,
        Permission.QUERY_LEDGER,
    }
)
TRADING = READING | {Permission.MODIFY, Permission.CLOSE}
EVERYTHING = frozenset(Permission)


@dataclass
class ApiKey:
    """One key of one account.

    Attributes:
        name: the owner's word for it.
        account: the name of the account it belongs to.
        public: what goes into API-Key.
        secret: base64, what signs.
        permissions: what it may do; change it between calls.
        created_at: when it was made.
        nonce_window: how far below the highest nonce a new one may be; 0 = it must be higher.
        valid_until: None = for ever.
        ip_allowlist: told by GetApiKeyInfo only.
    """

    name: str
    account: str
    public: str
    secret: str
    permissions: frozenset[Permission]
    created_at: datetime
    nonce_window: int = 0
    valid_until: datetime | None = None
    ip_allowlist: tuple[str, ...] = ()
    last_nonce: int = 0
    last_used_at: datetime | None = None
    nonces: set[int] = field(default_factory=set)

    def may(self, *permissions: Permission) -> bool:
        """Say whether it has one of ``permissions``; with none named, always."""
        return not permissions or not self.permissions.isdisjoint(permissions)

    def use(self, nonce: int) -> None:
        """Take a nonce.

        Raises:
            KrakenError: it is used up or too low.
        """
        if nonce <= self.last_nonce - self.nonce_window or nonce in self.nonces:
            raise KrakenError("EAPI:Invalid nonce")
        self.last_nonce = max(self.last_nonce, nonce)
        self.nonces = {n for n in self.nonces | {nonce} if n > self.last_nonce - self.nonce_window}
        self.nonces.add(self.last_nonce)

    def told(self) -> Json:
        """Return what GetApiKeyInfo says."""
        return {
            "apiKeyName": self.name,
            "apiKey": self.public,
            "nonce": str(self.last_nonce),
            "nonceWindow": self.nonce_window,
            "permissions": sorted(self.permissions),
            "iban": "AA00 N84G 4M3L 0000",
            "validUntil": _seconds(self.valid_until) or "0",
            "queryFrom": "0",
            "queryTo": "0",
            "createdTime": _seconds(self.created_at),
            "modifiedTime": _seconds(self.created_at),
            "ipAllowlist": list(self.ip_allowlist),
            "lastUsed": _seconds(self.last_used_at),
        }


@dataclass(frozen=True)
class Attempt:
    """A request that wants in."""

    public: str
    sign: str
    path: str
    body: str
    nonce: str
    at: datetime


@dataclass
class KeyRing:
    """All keys, and who is locked out.

    Attributes:
        failures_allowed: so many bad attempts in a row lock a key out. The number is ours: Kraken
            does not tell its own.
        lockout: for how long.
    """

    failures_allowed: int = 10
    lockout: timedelta = timedelta(minutes=15)
    keys: dict[str, ApiKey] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _locked_until: dict[str, datetime] = field(default_factory=dict)

    def admit(self, attempt: Attempt) -> ApiKey:
        """Return the key of a request that may come in.

        Raises:
            KrakenError: unknown key, wrong signature, bad nonce or lockout.
        """
        until = self._locked_until.get(attempt.public)
        if until is not None and attempt.at < until:
            raise KrakenError("EGeneral:Temporary lockout")
        try:
            key = self._checked(attempt)
        except KrakenError:
            self._count_failure(attempt)
            raise
        self._failures.pop(attempt.public, None)
        key.last_used_at = attempt.at
        return key

    def _checked(self, attempt: Attempt) -> ApiKey:
        key = self.keys.get(attempt.public)
        if key is None or (key.valid_until is not None and attempt.at >= key.valid_until):
            raise KrakenError("EAPI:Invalid key")
        true = signature(attempt.path, attempt.nonce, attempt.body, key.secret)
        if not is_signed(attempt.sign, true):
            raise KrakenError("EAPI:Invalid signature")
        if not attempt.nonce.isdecimal():
            raise KrakenError("EAPI:Invalid nonce")
        key.use(int(attempt.nonce))
        return key

    def _count_failure(self, attempt: Attempt) -> None:
        count = self._failures.get(attempt.public, 0) + 1
        self._failures[attempt.public] = count
        if count >= self.failures_allowed:
            self._locked_until[attempt.public] = attempt.at + self.lockout
            self._failures.pop(attempt.public)


def _seconds(at: datetime | None) -> str | None:
    return None if at is None else str(int(at.timestamp()))
