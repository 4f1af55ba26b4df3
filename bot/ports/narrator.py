"""Words as a power: facts in, finished sentences out."""

from typing import Protocol

from bot.ports.messages import Explanation
from core.facts import FactTable


class Narrator(Protocol):
    """Puts facts into sentences; never raises, never decides."""

    async def explain(self, table: FactTable) -> Explanation:
        """Return sentences made from nothing but ``table``."""
        ...
