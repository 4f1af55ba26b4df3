"""Only what stands on a fact is printed; other sentences are left out, not rejected.

Source: METHODS 7.4a, 1. Beyond that rule, each clause of a sentence with a placeholder has to stand
on a figure or be made of known, harmless words: most invented causes come as a clause of their own.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from bot.explain.checking.claims import (
    invents_a_cause,
    is_unknown,
    speaks_of_money_unproved,
)
from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.ownership import NO_COIN, is_bare_name
from bot.explain.checking.reading import Clause, Sentence, Unit, read
from bot.explain.checking.verdict import Line, Role
from bot.explain.told import Told, ToldFact
from core.facts import Polarity

# Here things have happened; elsewhere nothing has, whatever a sentence says.
_TELLS_THE_PAST = frozenset({"execution", "ended", "digest", "answer"})
_TRADES = frozenset({Polarity.BUY, Polarity.SELL})
_VERBS = 2
"""A verb and how it does what it does."""
_AS_A_NAME = 2
"""So many words "as" may begin without being a sentence of its own: "as planned"."""


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


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence, whether it is one of the closed list, and whether it will be shown."""

    sentence: Sentence
    is_stock: bool
    is_shown: bool


def grounded(lines: tuple[Line, ...], told: Told, lexicon: Lexicon) -> Kept:
    """Return the lines without what stands on no fact; never raises."""
    kept, dropped, emptied = list[Line](), list[str](), list[Role]()
    for line, passage in zip(lines, judged(lines, told, lexicon), strict=True):
        shown = [one.sentence.text for one in passage if one.is_shown]
        dropped += (one.sentence.text for one in passage if not one.is_shown)
        if not shown:
            emptied.append(line.role)
        else:
            is_whole = len(shown) == len(passage)
            kept.append(line if is_whole else replace(line, text=" ".join(shown)))
    return Kept(tuple(kept), tuple(dropped), tuple(emptied))


# A text is read for what is left of it and again for what it means, and most often nothing is
# left out in between.
@lru_cache(maxsize=8)
def judged(lines: tuple[Line, ...], told: Told, lexicon: Lexicon) -> tuple[tuple[Judged, ...], ...]:
    """Return the sentences of every line, and what becomes of each."""
    unknown = _unknown_here(told, lexicon)
    passages = []
    for line in lines:
        passage = []
        for sentence in read(line, told, lexicon):
            is_stock = sentence.is_stock(lexicon)
            is_shown = is_stock or _is_shown(sentence, unknown, told, lexicon)
            passage.append(Judged(sentence, is_stock, is_shown))
        passages.append(tuple(passage))
    return tuple(passages)


def _is_shown(sentence: Sentence, unknown: frozenset[str], told: Told, lexicon: Lexicon) -> bool:
    """Tell whether a sentence stands in the text that is judged as a whole.

    One that breaks a rule asked of shown sentences only is shown to that rule, which refuses it.
    """
    if not sentence.has_placeholder:
        return False
    if invents_a_cause(sentence, lexicon) or speaks_of_money_unproved(sentence, lexicon):
        return True
    return not any(_says_more(clause, unknown, told, lexicon) for clause in sentence.clauses)


def _unknown_here(told: Told, lexicon: Lexicon) -> frozenset[str]:
    """Return the names of everyday domains that this table is not about."""
    domains = lexicon.context.items()
    return frozenset(
        name for name, domain in domains if not any(domain.holds(fact) for fact in told.facts)
    )


def _says_more(clause: Clause, unknown: frozenset[str], told: Told, lexicon: Lexicon) -> bool:
    """Tell whether a clause says more than its facts."""
    if Tag.DONE in clause.tags and told.topic not in _TELLS_THE_PAST:
        return True
    if _excuses(clause):
        return True
    left, after_a_fact = _allowances(clause)
    for unit in clause.units:
        if unit.hole:
            left = after_a_fact
        elif Tag.LEANING in unit.tags:
            left = 0
        elif _is_strange(unit, unknown, lexicon):
            left -= 1
            if left < 0:
                return True
    return False


def _allowances(clause: Clause) -> tuple[int, int]:
    """Return how many unknown words may stand before the first placeholder, and after each.

    None in a clause without a figure. Else some after a placeholder, where verbs stand, until a
    preposition leans on what follows. Before the first one a word may stand, but not in a clause
    about where a coin stands: there it would be what moved the coin.
    """
    facts = [unit.fact for unit in clause.units if unit.hole]
    if not any(fact is None or not is_bare_name(fact) for fact in facts):
        return 0, 0
    is_about_a_place = any(fact is not None and _places_a_coin(fact) for fact in facts)
    return (0 if is_about_a_place else 1), _VERBS


def _excuses(clause: Clause) -> bool:
    """Tell whether "as" gives a reason in words alone: "as money went elsewhere"."""
    rest = len(clause.units)
    for place, unit in enumerate(clause.units):
        if Tag.EXCUSE in unit.tags:
            rest = place
        elif unit.hole:
            rest = len(clause.units)
    return len(clause.units) - rest > _AS_A_NAME


def _places_a_coin(fact: ToldFact) -> bool:
    """Tell whether a fact names a coin or says where it stands; a trade does neither."""
    return fact.subject not in NO_COIN and fact.polarity not in _TRADES


def _is_strange(unit: Unit, unknown: frozenset[str], lexicon: Lexicon) -> bool:
    """Tell whether nothing makes a word harmless here: neither the language nor this table."""
    if Tag.SAFE not in unit.tags and not lexicon.context.keys().isdisjoint(unit.tags):
        return not unknown.isdisjoint(unit.tags)
    return is_unknown(unit, lexicon)
