"""A bot whose condition a test asks for over real HTTP on 127.0.0.1."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from bot.health import serve_health
from bot.workflow.looks import WitnessedSnapshots
from bot.workflow.readiness import Condition
from tests.workflow.office import Office

LOOKS_EVERY = timedelta(minutes=15)


@dataclass
class Silence:
    """For how long the chat has not answered; a test sets it."""

    lasts: timedelta = field(default_factory=timedelta)

    def __call__(self) -> timedelta:
        """Return it."""
        return self.lasts


@dataclass
class Ward:
    """A bot, its condition, and the port where it can be asked for."""

    office: Office
    condition: Condition
    silence: Silence
    port: int = 0

    @classmethod
    def around(cls, office: Office) -> Self:
        """Witness what a bot sees from now on."""
        desk = office.desk
        looks = WitnessedSnapshots(desk.snapshots, desk.policy, desk.clock)
        office.desk = replace(desk, snapshots=looks)
        silence = Silence()
        condition = Condition(office.desk, looks, looks_every=LOOKS_EVERY, chat_silence=silence)
        return cls(office, condition, silence)

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Self]:
        """Open a bot that has recovered and has not looked at anything yet."""
        office = await Office.open(folder)
        ward = cls.around(office)
        ward.condition.recovered()
        async with serve_health(ward.condition, host="127.0.0.1", port=0) as port:
            ward.port = port
            yield ward
        office.close()

    async def ready(self) -> list[str]:
        """Return the reasons of ``/readyz``; the status must agree with them."""
        status, body = await self.get("/readyz")
        document = json.loads(body)
        assert set(document) == {"ready", "reasons"}
        assert document["ready"] == (not document["reasons"]) == (status == 200)
        assert status in {200, 503}
        reasons: list[str] = document["reasons"]
        return reasons

    async def get(self, path: str) -> tuple[int, str]:
        """Ask for a page; return status and body."""
        answer = await self.say(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n")
        return answer.status, answer.body

    async def say(self, words: str | bytes) -> "Answer":
        """Send these bytes and return what comes back until the server hangs up."""
        return await said(self.port, words)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


async def said(port: int, words: str | bytes) -> Answer:
    """Send bytes to a port of this machine and return the answer."""
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(words.encode() if isinstance(words, str) else words)
        try:
            raw = await reader.read()
        finally:
            writer.close()
    head, _, body = raw.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in pairs}, body)


def words_in(document: Any) -> set[str]:  # noqa: ANN401  # any JSON value
    """Return every text in a JSON value, keys included."""
    if isinstance(document, dict):
        return {word for pair in document.items() for part in pair for word in words_in(part)}
    if isinstance(document, list):
        return {word for part in document for word in words_in(part)}
    return {document} if isinstance(document, str) else set()
