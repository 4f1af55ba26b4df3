"""One venue through ccxt: opened when first asked, its answers checked, its errors translated.

ccxt hands on a body that is no JSON as if it were an answer, and its parsers make an empty market
of it. Here every answer must have the venue's shape before a parser sees it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.ports.clock import Clock
from bot.venues.credentials import ApiKey
from bot.venues.pace import Pace
from bot.venues.table import Venue
from bot.venues.troubles import MISREAD, malformed, unavailable, words_of
from core.domain.errors import FeedUnavailable

MARKETS_KEPT = timedelta(days=1)
_SERVER_FAULT = 500
_SIGNED = 40
"""Letters in a header that can only be a key, a signature or a token."""

# At its most talkative ccxt writes the headers of every request, and the key is one of them.
_QUIET = logging.getLogger("evenkeel.ccxt")
_QUIET.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Manners:
    """How a venue is asked.

    Attributes:
        answer_seconds: how long one answer may take.
        reference_seconds: how long a second opinion may take; prices must not grow old meanwhile.
        is_paced: whether ccxt keeps the pace the venue allows; off only against a test server.
    """

    answer_seconds: float = 10.0
    reference_seconds: float = 3.0
    is_paced: bool = True


POLITE = Manners()


class CheckedAnswers:
    """What is laid over ccxt's class of a venue."""

    number = str
    """Numbers stay text: as floats they lose digits, as Decimal they break ccxt's loading."""

    logger = _QUIET

    checked_as: Venue
    its_errors: type[Exception]
    own_key: ApiKey | None = None

    async def fetch(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # ccxt's own types
        """Ask, and refuse an answer that does not have the venue's shape.

        Raises:
            FeedUnavailable: it has not.
        """
        answer = await super().fetch(*args, **kwargs)  # type: ignore[misc]
        venue = self.checked_as
        if not isinstance(answer, dict | list):
            raise malformed(f"{venue.title} answered with something that is not JSON")
        if venue.envelope and not (isinstance(answer, dict) and venue.envelope in answer):
            raise malformed(f"{venue.title} answered without {venue.envelope!r}")
        return answer

    def handle_errors(self, *told: Any) -> Any:  # noqa: ANN401  # ccxt's own types
        """Let ccxt judge an answer, and keep beside its error the words of a venue that refuses.

        Raises:
            FeedUnavailable: the status tells of a fault that ccxt has no name for.
        """
        status, answer = told[0], told[6]
        try:
            judged = super().handle_errors(*told)  # type: ignore[misc]
        except self.its_errors as error:
            error.words = words_of(status, answer, self.checked_as.name)  # type: ignore[attr-defined]
            raise
        if status >= _SERVER_FAULT and str(status) not in self.httpExceptions:  # type: ignore[attr-defined]
            raise malformed(f"{self.checked_as.title} answered with the status {status}")
        return judged

    def on_rest_response(self, *told: Any) -> str:  # noqa: ANN401  # ccxt's own types
        """Return the body of an answer without the key, and without what was signed with it.

        A venue, or whoever sits in between, may say back what it was sent; what does not come in
        cannot stand in an error, a record or a message later.
        """
        body: str = super().on_rest_response(*told)  # type: ignore[misc]
        if self.own_key is None:
            return body
        for value in (told[6] or {}).values():
            if len(str(value)) >= _SIGNED:
                body = body.replace(str(value), "[key]").replace(_escaped(value), "[key]")
        return self.own_key.scrubbed(body)

    def parse_ohlcvs(self, ohlcvs: Any, market: Any = None, *_: Any) -> list[Any]:  # noqa: ANN401
        """Return the candles as they came; ccxt would sort them and hide a muddled answer."""
        return [self.parse_ohlcv(row, market) for row in ohlcvs or ()]  # type: ignore[attr-defined]


class Connection:
    """Asks one venue, with a key or without. Belongs to one event loop; close it.

    A key must have one connection alone: two of them would use each other's nonces up. For the same
    reason questions with a key are asked one after another: two under way may overtake each other.
    """

    def __init__(
        self,
        venue: Venue,
        clock: Clock,
        *,
        base_url: str | None = None,
        manners: Manners = POLITE,
        key: ApiKey | None = None,
    ) -> None:
        """Keep what it takes; nothing is opened yet.

        Args:
            venue: which one.
            clock: what time it is.
            base_url: scheme, host and perhaps a first part of the path that stand in for the
                venue's own; None or empty = the venue itself.
            manners: how it is asked.
            key: to an account there; None = public questions only.
        """
        self.venue = venue
        self.clock = clock
        self.manners = manners
        self.key = key
        self._base_url = base_url or None
        self._exchange: Any = None
        self._its_errors: type[Exception] = Exception
        self._loaded_at: datetime | None = None
        self._loading: asyncio.Task[FeedUnavailable | None] | None = None
        self._line = asyncio.Lock()
        self._served: asyncio.Task[object] | None = None

    @property
    def timeframes(self) -> Mapping[str, object]:
        """The lengths of candles the venue has, by ccxt's names."""
        return dict(self._opened().timeframes)

    async def ask(self, method: str, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        """Return what ccxt's ``method`` gives.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed.
        """
        if self.key is None or self._served is asyncio.current_task():
            return await self._ask(method, *args, **kwargs)
        async with self.alone():
            return await self._ask(method, *args, **kwargs)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Stand first in line: until the block ends, nobody else asks with this key."""
        async with self._line:
            self._served = asyncio.current_task()
            try:
                yield
            finally:
                self._served = None

    async def _ask(self, method: str, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        exchange = self._opened()
        try:
            return await getattr(exchange, method)(*args, **kwargs)
        except FeedUnavailable:
            raise
        # The cause is left out on purpose: its text holds whole addresses.
        except (self._its_errors, *MISREAD) as error:
            words = getattr(error, "words", ())
            raise unavailable(self.venue.title, error, key=self.key, words=words) from None

    async def markets(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the venue's markets by symbol, at most a day old.

        A caller who loses patience does not stop the loading.

        Raises:
            FeedUnavailable: they cannot be read, or there are none.
        """
        now = self.clock.now()
        if self._loaded_at is None or not timedelta() <= now - self._loaded_at < MARKETS_KEPT:
            if self._loading is None:
                self._loading = asyncio.create_task(self._load())
            task = self._loading
            failure = await asyncio.shield(task)
            if failure is not None:
                raise failure
        return dict(self._opened().markets)

    async def currencies(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the venue's coins as they are now, by symbol; empty where it tells of none.

        Raises:
            FeedUnavailable: they cannot be read.
        """
        if not self.venue.needs_currencies:
            return {}
        return dict(await self.ask("fetch_currencies"))

    async def close(self) -> None:
        """Release the connection; the next question opens it again."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
            self._loading = None
        exchange, self._exchange, self._loaded_at = self._exchange, None, None
        if exchange is not None:
            await exchange.close()

    async def _load(self) -> FeedUnavailable | None:
        """Load the markets; an error is returned, since nobody may be waiting any more."""
        try:
            # A public question needs no place in the line, and the first in it may wait for this.
            markets = await self._ask("load_markets", True)  # noqa: FBT003  # ccxt's: again
            if not markets:
                return malformed(f"{self.venue.title} lists no markets")
        except FeedUnavailable as failure:
            return failure
        finally:
            self._loading = None
        for market in self._opened().markets.values():
            # ccxt would not ask for prices of a market that takes no orders for the moment; its
            # status is read from the venue's own word.
            market["is_open"], market["active"] = market["active"], True
        self._loaded_at = self.clock.now()
        return None

    def _opened(self) -> Any:  # noqa: ANN401  # ccxt ships no types
        if self._exchange is None:
            self._exchange, self._its_errors = _open(self.venue, self.manners)
            if self._base_url is not None:
                api = self._exchange.urls["api"]
                self._exchange.urls["api"] = _moved(api, self._base_url.rstrip("/"))
            if self.key is not None:
                self._exchange.apiKey, self._exchange.secret = self.key.public, self.key.secret
                self._exchange.own_key = self.key
                self._exchange.throttle = Pace.of_key(self.clock)
        return self._exchange


def _escaped(value: object) -> str:
    """Return a value as PHP writes it into JSON."""
    return str(value).replace("/", "\\/")


def _open(venue: Venue, manners: Manners) -> tuple[Any, type[Exception]]:
    """Return ccxt's object for a venue, and the parent of ccxt's errors."""
    # A second of importing, which only those pay who use a real venue.
    import ccxt.async_support as ccxt  # noqa: PLC0415

    own = {"checked_as": venue, "its_errors": ccxt.BaseError}
    checked = type(venue.title, (CheckedAnswers, getattr(ccxt, venue.name)), own)
    exchange = checked(
        {
            "timeout": int(manners.answer_seconds * 1000),
            "enableRateLimit": manners.is_paced,
            "options": dict(venue.options),
        }
    )
    exchange.has["fetchCurrencies"] = venue.needs_currencies
    if venue.tells_fees:
        # Fees of years ago, which ccxt would take for those of a market that tells none.
        exchange.fees["trading"] = {}
    # ccxt calls these "not available", as if waiting would help or nobody had counted.
    exchange.httpExceptions.update(
        {
            "403": ccxt.PermissionDenied,
            "429": ccxt.RateLimitExceeded,
            "451": ccxt.RestrictedLocation,
        }
    )
    return exchange, ccxt.BaseError


def _moved(url: Any, base: str) -> Any:  # noqa: ANN401  # a text, or texts by name to any depth
    """Return a venue's address, or every one of a table of them, at another base."""
    if isinstance(url, dict):
        return {name: _moved(part, base) for name, part in url.items()}
    return base + urlsplit(url).path
