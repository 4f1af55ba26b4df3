"""A language's lexicon file -> what the rules need to know about its words.

``bot/explain/wording/<language>/lexicon.toml`` holds nothing but lists; ``Tag`` names them. How a
pattern in a list is written stands at the head of the English file.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from bot.explain.checking.beside import Labels, Vocabulary, labels_of, vocabulary_of
from bot.explain.checking.conditions import Condition, Domain, condition_of, domain_of
from bot.explain.checking.matching import Phrases, spelled_out
from bot.explain.checking.tokens import tokens_of
from bot.explain.told import Told
from core.domain.errors import InvariantBroken

LONG_NAME = 6
"""From how many letters on a name is looked for inside other words."""


class Tag(StrEnum):
    """What can be known about a word; the names of the lists in a lexicon."""

    SAFE = "safe"
    CONNECTOR = "connector"
    UP = "up"
    DOWN = "down"
    BUY = "buy"
    SELL = "sell"
    NEGATOR = "negator"
    WEAK_NEGATOR = "weak_negator"
    NUMBER = "number"
    MEASURE = "measure"
    WHOLE = "whole"
    PRONOUN = "pronoun"
    CASH = "cash"
    JOINT = "joint"
    CROSSED = "crossed"
    NAME = "name"
    NAME_OR_WORD = "name_or_word"
    ADVICE = "advice"
    IMPERATIVE = "imperative"
    COMMAND = "command"
    LEAD_IN = "lead_in"
    MODAL = "modal"
    CAUSE = "cause"
    EXCUSE = "excuse"
    LEANING = "leaning"
    DONE = "done"
    FREE = "free"
    PENDING = "pending"
    UNASKED = "unasked"
    COORDINATOR = "coordinator"
    PER_COIN = "per_coin"
    FROM_WHEN = "from_when"
    CONSENT = "consent"
    COMPARING = "comparing"
    STANDING = "standing"
    ARTICLE = "article"
    CONDITIONAL = "conditional"
    FOREIGN = "foreign"


BANNING = frozenset(
    {Tag.UP, Tag.DOWN, Tag.BUY, Tag.SELL, Tag.NUMBER, Tag.NAME, Tag.ADVICE, Tag.COMMAND}
)
"""What is found even in words that were written apart with hyphens, dots or spaces."""


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """What the checks know of one language.

    Attributes:
        language: e.g. ``en``.
        letters: the letters of its words.
        punctuation: the marks it may use beside them.
        phrases: every known word and phrase with its tags; those of a domain have its name as tag.
        stock: sentences that may be printed without a fact, as their words, and when they are true;
            any one of the conditions is enough.
        names: names of coins long enough to be recognised inside other words.
        near_names: the same names with any one letter taken out.
        money: what needs a fact of its kind beside it: profit, tax, fee, loss.
        world: what happens outside the portfolio; the same holds for it.
        context: everyday words of this product that are safe where the table is about them.
        vocabulary: the only words that may stand beside sensitive figures.
        labels: what words call the figures beside them.
        contractions: what stays whole although it ends like a possessive.
        capitals: words in capital letters that name no coin.
        adverbs: endings of words that say how and never what.
    """

    language: str
    letters: frozenset[str]
    punctuation: frozenset[str]
    phrases: Phrases
    stock: Mapping[tuple[str, ...], tuple[Condition, ...]]
    names: frozenset[str]
    near_names: frozenset[str]
    money: Mapping[str, Domain]
    world: Mapping[str, Domain]
    context: Mapping[str, Domain]
    vocabulary: Vocabulary
    labels: Labels
    contractions: frozenset[str]
    capitals: frozenset[str]
    adverbs: tuple[str, ...]

    def is_stock(self, words: tuple[str, ...], told: Told) -> bool:
        """Tell whether a sentence of these words may be printed without a fact in such a text."""
        return any(condition.holds(told) for condition in self.stock.get(words, ()))

    def plain(self, word: str) -> str:
        """Return a word as the lists hold it: in lower case, without a possessive ending."""
        lowered = word.lower().replace("’", "'")
        if lowered.endswith("'s") and lowered not in self.contractions:
            return lowered[:-2]
        return lowered


@cache
def lexicon_of(language: str) -> Lexicon | None:
    """Return the lexicon of a language, None when it has none: then no model writes in it.

    Raises:
        InvariantBroken: the file has a list that no rule reads.
    """
    if not language.isascii() or not language.isalpha():
        return None
    file = files("bot.explain.wording").joinpath(language, "lexicon.toml")
    if not file.is_file():
        return None
    return _lexicon(language, tomllib.loads(file.read_text(encoding="utf-8")))


def _lexicon(language: str, document: Mapping[str, Any]) -> Lexicon:
    lists: dict[str, list[str]] = document["lists"]
    if unknown := lists.keys() - set(Tag):
        raise InvariantBroken(f"the lexicon of {language} has lists no rule reads: {unknown}")
    groups = {group: document[group] for group in ("money", "world", "context")}
    entries: dict[str, list[str]] = dict(lists)
    for group, rows in groups.items():
        entries |= {f"{group}.{name}": row["words"] for name, row in rows.items()}
    domains = {
        group: {f"{group}.{name}": domain_of(row) for name, row in rows.items()}
        for group, rows in groups.items()
    }
    names = _long_names(lists[Tag.NAME])
    lexicon = Lexicon(
        language=language,
        letters=frozenset(document["letters"]),
        punctuation=frozenset(document["punctuation"]),
        phrases=Phrases(entries),
        stock={},
        names=names,
        near_names=frozenset(near for name in names for near in shortened(name)),
        vocabulary=vocabulary_of(document["vocabulary"]),
        labels=labels_of(document["label"]),
        contractions=frozenset(document["contractions"]),
        capitals=frozenset(document["capitals"]),
        adverbs=tuple(document["adverbs"]),
        **domains,
    )
    return replace(lexicon, stock=_stock(lexicon, document["stock"]))


def _stock(
    lexicon: Lexicon, groups: Iterable[Mapping[str, list[str]]]
) -> Mapping[tuple[str, ...], tuple[Condition, ...]]:
    stock: dict[tuple[str, ...], tuple[Condition, ...]] = {}
    for group in groups:
        condition = condition_of(group)
        for sentence in group["sentences"]:
            words = (t.text for t in tokens_of(sentence) if t.kind == "word")
            said = tuple(lexicon.plain(word) for word in words)
            stock[said] = (*stock.get(said, ()), condition)
    return stock


def _long_names(patterns: Iterable[str]) -> frozenset[str]:
    words = (phrase for pattern in patterns for phrase in spelled_out(pattern))
    return frozenset("".join(phrase) for phrase in words if len("".join(phrase)) >= LONG_NAME)


def shortened(word: str) -> Iterator[str]:
    """Yield a word with each of its letters taken out in turn."""
    return (word[:place] + word[place + 1 :] for place in range(len(word)))
