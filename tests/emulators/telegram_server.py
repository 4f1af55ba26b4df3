"""The HTTP side: routes, the token, the order of log, fault, limit and method."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass

from aiohttp import web

from tests.emulators.telegram_account import METHODS, documented_name
from tests.emulators.telegram_faults import Fault, FaultTable, RateLimits, Trouble
from tests.emulators.telegram_records import Call
from tests.emulators.telegram_wire import (
    ApiError,
    Reply,
    failure,
    read_params,
    success,
    too_many_requests,
)
from tests.emulators.telegram_world import World

_MAX_BODY_BYTES = 60 * 1024**2


@dataclass
class Server:
    """Serves one bot on 127.0.0.1 at a free port."""

    token: str
    world: World
    faults: FaultTable
    limits: RateLimits
    _runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen; returns the port."""
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._serve_method)
        app.router.add_get("/file/bot{token}/{path}", self._serve_file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """End waiting polls and hanging calls, then stop listening."""
        self.world.closing.set()
        self.world.pulse.beat()
        if self._runner:
            await self._runner.cleanup()

    async def _serve_method(self, request: web.Request) -> web.Response:
        """Serve one call of the Bot API."""
        if request.match_info["token"] != self.token:
            return failure(ApiError(401)).response()
        try:
            method = documented_name(request.match_info["method"])
            call = Call(method, await read_params(request), asyncio.get_running_loop().time())
        except ApiError as error:
            return failure(error).response()
        self.world.calls.append(call)
        self.world.pulse.beat()
        try:
            return await self._serve_call(request, call)
        finally:
            self.world.pulse.beat()

    async def _serve_call(self, request: web.Request, call: Call) -> web.Response:
        """Do what a call asks for, unless a fault comes in between."""
        fault = self.faults.take(call)
        if fault is None:
            return _answer(call, await self._perform(call))
        reply = await self._perform(call) if fault.accepted else failure(ApiError(500))
        return await self._spoil(request, call, fault, reply)

    async def _perform(self, call: Call) -> Reply:
        """Run the method; what it refuses becomes an error answer."""
        try:
            if wait := self.limits.wait_for(call):
                raise too_many_requests(wait)
            result = METHODS[call.method](self.world, call.params)
            if inspect.isawaitable(result):
                result = await result
        except ApiError as error:
            return failure(error)
        call.accepted = True
        self.world.pulse.beat()
        return success(result)

    async def _spoil(
        self, request: web.Request, call: Call, fault: Fault, reply: Reply
    ) -> web.Response:
        """Let the bot see something else than the true answer."""
        if fault.trouble is Trouble.REPLY and fault.reply:
            return _answer(call, fault.reply)
        if fault.trouble is Trouble.GARBLE:
            return _answer(call, Reply(200, reply.body[: len(reply.body) // 2]))
        if fault.trouble is Trouble.DELAY:
            await self._pause(fault.seconds)
            return _answer(call, reply)
        if fault.trouble is Trouble.HANG:
            await self.world.closing.wait()
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than the emulator lives."""
        try:
            await asyncio.wait_for(self.world.closing.wait(), seconds)
        except TimeoutError:
            return

    async def _serve_file(self, request: web.Request) -> web.Response:
        """Serve a file the bot sent earlier."""
        upload = self.world.files.get(request.match_info["path"])
        if request.match_info["token"] != self.token or upload is None:
            return failure(ApiError(404)).response()
        return web.Response(body=upload.data, content_type="application/octet-stream")


def _answer(call: Call, reply: Reply) -> web.Response:
    """Note the status in the log and answer."""
    call.status = reply.status
    return reply.response()
