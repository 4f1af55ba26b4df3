"""A person's raw text -> plain words, in time linear in its length, whatever it holds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from unicodedata import category, normalize

LONGEST = 4_096
"""Characters that are looked at; no chat sends more in one message, and none turns into more."""

MOST_SEARCHED = 250
"""Words that are looked at: as many as a text of one-letter words has that a model may see."""

MOST_WORDS = 60
"""Words of a question; a longer text is none that rules understand."""

_TOKEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4})?|[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_APOSTROPHES = str.maketrans("", "", "'’‘`\N{ACUTE ACCENT}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_CLAUSE_ENDS = re.compile(r"[.!?;:,\n\r]")
_FOREIGN = frozenset("{}[]<>\\|`=$#@^~")

# As people type them, with the apostrophe gone.
_NOT = {
    f"{verb}nt": (verb, "not")
    for verb in (
        "are",
        "could",
        "did",
        "does",
        "do",
        "had",
        "has",
        "have",
        "is",
        "should",
        "was",
        "were",
        "would",
    )
} | {"cant": ("can", "not"), "cannot": ("can", "not"), "wont": ("will", "not")}


@dataclass(frozen=True)
class Words:
    """A text as words.

    Attributes:
        said: the words as they were written, NFKC.
        folded: the same in lower case, umlauts written out, "didn't" as two words.
        clauses: the same, cut where a sentence or a part of it ends.
        is_plain: nothing in it but words and ordinary punctuation, and all of it was looked at.
    """

    said: tuple[str, ...]
    folded: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]
    is_plain: bool

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word once."""
        return frozenset(self.folded)

    def has(self, *phrases: str) -> bool:
        """Tell whether one of the phrases stands here; a word's ``*`` stands for any ending."""
        return any(self.place(phrase) >= 0 for phrase in phrases)

    def place(self, phrase: str) -> int:
        """Return where a phrase begins, -1 when it is not here."""
        parts = phrase.split()
        if len(parts) == 1 and not phrase.endswith("*"):
            return self.folded.index(phrase) if phrase in self.known else -1
        for start in range(len(self.folded) - len(parts) + 1):
            if all(map(_fits, parts, self.folded[start : start + len(parts)])):
                return start
        return -1


def words_of(text: str) -> Words:
    """Return the words of a text; of a very long one those at its beginning."""
    clean, is_whole = _clean(text)
    is_plain = is_whole and _FOREIGN.isdisjoint(clean) and "://" not in clean
    bare = _POSSESSIVE.sub("", clean).translate(_APOSTROPHES)
    tokens = [found.span() for found in islice(_TOKEN.finditer(bare), MOST_SEARCHED + 1)]
    if len(tokens) > MOST_SEARCHED:
        bare, is_plain = bare[: tokens[-1][0]], False
    said = tuple(_TOKEN.findall(bare))
    clauses = tuple(
        tuple(folded(_TOKEN.findall(clause))) for clause in _CLAUSE_ENDS.split(bare) if clause
    )
    return Words(said, tuple(folded(said)), clauses, is_plain)


def folded(said: Iterable[str]) -> Iterator[str]:
    """Yield words in lower case with umlauts written out; a contraction becomes two."""
    plain = (word.casefold().translate(_UMLAUTS) for word in said)
    return chain.from_iterable(_NOT.get(word, (word,)) for word in plain)


def _clean(text: str) -> tuple[str, bool]:
    """Return a text without what cannot be seen, and whether that is all of it.

    One character may turn into eighteen: what counts is the length that they have afterwards.
    """
    known = normalize("NFKC", text[:LONGEST].encode("utf-8", "ignore").decode("utf-8"))
    seen = "".join(
        " " if c.isspace() and c != "\n" else c
        for c in known[:LONGEST]
        if c.isspace() or category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me")
    )
    return seen, max(len(text), len(known)) <= LONGEST


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
