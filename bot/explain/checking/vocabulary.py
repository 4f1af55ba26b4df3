"""Sensitive figures and the only words that may stand beside them.

What a plan costs, what it is worth, until when it waits and what a portfolio is worth are told in
few words. Lies about consent, theft or a pretended rehearsal are made of harmless ones, so here the
words that may stand are listed, and no others. Source: METHODS 7.4a, 1.
"""

from collections.abc import Sequence

from bot.explain.checking.beside import Vocabulary
from bot.explain.checking.lexicon import Tag
from bot.explain.checking.ownership import is_bare_name
from bot.explain.checking.reading import Clause, Sentence
from bot.explain.told import ToldFact

_ANYWHERE = "any"
"""The group of words that may stand beside all of them."""
_STRICT = frozenset({"deadline", "value"})
"""What a plan waits for and what a person owns: beside them every word is listed."""
_OTHER = ""
"""Stands for any figure that is not sensitive."""


def strays(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    """Tell whether a clause about nothing but sensitive figures uses a word not listed for them.

    A clause without a figure goes on with the one before it, at the head of a sentence with the one
    after it. A name beside a figure changes nothing.
    """
    groups = [_groups(clause, vocabulary) for clause in sentence.clauses]
    for place, clause in enumerate(sentence.clauses):
        near = groups[place] or _nearest(groups, place)
        if near and _OTHER not in near and not _is_worded(clause, near, vocabulary):
            return True
    return False


def _groups(clause: Clause, vocabulary: Vocabulary) -> frozenset[str]:
    figures = (fact for fact in clause.facts if not _is_name(fact))
    return frozenset(vocabulary.groups.get(fact.kind, _OTHER) for fact in figures)


def _is_name(fact: ToldFact) -> bool:
    return fact.kind in ("asset", "quote") and is_bare_name(fact)


def _nearest(groups: Sequence[frozenset[str]], place: int) -> frozenset[str]:
    around = (*reversed(groups[:place]), *groups[place + 1 :])
    return next((group for group in around if group), frozenset())


def _is_worded(clause: Clause, groups: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Tell whether the words of a clause are listed for these groups, but for a harmless one."""
    known = [vocabulary.phrases[group] for group in (_ANYWHERE, *groups)]
    harmless = {word for unit in clause.units if Tag.SAFE in unit.tags for word in unit.words}
    left = 0 if groups & _STRICT else 1
    for words, _ in clause.runs:
        place = 0
        while place < len(words):
            found = (phrases.match(words, place) for phrases in known)
            length = max((length for length, tags in found if tags), default=0)
            if not length:
                left -= 1
                if left < 0 or words[place] not in harmless:
                    return False
            place += length or 1
    return True
