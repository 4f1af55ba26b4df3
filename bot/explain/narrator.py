"""The narrator that lets a model write: facts in, checked sentences out, else the template's."""

import asyncio

from bot.explain.checking.lexicon import lexicon_of
from bot.explain.checking.verdict import Role, Verdict
from bot.explain.model.asking import Model
from bot.explain.model.containing import settled
from bot.explain.remembering import Memory, digest_of
from bot.explain.required import fits
from bot.explain.substitution import fill
from bot.explain.telling import TOPICS, tell
from bot.explain.template import TemplateNarrator
from bot.explain.told import Told
from bot.explain.writing import Patience, Prompt, Writer, judged
from bot.ports.messages import Explanation
from bot.ports.narrator import NarrationLog
from core.facts import FactTable

_ORDER = tuple(Role)


class ModelNarrator:
    """Has a model write, checks every word, fills in the figures; in doubt the template speaks.

    It never raises, whatever model, prompt files or log do; cancellation passes through.
    """

    def __init__(
        self,
        model: Model,
        template: TemplateNarrator,
        *,
        prompt: Prompt,
        log: NarrationLog,
        patience: Patience | None = None,
    ) -> None:
        """Keep the parts.

        Args:
            model: the model with its guards (``bot.explain.model.guarded``).
            template: speaks when no model does; its language is that of all words.
            prompt: makes the question: ``bot.explain.prompts.narrator_question``.
            log: where every attempt is written down.
            patience: how long a message may wait for its words.
        """
        self._template = template
        patience = patience or Patience()
        self._writer = Writer(model, prompt, log, patience)
        self._memory = Memory(refused=patience.refused)

    async def explain(self, table: FactTable) -> Explanation:
        """Return a model's checked sentences about ``table``, or the template's."""
        plain = await self._template.explain(table)
        if table.topic not in TOPICS:
            return plain
        seconds = self._writer.patience.total_for(table.topic)
        # One deadline from here on: what reading prompts and facts takes is the reader's time too.
        ends = asyncio.get_running_loop().time() + seconds
        work = self._lines(table, plain.facts_digest, ends=ends)
        lines = await settled(work, seconds=seconds, name="the narrator")
        return Explanation(lines, self._writer.model.name, plain.facts_digest) if lines else plain

    def plainly(self, table: FactTable) -> Explanation:
        """Return the template's sentences, at once."""
        return self._template.plainly(table)

    async def _lines(self, table: FactTable, facts_digest: str, *, ends: float) -> tuple[str, ...]:
        """Return the finished lines; none when the template is to speak."""
        told = tell(self._template.speech(table), table)
        # Where nobody can check, and where the text would be too long, nobody but code writes.
        if lexicon_of(told.language) is None or not fits(told):
            return ()
        question = self._writer.prompt(told, ())
        key = digest_of(question, self._writer.model.name)
        output = await self._memory.recall(
            key, lambda: self._writer.write(told, question, facts_digest, ends=ends)
        )
        if output is None:
            return ()
        # Checked for these facts, even when it was written for others that read alike.
        verdict = judged(output, told)
        if not verdict.accepted:
            self._memory.forget(key)
            return ()
        return self._finished(verdict, told, table)

    def _finished(self, verdict: Verdict, told: Told, table: FactTable) -> tuple[str, ...]:
        """Return the lines with their figures; of an emptied one, the template's in its place."""
        roles = [line.role for line in verdict.lines]
        lines = list(fill(verdict.lines, told))
        missing = [role for role in dict.fromkeys(verdict.emptied) if role not in roles]
        if missing and lines:
            # Of several lines with one role the first, which leans on no other.
            spoken = dict(reversed(self._template.lines_by_role(table)))
            for role in missing:
                if role in spoken:
                    place = sum(_ORDER.index(other) <= _ORDER.index(role) for other in roles)
                    roles.insert(place, role)
                    lines.insert(place, spoken[role])
        return tuple(lines)
