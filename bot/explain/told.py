"""A fact table in the finished words of one language, as a model's prose may use it."""

from dataclasses import dataclass

from core.facts import Polarity


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One fact with its finished words.

    Attributes:
        fact_id: ``[a-z][a-z0-9_]{0,40}``, unique in its table; the name of its placeholder.
        subject: an asset's symbol, ``portfolio``, ``market`` or ``proposal``.
        polarity: the direction the fact states.
        kind: what it is, e.g. ``trade``, ``drift``, ``cost``.
        value: the figure or name, unrounded, as text.
        unit: how the value is read.
        text: the finished words that stand in for the placeholder: "sell 12.5 SOL".
    """

    fact_id: str
    subject: str
    polarity: Polarity
    kind: str
    value: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a text about one topic may say, and what it must.

    Attributes:
        topic: ``propose``, ``no_trade``, ``pause``, ``execution``, ``digest`` or ``answer``.
        language: the language of the words, e.g. ``en``.
        facts: at most 30 rows, in reading order; nothing that a person or a venue wrote.
        required: the ids a complete text uses.
        codes: the reason codes the facts come from, in the order of the gates.
    """

    topic: str
    language: str
    facts: tuple[ToldFact, ...]
    required: tuple[str, ...]
    codes: tuple[str, ...] = ()

    def find(self, fact_id: str) -> ToldFact | None:
        """Return the fact with that id, or None."""
        return next((fact for fact in self.facts if fact.fact_id == fact_id), None)
