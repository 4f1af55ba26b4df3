"""A figure under a wrong label: "the benefit is {{cost}}", "from {{value_after}}".

Source: METHODS 7.4a, 5, KIND.
"""

from collections.abc import Iterator

from bot.explain.checking.beside import Label, Labels
from bot.explain.checking.reading import Clause
from bot.explain.told import Told, ToldFact

_Part = ToldFact | tuple[Label, ...] | None
"""A figure, the labels of a word, or neither."""


_CROSSED = (("ended", "value_before", "value_after"), ("began", "value_after", "value_before"))
"""A moment, the figure that is not of it, and the one that may stand beside both."""


def mislabels(clause: Clause, told: Told, labels: Labels) -> bool:
    """Tell whether a label stands beside a figure of another kind, or a moment beside another's."""
    kinds = {fact.kind for fact in clause.facts}
    if any(kinds >= {when, wrong} and right not in kinds for when, wrong, right in _CROSSED):
        return True
    return any(not label.fits(fact, told) for label, fact in _labelled(clause, labels))


def _labelled(clause: Clause, labels: Labels) -> Iterator[tuple[Label, ToldFact]]:
    last: tuple[Label, ...] = ()
    before: _Part = None
    for part in _parts(clause, labels):
        if isinstance(part, ToldFact):
            right_before = before if isinstance(before, tuple) else ()
            yield from ((label, part) for label in last)
            yield from ((label, part) for label in right_before if label.side == "next")
            last = ()
        elif part:
            if isinstance(before, ToldFact):
                yield from ((label, before) for label in part if label.side == "before")
            last = tuple(label for label in part if label.side == "on") or last
        before = part


def _parts(clause: Clause, labels: Labels) -> Iterator[_Part]:
    """Yield the figures of a clause and what its words and phrases call them, in order."""
    for words, fact in clause.runs:
        place = 0
        while place < len(words):
            length, tags = labels.phrases.match(words, place)
            yield tuple(labels.named[tag] for tag in sorted(tags))
            place += length
        if fact is not None:
            yield fact
