"""The exchange on a port of 127.0.0.1: HTTP in, the true answer or its fault out."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self

from aiohttp import web

from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.faults import (
    Delays,
    Disconnects,
    Fault,
    Meanwhile,
    Postpones,
    Repeats,
    Shifts,
    TakesLater,
    Unseen,
    Warns,
    spoiled,
)
from tests.emulators.kraken.keys import Attempt
from tests.emulators.kraken.record import Call
from tests.emulators.kraken.wire import KrakenError, read_body
from tests.emulators.public_venue import (
    Answers,
    BreaksOff,
    CutsOff,
    Hangs,
    Holds,
    Refusal,
    break_off,
    respond,
)

_LOOK_SECONDS = 0.05


class KrakenServer:
    """Serves one exchange; a context manager.

    Attributes:
        kraken: what is served; put another one in place to begin afresh at the same address.
        base_url: scheme, host and port.
    """

    def __init__(self, kraken: Kraken) -> None:
        """Serve ``kraken``."""
        self.kraken = kraken
        self.base_url = ""
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def urls(self) -> dict[str, dict[str, str]]:
        """What ccxt's class takes as ``urls``."""
        return {"api": {"public": self.base_url, "private": self.base_url}}

    async def __aenter__(self) -> Self:
        """Listen at a free port."""
        app = web.Application()
        app.router.add_get("/0/public/{endpoint:.+}", self._serve_public)
        app.router.add_post("/0/private/{endpoint:.+}", self._serve_private)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        """End hanging answers and stop listening."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve_public(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        kraken, endpoint = self.kraken, request.match_info["endpoint"]
        call = kraken.record.add(endpoint, query, kraken.now(), private=False)
        return await self._answer(request, _Work(kraken, call, None))

    async def _serve_private(self, request: web.Request) -> web.StreamResponse:
        raw, kraken = await request.text(), self.kraken
        try:
            params = read_body(raw, request.headers.get("Content-Type", ""))
        except KrakenError as refusal:
            return respond(Answers(json.dumps({"error": [refusal.text]})))
        endpoint = request.match_info["endpoint"]
        call = kraken.record.add(endpoint, params, kraken.now(), private=True)
        attempt = Attempt(
            public=request.headers.get("API-Key", ""),
            sign=request.headers.get("API-Sign", ""),
            path=request.path,
            body=raw,
            nonce=params.get("nonce", ""),
            at=call.at,
        )
        return await self._answer(request, _Work(kraken, call, attempt))

    async def _answer(self, request: web.Request, work: _Work) -> web.StreamResponse:
        fault = work.call.fault = work.kraken.faults.take(work.call)
        if isinstance(fault, Unseen):
            return await self._send(request, fault.fault, '{"error":[],"result":{}}')
        body = await work.do(fault)
        if isinstance(fault, Repeats):
            calls = work.kraken.record.of(work.call.endpoint)
            body = calls[-2].body if len(calls) > 1 else body
        return await self._send(request, fault, body, work)

    async def _send(
        self, request: web.Request, fault: Fault | None, body: str, work: _Work | None = None
    ) -> web.StreamResponse:
        """Send what the client gets to see."""
        await self._pause(request, fault, work)
        match fault:
            case Answers():
                return respond(fault)
            case CutsOff():
                return respond(Answers(body[: len(body) // 2]))
            case BreaksOff():
                return await break_off(request, body.encode())
            case Disconnects() | TakesLater() if request.transport is not None:
                request.transport.abort()
        return respond(Answers(body))

    async def _pause(self, request: web.Request, fault: Fault | None, work: _Work | None) -> None:
        match fault:
            case Hangs():
                await self._wait_for_end(request)
            case Holds(until):
                await until.wait()
            case Delays(seconds) if work is not None:
                await work.kraken.clock.sleep(seconds)

    async def _wait_for_end(self, request: web.Request) -> None:
        """Wait until the client has gone or the server closes."""
        while request.transport is not None and not request.transport.is_closing():
            try:
                await asyncio.wait_for(self._closing.wait(), _LOOK_SECONDS)
            except TimeoutError:
                continue
            return


class _Work:
    """One request on its way through the exchange."""

    def __init__(self, kraken: Kraken, call: Call, attempt: Attempt | None) -> None:
        self.kraken = kraken
        self.call = call
        self._attempt = attempt

    async def do(self, fault: Fault | None) -> str:
        """Return the answer's body."""
        try:
            envelope = await self._private(fault) if self._attempt else self._public(fault)
        except KrakenError as refusal:
            self.call.error = refusal.text
            envelope = {"error": [refusal.text]}
        except Refusal as refusal:
            envelope = json.loads(refusal.answer.body)
            self.call.error = envelope["error"][0]
        self.call.body = json.dumps(envelope)
        return self.call.body

    def _public(self, fault: Fault | None) -> dict[str, Any]:
        if isinstance(fault, Meanwhile):
            fault.action()
        self.kraken.catch_up()
        self.call.was_worked_on = True
        path = f"/0/public/{self.call.endpoint}"
        envelope = self.kraken.public.answer(path, dict(self.call.params))
        return _enveloped(envelope["result"], fault)

    async def _private(self, fault: Fault | None) -> dict[str, Any]:
        if self._attempt is None:
            raise ValueError("a private request needs a key")
        if isinstance(fault, Meanwhile):
            fault.action()
        shift = fault.rows if isinstance(fault, Shifts) else 0
        visit = self.kraken.admit(self.call, self._attempt, shift)
        self.call.was_worked_on = True
        if isinstance(fault, TakesLater):
            self.kraken.work_later(self.call, visit, fault.seconds)
            return {"error": []}
        if isinstance(fault, Postpones):
            await self.kraken.clock.sleep(fault.seconds)
        return _enveloped(self.kraken.work(visit), fault)


def _enveloped(result: Any, fault: Fault | None) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    if isinstance(fault, Warns):
        return {"error": list(fault.texts), "result": result}
    return {"error": [], "result": spoiled(result, fault)}
