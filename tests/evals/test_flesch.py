import pytest

from bot.explain.evals.flesch import Readability, readability_of, syllables_in


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("the", 1),
        ("cat", 1),
        ("plan", 1),
        ("price", 1),
        ("prices", 2),
        ("takes", 1),
        ("moved", 1),
        ("traded", 2),
        ("needed", 2),
        ("table", 2),
        ("while", 1),
        ("portfolio", 4),
        ("target", 2),
        ("half-way", 2),
        ("isn't", 1),
        ("Trading", 2),
        ("(benefit),", 3),
        ("a", 1),
        ("rhythm", 1),
        ("various", 3),
        ("action", 2),
    ],
)
def test_the_syllables_of_words_are_their_groups_of_vowels(word: str, syllables: int) -> None:
    """Silent endings are not counted, spoken ones are, and punctuation does not matter."""
    assert syllables_in(word) == syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("7", 1), ("12.0", 4), ("$55", 4), ("20 %", 4), ("BTC", 3), ("(ETH)", 3)],
)
def test_figures_and_symbols_count_as_they_are_read(word: str, syllables: int) -> None:
    """A digit is a syllable, a point one more, signs have their names, symbols are spelled."""
    assert syllables_in(word) == syllables


def test_a_sentence_counted_by_hand() -> None:
    """Six words of one syllable each, one sentence: 116.1 and below any school grade."""
    found = readability_of("The cat sat on the mat.")
    assert found == Readability(words=6, sentences=1, counted=6, syllables=6)
    assert round(found.ease, 1) == 116.1
    assert round(found.grade, 1) == -1.4


def test_a_harder_sentence_counted_by_hand() -> None:
    """Eight words with 2, 1, 4, 3, 4, 1, 3 and 3 syllables: 21 in one sentence."""
    found = readability_of("Confirmed by indicators, every portfolio gets another proposal.")
    assert found == Readability(words=8, sentences=1, counted=8, syllables=21)
    assert round(found.ease, 1) == -23.4
    assert round(found.grade, 1) == 18.5


def test_lengthy_figures_are_words_without_syllables() -> None:
    """Of the four words in "Sell 0.03195 BTC now." one is left out of the syllables."""
    found = readability_of("Sell 0.03195 BTC now.")
    assert found == Readability(words=4, sentences=1, counted=3, syllables=5)


def test_points_and_times_end_no_sentence_and_line_ends_do() -> None:
    """12.5 and 13:06 hold no full stop; a line without one still ends a sentence."""
    assert readability_of("It is 12.5 points. Until 13:06 it stays\nYou decide").sentences == 3


def test_an_empty_text_reads_as_nothing() -> None:
    """No words, no sentence, no division by zero."""
    found = readability_of(" \n.\n")
    assert (found.words, found.sentences, found.ease, found.grade) == (0, 0, 0.0, 0.0)
