"""Only what stands on a fact is printed; other sentences are left out, not rejected.

Source: METHODS 7.4a, 1. Beyond that rule, each clause of a sentence with a placeholder has to stand
on a figure or be made of known, harmless words: most invented causes come as a clause of their own.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from bot.explain.checking.claims import (
    invents_a_cause,
    is_strange,
    speaks_of_money_unproved,
    unknown_here,
)
from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.ownership import NO_COIN, is_bare_name
from bot.explain.checking.reading import Clause, Sentence, Unit, read
from bot.explain.checking.verdict import Line, Role
from bot.explain.checking.vocabulary import strays
from bot.explain.told import Told, ToldFact
from core.facts import Polarity

# Here things have happened; elsewhere nothing has, whatever a sentence says.
_TELLS_THE_PAST = frozenset({"execution", "ended", "digest", "answer"})
_AFTER_A_PLAN = "after_execution_"
"""So begin the ids of a table that tells of the rest after a plan was carried out."""
_PENDING = frozenset({Tag.PENDING, Tag.CONSENT})
_TRADES = frozenset({Polarity.BUY, Polarity.SELL})
_FEW = 2
"""A verb and how it does what it does."""
_AS_A_NAME = 2
"""So many words "as" may begin without a reason: "as the limit"; without an article, one."""


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
    unknown = unknown_here(told, lexicon)
    passages = []
    for line in lines:
        passage = []
        for sentence in read(line, told, lexicon):
            is_stock = sentence.is_stock(told, lexicon)
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
    if invents_a_cause(sentence, unknown, lexicon) or speaks_of_money_unproved(sentence, lexicon):
        return True
    if strays(sentence, lexicon.vocabulary):
        return False
    facts = (fact for clause in sentence.clauses for fact in clause.facts)
    aside = 1 if all(fact.subject in NO_COIN for fact in facts) else 0
    return not any(
        _claims_the_past(clause, told)
        or _excuses(clause)
        or _is_too_strange(clause, unknown, lexicon, aside=aside)
        for clause in sentence.clauses
    )


def _claims_the_past(clause: Clause, told: Told) -> bool:
    """Tell whether a clause says that something has been done, or is done without being asked for.

    "Nothing is done", "once it is done" and "would be filled" say no such thing; that it happens
    unasked is only ever denied.
    """
    if told.topic in _TELLS_THE_PAST or Tag.NEGATOR in clause.tags:
        return False
    if Tag.UNASKED in clause.tags:
        return True
    return (
        Tag.DONE in clause.tags
        and _PENDING.isdisjoint(clause.tags)
        and not any(fact.fact_id.startswith(_AFTER_A_PLAN) for fact in told.facts)
    )


def _is_too_strange(
    clause: Clause, unknown: frozenset[str], lexicon: Lexicon, *, aside: int
) -> bool:
    """Tell whether a clause has more unknown words than what it tells may need.

    A few in a clause about costs, times and the like. In one about a trade or about where a coin
    stands, they would be what moved it: there at most one may come before the first placeholder,
    and after one a few until a preposition leans on what follows. Words of a domain that the table
    is not about are too strange at once.

    Args:
        clause: the clause.
        unknown: the names of those domains.
        lexicon: the language it is written in.
        aside: how many such words a clause without a placeholder may have.
    """
    facts = [unit.fact for unit in clause.units if unit.hole]
    has_figure = any(fact is None or not is_bare_name(fact) for fact in facts)
    has_moved = any(fact is not None and fact.subject not in NO_COIN for fact in facts)
    is_placed = any(fact is not None and _places_a_coin(fact) for fact in facts)
    left = 0 if not has_figure or is_placed else _FEW - has_moved
    if not facts:
        left = aside
    for unit in clause.units:
        if unit.hole:
            left = _FEW if has_figure else 0
        elif has_moved and Tag.LEANING in unit.tags:
            left = 0
        elif is_strange(unit, unknown, lexicon):
            left = left - 1 if unknown.isdisjoint(unit.tags) else -1
            if left < 0:
                return True
    return False


def _excuses(clause: Clause) -> bool:
    """Tell whether "as" gives a reason in words alone: "as money went elsewhere"."""
    rest: tuple[Unit, ...] = ()
    for place, unit in enumerate(clause.units):
        if Tag.EXCUSE in unit.tags:
            rest = clause.units[place + 1 :]
        elif unit.hole:
            rest = ()
    return len(rest) > (_AS_A_NAME if rest and Tag.ARTICLE in rest[0].tags else 1)


def _places_a_coin(fact: ToldFact) -> bool:
    """Tell whether a fact names a coin or says where it stands; a trade does neither."""
    return fact.subject not in NO_COIN and fact.polarity not in _TRADES
