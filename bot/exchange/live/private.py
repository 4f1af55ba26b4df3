"""Kraken's private questions: the raw result of each, or an error that says who must act."""

from collections.abc import Mapping
from typing import Any

from bot.venues.connection import Connection
from bot.venues.troubles import VenueRefusal, malformed
from core.domain.errors import AccountProblem, InputInvalid

_PERMISSIONS = (
    "Kraken says that this key may not do that. Open the key in Kraken's settings and tick what "
    "the doctor names, but never the right to withdraw."
)
_ACCOUNT = (
    "Kraken has locked this account, or wants something from its owner first. Log in at Kraken, "
    "read what it says there, and resume afterwards."
)
_NONCE = (
    "Kraken refused the nonce: another program uses this key, or this machine's clock was set "
    "back. Make a key for Evenkeel alone, and see that only one Evenkeel runs with it."
)
_UNKNOWN_KEY = (
    "Kraken does not know this key. It may be deleted, expired, bound to another network address, "
    "or not copied whole. Look at it in Kraken's settings, or make a new one."
)
_SIGNATURE = (
    "Kraken does not accept the signature: the secret does not belong to this key. Copy both "
    "again, or make a new key."
)
_SENTENCES: Mapping[str, str] = {
    "EAPI:Invalid nonce": _NONCE,
    "EAPI:Invalid key": _UNKNOWN_KEY,
    "EAPI:Invalid signature": _SIGNATURE,
    "EGeneral:Permission denied": _PERMISSIONS,
    "EAccount:Invalid permissions": _PERMISSIONS,
    "ESession:Invalid session": _PERMISSIONS,
    "EAuth:Account temporary disabled": _ACCOUNT,
    "EAuth:Account unconfirmed": _ACCOUNT,
    "ETrade:User Locked": _ACCOUNT,
}
"""What only a person can mend, by Kraken's words: ccxt has no class for half of them."""


class KrakenPrivate:
    """Asks about one account. It asks each question once: who calls decides whether to repeat."""

    def __init__(self, connection: Connection) -> None:
        """Ask through ``connection``; every part of the program that uses its key must share it.

        Raises:
            InputInvalid: the connection is not to Kraken, has no key, or one that cannot sign.
        """
        title = connection.venue.title
        if connection.venue.name != "kraken":
            raise InputInvalid(f"the account at {title} cannot be read yet; only Kraken's can")
        if connection.key is None:
            raise InputInvalid("the account at Kraken needs an API key; give key and secret")
        if not connection.key.is_base64:
            raise InputInvalid(
                "the secret of the Kraken key is not as Kraken wrote it; copy it again, whole, "
                "without spaces or line breaks"
            )
        self.connection = connection

    async def ask(self, method: str, **params: str) -> Mapping[str, Any]:
        """Return the result of ccxt's raw ``method``, as Kraken told it.

        Raises:
            FeedUnavailable: Kraken gave nothing that can be believed.
            AccountProblem: Kraken refuses the key or the account; the text says what to do.
        """
        try:
            answer = await self.connection.ask(method, params)
        except VenueRefusal as refusal:
            problem = problem_of(refusal.words)
            if problem is None:
                raise
            raise problem from None
        result = answer.get("result") if isinstance(answer, Mapping) else None
        if not isinstance(result, Mapping):
            raise malformed("Kraken answered a question about the account without a result")
        return result


def problem_of(words: tuple[str, ...]) -> AccountProblem | None:
    """Return what Kraken's words mean for the key or the account; None when they do not."""
    for known, sentence in _SENTENCES.items():
        if any(word.startswith(known) for word in words):
            return AccountProblem(sentence)
    return None
