"""A line of prose -> sentences, clauses and units: what every rule about meaning looks at.

Placeholders are taken out before words are matched, phrases come before words, and the longest
phrase wins, so that no rule trips over an id or over a part of an idiom. Source: METHODS 7.4a, 11.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.explain.checking.lexicon import BANNING, Lexicon, Tag
from bot.explain.checking.matching import NO_TAGS
from bot.explain.checking.tokens import Run, Token, runs_of, sentences_of, tokens_of
from bot.explain.checking.verdict import Line
from bot.explain.told import Told, ToldFact

_BEFORE_CAPITALS = frozenset((":", "("))
_BINDING = frozenset((":", "(", "-", "–", "—"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, a whole phrase or a placeholder.

    Attributes:
        words: in lower case, without possessive endings; empty for a placeholder, and for what
            words written apart make when they are put together.
        tags: what the lexicon knows about them; empty for an unknown word.
        raws: the words as written.
        hole: the id inside a placeholder's braces; empty for words.
        fact: the fact of that id, None when there is none.
        leads: where a capital letter says nothing: a sentence, a quotation, or what follows a
            colon begins here.
    """

    words: tuple[str, ...] = ()
    tags: frozenset[str] = NO_TAGS
    raws: tuple[str, ...] = ()
    hole: str = ""
    fact: ToldFact | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """What stands between two marks or connecting words.

    Attributes:
        opener: the mark or connecting word before it; empty at the head of a sentence.
        units: its words, phrases and placeholders, a connecting word at its head included.
        tags: everything that is known about its words.
        facts: the facts its placeholders stand for.
    """

    opener: str
    units: tuple[Unit, ...]
    tags: frozenset[str]
    facts: tuple[ToldFact, ...]

    @property
    def has_placeholder(self) -> bool:
        """Tell whether a fact may stand in it."""
        return any(unit.hole for unit in self.units)

    @property
    def runs(self) -> Iterator[tuple[list[str], ToldFact | None]]:
        """Its words up to each placeholder with the fact of that; the rest of them with None."""
        words = list[str]()
        for unit in self.units:
            words += unit.words
            if unit.hole:
                yield words, unit.fact
                words = []
        yield words, None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its text as written, the mark at its end included."""

    text: str
    clauses: tuple[Clause, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        """All its units, in order."""
        return tuple(unit for clause in self.clauses for unit in clause.units)

    @property
    def has_placeholder(self) -> bool:
        """Tell whether a fact may stand in it."""
        return any(clause.has_placeholder for clause in self.clauses)

    def is_stock(self, told: Told, lexicon: Lexicon) -> bool:
        """Tell whether this is one of the sentences that may be printed without a fact.

        Where its condition does not hold, such a sentence is read like any other: it is left out,
        since nothing stands in it, and the rest of the text is judged for itself. One that speaks
        of buying or selling refuses the text by its words of direction: where something was
        filled, "nothing was bought" is no slip.
        """
        if self.has_placeholder:
            return False
        return lexicon.is_stock(tuple(word for unit in self.units for word in unit.words), told)


def read(line: Line, told: Told, lexicon: Lexicon) -> tuple[Sentence, ...]:
    """Return the sentences of one line; never raises, in time proportional to its length."""
    facts = {fact.fact_id: fact for fact in told.facts}
    return tuple(
        Sentence(line.text[start:end].strip(), tuple(_clauses(_items(inside, facts, lexicon))))
        for start, end, inside in sentences_of(tokens_of(line.text), len(line.text))
    )


def _items(
    tokens: Sequence[Token], facts: dict[str, ToldFact], lexicon: Lexicon
) -> Iterator[Unit | str]:
    """Yield units, and in between the marks that part clauses."""
    leads = True
    for run in runs_of(tokens):
        first = run.tokens[0]
        if first.kind == "word":
            for unit in _matched(run, lexicon):
                yield replace(unit, leads=True) if leads else unit
                leads = False
        elif first.kind == "hole":
            yield Unit(hole=first.text, fact=facts.get(first.text))
            leads = False
        else:
            leads = leads or first.text in _BEFORE_CAPITALS
            if not _is_bound(tokens, run.place):
                yield first.text


def _is_bound(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a mark parts nothing: a colon, dash or bracket right before a placeholder."""
    follows = place + 1 < len(tokens) and tokens[place + 1].kind == "hole"
    return follows and tokens[place].text in _BINDING


def _matched(run: Run, lexicon: Lexicon) -> Iterator[Unit]:
    """Yield what the words of an unbroken run are, and what hides in them when put together."""
    words = [lexicon.plain(token.text) for token in run.tokens]
    place = 0
    while place < len(words):
        length, tags = lexicon.phrases.match(words, place)
        inside = run.tokens[place : place + length]
        raws = tuple(token.text for token in inside)
        said = tuple(words[place : place + length])
        yield Unit(said, tags, raws, leads=inside[0].is_quoted)
        place += length
    for hidden in run.hidden:
        yield Unit((), lexicon.phrases.tags_of(hidden.lower()) & BANNING, (hidden,))


def _clauses(items: Iterator[Unit | str]) -> Iterator[Clause]:
    """Yield the clauses of one sentence. Source: METHODS 7.4; 7.4a, 11."""
    opener, units, speaks = "", list[Unit](), False
    for item in items:
        head: tuple[Unit, ...] = ()
        if isinstance(item, str):
            starts = item
        elif Tag.CONNECTOR in item.tags:
            starts, head = item.words[0], (item,)
        else:
            units.append(item)
            speaks = True
            continue
        if speaks:
            yield _clause(opener, units)
            units, speaks = [], False
        opener, units = starts, [*units, *head]
    if units:
        yield _clause(opener, units)


def _clause(opener: str, units: Sequence[Unit]) -> Clause:
    tags = NO_TAGS.union(*(unit.tags for unit in units))
    facts = tuple(unit.fact for unit in units if unit.fact is not None)
    return Clause(opener, tuple(units), tags, facts)
