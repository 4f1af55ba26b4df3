"""Questions about an account: the raw answer, or an error that says who must act."""

from collections.abc import Mapping
from typing import Any

from bot.venues.connection import Connection
from bot.venues.troubles import VenueRefusal
from core.domain.errors import AccountProblem, FeedUnavailable, InputInvalid
from core.domain.readings import Trouble

_LOGIN = "AuthenticationError: 401"


class Questions:
    """Asks about one account. It asks each question once: who calls decides whether to repeat."""

    def __init__(
        self,
        connection: Connection,
        venue: str,
        mends: Mapping[str, str],
        *,
        no_login: str | None = None,
    ) -> None:
        """Ask through ``connection``.

        Args:
            connection: with a key; every part of the program that uses the key must share it.
            venue: the venue's name in the table of venues.
            mends: what a person can do, by how the venue's words begin.
            no_login: what a person can do about a bare status 401; None = it says nothing.

        Raises:
            InputInvalid: the connection is to another venue, or has no key.
        """
        title = connection.venue.title
        if connection.venue.name != venue:
            raise InputInvalid(f"this reads an account at {venue}, and not one at {title}")
        if connection.key is None:
            raise InputInvalid(f"the account at {title} needs an API key; give key and secret")
        self.connection = connection
        self._mends = mends
        self._no_login = no_login

    async def ask(self, method: str, **params: str) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return what ccxt's raw ``method`` gives, as the venue told it.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed.
            AccountProblem: the venue refuses the key or the account; the text says what to do.
        """
        try:
            return await self.connection.ask(method, params)
        except VenueRefusal as refusal:
            mend = self._mend_of(refusal.words)
            if mend is None:
                raise
            raise AccountProblem(mend) from None
        except FeedUnavailable as failure:
            is_login = failure.trouble == Trouble.REFUSED and _LOGIN in str(failure)
            if self._no_login is None or not is_login:
                raise
            raise AccountProblem(self._no_login) from None

    def _mend_of(self, words: tuple[str, ...]) -> str | None:
        for known, mend in self._mends.items():
            if any(word.startswith(known) for word in words):
                return mend
        return None
