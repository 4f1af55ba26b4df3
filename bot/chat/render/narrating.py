"""A narrator for one reader: where a text names who did something, the reader is "you"."""

from dataclasses import dataclass, replace

from bot.chat.render.reader import Reader
from bot.ports.messages import Explanation
from bot.ports.narrator import Narrator
from core.facts import FactTable

WHO = "by"
"""The kind of facts that name a person; no model is ever told of them."""


@dataclass(frozen=True, slots=True)
class NarratorFor:
    """Implements ``Narrator`` for an answer that nobody else gets.

    Attributes:
        reader: who will read it.
        narrator: puts the facts into sentences.
    """

    reader: Reader
    narrator: Narrator

    async def explain(self, table: FactTable) -> Explanation:
        """Return sentences made from nothing but ``table``, within 16 seconds."""
        return await self.narrator.explain(self._named(table))

    def plainly(self, table: FactTable) -> Explanation:
        """Return the template's sentences, at once."""
        return self.narrator.plainly(self._named(table))

    def _named(self, table: FactTable) -> FactTable:
        name = self.reader.name
        facts = (
            replace(fact, value=name(str(fact.value))) if fact.kind == WHO else fact
            for fact in table.facts
        )
        return replace(table, facts=tuple(facts))
