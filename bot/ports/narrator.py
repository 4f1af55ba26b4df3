"""Words as a power: facts in, finished sentences out."""

from dataclasses import dataclass
from typing import Protocol

from bot.ports.messages import Explanation
from core.facts import FactTable


class Narrator(Protocol):
    """Puts facts into sentences; never raises, never decides."""

    async def explain(self, table: FactTable) -> Explanation:
        """Return sentences made from nothing but ``table``, within 16 seconds."""
        ...

    def plainly(self, table: FactTable) -> Explanation:
        """Return the template's sentences, at once."""
        ...


@dataclass(frozen=True, slots=True)
class Narration:
    """One attempt to have a model write, for the record.

    Attributes:
        topic: the table's topic, or ``selector``.
        facts_digest: which facts it was about; empty for the selector.
        prompt: name and version of the prompt.
        model: the model's name.
        attempt: 1 or 2.
        output: what the model wrote, cut to 2,000 characters; empty when nothing came.
        codes: the rules it broke, or why nothing came.
        choice: ``model`` when it was shown, ``retry`` or ``template`` when not.
    """

    topic: str
    facts_digest: str
    prompt: str
    model: str
    attempt: int
    output: str
    codes: tuple[str, ...]
    choice: str


class NarrationLog(Protocol):
    """Keeps what models wrote."""

    def add(self, narration: Narration) -> None:
        """Write one attempt down; never raises."""
        ...


class Notebook(Protocol):
    """Small facts that survive a restart, such as what a model has cost today."""

    def get(self, name: str) -> str | None:
        """Return a small fact, or None."""
        ...

    def put(self, name: str, value: str) -> None:
        """Store a small fact."""
        ...
