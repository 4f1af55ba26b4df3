"""API-Sign: what a private request must carry. Source: Kraken's REST authentication guide."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signature(path: str, nonce: str, body: str, secret: str) -> str:
    """Return the base64 HMAC-SHA512 of path and SHA-256(nonce + body), keyed by the secret.

    Args:
        path: with version and kind, ``/0/private/AddOrder``.
        nonce: as it stands in the body.
        body: as it was sent, a form or JSON.
        secret: base64.
    """
    digest = hashlib.sha256((nonce + body).encode()).digest()
    signed = hmac.new(base64.b64decode(secret), path.encode() + digest, hashlib.sha512)
    return base64.b64encode(signed.digest()).decode()


def is_signed(given: str, true: str) -> bool:
    """Say whether a signature is the right one."""
    return hmac.compare_digest(given.encode(), true.encode())
