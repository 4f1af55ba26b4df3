"""An account at Coinbase: questions that bear a JWT, wallets, and the history of each.

The JWT is as Coinbase's documentation has it: ES256 over P-256 or EdDSA, the key's name as kid and
sub, not older than two minutes, and bound to method and path. Its times are the machine's own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from bot.clocks import SystemClock
from tests.emulators.coinbase_public import CoinbasePublic
from tests.emulators.public_venue import Coin, Refusal, TellsTime

NAME = "organizations/0a1b/apiKeys/2c3d"
VIEWING: Mapping[str, object] = {
    "can_view": True,
    "can_trade": False,
    "can_transfer": False,
    "can_receive": False,
    "portfolio_uuid": "5e6f",
    "portfolio_type": "DEFAULT",
}
_BROKERAGE = "/api/v3/brokerage"


@dataclass(frozen=True)
class ECKey:
    """A made-up key on P-256."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def secret(self) -> str:
        """The private key as Coinbase writes it."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode()

    def check(self, signature: bytes, signed: bytes) -> None:
        """Refuse a signature that is not of this key."""
        half = len(signature) // 2
        parts = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
        digest = ec.ECDSA(hashes.SHA256())
        self.private.public_key().verify(encode_dss_signature(*parts), signed, digest)


@dataclass(frozen=True)
class EdKey:
    """A made-up key of the newer kind."""

    private: ed25519.Ed25519PrivateKey = field(default_factory=ed25519.Ed25519PrivateKey.generate)

    @property
    def secret(self) -> str:
        """Seed and public key in base64."""
        seed = self.private.private_bytes_raw()
        return base64.b64encode(seed + self.private.public_key().public_bytes_raw()).decode()

    def check(self, signature: bytes, signed: bytes) -> None:
        """Refuse a signature that is not of this key."""
        self.private.public_key().verify(signature, signed)


@dataclass
class Owner:
    """What the account is and what was done with it, in Coinbase's own rows."""

    key: ECKey | EdKey = field(default_factory=ECKey)
    permissions: dict[str, object] = field(default_factory=lambda: dict(VIEWING))
    wallets: list[dict[str, Any]] = field(
        default_factory=lambda: [wallet("BTC", "0.5"), wallet("USD", "10000")]
    )
    entries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page: int = 100


class CoinbaseAccountVenue(CoinbasePublic):
    """Coinbase with one account."""

    def __init__(self, clock: TellsTime, coins: Mapping[str, Coin]) -> None:
        """Open an account."""
        super().__init__(clock, coins)
        self.owner = Owner()

    def answer(self, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401  # any JSON
        """Return what the path asks for; a private path only to who signs."""
        if path.startswith(f"{_BROKERAGE}/market/"):
            return super().answer(path, query)
        self._admit(path)
        match path.removeprefix("/").split("/"):
            case ["api", "v3", "brokerage", "key_permissions"]:
                return dict(self.owner.permissions)
            case ["api", "v3", "brokerage", "accounts"]:
                return self._wallets(query)
            case ["v2", "accounts", id_, "transactions"]:
                return self._entries(id_, query)
        return super().answer(path, query)

    def _admit(self, path: str) -> None:
        """Refuse a request without a JWT of the account's key."""
        header = "" if self.request is None else self.request.headers.get("Authorization", "")
        try:
            signed, _, signature = header.removeprefix("Bearer ").rpartition(".")
            head, body = (json.loads(_decoded(part)) for part in signed.split("."))
            self.owner.key.check(_decoded(signature), signed.encode())
            self._check_claims(head, body, path)
        except (ValueError, KeyError, InvalidSignature):
            raise Refusal("Unauthorized\n", 401) from None
        if not self.owner.permissions["can_view"] and "key_permissions" not in path:
            raise Refusal('{"error":"PERMISSION_DENIED","message":"Missing scopes"}', 403)

    def _check_claims(self, head: dict[str, Any], body: dict[str, Any], path: str) -> None:
        now = SystemClock().now().timestamp()
        is_ec = isinstance(self.owner.key, ECKey)
        uri = body["uri"] if is_ec else body["uris"][0]
        true = f"GET {self.base_url}{path}"
        if (
            head["kid"] != NAME
            or body["sub"] != NAME
            or head["alg"] != ("ES256" if is_ec else "EdDSA")
            or not head["nonce"]
            or uri.removeprefix("GET http://") != true.removeprefix("GET http://")
            or not body["nbf"] - 5 <= now < body["exp"] <= body["nbf"] + 120
        ):
            raise ValueError(body)

    def _wallets(self, query: dict[str, str]) -> dict[str, Any]:
        rows, most = self.owner.wallets, min(int(query.get("limit", "49")), self.owner.page)
        start = int(query.get("cursor", "0"))
        has_next = start + most < len(rows)
        return {
            "accounts": rows[start : start + most],
            "has_next": has_next,
            "cursor": str(start + most) if has_next else "",
            "size": len(rows[start : start + most]),
        }

    def _entries(self, id_: str, query: dict[str, str]) -> dict[str, Any]:
        if not any(row["uuid"] == id_ for row in self.owner.wallets):
            raise Refusal('{"errors":[{"id":"not_found","message":"Not found"}]}', 404)
        rows = sorted(
            self.owner.entries.get(id_, []), key=lambda row: row["created_at"], reverse=True
        )
        most = min(int(query.get("limit", "25")), self.owner.page)
        ids = [row["id"] for row in rows]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        page = rows[start : start + most]
        following = page[-1]["id"] if start + most < len(rows) else None
        return {"pagination": {"limit": most, "next_starting_after": following}, "data": page}


def wallet(
    code: str, free: str, hold: str = "0", kind: str = "ACCOUNT_TYPE_CRYPTO"
) -> dict[str, Any]:
    """Return a wallet whose id is its coin in small letters."""
    return {
        "uuid": f"wallet-{code.lower()}",
        "name": f"{code} Wallet",
        "currency": code,
        "available_balance": {"value": free, "currency": code},
        "default": True,
        "active": True,
        "type": kind,
        "ready": True,
        "hold": {"value": hold, "currency": code},
    }


def entry(
    id_: str, kind: str, code: str, amount: str, at: datetime, **more: object
) -> dict[str, Any]:
    """Return an entry of a wallet's history, worth nothing in particular."""
    return {
        "id": id_,
        "type": kind,
        "status": "completed",
        "amount": {"amount": amount, "currency": code},
        "native_amount": {"amount": "1.00", "currency": "EUR"},
        "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "updated_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "resource": "transaction",
    } | more


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
