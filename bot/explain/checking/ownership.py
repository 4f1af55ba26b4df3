"""Whose figure it is: a reader must not take one coin's figure for another's.

Source: METHODS 7.4, SUBJECT; 7.4a, 6.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.reading import Clause, Sentence, Unit
from bot.explain.told import Told, ToldFact
from core.facts import Polarity

NO_COIN = frozenset({"portfolio", "market", "proposal"})
"""Subjects that are no coins."""
_WITHIN_A_BREATH = frozenset(",:()-–—")
_TRADES = frozenset({Polarity.BUY, Polarity.SELL})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Coins:
    """The coins of a table, and which of its facts say by themselves whose they are.

    Attributes:
        every: the symbols that facts are about.
        cash: the quote currency's symbol, empty when the table does not tell it.
        owners: the coin of every fact that has one, by the fact's id.
        speaking: ids of facts whose words name their coin: "sell 12.5 SOL".
    """

    every: frozenset[str]
    cash: str
    owners: dict[str, str]
    speaking: frozenset[str]

    def owner(self, fact: ToldFact) -> str:
        """Return the coin a fact is about, or an empty text."""
        return self.owners.get(fact.fact_id, "")


def coins_of(told: Told, lexicon: Lexicon) -> Coins:
    """Return whose the facts of a table are."""
    cash = next((fact.value for fact in told.facts if fact.kind == "quote"), "")
    cash = cash or next((fact.subject for fact in told.facts if fact.kind == "cash_change"), "")
    every = {fact.subject for fact in told.facts} - NO_COIN
    owners, speaking = {}, set()
    for fact in told.facts:
        owner = fact.subject if fact.subject in every else fact.value
        if owner in every or owner == cash != "":
            owners[fact.fact_id] = owner
            words = set(_WORD.findall(fact.text))
            is_cash = owner == cash and any(
                Tag.CASH in lexicon.phrases.tags_of(word) for word in words
            )
            if owner in words or is_cash:
                speaking.add(fact.fact_id)
    return Coins(frozenset(every), cash, owners, frozenset(speaking))


def is_bare_name(fact: ToldFact) -> bool:
    """Tell whether a fact says nothing but a name."""
    if fact.text != fact.value:
        return False
    return fact.unit == "name" or fact.kind == "quote" or fact.text == fact.subject


def mixes_coins(sentence: Sentence, coins: Coins) -> bool:
    """Tell whether one breath is about two coins in a way that could swap their figures.

    Harmless are a list of names without a figure, or with trades of those coins; and clauses that
    are about one coin each: of a figure beside them OWNER tells whose it is.
    """
    return any(_is_mixed(breath, coins) for breath in _breaths(sentence, coins))


def _breaths(sentence: Sentence, coins: Coins) -> Iterator[list[Clause]]:
    """Yield clauses that are read in one go: commas, colons, and names joined by "and".

    After more than a name, a clause that begins with a name begins afresh.
    """
    breath: list[Clause] = []
    for clause in sentence.clauses:
        begins = clause.opener not in _WITHIN_A_BREATH or _is_named_first(clause, coins)
        if breath and begins and not _is_bare(breath[-1], coins):
            yield breath
            breath = []
        breath.append(clause)
    yield breath


def _is_named_first(clause: Clause, coins: Coins) -> bool:
    """Tell whether a clause begins with a coin's name, and does not stop at it."""
    spoken = (unit for unit in clause.units if Tag.CONNECTOR not in unit.tags)
    fact = next(spoken, Unit()).fact
    is_name = fact is not None and is_bare_name(fact) and bool(coins.owner(fact))
    return is_name and not _is_bare(clause, coins)


def _is_bare(clause: Clause, coins: Coins) -> bool:
    """Tell whether a clause is no more than a name: what follows may be about it as well."""
    is_name = any(coins.owner(fact) for fact in clause.facts)
    return is_name and all(
        is_bare_name(unit.fact) if unit.fact is not None else Tag.JOINT in unit.tags
        for unit in clause.units
    )


def _is_mixed(breath: Iterable[Clause], coins: Coins) -> bool:
    told = [[f for f in clause.facts if _counts(f, clause, coins)] for clause in breath]
    told = [facts for facts in told if facts]
    if len({coins.owner(fact) for facts in told for fact in facts}) < 2:  # noqa: PLR2004
        return False
    sorts = [
        _sort(facts, coins)
        for before, facts in pairwise([[], *told])
        if not _goes_on(before, facts, coins)
    ]
    if "names" not in sorts:
        return "mixed" in sorts
    return not ({"names"}.issuperset(sorts) or _are_traded(told, coins))


def _are_traded(told: Iterable[list[ToldFact]], coins: Coins) -> bool:
    """Tell whether nothing but trades is said, of coins that are named beside them."""
    facts = [fact for clause in told for fact in clause]
    trades = [fact for fact in facts if fact.polarity in _TRADES and fact.fact_id in coins.speaking]
    named = [fact for fact in facts if is_bare_name(fact)]
    owners = {coins.owner(fact) for fact in trades}
    return len(trades) + len(named) == len(facts) and owners.issubset(map(coins.owner, named))


def _goes_on(before: list[ToldFact], facts: list[ToldFact], coins: Coins) -> bool:
    """Tell whether a clause says more about the one coin that the clause before it names."""
    owners = {coins.owner(fact) for fact in (*before, *facts)}
    return len(owners) == 1 and bool(before) and _sort(before, coins) == "complete"


def _counts(fact: ToldFact, clause: Clause, coins: Coins) -> bool:
    """Tell whether a fact is about a coin.

    The quote currency's name is said of any trade, and so are its figures where cash is spoken of.
    """
    owner = coins.owner(fact)
    others = any(is_bare_name(f) and coins.owner(f) not in ("", coins.cash) for f in clause.facts)
    is_meant = Tag.CASH in clause.tags and not others
    is_cash = owner == coins.cash and (is_bare_name(fact) or is_meant)
    return bool(owner) and not is_cash


def _sort(facts: list[ToldFact], coins: Coins) -> str:
    if all(fact.polarity in _TRADES and fact.fact_id in coins.speaking for fact in facts):
        return "trades"
    if len({coins.owner(fact) for fact in facts}) > 1:
        return "mixed"
    if all(is_bare_name(fact) for fact in facts):
        return "names"
    return "complete" if facts[0].fact_id in coins.speaking else "open"


def gives_away_a_figure(passages: Iterable[Iterable[Sentence]], coins: Coins) -> bool:
    """Tell whether a figure reads as another coin's than its own.

    A figure belongs to the coin named in its clause; at the head of a sentence to the one named
    next in it, unless a pronoun points back to one named before; else to the one named last.

    Args:
        passages: the sentences that will be shown; an empty passage is a line of which nothing is
            left, where words of the template's own stand in.
        coins: whose the facts are.
    """
    last = ""
    for passage in passages:
        sentences = tuple(passage)
        last = last if sentences else ""
        for sentence in sentences:
            for place, clause in enumerate(sentence.clauses):
                named = _named(clause, coins)
                owners = {*named} if named else {_pointed_at(sentence, place, last, coins)}
                if not owners >= _open_figures(clause, coins):
                    return True
                last = named[-1] if named else last
    return False


def _named(clause: Clause, coins: Coins) -> tuple[str, ...]:
    named = [coins.owner(fact) for fact in clause.facts if fact.fact_id in coins.speaking]
    return (*([coins.cash] if Tag.CASH in clause.tags and coins.cash else []), *named)


def _open_figures(clause: Clause, coins: Coins) -> set[str]:
    """Return the owners of the figures that do not say themselves whose they are."""
    figures = (fact for fact in clause.facts if fact.fact_id not in coins.speaking)
    return {owner for fact in figures if (owner := coins.owner(fact))}


def _pointed_at(sentence: Sentence, place: int, last: str, coins: Coins) -> str:
    """Return the coin a clause without a name is about."""
    so_far = sentence.clauses[: place + 1]
    is_named = any(_named(clause, coins) for clause in so_far)
    if not is_named and not (last and any(Tag.PRONOUN in clause.tags for clause in so_far)):
        ahead = (_named(clause, coins) for clause in sentence.clauses[1:])
        last = next((named[0] for named in ahead if named), last)
    alone = coins.every - {coins.cash}
    return last or (min(alone) if len(alone) == 1 else "")
