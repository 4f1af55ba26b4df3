"""How easily an English text reads, by Flesch's formulas.

Own code on purpose: the usual library loads a dictionary from the network. Source: METHODS 7.9.
"""

import re
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"[.!?]+(?=[\s\"')]|\Z)")
# A per cent sign belongs to the figure before it.
_WORD = re.compile(r"\S*[^\W_]\S*(?: %)?")
_LETTERS = re.compile(r"[a-z]+(?:['’][a-z]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
# Two syllables in one group of vowels: "portfolio", "various"; not "action", "special".
_HIATUS = re.compile(r"(?<=[^aeioutscgx])i(?=[aou])")
# Written, but not spoken: "moved", "takes"; but "traded", "prices" have the syllable.
_SILENT_ED = re.compile(r"[^aeiouytdl]ed\Z|[aeiouy]led\Z")
_SILENT_ES = re.compile(r"(?<![cgsxz])(?<!sh)(?<!ch)(?<![aeiouy])es\Z")
_SILENT_E = re.compile(r"(?<![aeiouyl])e\Z|[aeiouy]le\Z")

_SIGNS = {"$": 2, "€": 2, "£": 1, "%": 2}
"""Syllables of signs as they are read: "dollars", "per cent"."""

_POINT = re.compile(r"(?<=\d)\.(?=\d)")
LENGTHY = 3
"""A figure of more digits is left out of the count of syllables."""


@dataclass(frozen=True, slots=True)
class Readability:
    """What Flesch's formulas are made from.

    Figures and symbols count as they are read aloud, roughly; lengthy figures are words whose
    syllables are not counted, as their reader does not spell them out either.
    Source: R. Flesch, A New Readability Yardstick (1948), how to count syllables.

    Attributes:
        words: all of them, figures and symbols too.
        sentences: at least 1 where there is a word.
        counted: the words whose syllables are counted.
        syllables: of those.
    """

    words: int
    sentences: int
    counted: int
    syllables: int

    @property
    def ease(self) -> float:
        """Flesch reading ease: 100 is very easy, 60 to 70 plain English, below 30 hard."""
        if not self.counted:
            return 0.0
        return 206.835 - 1.015 * self._per_sentence - 84.6 * self._per_word

    @property
    def grade(self) -> float:
        """Flesch-Kincaid grade: years of school that it takes."""
        if not self.counted:
            return 0.0
        return 0.39 * self._per_sentence + 11.8 * self._per_word - 15.59

    @property
    def _per_sentence(self) -> float:
        return self.words / self.sentences

    @property
    def _per_word(self) -> float:
        return self.syllables / self.counted


def readability_of(text: str) -> Readability:
    """Return the counts of a text; a line that ends without a full stop ends a sentence too."""
    words: list[str] = []
    sentences = 0
    for line in text.split("\n"):
        for sentence in _SENTENCE_END.split(line):
            found = _WORD.findall(sentence)
            words += found
            sentences += bool(found)
    counted = [word for word in words if _digits_in(word) <= LENGTHY]
    return Readability(len(words), sentences, len(counted), sum(map(syllables_in, counted)))


def syllables_in(word: str) -> int:
    """Return the syllables of one word, at least 1.

    Words by their groups of vowels; a digit is one syllable, a symbol such as BTC is spelled out.
    """
    bare = word.strip(".,;:!?()\"'“”’")
    if digits := _digits_in(bare):
        signs = sum(_SIGNS.get(character, 0) for character in bare)
        return digits + signs + len(_POINT.findall(bare))
    if len(bare) > 1 and bare.isupper():
        return len(bare)
    return max(1, sum(map(_spoken, _LETTERS.findall(bare.lower()))))


def _digits_in(word: str) -> int:
    return sum(character.isdigit() for character in word)


def _spoken(letters: str) -> int:
    """Return the syllables of a row of letters: its groups of vowels without the silent endings."""
    groups = len(_VOWELS.findall(letters)) + len(_HIATUS.findall(letters))
    is_silent = any(p.search(letters) for p in (_SILENT_ED, _SILENT_ES, _SILENT_E))
    return max(1, groups - is_silent)
