"""How a line is read: sentences, clauses, phrases, and the longest of them first."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.checking.lexicon import lexicon_of
from bot.explain.checking.matching import Phrases, spelled_out
from bot.explain.checking.reading import Sentence, read
from bot.explain.checking.verdict import Line, Role
from tests.explain.checking.told_tables import PROPOSE, codes, english, kept


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text about a proposal."""
    return read(Line(Role.WHAT, text), PROPOSE, english())


def clauses(text: str) -> list[str]:
    """Return the clauses of a text as words, placeholders by their ids."""
    return [
        " ".join(chain.from_iterable(unit.words or (unit.hole,) for unit in clause.units)).strip()
        for sentence in sentences(text)
        for clause in sentence.clauses
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It stays, and it waits.", ["it stays", "and it waits"]),
        ("It stays because it waits.", ["it stays", "because it waits"]),
        ("Sold: {{sell_sol}}.", ["sold sell_sol"]),
        ("Sold: all of it.", ["sold", "all of it"]),
        ("Cost ({{cost}}) and more.", ["cost cost", "and more"]),
        ("Fees and spread are paid.", ["fees and spread are paid"]),
        ("It waits - it stays.", ["it waits", "it stays"]),
        ("It waits; it stays: it goes.", ["it waits", "it stays", "it goes"]),
        ("So far it waits.", ["so far it waits"]),
        ("{{asset_sol}}'s target, {{asset_eth}}’s band.", ["asset_sol target", "asset_eth band"]),
    ],
)
def test_clauses_end_where_the_rules_say(text: str, expected: list[str]) -> None:
    """Marks and connecting words part clauses; phrases and bound colons do not."""
    assert clauses(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You decide. It waits!", ["You decide.", "It waits!"]),
        ("Why now? It waits", ["Why now?", "It waits"]),
        ("It waits... It stays.", ["It waits...", "It stays."]),
        ("It said “wait.” It stays.", ["It said “wait.”", "It stays."]),
        ("It is late, e.g. tonight.", ["It is late, e.g. tonight."]),
        ("B.T.C. is out.", ["B.T.C. is out."]),
        ("It waits. ... !", ["It waits. ... !"]),
        ("...", []),
        ("{{cost}}. {{expiry}}.", ["{{cost}}.", "{{expiry}}."]),
    ],
)
def test_sentences_keep_their_text(text: str, expected: list[str]) -> None:
    """What is shown of a line is what was written."""
    assert [sentence.text for sentence in sentences(text)] == expected


def test_words_inside_ids_are_no_words() -> None:
    """A placeholder's id may hold any word."""
    assert codes("The plan is to {{sell_sol}}.") == ()
    unit = sentences("{{amount_sol}}.")[0].units[0]
    assert (unit.words, unit.hole) == ((), "amount_sol")


def test_the_longest_phrase_wins() -> None:
    """A phrase takes its words with it, and the longer one the shorter."""
    phrases = Phrases({"a": ["up to", "up"], "b": ["up to date"], "c": ["up"]})
    assert phrases.match(("up", "to", "date"), 0) == (3, frozenset({"b"}))
    assert phrases.match(("up", "to", "you"), 0) == (2, frozenset({"a"}))
    assert phrases.match(("up", "you"), 0) == (1, frozenset({"a", "c"}))
    assert phrases.match(("you",), 0) == (1, frozenset())
    assert phrases.tags_of("up") == frozenset({"a", "c"})
    assert phrases.tags_of("date") == frozenset()


def test_patterns_stand_for_all_their_forms() -> None:
    """Endings, alternatives, gaps and alternatives of several words are written short."""
    assert [*spelled_out("sell||s|ing")] == [("sell",), ("sells",), ("selling",)]
    assert [*spelled_out("is/has_been no/~ use")] == [
        ("is", "no", "use"),
        ("is", "use"),
        ("has", "been", "no", "use"),
        ("has", "been", "use"),
    ]


def test_a_language_without_a_lexicon_has_none() -> None:
    """No model writes in a language whose words are not known."""
    assert lexicon_of("xx") is None
    assert lexicon_of("../en") is None
    assert lexicon_of("") is None


@given(st.lists(st.text(max_size=80), max_size=6))
def test_nothing_raises_whatever_is_written(texts: list[str]) -> None:
    """Any text at all is read and judged."""
    codes(*texts)
    kept(*texts)
