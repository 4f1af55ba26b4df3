"""The two pages as any HTTP client meets them, and clients that behave badly."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest

import bot.health
from bot.health import MOST_CONNECTIONS, serve_health
from core.domain.errors import InputInvalid
from tests.health.ward import said

HERE = "127.0.0.1"


@dataclass
class Volunteer:
    """Says of itself what a test tells it to; the smallest thing that can be asked."""

    alive: bool = True
    troubles: list[str] = field(default_factory=list)
    fails: bool = False

    def is_alive(self) -> bool:
        """Tell whether it is alive."""
        if self.fails:
            raise RuntimeError("a secret: 12345.67")
        return self.alive

    def reasons(self) -> list[str]:
        """Tell what is wrong."""
        return self.troubles

    def can_tell(self) -> bool:
        """Tell whether it can speak."""
        return self.alive


@pytest.fixture
def volunteer() -> Volunteer:
    """Give somebody who is well."""
    return Volunteer()


@pytest.fixture
async def port(volunteer: Volunteer) -> AsyncIterator[int]:
    """Serve the pages at a free port."""
    async with serve_health(volunteer, host=HERE, port=0) as port:
        yield port


async def test_an_ordinary_client_reads_both_pages(port: int, volunteer: Volunteer) -> None:
    """The status tells it to a probe, the small JSON document to a person."""
    async with aiohttp.ClientSession(f"http://{HERE}:{port}") as client:
        async with client.get("/healthz") as answer:
            assert (answer.status, await answer.json()) == (200, {"alive": True})
        async with client.get("/readyz?probe=1") as answer:
            assert (answer.status, await answer.json()) == (200, {"ready": True, "reasons": []})
        volunteer.alive, volunteer.troubles = False, ["halted"]
        async with client.get("/healthz") as answer:
            assert (answer.status, await answer.json()) == (503, {"alive": False})
        async with client.get("/readyz") as answer:
            document = {"ready": False, "reasons": ["halted"]}
            assert (answer.status, await answer.json()) == (503, document)


async def test_head_gives_the_status_alone(port: int, volunteer: Volunteer) -> None:
    """HEAD answers like GET, without a body."""
    volunteer.troubles = ["halted"]
    for page, status in (("/healthz", 200), ("/readyz", 503)):
        answer = await said(port, f"HEAD {page} HTTP/1.1\r\nHost: here\r\n\r\n")
        assert (answer.status, answer.body) == (status, "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_nothing_can_be_changed(port: int, method: str) -> None:
    """Every method but GET and HEAD is refused, and the answer says which there are."""
    answer = await said(port, f"{method} /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("page", ["/", "/healthz/", "/metrics", "/..//readyz", "/readyz%00"])
async def test_there_are_two_pages_only(port: int, page: str) -> None:
    """Any other address is not found."""
    assert (await said(port, f"GET {page} HTTP/1.1\r\nHost: here\r\n\r\n")).status == 404


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n", 200),
        ("GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n", 404),
        ("POST /healthz HTTP/1.1\r\nHost: here\r\n\r\n", 405),
        ("this is no HTTP\r\n\r\n", 400),
        ("\x16\x03\x01\x02", 400),
        (f"GET /{'x' * 20_000} HTTP/1.1\r\nHost: here\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\nHost: here\r\nX: {'x' * 20_000}\r\n\r\n", 400),
    ],
)
async def test_no_answer_names_a_version(
    port: int, words: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """What runs here stays unsaid, also to nonsense, and nonsense leaves nothing in the log."""
    answer = await said(port, words)
    assert answer.status == status
    assert answer.headers["server"] == "evenkeel"
    assert answer.headers.get("connection", "close") == "close"
    assert not any(character.isdigit() for character in answer.body)
    assert caplog.records == []


async def test_a_failure_of_ours_is_told_to_the_log_alone(port: int, volunteer: Volunteer) -> None:
    """Whoever asks learns the status of a failure, and none of its words."""
    volunteer.fails = True
    answer = await said(port, "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
    assert (answer.status, answer.body) == (500, "")


async def test_a_body_is_not_waited_for(port: int) -> None:
    """A question that announces a large body gets its answer before the body is sent."""
    words = "GET /healthz HTTP/1.1\r\nHost: here\r\nContent-Length: 999999999\r\n\r\n"
    assert (await said(port, words)).status == 200


async def test_slow_clients_hold_nobody_back(
    volunteer: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that never finish asking are sent away, and others are served meanwhile."""
    monkeypatch.setattr(bot.health, "LONGEST_REQUEST", 2.0)
    async with serve_health(volunteer, host=HERE, port=0) as port:
        slow = [await asyncio.open_connection(HERE, port) for _ in range(MOST_CONNECTIONS - 1)]
        for _, writer in slow:
            writer.write(b"GET /healthz HTT")
        assert (await said(port, "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")).status == 200
        async with asyncio.timeout(60):
            assert [await reader.read() for reader, _ in slow] == [b""] * len(slow)
        for _, writer in slow:
            writer.close()


async def test_only_so_many_at_a_time(port: int) -> None:
    """One connection more than there may be is closed at once; with room again it is served."""
    idle = [await asyncio.open_connection(HERE, port) for _ in range(MOST_CONNECTIONS)]
    reader, writer = await asyncio.open_connection(HERE, port)
    async with asyncio.timeout(30):
        assert await reader.read() == b""
    for _, one in [*idle, (reader, writer)]:
        one.close()
    async with asyncio.timeout(30):
        while True:
            try:
                answer = await said(port, "GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
            except (IndexError, ConnectionError):
                continue
            break
    assert answer.status == 200


async def test_a_port_that_is_taken_is_named(volunteer: Volunteer) -> None:
    """The message names the setting, its value and what to do."""
    with socket.socket() as other:
        other.bind((HERE, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(InputInvalid, match=rf"\[health\] port is {taken}.*choose another"):
            async with serve_health(volunteer, host=HERE, port=taken):
                pass


@pytest.mark.parametrize("host", ["203.0.113.7", ""])
async def test_a_host_that_is_not_here_is_named(volunteer: Volunteer, host: str) -> None:
    """Another machine's address is refused, and so is none, which would mean every address."""
    with pytest.raises(InputInvalid, match=r"\[health\] host is"):
        async with serve_health(volunteer, host=host, port=0):
            pass


async def test_the_port_is_free_again_afterwards(volunteer: Volunteer) -> None:
    """What the block opened, it closes; also connections that are still there."""
    async with serve_health(volunteer, host=HERE, port=0) as port:
        _, writer = await asyncio.open_connection(HERE, port)
    async with serve_health(volunteer, host=HERE, port=port) as again:
        assert again == port
    writer.close()
