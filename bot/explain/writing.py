"""One text by a model: asked, checked, asked once more with the broken rules, written down."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.explain.checking.check import check
from bot.explain.checking.codes import Code
from bot.explain.checking.verdict import Role, Verdict
from bot.explain.model.asking import UNASKED, Failure, Model, Question, Reply
from bot.explain.model.budget import STORE_TROUBLE
from bot.explain.model.resting import Breaker
from bot.explain.remembering import Written
from bot.explain.substitution import fill
from bot.explain.told import Told
from bot.ports.narrator import Narration, NarrationLog

LONGEST_LOGGED = 2000
LONGEST_SHOWN = 1200
"""Characters of a finished text; figures may be longer than their placeholders."""


# Asking again at once would change nothing.
_HOPELESS = UNASKED | {Failure.REFUSED}

_log = logging.getLogger(__name__)

Prompt = Callable[[Told, tuple[Code, ...]], Question]
"""The facts, and the rules a first text broke -> the question: ``prompts.narrator_question``."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message may wait for its words. Source: METHODS 7.8.

    A question asked in free words may need the selector first. Both together keep to ``total``, so
    that an answer has less: 6 seconds there (``selector.SECONDS``), 9 here, 1 to spare.

    Attributes:
        total: seconds in all.
        call: seconds of one call.
        spare: seconds of ``total`` kept back for checking and for the record.
        pause: seconds before a busy server is asked again.
        calls: the most calls.
        answer: seconds in all for a text of the topic ``answer``.
        refused: seconds for which a question whose texts were refused is not asked again.
    """

    total: float = 16.0
    call: float = 8.0
    spare: float = 0.5
    pause: float = 1.0
    calls: int = 2
    answer: float = 9.0
    refused: float = 15 * 60.0

    def total_for(self, topic: str) -> float:
        """Return the seconds in all for a text of this topic."""
        return min(self.total, self.answer) if topic == "answer" else self.total


def _seconds_now() -> float:
    # The machine's own: simulated days pass in moments.
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Writer:
    """Has a model write a text and lets through what holds.

    Attributes:
        model: the model, behind its guards.
        prompt: makes the question.
        log: where every attempt is written down.
        patience: how long, how often.
        breaker: rests a model whose texts keep coming to nothing, whatever the reason.
    """

    model: Model
    prompt: Prompt
    log: NarrationLog
    patience: Patience
    breaker: Breaker = field(default_factory=lambda: Breaker(_seconds_now, name="explaining"))

    async def write(
        self, told: Told, question: Question, facts_digest: str, *, ends: float
    ) -> Written:
        """Return an output that may be shown, or that there is none; at most two calls.

        Three explanations in a row that come to nothing because of the model begin a rest.

        Args:
            told: what may be said, and what must.
            question: the first question.
            facts_digest: which facts it is about, for the record.
            ends: the loop's time at which the reader's patience does.
        """
        if self.breaker.is_resting():
            _log.info("the language model rests; the template speaks")
            return Written()
        rested, written = self.breaker.begin(), Written(was_asked=True)
        try:
            written = await self._write(told, question, facts_digest, ends=ends)
        finally:
            # Also when the reader's patience broke it off.
            if not written.was_asked:
                self.breaker.annul(rested)
            elif written.output is None:
                self.breaker.fail("a refused text" if written.is_refused else "no text")
            else:
                self.breaker.succeed()
        return written

    async def _write(
        self, told: Told, question: Question, facts_digest: str, *, ends: float
    ) -> Written:
        ends, was_asked = ends - self.patience.spare, False
        for attempt in range(1, self.patience.calls + 1):
            seconds = min(self.patience.call, ends - _seconds_now())
            if seconds <= 0 or seconds < self.patience.spare:
                break
            reply = await self.model.ask(question, seconds=seconds)
            verdict = None if reply.failure else judged(reply.text, told)
            if reply.failure in UNASKED:
                # No attempt: were it written down, asking without end would write without end.
                _log.info("%s was not asked: %s", self.model.name, ", ".join(_codes(reply, None)))
                break
            was_asked = True
            choice = self._choice(attempt, reply, verdict)
            self._note(
                Narration(
                    topic=told.topic,
                    facts_digest=facts_digest,
                    prompt=question.prompt,
                    model=self.model.name,
                    attempt=attempt,
                    output=_storable(reply.text),
                    codes=_codes(reply, verdict),
                    choice=choice,
                )
            )
            if choice == "model":
                return Written(reply.text, was_asked=True)
            if choice == "template":
                return Written(is_refused=verdict is not None, was_asked=True)
            if reply.failure is Failure.BUSY:
                await asyncio.sleep(self.patience.pause)
            if verdict is not None:
                # The rules alone: a text that broke them would be read as an example.
                question = self.prompt(told, verdict.codes)
        return Written(was_asked=was_asked)

    def _choice(self, attempt: int, reply: Reply, verdict: Verdict | None) -> str:
        """Return what becomes of an attempt: it is shown, made once more, or given up."""
        if verdict is not None and verdict.accepted:
            return "model"
        is_last = attempt == self.patience.calls or reply.failure in _HOPELESS
        return "template" if is_last else "retry"

    def _note(self, narration: Narration) -> None:
        if narration.choice != "model":
            why = ", ".join(narration.codes)
            _log.info("attempt %d of %s: %s", narration.attempt, narration.model, why)
        try:
            self.log.add(narration)
        except STORE_TROUBLE as error:
            # A record that cannot be kept is no reason to show less.
            _log.warning("an attempt could not be written down: %s", type(error).__name__)


def judged(output: str, told: Told) -> Verdict:
    """Return the verdict on an output; without anything left of its heart there is no text.

    What happens is told by the line ``what``. The template's own could stand in, but it leans on
    the line before it: beside foreign lines "it" might mean another coin.
    """
    verdict = check(output, told)
    is_left = any(line.role is Role.WHAT for line in verdict.lines)
    if verdict.accepted and Role.WHAT in verdict.emptied and not is_left:
        return Verdict((Code.GROUNDED,), dropped=verdict.dropped)
    if sum(map(len, fill(verdict.lines, told))) > LONGEST_SHOWN:
        return Verdict((Code.LEN,))
    return verdict


def _codes(reply: Reply, verdict: Verdict | None) -> tuple[str, ...]:
    if verdict is not None:
        return tuple(code.value for code in verdict.codes)
    failure = "" if reply.failure is None else reply.failure.name
    return (failure, reply.detail) if reply.detail else (failure,)


def _storable(output: str) -> str:
    """Return the beginning of an output, with nothing in it that a database could choke on."""
    text = output[:LONGEST_LOGGED].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.encode("utf-8", "replace").decode("utf-8")
