"""Whether a text is in the language that was asked for. Source: METHODS 7.4a, 10, LANG."""

from collections.abc import Iterable

from bot.explain.checking.lexicon import Tag
from bot.explain.checking.reading import Sentence

_ENOUGH_TO_JUDGE = 4
"""A line of fewer words may be all placeholders and names of things; only foreign words tell."""


def is_in_language(passage: Iterable[Sentence]) -> bool:
    """Tell whether a line is in the language of the lexicon it was read with.

    A single word that is only used in another language tells. Of a language whose words are not
    listed, most of a longer line is unknown.
    """
    units = [unit for sentence in passage for unit in sentence.units if unit.words]
    if any(Tag.FOREIGN in unit.tags for unit in units):
        return False
    known = sum(len(unit.words) for unit in units if unit.tags)
    total = sum(len(unit.words) for unit in units)
    return total < _ENOUGH_TO_JUDGE or 2 * known >= total
