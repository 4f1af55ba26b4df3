"""Words of quantity: figures come from facts, never from prose. Source: METHODS 7.4; 7.4a, 4."""

from itertools import pairwise

from bot.explain.checking.lexicon import Tag
from bot.explain.checking.ownership import is_bare_name
from bot.explain.checking.reading import Clause, Unit
from core.facts import Polarity

_TRADES = frozenset({Polarity.BUY, Polarity.SELL})
_PRICES = frozenset({"average", "price"})
"""What is paid for one coin, "each" or "apiece"."""
_BARE_FIGURE = frozenset("0123456789.,−")


def states_a_quantity(clause: Clause) -> bool:
    """Tell whether words state an amount, or change the one that a fact states."""
    if Tag.NUMBER in clause.tags:
        return True
    if any(_gets_a_second_measure(unit, after) for unit, after in pairwise(clause.units)):
        return True
    # "Everything: sell 2 SOL" says how much of a holding that is.
    is_trade = any(fact.polarity in _TRADES for fact in clause.facts)
    return Tag.WHOLE in clause.tags and is_trade


def _gets_a_second_measure(unit: Unit, after: Unit) -> bool:
    """Tell whether a measure follows a figure that brings its own: "6.2 points" and "days"."""
    if unit.fact is None or Tag.MEASURE not in after.tags or is_bare_name(unit.fact):
        return False
    if Tag.PER_COIN in after.tags and unit.fact.kind in _PRICES:
        return False
    return not _BARE_FIGURE.issuperset(unit.fact.text)
