"""One call at a time, so that several explanations at once neither stampede nor overspend."""

import asyncio

from bot.explain.model.asking import Failure, Model, Question, Reply
from bot.explain.model.containing import settled

LEAST_SECONDS = 1.0
"""A call with less time left would be paid for and thrown away."""


class Queued:
    """A model behind a door that lets one through; who has waited too long goes home."""

    def __init__(self, model: Model, *, least_seconds: float = LEAST_SECONDS) -> None:
        """Keep the model, and the time below which no call is begun."""
        self._model = model
        self._least = least_seconds
        self._door = asyncio.Lock()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer; waiting for the door counts towards ``seconds``."""
        clock = asyncio.get_running_loop().time
        ends = clock() + seconds
        try:
            async with asyncio.timeout(seconds):
                await self._door.acquire()
        except TimeoutError:
            return Reply(failure=Failure.TIMEOUT, detail="another call took too long")
        try:
            left = ends - clock()
            if left < min(self._least, seconds / 2):
                return Reply(failure=Failure.TIMEOUT, detail="another call took too long")
            asked = self._model.ask(question, seconds=left)
            reply = await settled(asked, seconds=left + self._least, name="the language model")
        finally:
            self._door.release()
        if reply is not None:
            return reply
        failure = Failure.BROKEN if clock() < ends else Failure.TIMEOUT
        return Reply(failure=failure, detail="an error of our own; see the log")
