"""A model that keeps failing is left alone for a while, so that messages do not wait for it."""

import logging
from collections.abc import Callable
from datetime import timedelta

from bot.explain.model.asking import UNASKED, Failure, Model, Question, Reply
from bot.ports.clock import Clock

MOST_FAILURES = 3
PAUSE = timedelta(minutes=15)

# Not the server's doing, or on the way to success.
_NEUTRAL = UNASKED | {Failure.FORM}

_log = logging.getLogger(__name__)


class Breaker:
    """A circuit breaker: three failures in a row, 15 minutes, then one trial.

    Source: METHODS 7.8.
    """

    def __init__(self, now: Callable[[], float], *, name: str) -> None:
        """Keep the machine's seconds, whatever they count from, and what fails, for the log."""
        self._now = now
        self._name = name
        self._failures = 0
        self._since: float | None = None

    def is_resting(self) -> bool:
        """Tell whether nothing shall be tried now."""
        # A clock that was set back must not make the pause longer.
        return self._since is not None and 0 <= self._now() - self._since < PAUSE.total_seconds()

    def begin(self) -> float | None:
        """Note that a trial begins; return what :meth:`annul` needs."""
        rested = self._since
        if rested is not None:
            # The pause begins anew before the trial: whoever comes meanwhile does not try as well.
            self._since = self._now()
        return rested

    def annul(self, rested: float | None) -> None:
        """Note that a trial says nothing; the next one decides."""
        if rested is not None:
            self._since = rested

    def succeed(self) -> None:
        """Note a success, which ends the rest."""
        self._failures, self._since = 0, None

    def fail(self, why: str) -> None:
        """Note a failure; the third in a row begins a rest."""
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._since = self._now()
            _log.warning(
                "%s failed %d times, last with %s; templates for %d minutes",
                self._name,
                self._failures,
                why,
                PAUSE.total_seconds() // 60,
            )


class Resting:
    """A model that rests when its calls keep failing."""

    def __init__(self, model: Model, *, clock: Clock) -> None:
        """Keep the model and the machine's clock; a simulated one would rest for moments only."""
        self._model = model
        self._breaker = Breaker(lambda: clock.now().timestamp(), name="the language model")

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer, or at once that it is resting."""
        if self._breaker.is_resting():
            return Reply(failure=Failure.RESTING)
        rested = self._breaker.begin()
        reply: Reply | None = None
        try:
            reply = await self._model.ask(question, seconds=seconds)
        finally:
            # A trial that was broken off says nothing about the server.
            if reply is None or reply.failure in _NEUTRAL:
                self._breaker.annul(rested)
        if reply.failure is None:
            self._breaker.succeed()
        elif reply.failure not in _NEUTRAL:
            self._breaker.fail(reply.failure)
        return reply
