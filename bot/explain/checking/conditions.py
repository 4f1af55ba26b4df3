"""When words may stand: beside facts of their kind, or in texts about what they tell.

Source: METHODS 7.4a, 1 and 10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.explain.told import Told, ToldFact


@dataclass(frozen=True, slots=True)
class Domain:
    """Words that may stand only where a fact of their kind does.

    Attributes:
        kinds: the kinds of facts that allow them, or values of facts that name a kind.
        subjects: subjects whose facts allow them.
        reasons: beginnings of fact ids: figures of these reasons allow them.
    """

    kinds: frozenset[str]
    subjects: frozenset[str]
    reasons: tuple[str, ...] = ()

    def holds(self, fact: ToldFact) -> bool:
        """Tell whether ``fact`` is of this kind."""
        return (
            not self.kinds.isdisjoint((fact.kind, fact.value))
            or fact.subject in self.subjects
            or fact.fact_id.startswith(self.reasons)
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """What a table has to be like for a sentence to be true of it.

    Attributes:
        topics: topics of which it must have one; empty for any.
        states: what it must hold one of: a reason code, a kind of facts, or ``kind=value``; empty
            where nothing is asked.
        lacks: kinds of facts of which it may hold none.
    """

    topics: frozenset[str]
    states: frozenset[str]
    lacks: frozenset[str]

    def holds(self, told: Told) -> bool:
        """Tell whether ``told`` is like that."""
        if self.topics and told.topic not in self.topics:
            return False
        if any(fact.kind in self.lacks for fact in told.facts):
            return False
        return not self.states or any(self._is_stated(state, told) for state in self.states)

    def _is_stated(self, state: str, told: Told) -> bool:
        if state in told.codes:
            return True
        return any(
            state in (fact.kind, f"{fact.kind}={fact.value}")
            or fact.fact_id.startswith(_beginning(state))
            for fact in told.facts
        )


def _beginning(reason: str) -> str:
    """Return how the ids of a reason's figures begin."""
    return f"{reason.lower()}_"


def condition_of(row: Mapping[str, Sequence[str]]) -> Condition:
    """Return the condition that a group of sentences in a lexicon states."""
    topics, states, lacks = (frozenset(row.get(name, ())) for name in ("topics", "states", "lacks"))
    return Condition(topics, states, lacks)


def domain_of(row: Mapping[str, Sequence[str]]) -> Domain:
    """Return the domain that a group of words in a lexicon states."""
    reasons = tuple(map(_beginning, row.get("reasons", ())))
    return Domain(frozenset(row["kinds"]), frozenset(row.get("subjects", ())), reasons)
