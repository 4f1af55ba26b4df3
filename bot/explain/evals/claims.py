"""A finished text against the facts it was made from: false claims and figures of its own.

Neither looks at the checks: what they let through is measured with another yardstick.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from bot.explain.checking.placeholders import PLACEHOLDER
from bot.explain.checking.verdict import Line
from bot.explain.told import Told

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_NEGATORS = re.compile(r"\b(?:no|not|nothing|none|never|neither|nor|without|\w+n['’]t)\b")


def claims_in(text: str, forbidden: Iterable[str]) -> Iterator[str]:
    """Yield the forbidden claims that a text makes; one that is denied before it is none.

    Words, not meanings, are compared: a text without a find may still be false.
    """
    sentences = _SENTENCE.split(text.replace("\n", " ").lower())
    for claim in forbidden:
        pattern = re.compile(rf"(?<!\w){re.escape(claim.lower())}(?!\w)")
        if any(_is_claimed(pattern, sentence) for sentence in sentences):
            yield claim


def own_figures_in(rendered: str, lines: Iterable[Line], told: Told) -> tuple[str, ...]:
    """Return the figures of a finished text that no fact it uses has brought; there are none.

    Args:
        rendered: the finished text.
        lines: the same with placeholders.
        told: the facts.

    Source: METHODS 7.9, numeric error.
    """
    brought: Counter[str] = Counter()
    for line in lines:
        for name in PLACEHOLDER.findall(line.text):
            fact = told.find(name)
            brought.update(_FIGURE.findall("" if fact is None else fact.text))
    return tuple((Counter(_FIGURE.findall(rendered)) - brought).elements())


def _is_claimed(pattern: re.Pattern[str], sentence: str) -> bool:
    found = pattern.search(sentence)
    return found is not None and not _NEGATORS.search(sentence[: found.start()])
