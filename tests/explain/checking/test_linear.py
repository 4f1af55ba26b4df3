"""Hostile outputs cost no more than their length: work is counted in executed lines, not in time.

Regular expressions run outside Python, where nothing can be counted. What they do on the same
texts is compared between two lengths, in processor time, which a busy machine hardly changes, and
with plenty of room both ways.
"""

import json
import sys
from collections.abc import Callable
from time import thread_time
from timeit import repeat
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from bot.explain.checking.characters import character_codes, is_written_in
from bot.explain.checking.check import check
from bot.explain.checking.codes import Code
from bot.explain.checking.placeholders import parts_of, placeholder_codes
from bot.explain.checking.shape import MOST_READ, MOST_WRITTEN
from tests.explain.checking.plan_told import TOLD

if TYPE_CHECKING:
    from _typeshed import TraceFunction

MEGABYTE = 1_000_000

PIECES = {
    "opening braces": "{",
    "closing braces": "}",
    "double braces": "{{",
    "unfinished": "{{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "placeholders": "{{cost}}",
    "placeholders apart": "{{cost}} ",
    "placeholders in brackets": "({{cost}})",
    "unknown": "{{x}} ",
    "dots": ".",
    "dots apart": ". ",
    "dots in words": "a.",
    "abbreviations": "e.g. ",
    "spaces": " ",
    "spaces and a letter": " " * 50 + "a",
    "backslashes": "\\",
    "quotes": '"',
    "apostrophes": "'",
    "possessives": "{{cost}}'s ",
    "hyphens": "-",
    "hyphens in words": "a-",
    "letters": "a",
    "words": "word ",
    "direction words": "sell not up ",
    "sentences": "It is so. ",
    "commas": ",",
    "line breaks": "\n",
    "digits": "1",
    "marks stacked": "\u0323\u0301",
    "marks out of order": "\u0301\u0301\u0301\u0323\u0323\u0323",
    "hangul": "\u1100\u1161\u11a8",
    "wide": "\ufdfa",
    "halves of characters": "\ud800",
    "emoji": "\U0001f680",
    "no width": "\u200b",
    "sentences that differ": "".join(f"{a}{b} c. " for a in "abcdefgh" for b in "ijklmnop"),
}


def _as_output(text: str) -> str:
    return '{"lines": [' + ", ".join([f'{{"role": "why", "text": {json.dumps(text)}}}'] * 3) + "]}"


def _outputs(piece: str, most: int, *, times: int) -> tuple[str, str]:
    """Return an output of at most so many characters of prose, and one so many times shorter."""
    # Escapes count where an output is measured before it is parsed.
    escaped = len(json.dumps(piece)) - 2
    count = min(most // (3 * len(piece)), MOST_WRITTEN // (4 * escaped))
    shorter = max(count // times, 1)
    return _as_output(piece * (shorter * times)), _as_output(piece * shorter)


def _executed(output: str) -> int:
    """Return how many lines of Python run while an output is checked."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: object) -> "TraceFunction":
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check(output, TOLD)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("most", [MOST_READ, MOST_WRITTEN])
@pytest.mark.parametrize("name", PIECES)
def test_work_grows_no_faster_than_the_text(name: str, most: int) -> None:
    """Four times the text is at most about four times the work, in every form."""
    longer, shorter = _outputs(PIECES[name], most, times=4)
    assert check(longer, TOLD).codes != (Code.SHAPE,)
    assert _executed(longer) <= 5 * _executed(shorter) + 500


def _best(call: Callable[[], object]) -> float:
    return min(repeat(call, timer=thread_time, number=1, repeat=3))


@pytest.mark.parametrize("name", PIECES)
def test_patterns_do_not_walk_back(name: str) -> None:
    """A text 32 times as long takes the patterns at most a few times 32 times as long."""

    def look(text: str) -> None:
        parts = parts_of(text)
        list(character_codes(text, parts))
        list(placeholder_codes(parts, TOLD))
        is_written_in(parts, frozenset("abc"))

    longer = PIECES[name] * (128_000 // len(PIECES[name]))
    shorter = longer[: len(longer) // 32]
    # Walking back would take 1,024 times as long.
    assert _best(lambda: look(longer)) <= 256 * _best(lambda: look(shorter))


@pytest.mark.parametrize("name", PIECES)
def test_no_form_makes_a_check_dear(name: str) -> None:
    """The whole check of the longest text that is read word by word costs its share."""
    much, little = _outputs(PIECES[name], MOST_READ, times=16)
    # Walking back would take 256 times as long.
    assert _best(lambda: check(much, TOLD)) <= 96 * _best(lambda: check(little, TOLD))


@pytest.mark.parametrize(
    "output",
    [
        *(piece * (MEGABYTE // len(piece)) for piece in PIECES.values()),
        "[" * MEGABYTE,
        '{"lines":' * (MEGABYTE // 9),
        '{"a":[' * (MEGABYTE // 6),
        "9" * MEGABYTE,
        _as_output("x" * (MEGABYTE // 3)),
    ],
    ids=range(len(PIECES) + 5),
)
def test_a_megabyte_is_not_even_read(output: str) -> None:
    """Beyond its measure an output is refused at its length, whatever it holds."""
    assert check(output, TOLD).codes == (Code.LEN,)
    assert _executed(output) < 20
