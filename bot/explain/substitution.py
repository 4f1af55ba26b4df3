"""Checked lines -> finished words, every placeholder replaced once.

What comes out is plain text. It is not escaped here: the chat's renderer escapes each whole line
once, prose and figures alike, when it makes Telegram's HTML of it (``bot.chat.render.pages``), and
the console shows it as it is. Escaping here as well would show ``&amp;`` to a person.
"""

import re

from bot.explain.checking.placeholders import PLACEHOLDER
from bot.explain.checking.verdict import Line
from bot.explain.told import Told
from core.domain.errors import InvariantBroken

_OPENING = " (\"'“‘„«"
# Where the next word begins a sentence. Some abbreviations end in a dot as well.
_BEGINS = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)[.!?][)\"”’'»]* +[(\"'“‘„«]*\Z", re.ASCII | re.IGNORECASE
)
# Far enough back to see all of that; what stands before does not matter.
_LOOKS_BACK = 16
_UNFINISHED = " )\"”’'»"
_PAUSES = tuple(".!?:;,…-–—")


def fill(lines: tuple[Line, ...], told: Told) -> tuple[str, ...]:
    """Return each line with the finished words of its facts in place of the placeholders.

    One pass: words that were put in are never looked at again, whatever braces they hold. Where a
    fact's words begin a sentence, their first letter is raised, but for the name of a coin. A line
    that ends without a full stop gets one, since lines are read one after another.

    Raises:
        InvariantBroken: a line names a fact that is not told; no checked line does.

    Source: METHODS 7.4a, Substitution.
    """
    return tuple(_ended(_filled(line.text, told)) for line in lines)


def _filled(text: str, told: Told) -> str:
    pieces = PLACEHOLDER.split(text)
    begins = not pieces[0].strip(_OPENING)
    done = [pieces[0]]
    for name, before, after in zip(pieces[1::2], pieces[::2], pieces[2::2], strict=False):
        begins = begins or _BEGINS.search(before[-_LOOKS_BACK:]) is not None
        done += [_words(name, told, begins=begins), after]
        begins = False
    return "".join(done)


def _words(fact_id: str, told: Told, *, begins: bool) -> str:
    fact = told.find(fact_id)
    if fact is None:
        raise InvariantBroken(f"a checked line names {fact_id!r}, which is not among the facts")
    if begins and fact.kind != "asset":
        return fact.text[:1].upper() + fact.text[1:]
    return fact.text


def _ended(text: str) -> str:
    words = text.strip()
    core = words.rstrip(_UNFINISHED)
    return words if not core or core.endswith(_PAUSES) else f"{words}."
