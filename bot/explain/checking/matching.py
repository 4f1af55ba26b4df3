"""Known words and phrases -> the longest one that begins at a place, in one walk without return."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

NO_TAGS: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases; ``tags`` is None where no phrase ends."""

    tags: frozenset[str] | None = None
    follows: dict[str, "_Node"] = field(default_factory=dict)


class Phrases:
    """Words and phrases with what is known about each; the longest match wins.

    A walk reads at most as many words as the longest phrase has, so a text of n words takes time
    proportional to n, whatever it holds.
    """

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        """Keep every pattern of ``entries`` under its tag; one in several lists has all tags."""
        self._root = _Node()
        for tag, patterns in entries.items():
            for pattern in patterns:
                for words in spelled_out(pattern):
                    self._add(words, tag)

    def match(self, words: Sequence[str], start: int) -> tuple[int, frozenset[str]]:
        """Return (how many words, their tags) of the longest entry at ``start``; at least one.

        An unknown word has no tags.
        """
        node, length, tags = self._root, 1, NO_TAGS
        for place in range(start, len(words)):
            follower = node.follows.get(words[place])
            if follower is None:
                break
            node = follower
            if node.tags is not None:
                length, tags = place - start + 1, node.tags
        return length, tags

    def tags_of(self, word: str) -> frozenset[str]:
        """Return what is known about one word."""
        node = self._root.follows.get(word)
        return NO_TAGS if node is None or node.tags is None else node.tags

    def _add(self, words: Sequence[str], tag: str) -> None:
        node = self._root
        for word in words:
            node = node.follows.setdefault(word, _Node())
        node.tags = (node.tags or NO_TAGS) | {tag}


def spelled_out(pattern: str) -> Iterator[tuple[str, ...]]:
    """Yield every phrase a pattern of the lexicon stands for.

    ``sell||s|ing`` is a stem with its endings: sell, sells, selling. ``is/has_been`` are
    alternatives at one place of a phrase, of which one may have several words, and ``~`` among
    them stands for no word at all.
    """
    places = [_choices(part) for part in pattern.split()]
    for chosen in product(*places):
        yield tuple(word for part in chosen for word in part.split("_") if word != "~")


def _choices(part: str) -> tuple[str, ...]:
    choices: list[str] = []
    for choice in part.split("/"):
        stem, *endings = choice.split("|")
        choices += [stem + ending for ending in endings] if endings else [stem]
    return tuple(choices)
