"""Coins are named by placeholders alone: no name, symbol or nickname, however it is written.

Source: METHODS 7.4, TICKER; 7.4a, 7.
"""

from collections.abc import Iterable
from itertools import pairwise

from bot.explain.checking.lexicon import LONG_NAME, Lexicon, Tag, shortened
from bot.explain.checking.ownership import NO_COIN
from bot.explain.checking.reading import Sentence, Unit
from bot.explain.told import Told

_SHORTEST_GUESS = 5


def names_a_coin(sentence: Sentence, told: Told, lexicon: Lexicon) -> bool:
    """Tell whether a sentence names a coin, or anything that looks like the name of one."""
    subjects = {fact.subject.lower() for fact in told.facts} - NO_COIN
    if any(_is_name(unit, subjects, lexicon) for unit in sentence.units):
        return True
    return _is_written_apart(sentence.units, lexicon)


def _is_name(unit: Unit, subjects: set[str], lexicon: Lexicon) -> bool:
    if Tag.NAME in unit.tags:
        return True
    if unit.words and any(_is_capital(raw, unit, lexicon) for raw in unit.raws):
        return True
    if any(raw.isupper() and len(raw) > 1 and not unit.words for raw in unit.raws):
        return True
    plain = [lexicon.plain(raw) for raw in unit.raws]
    # A subject that is an English word too, such as "near", is one in capitals only.
    if not unit.tags and not subjects.isdisjoint(plain):
        return True
    return not unit.tags and any(_resembles(word, lexicon) for word in plain)


def _is_capital(raw: str, unit: Unit, lexicon: Lexicon) -> bool:
    """Tell whether a word's capital letters make it a name: all of them, one inside, or a first."""
    if raw.islower() or len(raw) == 1 or raw in lexicon.capitals:
        return False
    rest = raw.partition("'")[0].partition("’")[0][1:]
    if not rest.islower() and rest:
        return True
    is_word = Tag.SAFE in unit.tags and Tag.NAME_OR_WORD not in unit.tags
    return not (unit.leads and raw is unit.raws[0]) and not is_word


def _is_written_apart(units: Iterable[Unit], lexicon: Lexicon) -> bool:
    """Tell whether two neighbouring words make a name together: "bit coin"."""
    words = [unit.words[0] if len(unit.words) == 1 else "" for unit in units]
    return any(
        first and second and first + second in lexicon.names for first, second in pairwise(words)
    )


def _resembles(word: str, lexicon: Lexicon) -> bool:
    """Tell whether an unknown word is a name with more around it, or with one letter amiss."""
    if len(word) < _SHORTEST_GUESS:
        return Tag.NAME in lexicon.phrases.tags_of(word.removesuffix("s"))
    ends = range(LONG_NAME, min(len(word), _LONGEST_NAME) + 1)
    if any(word[:end] in lexicon.names or word[-end:] in lexicon.names for end in ends):
        return True
    if word in lexicon.near_names:
        return True
    near = set(shortened(word)) if len(word) <= _LONGEST_NAME else set()
    return not near.isdisjoint(lexicon.names | lexicon.near_names)


_LONGEST_NAME = 24
