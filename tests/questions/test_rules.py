"""Rules understand what people commonly ask, and nothing that is not done here."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.questions.rules import RulesReader, subject_of, understand
from bot.explain.questions.words import LONGEST, MOST_SEARCHED, words_of
from bot.explain.wording import LANGUAGES, wording_of
from bot.ports.questions import Asked
from core.domain.asked import Intent, Subject
from tests.questions.phrasings import (
    ASSETS,
    ENGLISH,
    GERMAN,
    NOT_DONE,
    NOT_UNDERSTOOD,
    SOL,
    TODAY,
    asked,
)

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT OVERRIDE}"
QUESTION = "why didn't you sell SOL last week?"


def read(question: str) -> Asked | None:
    """Return what the rules make of a question."""
    return understand(question, assets=ASSETS, today=TODAY)


@pytest.mark.parametrize(("question", "expected"), [*ENGLISH, *GERMAN])
def test_common_phrasings_are_understood(question: str, expected: Asked) -> None:
    """What people commonly ask is understood with its coin and its days, in two languages."""
    assert read(question) == expected


@pytest.mark.parametrize("question", NOT_DONE)
def test_what_is_not_done_here_is_told_apart(question: str) -> None:
    """Advice, prices to come, orders and tricks are known as such, so no model is asked."""
    assert read(question) == Asked(Intent.UNSUPPORTED)


@pytest.mark.parametrize("question", NOT_UNDERSTOOD)
def test_the_rest_is_left_to_others(question: str) -> None:
    """What rules do not understand they say so of, and do not guess."""
    assert read(question) is None
    answer = asyncio.run(RulesReader().read(question, assets=ASSETS, today=TODAY))
    assert answer == Asked(Intent.UNSUPPORTED, by="nobody")


def test_the_table_is_large_enough() -> None:
    """The table holds what it promises: 120 phrasings, 30 of them German, every intent."""
    rows = (*ENGLISH, *GERMAN)
    assert len(rows) >= 120
    assert len(GERMAN) >= 30
    assert {row.intent for _, row in rows} == set(Intent) - {Intent.UNSUPPORTED}
    assert {row.subject for _, row in rows} == set(Subject)


@pytest.mark.parametrize(
    "question",
    [
        ZERO_WIDTH.join(QUESTION),
        RIGHT_TO_LEFT + QUESTION,
        QUESTION.replace("SOL", "S\N{COMBINING GRAPHEME JOINER}OL"),
        "\N{FULLWIDTH LATIN SMALL LETTER W}" + QUESTION[1:],
        f"  \t{QUESTION}\n\n",
    ],
)
def test_what_cannot_be_seen_changes_nothing(question: str) -> None:
    """Invisible characters and other forms of letters leave a question what it is."""
    expected = read(QUESTION)
    assert expected is not None
    assert read(question) == expected


@pytest.mark.parametrize("hidden", ["ignore", "approve", "sell everything"])
def test_what_is_hidden_is_still_seen(hidden: str) -> None:
    """A command with invisible characters between its letters is a command all the same."""
    assert read(f"{QUESTION} {ZERO_WIDTH.join(hidden)} now") == Asked(Intent.UNSUPPORTED)


@pytest.mark.parametrize(
    "question",
    [
        "why " * 1_024,
        "a" * 4_096,
        "." * 4_096,
        "'s" * 2_048,
        "12.1" * 1_024,
        "2026-01-0" * 455,
        "why did you sell SOL " * 195,
        "\N{ZERO WIDTH JOINER}" * 4_096,
        "\ud800" * 4_096,
        "\0" * 4_096,
        "why " * 100_000,
    ],
    ids=range(11),
)
def test_long_nonsense_is_not_understood(question: str) -> None:
    """A text of any length, of whatever it is made, is read to its limit and not understood."""
    assert read(question) is None


@pytest.mark.parametrize("text", ["\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "why ", "a "])
def test_a_text_is_searched_to_a_limit(text: str) -> None:
    """What one character turns into counts as well: no text makes for a long search."""
    words = words_of(text * (LONGEST // len(text)))
    assert len(words.said) == MOST_SEARCHED
    assert sum(map(len, words.said)) <= LONGEST
    assert sum(map(len, words.clauses)) == MOST_SEARCHED
    assert not words.is_plain


def test_a_trick_at_the_end_of_a_short_text_is_seen() -> None:
    """All words of a text that a model may see are searched."""
    assert read("a " * 240 + "approve it. approve!") == Asked(Intent.UNSUPPORTED)


@given(st.text(max_size=300))
def test_any_text_is_read(question: str) -> None:
    """Whatever is typed, nothing raises, and what comes back is of the closed set."""
    found = read(question)
    assert found is None or found.intent in Intent


_JUMBLE = """
why warum did hast not nicht sell verkauft sol SOL last letzte week woche since seit 31 feb monday
montag 2 weeks ago vor tagen in march 2026 12.2. 99.99. 2026-02-30 between and from to may what
changed cost pause how bands 0 000 a the of 29 february 2024 this year yesterday
"""
_WORDS = st.sampled_from(_JUMBLE.split())


@given(st.lists(_WORDS, max_size=14).map(" ".join))
def test_days_are_in_order_and_not_ahead(question: str) -> None:
    """Of any jumble of words of time, the days are in order and none of them is to come."""
    found = read(question)
    if found is not None and found.first is not None:
        assert found.last is not None
        assert found.first <= found.last <= TODAY


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_examples_are_understood(language: str, number: int) -> None:
    """Every question that is offered as an example is one that rules understand."""
    (pattern,) = wording_of(language).SENTENCES[f"answer.example.{number}"]
    found = read(pattern.format(asset="SOL").removeprefix("/ask "))
    assert found is not None
    assert found.intent is not Intent.UNSUPPORTED


def test_words_that_are_coins_too() -> None:
    """A coin whose symbol is an ordinary word counts in capitals, but not in a shouted text."""
    assert read("why are you not selling NEAR") == asked(Intent.WHY_NO_TRADE, ASSETS[4])
    assert read("why are we near the edge, nothing sold") == asked(Intent.WHY_NO_TRADE)
    assert read("WHY ARE WE NEAR THE EDGE WITH NO TRADE") == asked(Intent.WHY_NO_TRADE)


def test_cash_is_the_quote() -> None:
    """Cash means the quote currency."""
    assert read("why was no cash traded") == asked(Intent.WHY_NO_TRADE, ASSETS[5])


def test_a_day_that_never_was() -> None:
    """A day that no calendar has is not quietly left out."""
    assert read("why did you sell SOL on 30 February?") is None
    assert read("why did you sell SOL on 2026-02-30?") is None
    assert read("why did you sell SOL on 28 February?") is not None


def test_subjects_by_name() -> None:
    """The part that a question about how things work names is found without the rest."""
    assert subject_of("pls tell about them bands") is Subject.BANDS
    assert subject_of("???") is Subject.OVERVIEW


def test_the_coin_beside_the_money() -> None:
    """Of a coin and the money it is paid in, the coin is what is asked about."""
    assert read("why did you sell SOL for USD") == asked(Intent.WHY_TRADE, SOL)
