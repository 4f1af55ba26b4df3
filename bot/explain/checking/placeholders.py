"""The placeholders of a line: known, alone in their braces, and touched by nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import category

from bot.explain.checking.codes import Code
from bot.explain.checking.verdict import Line
from bot.explain.told import Told, ToldFact

PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]{0,40})\}\}")
"""Source: METHODS 7.2 and 7.4, BRACE. Bounded, so that no run of braces or letters costs more."""
STAND_IN = "\N{OBJECT REPLACEMENT CHARACTER}"
MOST_REPEATS = 3

_OPENING = "(\"'“‘„«"
_CLOSING = ".,;:!?)\"'”’»"
_FEET = frozenset("'’")
_POSSESSIVE = re.compile(r"['’]s(?![\w'’])")
# One letter after a figure is read as its unit: "k", "m", "x". Words of one letter are none.
_UNIT = re.compile(r" +(?![aAI]\b|e\.g\.|i\.e\.)[^\W\d_](?![\w'’])")
# Alone before a figure these are read as its sign, a long dash is not.
_SIGNS = frozenset("-–−+±~")
_NOTHING_READ = re.compile(rf"[{re.escape(_CLOSING)}]* +(?:— +)?[{re.escape(_OPENING)}]*")


@dataclass(frozen=True, slots=True)
class Parts:
    """A line taken apart at its placeholders.

    Attributes:
        plain: what stands before, between and after them; one more than there are placeholders.
        ids: what stands inside the braces, in order, known or not.
    """

    plain: tuple[str, ...]
    ids: tuple[str, ...]

    @property
    def masked(self) -> str:
        """The line with one character, which is no letter, in place of every placeholder."""
        return STAND_IN.join(self.plain)


def parts_of(text: str) -> Parts:
    """Return a line taken apart; braces that hold no well-formed id stay in ``plain``."""
    pieces = PLACEHOLDER.split(text)
    return Parts(tuple(pieces[::2]), tuple(pieces[1::2]))


def placeholder_codes(parts: Parts, told: Told) -> Iterator[Code]:
    """Yield the rules that the placeholders of one line break. Source: METHODS 7.4; 7.4a, GLUE."""
    if any("{" in piece or "}" in piece for piece in parts.plain):
        yield Code.BRACE
    known = {fact.fact_id: fact for fact in told.facts}
    if not known.keys() >= set(parts.ids):
        yield Code.UNKNOWN
    if _is_glued(parts) or _is_run_together(parts, known):
        yield Code.GLUE


def is_repetitive(every: Iterable[Parts], told: Told) -> bool:
    """Tell whether an id is used more than three times; the names of coins may be.

    Source: METHODS 7.4, REPEAT; 7.4a, 11.
    """
    names = {fact.fact_id for fact in told.facts if fact.kind == "asset"}
    counts = Counter(name for parts in every for name in parts.ids)
    return any(count > MOST_REPEATS for name, count in counts.items() if name not in names)


def covers(lines: Iterable[Line], told: Told) -> bool:
    """Tell whether lines use every fact they must. Source: METHODS 7.4, COVERAGE."""
    used = {name for line in lines for name in parts_of(line.text).ids}
    return used.issuperset(told.required)


def _is_glued(parts: Parts) -> bool:
    """Tell whether anything that changes how a figure reads touches a placeholder."""
    quotes = 0
    for before, after in pairwise(parts.plain):
        quotes += before.count('"')
        lead = before.rstrip(_OPENING)
        opened = before[len(lead) :]
        if not (_leads_in(lead) and _leads_out(after, opened, is_quoted=quotes % 2 == 1)):
            return True
    return False


def _leads_in(lead: str) -> bool:
    """Tell whether a figure may follow ``lead``: nothing, or a word apart from it, and no sign."""
    words = lead.rstrip(" ")
    if words == lead:
        return not lead
    # Behind a word it is a hyphen left over, behind another one a dash as typewriters make it.
    return words[-1:] not in _SIGNS or words[-2:-1].isalpha() or words[-2:] == "--"


def _leads_out(after: str, opened: str, *, is_quoted: bool) -> bool:
    """Tell whether a figure may stand before ``after``: its end, or a word apart from it."""
    possessive = _POSSESSIVE.match(after)
    if possessive:
        after = after[possessive.end() :]
    rest = after.lstrip(_CLOSING)
    closed = after[: len(after) - len(rest)]
    if not _FEET.isdisjoint(closed) and _FEET.isdisjoint(opened) and "‘" not in opened:
        return False
    if '"' in closed and not is_quoted:
        return False
    return not rest or (rest[0] == " " and (bool(closed) or not _UNIT.match(rest)))


def _is_run_together(parts: Parts, known: dict[str, ToldFact]) -> bool:
    """Tell whether two placeholders touch, or would read as one figure with no word between."""
    for between, (first, second) in zip(parts.plain[1:-1], pairwise(parts.ids), strict=True):
        if any(character.isalpha() for character in between):
            continue
        if not _NOTHING_READ.fullmatch(between):
            return True
        if not between.strip() and _reads_on(known.get(first), known.get(second)):
            return True
    return False


def _reads_on(first: ToldFact | None, second: ToldFact | None) -> bool:
    """Tell whether a figure ends the one fact's words and begins the other's: "3 000"."""
    if first is None or second is None:
        return False
    ends, begins = first.text[-1:] or " ", second.text[:1] or " "
    return category(ends)[0] == "N" and category(begins)[0] == "N"
