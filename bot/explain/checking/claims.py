"""Claims that no fact of the portfolio can carry: advice, prophecy, causes, profits and taxes.

Source: METHODS 7.4, ADVICE; 7.4a, 5 and 10.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from bot.explain.checking.conditions import Domain
from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.ownership import is_bare_name
from bot.explain.checking.reading import Clause, Sentence, Unit
from bot.explain.told import Told, ToldFact

_TRADES = frozenset({"buy", "sell"})


def advises(sentence: Sentence) -> bool:
    """Tell whether a sentence advises, promises, foretells, hurries, or tells a person to act."""
    return commands(sentence) or any(_advises(clause) for clause in sentence.clauses)


def commands(sentence: Sentence) -> bool:
    """Tell whether a sentence tells a person to act: "approve it", "tap here"."""
    befores = (None, *sentence.clauses)
    return any(_commands(clause, before) for before, clause in pairwise((*befores, None)) if clause)


def _advises(clause: Clause) -> bool:
    """Tell whether a clause holds a word of advice; "should" may suppose: "should it stay so"."""
    units = clause.units
    supposes = len(units) > 1 and Tag.CONDITIONAL in units[0].tags and bool(units[1].hole)
    return any(Tag.ADVICE in unit.tags for unit in units[supposes:])


def _commands(clause: Clause, before: Clause | None) -> bool:
    """Tell whether a clause begins with an imperative."""
    head = _head(clause)
    if Tag.COMMAND in head.tags:
        return True
    if Tag.IMPERATIVE not in head.tags or before is None:
        return Tag.IMPERATIVE in head.tags
    goes_on = _is_coordinated(clause) and _opens_a_row(before)
    return not goes_on and Tag.CONSENT not in before.tags


def _is_coordinated(clause: Clause) -> bool:
    """Tell whether a clause goes on with the verb of the one before: "... or let it lapse"."""
    first = next((unit for unit in clause.units if unit.words or unit.hole), Unit())
    return Tag.COORDINATOR in first.tags


def _head(clause: Clause) -> Unit:
    """Return where a clause begins in earnest: after "and", "then", "just" and the like."""
    units = (unit for unit in clause.units if unit.words or unit.hole)
    passing = frozenset({Tag.LEAD_IN, Tag.CONNECTOR})
    return next((unit for unit in units if passing.isdisjoint(unit.tags)), Unit())


def _opens_a_row(clause: Clause) -> bool:
    """Tell whether verbs without an ending may follow: "to sell ... and keep the rest"."""
    return Tag.MODAL in clause.tags or any(f.polarity in _TRADES for f in clause.facts)


def invents_a_cause(sentence: Sentence, unknown: frozenset[str], lexicon: Lexicon) -> bool:
    """Tell whether a sentence speaks of the world outside, or of a cause that no fact states.

    Args:
        sentence: the sentence.
        unknown: the names of the everyday domains that its table is not about.
        lexicon: the language it is written in.
    """
    return any(
        _lacks_a_fact(clause.tags, clause.facts, lexicon.world)
        or _is_groundless(clause, unknown, lexicon)
        for clause in sentence.clauses
    )


def _is_groundless(clause: Clause, unknown: frozenset[str], lexicon: Lexicon) -> bool:
    """Tell whether a word such as "because" is followed by no fact, or by unknown words."""
    place = next((n for n, unit in enumerate(clause.units) if Tag.CAUSE in unit.tags), None)
    if place is None:
        return False
    rest = clause.units[place + 1 :]
    # "Since" right before a figure tells from when on.
    if Tag.FROM_WHEN in clause.units[place].tags and rest and _is_figure(rest[0]):
        return False
    if not any(unit.hole for unit in rest):
        return True
    return any(is_strange(unit, unknown, lexicon) for unit in rest)


def _is_figure(unit: Unit) -> bool:
    return unit.fact is not None and not is_bare_name(unit.fact)


def is_strange(unit: Unit, unknown: frozenset[str], lexicon: Lexicon) -> bool:
    """Tell whether nothing makes a word harmless here: neither the language nor this table."""
    if Tag.SAFE not in unit.tags and not lexicon.context.keys().isdisjoint(unit.tags):
        return not unknown.isdisjoint(unit.tags)
    return is_unknown(unit, lexicon)


def unknown_here(told: Told, lexicon: Lexicon) -> frozenset[str]:
    """Return the names of everyday domains that this table is not about."""
    domains = lexicon.context.items()
    return frozenset(
        name for name, domain in domains if not any(domain.holds(fact) for fact in told.facts)
    )


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
