"""Each rule about characters alone, without the others that might hide its failure."""

import sys
from collections.abc import Iterable
from unicodedata import category

import pytest

from bot.explain.checking.characters import character_codes, is_written_in
from bot.explain.checking.codes import Code
from bot.explain.checking.placeholders import parts_of
from tests.explain.checking.hostile import HARMLESS, HOSTILE

RULES = (Code.NFKC, Code.CTRL, Code.DIGIT, Code.MARKUP, Code.URL)


def _of(table: dict[Code, tuple[str, ...]], codes: Iterable[Code]) -> list[object]:
    return [
        pytest.param(code, text, id=f"{code.lower()}-{number}")
        for code in codes
        for number, text in enumerate(table[code])
    ]


def _codes(text: str) -> set[Code]:
    return set(character_codes(text, parts_of(text)))


@pytest.mark.parametrize(("code", "text"), _of(HOSTILE, RULES))
def test_a_forbidden_character_is_seen(code: Code, text: str) -> None:
    """The rule itself sees its sample, not only a neighbour."""
    assert code in _codes(text)


@pytest.mark.parametrize(("code", "text"), _of(HARMLESS, HARMLESS))
def test_plain_prose_is_left_alone(code: Code, text: str) -> None:
    """No rule about characters minds plain prose, typographic quotes and dashes included."""
    assert _codes(text) == set(), code


@pytest.mark.parametrize("text", HOSTILE[Code.CHARSET], ids=range(len(HOSTILE[Code.CHARSET])))
def test_only_listed_characters_may_stand(text: str) -> None:
    """A letter, sign or mark that is not on the list is not written in the language."""
    allowed = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:")
    assert not is_written_in(parts_of(text), allowed)
    assert is_written_in(parts_of("It costs {{cost_2}}, all of it: yes."), allowed)


def test_a_digit_in_a_placeholder_is_no_figure() -> None:
    """Ids may hold digits; what stands outside the braces may not."""
    assert _codes("It costs {{cost_2}}.") == set()
    assert Code.DIGIT in _codes("It costs {{2cost}}.")


def test_every_figure_of_unicode_is_a_digit() -> None:
    """Whatever Unicode calls a number, of any script or form, is seen."""
    figures = [c for c in map(chr, range(sys.maxunicode)) if category(c).startswith("N")]
    assert len(figures) > 1_500
    for figure in figures:
        assert Code.DIGIT in _codes(f"About {figure} of it."), figure


def test_no_character_beyond_showing_may_stand() -> None:
    """Controls, formats, private and unassigned characters and separators are all seen."""
    unseen = [c for c in map(chr, range(sys.maxunicode)) if category(c)[0] == "C"]
    for character in [*unseen[:5_000], *unseen[::997], "\u2028", "\u2029"]:
        assert Code.CTRL in _codes(f"It {character} is."), hex(ord(character))


@pytest.mark.parametrize("mark", list("<>*_[]{}`#%$~|\\^=+&"))
def test_no_mark_may_stand(mark: str) -> None:
    """Every sign that a chat or a terminal may act on is seen, alone in a sentence too."""
    assert Code.MARKUP in _codes(f"It costs {mark} {{{{cost}}}}.")
