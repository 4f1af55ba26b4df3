"""What a lexicon says of words beside figures: which may stand there, and what they call them.

Source: METHODS 7.4a, 1 and 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.explain.checking.matching import Phrases
from bot.explain.told import Told, ToldFact

Rows = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The only words that may stand beside sensitive figures.

    Attributes:
        phrases: the words and phrases of every group.
        groups: the group of every sensitive kind of facts.
    """

    phrases: Mapping[str, Phrases]
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Label:
    """Words that say what the figure beside them is.

    Attributes:
        kinds: the kinds of figures they are right for.
        among: the kinds they could be mistaken for; of other figures they say nothing.
        otherwise: kinds they are right for as well where a table has none of ``kinds``.
        side: where the figure stands: ``on``, after them in the clause, with no figure and no other
            label of a side ``on`` between; ``next``, right after them; ``before``, right before.
    """

    kinds: frozenset[str]
    among: frozenset[str]
    otherwise: frozenset[str]
    side: str

    def fits(self, fact: ToldFact, told: Told) -> bool:
        """Tell whether a figure may stand under this label."""
        if fact.kind not in self.among or fact.kind in self.kinds:
            return True
        return fact.kind in self.otherwise and not any(f.kind in self.kinds for f in told.facts)


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """All labels, and the words and phrases that have their names as tags."""

    phrases: Phrases
    named: Mapping[str, Label]


def vocabulary_of(rows: Rows) -> Vocabulary:
    """Return the vocabulary that groups with their kinds and words state."""
    phrases = {name: Phrases({name: row["words"]}) for name, row in rows.items()}
    return Vocabulary(phrases, {kind: name for name in rows for kind in rows[name]["kinds"]})


def labels_of(rows: Rows) -> Labels:
    """Return the labels that groups with their kinds and words state."""
    phrases = Phrases({name: row["words"] for name, row in rows.items()})
    return Labels(phrases, {name: _label(row) for name, row in rows.items()})


def _label(row: Mapping[str, Sequence[str]]) -> Label:
    kinds, among, otherwise = (frozenset(row.get(k, ())) for k in ("kinds", "among", "otherwise"))
    return Label(kinds, among, otherwise, "".join(row.get("side", "on")))
