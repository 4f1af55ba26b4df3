"""Ids in Kraken's shapes, the same ones each time."""

from __future__ import annotations

import base64
import hashlib


class Identifiers:
    """Gives ids, none of them twice."""

    def __init__(self, seed: str = "kraken") -> None:
        """Begin; equal seeds give equal ids."""
        self._seed = seed
        self._given = 0

    def next(self, first: str) -> str:
        """Return an id such as ``OUF4EM-FRGI2-MQMWZD``, ``first`` being its first letters."""
        self._given += 1
        digest = hashlib.sha256(f"{self._seed}:{self._given}".encode()).digest()
        letters = first + base64.b32encode(digest).decode()
        return f"{letters[:6]}-{letters[6:11]}-{letters[11:17]}"

    def secret(self) -> str:
        """Return 64 secret bytes in base64."""
        self._given += 1
        digest = hashlib.sha512(f"{self._seed}:{self._given}".encode()).digest()
        return base64.b64encode(digest).decode()
