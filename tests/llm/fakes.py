"""Small models, notebooks and logs, good and bad."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.explain.model.asking import Question, Reply
from bot.ports.narrator import Narration
from core.domain.errors import StoreConflict


@dataclass
class ScriptedModel:
    """Returns the replies of a script, the last one for ever; remembers what it was asked."""

    replies: Iterable[Reply] = (Reply(text="{}"),)
    name: str = "scripted"
    asked: list[tuple[Question, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._left = list(self.replies)

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Answer as described above."""
        self.asked.append((question, seconds))
        await asyncio.sleep(0)
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


@dataclass
class BrokenModel:
    """Breaks its promise never to raise."""

    error: BaseException
    name: str = "broken"

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Answer as described above."""
        raise self.error


@dataclass
class DeafModel:
    """Breaks its promise to return in time, and does not listen to cancellation."""

    freed: asyncio.Event
    name: str = "deaf"
    begun: int = 0

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Answer as described above."""
        self.begun += 1
        while not self.freed.is_set():
            try:
                await self.freed.wait()
            except asyncio.CancelledError:
                continue
        return Reply(text="late")


@dataclass
class DictNotebook:
    """Keeps notes as long as it lives."""

    notes: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Read a note."""
        return self.notes.get(name)

    def put(self, name: str, value: str) -> None:
        """Write a note."""
        self.notes[name] = value


@dataclass
class BrokenNotebook:
    """Can neither read nor write."""

    error: Callable[[], Exception] = lambda: StoreConflict("the row is gone")

    def get(self, name: str) -> str | None:
        """Read a note."""
        raise self.error()

    def put(self, name: str, value: str) -> None:
        """Write a note."""
        raise self.error()


@dataclass
class ListLog:
    """Keeps every attempt."""

    narrations: list[Narration] = field(default_factory=list)

    def add(self, narration: Narration) -> None:
        """Take an attempt."""
        self.narrations.append(narration)


@dataclass
class BrokenLog:
    """Breaks its promise never to raise."""

    error: Exception

    def add(self, narration: Narration) -> None:
        """Take an attempt."""
        raise self.error
