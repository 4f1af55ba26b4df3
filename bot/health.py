"""How the bot is, for other programs: two small pages on a local port, and a heartbeat outward.

``/healthz`` answers 200 while the process, its loop and its store work, else 503. ``/readyz``
answers 200 only when nothing speaks against relying on the bot, else 503 with the reasons, one word
each. No page tells amounts, names or secrets.

The heartbeat asks for an outside watchdog's address every few minutes. It stops when the program
has ended, and when it could not tell people in the chat what is wrong: that is what somebody
outside must notice.
"""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final, Protocol

import aiohttp
from aiohttp import web

from bot.ports.clock import Clock
from core.domain.errors import InputInvalid

log = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 32
LONGEST_REQUEST: Final = 5.0
"""Seconds a client has to say what it wants."""
HEARTBEAT_PATIENCE: Final = 20.0
PAGES: Final = frozenset({"/healthz", "/readyz"})
METHODS: Final = frozenset({"GET", "HEAD"})

# What a stranger sends by mistake is not our trouble, so it leaves no trace in the log.
_UNHEARD = logging.getLogger("evenkeel.health.requests")
_UNHEARD.setLevel(logging.CRITICAL + 1)


class Patient(Protocol):
    """Whoever is asked how it is."""

    def is_alive(self) -> bool:
        """Tell whether it works at all."""
        ...

    def reasons(self) -> Sequence[str]:
        """Return why nobody should rely on it now; nothing when they may."""
        ...

    def can_tell(self) -> bool:
        """Tell whether it can itself tell people of whatever is wrong."""
        ...


@asynccontextmanager
async def serve_health(patient: Patient, *, host: str, port: int) -> AsyncIterator[int]:
    """Serve both pages for the length of a block, which gets the port; 0 takes any free one.

    Raises:
        InputInvalid: the address cannot be used; the text says why.
    """

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        return _answer(patient, request)

    if not host:  # asyncio would listen on every address
        raise InputInvalid("[health] host is empty; 127.0.0.1 is this machine alone")
    server = _Server(answer)
    try:
        listener = await asyncio.get_running_loop().create_server(server, host, port)
    except OSError as error:
        raise InputInvalid(_why(error, host, port), code="HEALTH_PORT") from None
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await server.shutdown(1.0)
        await listener.wait_closed()


async def heartbeat(patient: Patient, url: str, *, every: float, clock: Clock) -> None:
    """Ask for ``url`` at once and then every so many seconds, until cancelled; never raises.

    The address is a secret, so neither it nor an error's own words reach the log.

    Args:
        patient: no beat is sent while it cannot tell people of what is wrong.
        url: of the outside watchdog.
        every: seconds between two beats.
        clock: real time.
    """
    while True:
        if patient.can_tell():
            await _beat(url)
        await clock.sleep(every)


async def _beat(url: str) -> None:
    patience = aiohttp.ClientTimeout(total=HEARTBEAT_PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience, trust_env=True) as session,
            # Another address would learn the secret part of this one.
            session.get(url, allow_redirects=False) as answer,
        ):
            if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                log.warning("the watchdog answered the heartbeat with status %s", answer.status)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        log.warning("the heartbeat did not get through: %s", type(error).__name__)


def _answer(patient: Patient, request: web.BaseRequest) -> web.Response:
    if request.path not in PAGES:
        return _page(HTTPStatus.NOT_FOUND, {"pages": sorted(PAGES)})
    if request.method not in METHODS:
        response = _page(HTTPStatus.METHOD_NOT_ALLOWED, {"methods": sorted(METHODS)})
        response.headers["Allow"] = ", ".join(sorted(METHODS))
        return response
    if request.path == "/healthz":
        is_alive = patient.is_alive()
        return _page(_status(ok=is_alive), {"alive": is_alive})
    reasons = [str(reason) for reason in patient.reasons()]
    return _page(_status(ok=not reasons), {"ready": not reasons, "reasons": reasons})


def _status(*, ok: bool) -> HTTPStatus:
    return HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE


def _page(status: HTTPStatus, document: dict[str, object]) -> web.Response:
    response = web.json_response(document, status=status, headers={"Cache-Control": "no-store"})
    return _plain(response)


def _plain(response: web.Response) -> web.Response:
    """Return a response that names no version of anything, and ends its connection."""
    response.headers["Server"] = "evenkeel"
    response.force_close()
    return response


class _Server(web.Server):
    """Few connections at a time, and none for long."""

    def __call__(self) -> web.RequestHandler:
        return _Visit(self)


class _Visit(web.RequestHandler):
    """One connection."""

    def __init__(self, server: web.Server) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=LONGEST_REQUEST,
            lingering_time=0,
            access_log=None,  # type: ignore[arg-type]  # none is what switches it off
            logger=_UNHEARD,
        )
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if len(self._server.connections) > MOST_CONNECTIONS:
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or went wrong here, without aiohttp's own page."""
        del request, message
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("a question about health went wrong", exc_info=exc)
        return _plain(web.Response(status=status))


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"[health] port is {port}, which another program uses on {host}; choose another one, "
            "or 0 for none"
        )
    if error.errno == errno.EACCES:
        return f"[health] port is {port}, which this user may not open; choose one above 1023"
    return f"[health] host is {host!r}, which is no address of this machine; 127.0.0.1 always is"
