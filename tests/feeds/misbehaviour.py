"""Ways in which a server answers badly; each is handed the good answer and spoils it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.feeds.server import FeedServer, Spoil
from tests.feeds.wires import KEY, Json, Wire


def text(body: str, *, status: int = 200, kind: str = "application/json", **headers: str) -> Spoil:
    """Answer with this text, whatever was asked."""

    async def answer(server: FeedServer, request: web.Request, good: Json) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(text=body, status=status, content_type=kind, headers=named)

    return answer


def status(code: int, **headers: str) -> Spoil:
    """Answer with a status, and repeat the key in the text of the error."""
    return text(json.dumps({"error": {"message": f"no, {KEY}"}}), status=code, **headers)


PAGE = text("<!DOCTYPE html><html>Checking your browser</html>", kind="text/html")
PAGE_AS_JSON = text("  <html>Checking your browser</html>")
EMPTY = text("")
DEEP = text("[" * 100_000)


async def good(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Answer well, in a row of bad answers."""
    return web.json_response(document)


async def truncated(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Send half of the answer as if it were all."""
    body = json.dumps(document)
    return web.Response(text=body[: len(body) // 2], content_type="application/json")


async def cut(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Promise an answer and break the connection in its middle."""
    body = json.dumps(document).encode()
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        request.transport.abort()
    return response


async def damaged(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Say that the answer is packed, and send something else."""
    return web.Response(body=b"not packed at all", headers={"Content-Encoding": "gzip"})


async def hang(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Take the question and never answer."""
    await server.closing.wait()
    return web.Response()


async def drip(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Send one byte at a time, each soon enough, for ever."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while not server.closing.is_set() and request.transport is not None:
        try:
            await response.write(b" ")
        except ConnectionError:
            break
        await asyncio.sleep(0.02)
    return response


async def huge(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Send five megabytes before the answer."""
    return web.Response(
        text=" " * 5_000_000 + json.dumps(document), content_type="application/json"
    )


async def elsewhere(server: FeedServer, request: web.Request, document: Json) -> web.StreamResponse:
    """Send the question, and the key with it, to another host."""
    address = server.url.replace("127.0.0.1", "localhost")
    return web.Response(status=307, headers={"Location": f"{address}{request.path_qs}"})


async def in_circles(
    server: FeedServer, request: web.Request, document: Json
) -> web.StreamResponse:
    """Send the question back to where it came from."""
    return web.Response(status=307, headers={"Location": request.path_qs})


def changed(change: Callable[[list[dict[str, Any]], Wire], object], wire: Wire) -> Spoil:
    """Answer well but for a change in the rows, which arrive oldest first."""

    async def answer(
        server: FeedServer, request: web.Request, document: Json
    ) -> web.StreamResponse:
        rows = wire.rows(document)
        is_reversed = len(rows) > 1 and rows[0][wire.time] > rows[-1][wire.time]
        if is_reversed:
            rows.reverse()
        change(rows, wire)
        if is_reversed:
            rows.reverse()
        return web.Response(text=json.dumps(document), content_type="application/json")

    return answer


def value(new: object) -> Callable[[list[dict[str, Any]], Wire], object]:
    """Write something else as the value of the fifth row."""
    return lambda rows, wire: rows[4].update({wire.value: new})


def time(new: object) -> Callable[[list[dict[str, Any]], Wire], object]:
    """Write something else as the time of the fifth row."""
    return lambda rows, wire: rows[4].update({wire.time: new})
