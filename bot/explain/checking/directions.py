"""Words of direction against the facts beside them: a verb belongs to its fact.

Source: METHODS 7.4, DIRECTION and NEGATION; 7.4a, 3.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from bot.explain.checking.lexicon import Tag
from bot.explain.checking.ownership import NO_COIN
from bot.explain.checking.reading import Clause, Sentence, Unit
from bot.explain.told import Told, ToldFact
from core.facts import Polarity

_PLACES = frozenset({Tag.UP, Tag.DOWN})
DIRECTIONS = frozenset({Tag.UP, Tag.DOWN, Tag.BUY, Tag.SELL})
_MONEY = frozenset({"cost", "fees", "estimate", "benefit", "needed", "worth", "minimum", "amount"})
_EDGES = frozenset({"edge", "plain", "margin", "low", "high"})
"""Where something would be outside, not what it did."""
_TRADES = frozenset({Tag.BUY, Tag.SELL})


def claims_direction(sentence: Sentence, told: Told) -> bool:
    """Tell whether a word says up, down, buy or sell without a fact of that polarity beside it.

    Beside it is in its clause; where a whole sentence is about a single coin, and the clause names
    it or one of its figures, for up and down also in the sentence. Between two figures of money a
    word that compares them is right where they are so. A word of two lists, such as "increase", is
    content with either. Where a coin stands, above or below, may be said of a coin by its name
    whenever the table tells that it does.
    """
    facts = [fact for clause in sentence.clauses for fact in clause.facts]
    coins = {fact.subject for fact in facts} - NO_COIN
    right = [unit for before, unit, after in _around(sentence) if _compares(before, unit, after)]
    for clause in sentence.clauses:
        right += [u for u in clause.units if Tag.STANDING in u.tags and _stands_so(u, clause, told)]
        pointing = [u.tags & DIRECTIONS for u in clause.units if not any(u is one for one in right)]
        is_about_it = coins == {fact.subject for fact in clause.facts} and len(coins) == 1
        stated = {fact.polarity.value for fact in clause.facts}
        if is_about_it:
            stated |= {fact.polarity.value for fact in facts} & _PLACES
        if any(tags and stated.isdisjoint(tags) for tags in pointing):
            return True
    return False


def _stands_so(unit: Unit, clause: Clause, told: Told) -> bool:
    """Tell whether all coins of a clause stand where a word says, by their drift."""
    coins = {fact.subject for fact in clause.facts} - NO_COIN
    drifts = {(f.subject, f.polarity.value) for f in told.facts if f.kind == "drift"}
    return bool(coins) and all(
        any((coin, way) in drifts for way in unit.tags & _PLACES) for coin in coins
    )


def _around(sentence: Sentence) -> Iterator[tuple[ToldFact | None, Unit, ToldFact | None]]:
    """Yield every comparing word with the facts right before and after it."""
    units = sentence.units
    for place, unit in enumerate(units):
        if Tag.COMPARING in unit.tags:
            before = next((u.fact for u in reversed(units[:place]) if u.fact is not None), None)
            after = next((u.fact for u in units[place:] if u.fact is not None), None)
            yield before, unit, after


def _compares(before: ToldFact | None, unit: Unit, after: ToldFact | None) -> bool:
    """Tell whether two figures of money are as a word between them says."""
    if before is None or after is None or not {before.subject, after.subject} <= NO_COIN:
        return False
    if before.unit != after.unit or before.kind not in _MONEY or after.kind not in _MONEY:
        return False
    try:
        first, second = Decimal(before.value), Decimal(after.value)
    except InvalidOperation:
        return False
    return first > second if Tag.UP in unit.tags else first < second


def turns_direction_round(clause: Clause) -> bool:
    """Tell whether a negator shares a clause with a direction, in words or in a fact.

    "Instead of" and its like turn a trade round, not a place where something stands.
    """
    facts = (fact for fact in clause.facts if fact.kind not in _EDGES)
    stated = {fact.polarity.value for fact in facts} - {Polarity.NONE.value}
    directions = stated | (clause.tags & DIRECTIONS)
    if Tag.NEGATOR in clause.tags and directions:
        return True
    return Tag.WEAK_NEGATOR in clause.tags and not _TRADES.isdisjoint(directions)
