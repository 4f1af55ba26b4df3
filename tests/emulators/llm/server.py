"""The HTTP side: routes, the key, the model's name, and whatever behaviour is next."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from typing import Self

from aiohttp import web

from tests.emulators.llm.behaviours import good
from tests.emulators.llm.wire import MODEL, Behaviour, Call, Visit, failure

_MOST_BYTES = 4 * 1024**2


class LlmEmulator:
    """Serves one model on 127.0.0.1 at a free port.

    Attributes:
        calls: every request in order, whatever became of it.
        script: behaviours of the next calls.
        behaviour: what follows when the script is over.
        text: what a good answer says, or how to make it from the call.
    """

    def __init__(
        self,
        behaviour: Behaviour = good,
        *,
        key: str | None = None,
        text: str | Callable[[Call], str] = '{"lines":[]}',
        script: Iterable[Behaviour] = (),
    ) -> None:
        """Say what it answers, and which key it asks for."""
        self.key = key
        self.text = text
        self.behaviour = behaviour
        self.script = deque(script)
        self.calls: list[Call] = []
        self._closing = asyncio.Event()
        self._reached = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def origin(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What goes into the settings."""
        return f"{self.origin}/v1"

    async def reached(self) -> None:
        """Wait for the first call."""
        await self._reached.wait()

    async def __aenter__(self) -> Self:
        """Listen."""
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_route("*", "/{rest:.*}", self._lost)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(self, *error: object) -> None:
        """End whatever hangs, then stop listening."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        call = await self._note(request)
        if (refusal := self._refusal(call)) is not None:
            return refusal
        behaviour = self.script.popleft() if self.script else self.behaviour
        text = self.text if isinstance(self.text, str) else self.text(call)
        return await behaviour(Visit(request, call, text, self._closing))

    def _refusal(self, call: Call) -> web.Response | None:
        """Return what a real server refuses before any model is asked."""
        if self.key is not None and call.headers.get("authorization") != f"Bearer {self.key}":
            sent = call.headers.get("authorization", "")
            return failure(401, f"Incorrect API key provided: {sent}", code="invalid_api_key")
        if "messages" not in call.body:
            return failure(400, "you must provide a messages parameter", param="messages")
        if call.body.get("model") != MODEL:
            return failure(404, "The model does not exist", code="model_not_found", param="model")
        return None

    async def _models(self, request: web.Request) -> web.Response:
        await self._note(request)
        model = {"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "here"}
        return web.json_response({"object": "list", "data": [model]})

    async def _lost(self, request: web.Request) -> web.Response:
        await self._note(request)
        return web.json_response({"detail": "Not Found"}, status=404)

    async def _note(self, request: web.Request) -> Call:
        content = await request.read()
        try:
            body = json.loads(content or b"{}")
        except ValueError:
            body = {}
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, request.path, request.query_string, headers, body)
        self.calls.append(call)
        self._reached.set()
        return call
