"""Only what stands on a fact is printed; other sentences are left out, not rejected.

Source: METHODS 7.4a, 1. Beyond that rule, each clause of a sentence with a placeholder has to stand
on a figure or be made of known, harmless words: most invented causes come as a clause of their own.
"""

from dataclasses import dataclass, replace

from bot.explain.checking.claims import head_of, invents_a_cause, is_unknown, speaks_of_money_unproved
from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.ownership import is_bare_name
from bot.explain.checking.reading import Clause, Sentence, Unit, read
from bot.explain.checking.verdict import Line, Role
from bot.explain.told import Told

# Here things have happened; elsewhere nothing has, whatever a sentence says.
_TELLS_THE_PAST = frozenset({"execution", "ended", "digest", "answer"})


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of a text.

    Attributes:
        lines: the lines of which something is left, without the sentences left out.
        dropped: those sentences, as written.
        emptied: the roles of the lines of which nothing is left.
    """

    lines: tuple[Line, ...]
    dropped: tuple[str, ...]
    emptied: tuple[Role, ...]


def grounded(lines: tuple[Line, ...], told: Told, lexicon: Lexicon) -> Kept:
    """Return the lines without what stands on no fact; never raises."""
    kept, dropped, emptied = list[Line](), list[str](), list[Role]()
    for line in lines:
        shown, left_out = list[str](), list[str]()
        for sentence in read(line, told, lexicon):
            (shown if is_shown(sentence, told, lexicon) else left_out).append(sentence.text)
        dropped += left_out
        if not shown:
            emptied.append(line.role)
        else:
            kept.append(replace(line, text=" ".join(shown)) if left_out else line)
    return Kept(tuple(kept), tuple(dropped), tuple(emptied))


def is_shown(sentence: Sentence, told: Told, lexicon: Lexicon) -> bool:
    """Tell whether a sentence stands in the text that is judged as a whole.

    One that breaks a rule asked of shown sentences only is shown to that rule, which refuses it.
    """
    if not sentence.has_placeholder:
        return sentence.is_stock(lexicon)
    if invents_a_cause(sentence, lexicon) or speaks_of_money_unproved(sentence, lexicon):
        return True
    unknown = _unknown_here(told, lexicon)
    return not any(_says_more(clause, unknown, told, lexicon) for clause in sentence.clauses)


def _unknown_here(told: Told, lexicon: Lexicon) -> frozenset[str]:
    """Return the names of everyday domains that this table is not about."""
    domains = lexicon.context.items()
    return frozenset(
        name for name, domain in domains if not any(domain.holds(fact) for fact in told.facts)
    )


def _says_more(clause: Clause, unknown: frozenset[str], told: Told, lexicon: Lexicon) -> bool:
    """Tell whether a clause says more than its facts.

    In a clause with a figure an unknown word may stand where verbs do: not before the first
    placeholder, and not where a preposition or "as" leans on it.
    """
    if Tag.DONE in clause.tags and told.topic not in _TELLS_THE_PAST:
        return True
    if not clause.has_placeholder and Tag.EXCUSE in head_of(clause).tags:
        return True
    has_figure = any(
        unit.hole and (unit.fact is None or not is_bare_name(unit.fact)) for unit in clause.units
    )
    is_watched = True
    for unit in clause.units:
        if unit.hole:
            is_watched = not has_figure
        elif is_watched and _is_strange(unit, unknown, lexicon):
            return True
        is_watched = is_watched or Tag.LEANING in unit.tags
    return False


def _is_strange(unit: Unit, unknown: frozenset[str], lexicon: Lexicon) -> bool:
    """Tell whether nothing makes a word harmless here: neither the language nor this table."""
    if Tag.SAFE not in unit.tags and not lexicon.context.keys().isdisjoint(unit.tags):
        return not unknown.isdisjoint(unit.tags)
    return is_unknown(unit, lexicon)
