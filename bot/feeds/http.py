"""Questions to web services -> parsed JSON, or one plain reason why there is none.

Every question is a read, POST included: GraphQL asks by POST. A key stands in a header and nowhere
else, and is taken out of every answer, so that no error text can repeat it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from ssl import SSLContext
from typing import Any

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from bot.feeds.question import Question, seconds_until
from bot.ports.clock import Clock
from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

_NOTHING: Mapping[str, str] = {}
_MOST_MOVES = 3
_MOST_KEPT = 32


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a question may take.

    Attributes:
        connect, read, total: seconds to connect, between two pieces, and for one attempt in all.
        attempts: how often a question is put before it is given up.
        longest_wait: seconds between two attempts; a source that asks for more is left alone.
        body: most bytes of one answer.
    """

    connect: float = 3.0
    read: float = 5.0
    total: float = 10.0
    attempts: int = 3
    longest_wait: float = 5.0
    body: int = 2_000_000


@cache
def _certificates() -> SSLContext:
    """Return whom to trust, read once: that takes longer than a question."""
    return httpx.create_ssl_context()


class AskLater(FeedUnavailable):
    """The source said when it wants to be asked again.

    Attributes:
        retry_at: not before this instant.
    """

    def __init__(self, message: str, *, trouble: str, retry_at: datetime) -> None:
        """Keep the sentence, the word and the instant."""
        super().__init__(message, trouble=trouble)
        self.retry_at = retry_at


class _Again(Exception):
    """A passing trouble: what to say if it stays, and how many seconds the source asked for."""

    def __init__(self, error: FeedUnavailable, after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after


@dataclass(frozen=True, slots=True)
class _Kept:
    """An earlier answer, and how to ask whether it still holds."""

    body: bytes
    headers: Mapping[str, str]


class JsonReader:
    """Asks with bounded time, bounded size and few attempts."""

    def __init__(
        self,
        clock: Clock,
        *,
        limits: Limits = Limits(),
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Keep the limits; nothing is opened yet.

        Args:
            clock: tells how long a ``Retry-After`` date is away.
            limits: of time, size and attempts.
            wait: passes the seconds between two attempts.
        """
        self._clock = clock
        self._limits = limits
        self._client: httpx.AsyncClient | None = None
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._backoff = wait_random_exponential(multiplier=0.5, max=limits.longest_wait)
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(limits.attempts),
            wait=self._pause,
            retry=retry_if_exception_type(_Again),
            sleep=wait,
            reraise=True,
        )

    async def get(
        self,
        url: str,
        params: Mapping[str, str] = _NOTHING,
        headers: Mapping[str, str] = _NOTHING,
    ) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return the parsed answer; an answer that has not changed is not sent again.

        Raises:
            FeedUnavailable: there is none that can be read; ``trouble`` says why.
        """
        target = httpx.URL(url, params=params) if params else httpx.URL(url)
        return await self._asked(Question("GET", target, headers))

    async def post(
        self,
        url: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] = _NOTHING,
        *,
        also: Collection[int] = (),
    ) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return the parsed answer to a question put as JSON; it must change nothing there.

        Args:
            url: where.
            body: the question.
            headers: the key.
            also: statuses beside 200 whose body is an answer.

        Raises:
            FeedUnavailable: there is none that can be read; ``trouble`` says why.
        """
        return await self._asked(Question("POST", httpx.URL(url), headers, body, also))

    async def close(self) -> None:
        """Close every connection; a later question opens new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = self._limits
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(limits.read, connect=limits.connect),
                headers={"User-Agent": "evenkeel", "Accept": "application/json"},
                follow_redirects=False,
                verify=_certificates(),
            )
        return self._client

    async def _asked(self, question: Question) -> Any:  # noqa: ANN401  # JSON of any shape
        try:
            # A copy, because its state is that of one question, and questions are put side by side.
            return await self._retrying.copy()(self._once, question)
        except _Again as again:
            raise again.error from again.__cause__

    def _pause(self, state: RetryCallState) -> float:
        """Return the seconds to the next attempt: what the source asked for, or a growing guess."""
        again = state.outcome.exception() if state.outcome else None
        if isinstance(again, _Again) and again.after is not None:
            return again.after
        return self._backoff(state)

    async def _once(self, question: Question) -> Any:  # noqa: ANN401  # JSON of any shape
        try:
            async with asyncio.timeout(self._limits.total):
                return question.parsed(await self._body(question))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise _Again(question.trouble("did not answer in time", Trouble.DOWN)) from error
        except httpx.DecodingError as error:
            raise question.trouble("sent a damaged answer", Trouble.MALFORMED) from error
        except httpx.TransportError as error:
            what = f"could not be reached ({type(error).__name__})"
            raise _Again(question.trouble(what, Trouble.DOWN)) from error

    async def _body(self, question: Question) -> bytes:
        """Return the answer's bytes, following moves within one host."""
        for _ in range(_MOST_MOVES):
            kept = self._kept.get(str(question.url)) if question.method == "GET" else None
            headers = {**question.headers, **(kept.headers if kept else {})}
            request = self._opened().stream(
                question.method, question.url, headers=headers, json=question.body
            )
            async with request as response:
                if not response.has_redirect_location:
                    return await self._judged(question, response, kept)
                question = question.moved(response.headers["location"])
        raise question.trouble("sends the question round in circles", Trouble.MALFORMED)

    async def _judged(
        self, question: Question, response: httpx.Response, kept: _Kept | None
    ) -> bytes:
        status = response.status_code
        if status == HTTPStatus.NOT_MODIFIED and kept is not None:
            return kept.body
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise question.trouble(f"refused the question (status {status})", Trouble.REFUSED)
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise self._busy(question, response)
        if status >= HTTPStatus.BAD_REQUEST and status not in question.also:
            raise question.trouble(f"answered with status {status}", Trouble.REFUSED)
        if status != HTTPStatus.OK and status not in question.also:
            raise question.trouble(f"answered with status {status}", Trouble.MALFORMED)
        body = question.without_keys(await self._streamed(question, response))
        self._keep(question, response, body)
        return body

    def _busy(self, question: Question, response: httpx.Response) -> Exception:
        """Return why not now: worth another attempt, unless the source wants a long rest."""
        is_limit = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        trouble = Trouble.LIMITED if is_limit else Trouble.DOWN
        what = f"is busy (status {response.status_code})"
        if is_limit:
            what = "was asked too often (status 429)"
        now = self._clock.now()
        after = seconds_until(response.headers.get("retry-after", ""), now)
        if after is not None and after > self._limits.longest_wait:
            said = str(question.trouble(f"{what} and wants a rest of {after:.0f} s", trouble))
            return AskLater(said, trouble=trouble, retry_at=now + timedelta(seconds=after))
        return _Again(question.trouble(what, trouble), after)

    async def _streamed(self, question: Question, response: httpx.Response) -> bytes:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._limits.body:
                what = f"sent more than {self._limits.body} bytes"
                raise question.trouble(what, Trouble.MALFORMED)
        return bytes(body)

    def _keep(self, question: Question, response: httpx.Response, body: bytes) -> None:
        """Keep the answer if the source can tell whether it has changed."""
        names = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
        headers = {ask: response.headers[told] for told, ask in names if response.headers.get(told)}
        url = str(question.url)
        self._kept.pop(url, None)
        if question.method == "GET" and headers and response.status_code == HTTPStatus.OK:
            self._kept[url] = _Kept(body, headers)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
