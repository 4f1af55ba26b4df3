"""What a model has been asked before is not asked again; what is being asked is asked once."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.explain.model.asking import Question

MOST_TEXTS = 256
"""Texts kept, the latest used; a text has a few hundred characters."""


def digest_of(question: Question, model: str) -> str:
    """Return the digest of everything that a model would read, and of which model that is.

    A model never sees a figure, so two portfolios that differ in figures alone share their prose.
    Source: METHODS 7.8.
    """
    document = [
        model,
        question.prompt,
        question.system,
        question.user,
        question.schema_name,
        question.schema,
        question.max_tokens,
        question.temperature,
    ]
    return sha256(json.dumps(document, sort_keys=True, default=dict).encode()).hexdigest()


@dataclass(slots=True)
class _Flight:
    task: asyncio.Task[str | None]
    waiting: int = 0


class Memory:
    """Accepted outputs by digest, placeholders and all; the least recently used goes first."""

    def __init__(self, most: int = MOST_TEXTS) -> None:
        """Begin empty."""
        self._most = most
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._flights: dict[str, _Flight] = {}

    async def recall(
        self, key: str, write: Callable[[], Coroutine[Any, Any, str | None]]
    ) -> str | None:
        """Return the output of ``key``, written now if it is not known.

        Equal questions at the same time share one writing, which is given up when nobody waits for
        it any more. What comes to nothing is not kept.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        flight = self._flights.get(key) or self._start(key, write)
        flight.waiting += 1
        try:
            # Shielded: one who gives up must not take the text away from the others.
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._leave(key, flight)

    def forget(self, key: str) -> None:
        """Drop an output that turned out to fit no longer."""
        self._kept.pop(key, None)

    def _start(self, key: str, write: Callable[[], Coroutine[Any, Any, str | None]]) -> _Flight:
        flight = _Flight(asyncio.create_task(write()))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, task))
        return flight

    def _land(self, key: str, task: asyncio.Task[str | None]) -> None:
        flight = self._flights.get(key)
        if flight is not None and flight.task is task:
            del self._flights[key]
        if task.cancelled() or task.exception() is not None:
            return
        output = task.result()
        if output is not None:
            self._kept[key] = output
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _leave(self, key: str, flight: _Flight) -> None:
        """End a writing that nobody waits for; whoever asks from now on starts a new one."""
        if not flight.task.done():
            flight.task.cancel()
            if self._flights.get(key) is flight:
                del self._flights[key]
