"""Claims that no fact of the portfolio can carry: advice, prophecy, causes, profits and taxes.

Source: METHODS 7.4, ADVICE; 7.4a, 5 and 10.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from bot.explain.checking.lexicon import Domain, Lexicon, Tag
from bot.explain.checking.reading import Clause, Sentence, Unit
from bot.explain.told import ToldFact

_TRADES = frozenset({"buy", "sell"})


def advises(sentence: Sentence) -> bool:
    """Tell whether a sentence advises, promises, foretells, hurries, or tells a person to act."""
    if any(Tag.ADVICE in clause.tags for clause in sentence.clauses):
        return True
    befores = (None, *sentence.clauses)
    return any(_commands(clause, before) for before, clause in pairwise((*befores, None)) if clause)


def _commands(clause: Clause, before: Clause | None) -> bool:
    """Tell whether a clause begins with an imperative."""
    head = _head(clause)
    if Tag.COMMAND in head.tags or _orders_a_trade(clause, head):
        return True
    return Tag.IMPERATIVE in head.tags and not (
        clause.opener == "and" and before is not None and _opens_a_row(before)
    )


def _orders_a_trade(clause: Clause, head: Unit) -> bool:
    """Tell whether a clause begins with "sell it" or "buy this"."""
    after = clause.units[clause.units.index(head) + 1 :] if head in clause.units else ()
    is_trade = not _TRADES.isdisjoint(head.tags)
    return is_trade and bool(after) and Tag.PRONOUN in after[0].tags


def _head(clause: Clause) -> Unit:
    """Return where a clause begins in earnest: after "and", "then", "just" and the like."""
    units = (unit for unit in clause.units if unit.words or unit.hole)
    passing = frozenset({Tag.LEAD_IN, Tag.CONNECTOR})
    return next((unit for unit in units if passing.isdisjoint(unit.tags)), Unit())


def _opens_a_row(clause: Clause) -> bool:
    """Tell whether verbs without an ending may follow: "to sell ... and keep the rest"."""
    return Tag.MODAL in clause.tags or any(f.polarity in _TRADES for f in clause.facts)


def invents_a_cause(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Tell whether a sentence speaks of the world outside, or of a cause that no fact states."""
    return any(
        _lacks_a_fact(clause.tags, clause.facts, lexicon.world) or _is_groundless(clause, lexicon)
        for clause in sentence.clauses
    )


def _is_groundless(clause: Clause, lexicon: Lexicon) -> bool:
    """Tell whether a word such as "because" is followed by no fact, or by unknown words."""
    place = next((n for n, unit in enumerate(clause.units) if Tag.CAUSE in unit.tags), None)
    if place is None:
        return False
    rest = clause.units[place + 1 :]
    if not any(unit.hole for unit in rest):
        return True
    return any(is_unknown(unit, lexicon) for unit in rest)


def is_unknown(unit: Unit, lexicon: Lexicon) -> bool:
    """Tell whether this is a word of which nothing is known that would make it harmless."""
    if unit.hole or not unit.words or not _HARMLESS.isdisjoint(unit.tags):
        return False
    if not lexicon.money.keys().isdisjoint(unit.tags):
        return False
    return bool(unit.tags) or not unit.words[-1].endswith(lexicon.adverbs)


# What the other rules look at anyway; the rest of the known words are names and outside things.
_HARMLESS = frozenset(Tag) - {
    Tag.NAME,
    Tag.NAME_OR_WORD,
    Tag.IMPERATIVE,
    Tag.COMMAND,
    Tag.FOREIGN,
}


def speaks_of_money_unproved(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Tell whether profit, tax, fee or loss is spoken of without a fact of that kind beside it.

    That something costs nothing is never said without its figure.
    """
    facts = tuple(fact for clause in sentence.clauses for fact in clause.facts)
    return any(
        Tag.FREE in clause.tags or _lacks_a_fact(clause.tags, facts, lexicon.money)
        for clause in sentence.clauses
    )


def _lacks_a_fact(
    tags: frozenset[str], facts: tuple[ToldFact, ...], domains: Mapping[str, Domain]
) -> bool:
    return any(
        not any(domains[tag].holds(fact) for fact in facts) for tag in _in_domains(tags, domains)
    )


def _in_domains(tags: frozenset[str], domains: Mapping[str, Domain]) -> Iterator[str]:
    return (tag for tag in tags if tag in domains)
