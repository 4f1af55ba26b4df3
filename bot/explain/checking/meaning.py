"""What the sentences of a text mean, rule by rule: the half of the checks that needs a language.

Source: METHODS 7.4 and 7.4a.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.explain.checking.claims import advises, invents_a_cause, speaks_of_money_unproved
from bot.explain.checking.codes import Code, in_order
from bot.explain.checking.directions import claims_direction, turns_direction_round
from bot.explain.checking.grounded import is_shown
from bot.explain.checking.language import is_in_language
from bot.explain.checking.lexicon import Lexicon, Tag
from bot.explain.checking.naming import names_a_coin
from bot.explain.checking.ownership import coins_of, gives_away_a_figure, mixes_coins
from bot.explain.checking.quantities import states_a_quantity
from bot.explain.checking.reading import Clause, Sentence, read
from bot.explain.checking.verdict import Line
from bot.explain.told import Told


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the rules see it.

    Attributes:
        said: the sentences of every line; stock sentences are nobody's words and left out.
        shown: those that will be shown, stock sentences left out too.
    """

    said: tuple[tuple[Sentence, ...], ...]
    shown: tuple[tuple[Sentence, ...], ...]
    told: Told
    lexicon: Lexicon

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, shown or not."""
        return tuple(sentence for passage in self.said for sentence in passage)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause, shown or not."""
        return tuple(clause for sentence in self.sentences for clause in sentence.clauses)


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
    read_lines = [read(line, told, lexicon) for line in lines]
    said = tuple(
        tuple(sentence for sentence in sentences if not sentence.is_stock(lexicon))
        for sentences in read_lines
    )
    shown = tuple(
        tuple(sentence for sentence in sentences if is_shown(sentence, told, lexicon))
        for sentences in said
    )
    return Text(said, shown, told, lexicon)


def _quantity(text: Text) -> bool:
    return any(states_a_quantity(clause) for clause in text.clauses)


def _name(text: Text) -> bool:
    return any(names_a_coin(sentence, text.told, text.lexicon) for sentence in text.sentences)


def _direction(text: Text) -> bool:
    return any(claims_direction(clause) for clause in text.clauses)


def _negation(text: Text) -> bool:
    return any(turns_direction_round(clause) for clause in text.clauses)


def _subject(text: Text) -> bool:
    coins = coins_of(text.told, text.lexicon)
    return any(mixes_coins(sentence, coins) for sentence in text.sentences)


def _owner(text: Text) -> bool:
    if any(Tag.CROSSED in clause.tags for clause in text.clauses):
        return True
    return gives_away_a_figure(text.shown, coins_of(text.told, text.lexicon))


def _advice(text: Text) -> bool:
    return any(advises(sentence) for sentence in text.sentences)


def _cause(text: Text) -> bool:
    shown = (sentence for passage in text.shown for sentence in passage)
    return any(invents_a_cause(sentence, text.lexicon) for sentence in shown)


def _kind(text: Text) -> bool:
    shown = (sentence for passage in text.shown for sentence in passage)
    return any(speaks_of_money_unproved(sentence, text.lexicon) for sentence in shown)


def _language(text: Text) -> bool:
    return not all(is_in_language(passage) for passage in text.said)


# Word rules are asked of every sentence, so that a hostile one costs the whole text; the last ones
# only of what will be shown. Source: METHODS 7.4a, 1 and 10.
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
