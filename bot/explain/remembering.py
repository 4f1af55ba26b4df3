"""What a model has been asked before is not asked again; what is being asked is asked once."""

import asyncio
import json
import math
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


@dataclass(frozen=True, slots=True)
class Written:
    """What a writing came to.

    Attributes:
        output: what may be shown; None when the template is to speak.
        is_refused: whether there was a text that the checks refused at last.
        was_asked: whether the model was asked at all.
    """

    output: str | None = None
    is_refused: bool = False
    was_asked: bool = False


@dataclass(slots=True)
class _Flight:
    task: asyncio.Task[Written]
    waiting: int = 0


class Memory:
    """Outputs by digest, placeholders and all; the least recently used goes first.

    That the texts of a question were refused is kept as well, for a while: whoever asks the same
    again and again shall not spend the day's calls.
    """

    def __init__(self, most: int = MOST_TEXTS, *, refused: float = 0.0) -> None:
        """Begin empty; ``refused`` are the seconds for which a refusal is kept."""
        self._most = most
        self._refused = refused
        self._kept: OrderedDict[str, tuple[str | None, float]] = OrderedDict()
        self._flights: dict[str, _Flight] = {}

    async def recall(
        self, key: str, write: Callable[[], Coroutine[Any, Any, Written]]
    ) -> str | None:
        """Return the output of ``key``, written now if it is not known.

        Equal questions at the same time share one writing, which is given up when nobody waits for
        it any more. What came to nothing is not kept, unless texts were refused.
        """
        output, ends = self._kept.get(key, (None, -math.inf))
        if asyncio.get_running_loop().time() < ends:
            self._kept.move_to_end(key)
            return output
        flight = self._flights.get(key) or self._start(key, write)
        flight.waiting += 1
        try:
            # Shielded: one who gives up must not take the text away from the others.
            return (await asyncio.shield(flight.task)).output
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._leave(key, flight)

    def forget(self, key: str) -> None:
        """Drop an output that turned out to fit no longer."""
        self._kept.pop(key, None)

    def _start(self, key: str, write: Callable[[], Coroutine[Any, Any, Written]]) -> _Flight:
        flight = _Flight(asyncio.create_task(write()))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, task))
        return flight

    def _land(self, key: str, task: asyncio.Task[Written]) -> None:
        flight = self._flights.get(key)
        if flight is not None and flight.task is task:
            del self._flights[key]
        if task.cancelled() or task.exception() is not None:
            return
        written = task.result()
        if written.output is not None:
            self._keep(key, written.output, math.inf)
        elif written.is_refused:
            self._keep(key, None, task.get_loop().time() + self._refused)

    def _keep(self, key: str, output: str | None, ends: float) -> None:
        self._kept[key] = (output, ends)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _leave(self, key: str, flight: _Flight) -> None:
        """End a writing that nobody waits for; whoever asks from now on starts a new one."""
        if not flight.task.done():
            flight.task.cancel()
            if self._flights.get(key) is flight:
                del self._flights[key]
