"""How a server answers one call: well, oddly, or not at all."""

from __future__ import annotations

import asyncio
import gzip
import json
from contextlib import suppress
from functools import cache
from typing import Any

from aiohttp import web

from tests.emulators.llm.wire import Behaviour, Visit, completion, failure

LONG_AGO = 10_000.0
"""Seconds that nobody waits."""


async def good(visit: Visit) -> web.StreamResponse:
    """Answer as asked."""
    return web.json_response(completion(visit.text))


def saying(text: Any, **changes: Any) -> Behaviour:  # noqa: ANN401  # wrong types as well
    """Answer with ``text``, and with other keys changed."""

    async def say(visit: Visit) -> web.StreamResponse:
        return web.json_response(completion(text, **changes))

    return say


def with_changes(**changes: Any) -> Behaviour:  # noqa: ANN401  # wrong types as well
    """Answer as asked, with keys of the answer changed."""

    async def change(visit: Visit) -> web.StreamResponse:
        body = completion(visit.text, **changes)
        # NaN and the like go over the wire as Python writes them.
        return web.Response(text=json.dumps(body), content_type="application/json")

    return change


def wrapped(before: str, after: str) -> Behaviour:
    """Answer as asked, with something around the text."""

    async def wrap(visit: Visit) -> web.StreamResponse:
        return web.json_response(completion(f"{before}{visit.text}{after}"))

    return wrap


def raw(content: bytes, content_type: str = "application/json", status: int = 200) -> Behaviour:
    """Answer with these bytes."""

    async def answer(visit: Visit) -> web.StreamResponse:
        return web.Response(body=content, content_type=content_type, status=status)

    return answer


def failing(status: int, code: object = None, **headers: str) -> Behaviour:
    """Refuse with a status; the message quotes what was sent, as careless servers do."""

    async def fail(visit: Visit) -> web.StreamResponse:
        quoted = visit.call.headers.get("authorization", "")
        return failure(status, f"no: {quoted}", code=code, **headers)

    return fail


def redirecting(location: str) -> Behaviour:
    """Point to another address, with all that was sent."""

    async def redirect(visit: Visit) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": location})

    return redirect


async def hang(visit: Visit) -> web.StreamResponse:
    """Take the call and say nothing."""
    await visit.wait(LONG_AGO)
    return web.Response()


async def hang_midway(visit: Visit) -> web.StreamResponse:
    """Begin an answer and say no more."""
    response = await _begun(visit)
    await response.write(b'{"id": "chatcmpl-1", ')
    await visit.wait(LONG_AGO)
    return response


def slow_at_first(seconds: float) -> Behaviour:
    """Load the model with the first call, as local servers do; then answer at once."""
    is_loaded = asyncio.Event()

    async def answer(visit: Visit) -> web.StreamResponse:
        if not is_loaded.is_set():
            await visit.wait(seconds)
            is_loaded.set()
        return await good(visit)

    return answer


async def drip(visit: Visit) -> web.StreamResponse:
    """Send a good answer, one byte every fifth of a second: no read ever times out."""
    response = await _begun(visit)
    with suppress(ConnectionError):
        for byte in json.dumps(completion(visit.text)).encode():
            await response.write(bytes([byte]))
            if not await visit.wait(0.2):
                break
    return response


async def disconnect(visit: Visit) -> web.StreamResponse:
    """Close the line without a word."""
    return _hung_up(visit)


async def disconnect_midway(visit: Visit) -> web.StreamResponse:
    """Close the line within an answer."""
    response = await _begun(visit)
    await response.write(b'{"id": "chatcmpl-1", ')
    _hung_up(visit)
    return response


async def babble(visit: Visit) -> web.StreamResponse:
    """Answer with bytes that are no HTTP."""
    if visit.request.transport is not None:
        visit.request.transport.write(b"\x00\xffNOT HTTP AT ALL\r\n\r\n")
    return _hung_up(visit)


async def endless(visit: Visit) -> web.StreamResponse:
    """Send spaces, which JSON allows before a value, as fast as they are taken."""
    response = await _begun(visit)
    with suppress(ConnectionError):
        while not visit.closing.is_set():
            await response.write(b" " * 65536)
    return response


async def crumbs(visit: Visit) -> web.StreamResponse:
    """Send a good answer behind ten thousand chunks of a single space, all at once."""
    response = await _begun(visit)
    if visit.request.transport is not None:
        visit.request.transport.write(b"1\r\n \r\n" * 10_000)
    with suppress(ConnectionError):
        await response.write(json.dumps(completion(visit.text)).encode())
    return response


async def gzip_bomb(visit: Visit) -> web.StreamResponse:
    """Send a few kilobytes that unfold to 64 MB, though nobody asked for gzip."""
    content = _folded_spaces()
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(body=content, headers=headers)


@cache
def _folded_spaces() -> bytes:
    return gzip.compress(b" " * (64 * 1024**2))


async def honest_gzip(visit: Visit) -> web.StreamResponse:
    """Answer well, but compressed, though it was asked not to."""
    content = gzip.compress(json.dumps(completion(visit.text)).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(body=content, headers=headers)


async def with_cookie(visit: Visit) -> web.StreamResponse:
    """Answer well, and hand out a cookie."""
    response = web.json_response(completion(visit.text))
    response.set_cookie("who", "you")
    return response


async def _begun(visit: Visit) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(visit.request)
    return response


def _hung_up(visit: Visit) -> web.StreamResponse:
    if visit.request.transport is not None:
        visit.request.transport.close()
    return web.Response()
