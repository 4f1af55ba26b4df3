"""The way to the server: one address, our own headers, an answer of bounded size, no detours."""

from collections.abc import AsyncIterator

import httpx2
from openai import OpenAIError
from pydantic import SecretStr

MOST_BYTES = 256 * 1024
"""Of an answer: 20,000 characters, each escaped, and what stands around them."""

MOST_PARTS = 2000
"""Of an answer: each costs time in which nothing else runs, however few bytes it has."""

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "evenkeel",
}


class AnswerTooLong(OpenAIError):
    """More bytes or parts than any honest answer has; the rest was not read."""


class AnswerPacked(OpenAIError):
    """A compressed answer, though none was asked for: it could unfold to any size."""


class WrongWay(OpenAIError):
    """A call to another address than the configured one."""


class PlainTransport(httpx2.AsyncBaseTransport):
    """Carries calls to one server and keeps out what the environment or a library would add."""

    def __init__(self, base_url: str, key: SecretStr | None) -> None:
        """Keep the address and the key; trust no proxy, file or header of the environment."""
        self._origin = _origin(httpx2.URL(base_url))
        self._key = key
        # No idle connections: with a handful of calls a day they would mostly be dead.
        limits = httpx2.Limits(max_keepalive_connections=0)
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer, to be read within bounds.

        Raises:
            WrongWay: it was meant for another address.
            AnswerPacked: the answer is compressed.
        """
        if _origin(request.url) != self._origin:
            # Whatever a library is told by its surroundings, the key stays with its server.
            raise WrongWay("a call to another address was stopped")
        sent = httpx2.Request(
            request.method,
            request.url,
            # Made anew: the library takes headers from the environment, the host's name among them.
            headers=self._headers(),
            content=await request.aread(),
            extensions=request.extensions,
        )
        answer = await self._inner.handle_async_request(sent)
        if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
            await answer.aclose()
            raise AnswerPacked("the answer is compressed")
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Bounded(answer.stream),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()

    def _headers(self) -> dict[str, str]:
        """Return what a server needs to read; any more would tell of this machine or its owner."""
        if self._key is None:
            return _HEADERS
        return _HEADERS | {"authorization": f"Bearer {self._key.get_secret_value()}"}


class _Bounded(httpx2.AsyncByteStream):
    """Passes bytes on until there are too many, or too many crumbs of them."""

    def __init__(self, stream: httpx2.SyncByteStream | httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if not isinstance(self._stream, httpx2.AsyncByteStream):
            raise WrongWay("a stream that cannot be awaited")
        size = parts = 0
        async for part in self._stream:
            size, parts = size + len(part), parts + 1
            if size > MOST_BYTES or parts > MOST_PARTS:
                raise AnswerTooLong(f"more than {MOST_BYTES} bytes or {MOST_PARTS} parts")
            yield part

    async def aclose(self) -> None:
        if isinstance(self._stream, httpx2.AsyncByteStream):
            await self._stream.aclose()


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    default = {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, url.port or default
