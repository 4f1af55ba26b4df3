"""A person's raw text -> plain words, in time linear in its length, whatever it holds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from unicodedata import category, normalize

LONGEST = 4_096
"""Characters that are looked at; no chat sends more in one message."""

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
        is_plain: nothing in it but words and ordinary punctuation.
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
    clean = _clean(text[:LONGEST])
    is_plain = len(text) <= LONGEST and _FOREIGN.isdisjoint(clean) and "://" not in clean
    bare = _POSSESSIVE.sub("", clean).translate(_APOSTROPHES)
    said = tuple(_TOKEN.findall(bare))
    clauses = tuple(
        tuple(folded(_TOKEN.findall(clause))) for clause in _CLAUSE_ENDS.split(bare) if clause
    )
    return Words(said, tuple(folded(said)), clauses, is_plain)


def folded(said: Iterable[str]) -> Iterator[str]:
    """Yield words in lower case with umlauts written out; a contraction becomes two."""
    plain = (word.casefold().translate(_UMLAUTS) for word in said)
    return chain.from_iterable(_NOT.get(word, (word,)) for word in plain)


def _clean(text: str) -> str:
    """Return a text without what cannot be seen: controls, formats, surrogates, marks."""
    return "".join(
        " " if c.isspace() and c != "\n" else c
        for c in normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
        if c.isspace() or category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me")
    )


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
