"""What the sentences of a text mean, rule by rule: the half of the checks that needs a language.

Source: METHODS 7.4 and 7.4a.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.explain.checking.claims import (
    advises,
    commands,
    invents_a_cause,
    speaks_of_money_unproved,
    unknown_here,
)
from bot.explain.checking.codes import Code, in_order
from bot.explain.checking.directions import claims_direction, turns_direction_round
from bot.explain.checking.grounded import judged
from bot.explain.checking.labels import mislabels
from bot.explain.checking.language import is_in_language
from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.naming import names_a_coin
from bot.explain.checking.ownership import Coins, coins_of, gives_away_a_figure, mixes_coins
from bot.explain.checking.quantities import states_a_quantity
from bot.explain.checking.reading import Clause, Sentence
from bot.explain.checking.verdict import Line
from bot.explain.told import Told


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the rules see it; sentences of the closed list are nobody's words.

    Attributes:
        passages: the sentences of every line but those of the closed list.
        every: the same sentences in a row.
        sentences: those among them in which a fact may stand; no other is ever shown.
        clauses: their clauses.
        claims: those among them that will be shown.
        shown: everything that will be shown, by line.
        coins: whose the facts are.
    """

    passages: tuple[tuple[Sentence, ...], ...]
    every: tuple[Sentence, ...]
    sentences: tuple[Sentence, ...]
    clauses: tuple[Clause, ...]
    claims: tuple[Sentence, ...]
    shown: tuple[tuple[Sentence, ...], ...]
    coins: Coins
    told: Told
    lexicon: Lexicon


# The check asks twice: of what was written, and of what is left of it.
@lru_cache(maxsize=8)
def meaning_codes(lines: tuple[Line, ...], told: Told, lexicon: Lexicon) -> tuple[Code, ...]:
    """Return the rules about meaning that a text breaks, in the order of ``Code``.

    Never raises; the time it takes grows with the length of the text and no faster.

    Args:
        lines: the text, placeholders not filled.
        told: the facts it may use.
        lexicon: the language it has to be in.
    """
    text = _text_of(lines, told, lexicon)
    return in_order(code for code, is_broken in _RULES.items() if is_broken(text))


def _text_of(lines: tuple[Line, ...], told: Told, lexicon: Lexicon) -> Text:
    every = judged(lines, told, lexicon)
    own = tuple(tuple(one for one in passage if not one.is_stock) for passage in every)
    passages = tuple(tuple(one.sentence for one in passage) for passage in own)
    every_sentence = tuple(
        _own_words(one, told, lexicon) for passage in passages for one in passage
    )
    sentences = tuple(one for one in every_sentence if one.has_placeholder)
    return Text(
        passages=passages,
        every=every_sentence,
        sentences=sentences,
        clauses=tuple(clause for sentence in sentences for clause in sentence.clauses),
        claims=tuple(one.sentence for passage in own for one in passage if one.is_shown),
        shown=tuple(tuple(one.sentence for one in passage if one.is_shown) for passage in every),
        coins=coins_of(told, lexicon),
        told=told,
        lexicon=lexicon,
    )


def _own_words(sentence: Sentence, told: Told, lexicon: Lexicon) -> Sentence:
    """Return a sentence without clauses that the closed list holds as sentences of their own."""
    own = tuple(clause for clause in sentence.clauses if not _is_stock(clause, told, lexicon))
    return sentence if len(own) == len(sentence.clauses) else replace(sentence, clauses=own)


def _is_stock(clause: Clause, told: Told, lexicon: Lexicon) -> bool:
    if clause.has_placeholder:
        return False
    units = (unit for unit in clause.units if Tag.CONNECTOR not in unit.tags)
    return lexicon.is_stock(tuple(word for unit in units for word in unit.words), told)


def _quantity(text: Text) -> bool:
    clauses = (clause for sentence in text.every for clause in sentence.clauses)
    return any(map(states_a_quantity, clauses))


def _name(text: Text) -> bool:
    return any(names_a_coin(sentence, text.told, text.lexicon) for sentence in text.every)


def _direction(text: Text) -> bool:
    return any(claims_direction(sentence, text.told) for sentence in text.every)


def _negation(text: Text) -> bool:
    return any(turns_direction_round(clause) for clause in text.clauses)


def _subject(text: Text) -> bool:
    return any(mixes_coins(sentence, text.coins) for sentence in text.sentences)


def _owner(text: Text) -> bool:
    if any(Tag.CROSSED in clause.tags for clause in text.clauses):
        return True
    return gives_away_a_figure(text.shown, text.coins)


def _advice(text: Text) -> bool:
    return any(map(commands, text.every)) or any(map(advises, text.sentences))


def _cause(text: Text) -> bool:
    unknown = unknown_here(text.told, text.lexicon)
    return any(invents_a_cause(sentence, unknown, text.lexicon) for sentence in text.claims)


def _kind(text: Text) -> bool:
    if any(speaks_of_money_unproved(sentence, text.lexicon) for sentence in text.claims):
        return True
    return any(mislabels(clause, text.told, text.lexicon.labels) for clause in text.clauses)


def _language(text: Text) -> bool:
    return not all(is_in_language(passage) for passage in text.passages)


# Names, amounts, directions, commands and the language are looked for in every sentence. Other
# words in a sentence without a placeholder go with it and refuse nothing; all other sentences are
# asked, shown or not, so that a lie beside a figure costs the whole text. The last two rules are
# asked of what will be shown only. Source: METHODS 7.4a, 1 and 10.
_RULES: dict[Code, Callable[[Text], bool]] = {
    Code.NUMWORD: _quantity,
    Code.NAMES: _name,
    Code.DIRECTION: _direction,
    Code.NEGATION: _negation,
    Code.SUBJECT: _subject,
    Code.OWNER: _owner,
    Code.ADVICE: _advice,
    Code.LANG: _language,
    Code.CAUSE: _cause,
    Code.KIND: _kind,
}
