"""One golden table through a model and the checks, as the bot would do it, without its memory."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from bot.explain.checking.placeholders import PLACEHOLDER
from bot.explain.checking.verdict import Line, Verdict
from bot.explain.evals.claims import claims_in, own_figures_in
from bot.explain.evals.flesch import Readability, readability_of
from bot.explain.evals.golden import GoldenCase
from bot.explain.evals.records import Recorded
from bot.explain.model.asking import UNASKED, Model, Question, Reply
from bot.explain.prompts import narrator_question
from bot.explain.required import fits
from bot.explain.substitution import fill
from bot.explain.writing import Patience, Writer, judged
from bot.ports.narrator import Narration


class Ending(StrEnum):
    """What became of a table."""

    FIRST = "first try"
    SECOND = "second try"
    TEMPLATE = "template"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Tried:
    """One call: what came back, and the rules it broke or why nothing came."""

    record: Recorded
    codes: tuple[str, ...]

    @property
    def is_text(self) -> bool:
        """Tell whether the model wrote anything that could be checked."""
        return not self.record.failure


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a model made of one golden table.

    Attributes:
        case: the table.
        tries: the calls, at most two.
        ending: what became of it.
        verdict: on the text that is shown; None where the template speaks.
        rendered: the finished lines of that text; empty where the template speaks.
    """

    case: GoldenCase
    tries: tuple[Tried, ...]
    ending: Ending
    verdict: Verdict | None = None
    rendered: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The finished text."""
        return "\n".join(self.rendered)

    @property
    def used(self) -> frozenset[str]:
        """The facts that the shown text uses."""
        return frozenset(name for line in self._lines for name in PLACEHOLDER.findall(line.text))

    @property
    def false_claims(self) -> tuple[str, ...]:
        """The forbidden claims that the shown text makes."""
        return tuple(claims_in(self.text, self.case.forbidden))

    @property
    def own_figures(self) -> tuple[str, ...]:
        """The figures of the shown text that no fact brought."""
        return own_figures_in(self.text, self._lines, self.case.told)

    @property
    def readability(self) -> Readability:
        """How easily the shown text reads."""
        return readability_of(self.text)

    @property
    def _lines(self) -> tuple[Line, ...]:
        return () if self.verdict is None else self.verdict.lines


async def run_case(case: GoldenCase, model: Model, patience: Patience) -> CaseResult:
    """Have a model write about one table: asked, checked, asked once more with the codes.

    It goes the way of the bot's own narrator, but for its memory, its daily limits and its rests.

    Raises:
        InputInvalid: the prompt is not as it was released.
    """
    if not fits(case.told):
        return CaseResult(case, (), Ending.NOT_ASKED)
    heard, log = _Heard(model), _Log()
    question = narrator_question(case.told)
    writer = Writer(heard, narrator_question, log, patience)
    ends = asyncio.get_running_loop().time() + patience.total
    output = (await writer.write(case.told, question, "", ends=ends)).output
    tries = tuple(
        Tried(
            Recorded.of(
                reply,
                case=case.name,
                attempt=note.attempt,
                model=note.model,
                prompt=note.prompt,
            ),
            note.codes,
        )
        for reply, note in zip(heard.replies, log.notes, strict=True)
    )
    if output is None:
        return CaseResult(case, tries, Ending.TEMPLATE)
    verdict = judged(output, case.told)
    rendered = fill(verdict.lines, case.told)
    ending = Ending.FIRST if len(tries) == 1 else Ending.SECOND
    return CaseResult(case, tries, ending, verdict, rendered)


@dataclass(slots=True)
class _Heard:
    """A model whose answers are kept."""

    model: Model
    replies: list[Reply] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.model.name

    async def ask(self, question: Question, *, seconds: float) -> Reply:
        reply = await self.model.ask(question, seconds=seconds)
        if reply.failure not in UNASKED:
            self.replies.append(reply)
        return reply


@dataclass(slots=True)
class _Log:
    """Keeps the notes of one table."""

    notes: list[Narration] = field(default_factory=list)

    def add(self, narration: Narration) -> None:
        self.notes.append(narration)
