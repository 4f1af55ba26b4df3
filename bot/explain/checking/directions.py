"""Words of direction against the facts beside them: a verb belongs to its fact.

Source: METHODS 7.4, DIRECTION and NEGATION; 7.4a, 3.
"""

from bot.explain.checking.lexicon import Tag
from bot.explain.checking.reading import Clause
from core.facts import Polarity

DIRECTIONS = frozenset({Tag.UP, Tag.DOWN, Tag.BUY, Tag.SELL})
_TRADES = frozenset({Tag.BUY, Tag.SELL})


def claims_direction(clause: Clause) -> bool:
    """Tell whether a word says up, down, buy or sell without a fact of that polarity beside it.

    A word of two lists, such as "increase", is content with either.
    """
    stated = {fact.polarity.value for fact in clause.facts}
    pointing = (unit.tags & DIRECTIONS for unit in clause.units)
    return any(tags and stated.isdisjoint(tags) for tags in pointing)


def turns_direction_round(clause: Clause) -> bool:
    """Tell whether a negator shares a clause with a direction, in words or in a fact.

    "Instead of" and its like turn a trade round, not a place where something stands.
    """
    stated = {fact.polarity.value for fact in clause.facts} - {Polarity.NONE.value}
    directions = stated | (clause.tags & DIRECTIONS)
    if Tag.NEGATOR in clause.tags and directions:
        return True
    return Tag.WEAK_NEGATOR in clause.tags and not _TRADES.isdisjoint(directions)
