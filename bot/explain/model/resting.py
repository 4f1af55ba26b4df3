"""A model that keeps failing is left alone for a while, so that messages do not wait for it."""

import logging
from datetime import datetime, timedelta

from bot.explain.model.asking import Failure, Model, Question, Reply
from bot.ports.clock import Clock

MOST_FAILURES = 3
PAUSE = timedelta(minutes=15)

# Not the server's doing, or on the way to success.
_NEUTRAL = frozenset({Failure.CALLS_SPENT, Failure.MONEY_SPENT, Failure.RESTING, Failure.FORM})

_log = logging.getLogger(__name__)


class Resting:
    """A model with a circuit breaker: three failures in a row, 15 minutes, then one trial.

    Source: METHODS 7.8.
    """

    def __init__(self, model: Model, *, clock: Clock) -> None:
        """Keep the model and the machine's clock; a simulated one would rest for moments only."""
        self._model = model
        self._clock = clock
        self._failures = 0
        self._since: datetime | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        """Return the model's answer, or at once that it is resting."""
        if self._is_resting():
            return Reply(failure=Failure.RESTING)
        rested = self._since
        if rested is not None:
            # The pause begins anew before the trial: whoever comes meanwhile does not try as well.
            self._since = self._clock.now()
        reply: Reply | None = None
        try:
            reply = await self._model.ask(question, seconds=seconds)
        finally:
            if reply is None:
                # A trial that was broken off says nothing about the server; the next one decides.
                self._since = rested
        self._count(reply, rested)
        return reply

    def _is_resting(self) -> bool:
        if self._since is None:
            return False
        passed = self._clock.now() - self._since
        # A clock that was set back must not make the pause longer.
        return timedelta(0) <= passed < PAUSE

    def _count(self, reply: Reply, rested: datetime | None) -> None:
        if reply.failure in _NEUTRAL:
            self._since = rested
        elif reply.failure is None:
            self._failures, self._since = 0, None
        else:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                self._since = self._clock.now()
                _log.warning(
                    "the language model failed %d times, last with %s; templates for %d minutes",
                    self._failures,
                    reply.failure,
                    PAUSE.total_seconds() // 60,
                )
