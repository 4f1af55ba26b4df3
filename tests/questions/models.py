"""Models for tests: they say what they are told to, keep what they were asked, and never raise."""

import asyncio
from dataclasses import dataclass, field

from bot.explain.model.asking import Failure, Question, Reply
from bot.ports.narrator import Narration


@dataclass
class ToldModel:
    """Implements ``Model`` with one reply for every question."""

    reply: Reply = field(default_factory=Reply)
    asked: list[Question] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        """A name."""
        return "told"

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Keep the question and reply as told."""
        self.asked.append(question)
        self.seconds.append(seconds)
        return self.reply


@dataclass
class HangingModel(ToldModel):
    """A model that takes all the time it gets, and more where it is not stopped."""

    began: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Wait until somebody lets go."""
        self.asked.append(question)
        self.began.set()
        await self.let_go.wait()
        return Reply(failure=Failure.TIMEOUT)


@dataclass
class KeptLog:
    """Implements ``NarrationLog`` in memory."""

    kept: list[Narration] = field(default_factory=list)

    def add(self, narration: Narration) -> None:
        """Keep it."""
        self.kept.append(narration)
