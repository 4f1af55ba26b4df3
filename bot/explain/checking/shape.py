"""A model's raw output -> lines of prose, or nothing; and whether they keep to their measure."""

import json
from collections.abc import Mapping, Sequence

from bot.explain.checking.verdict import Line, Role

FEWEST_LINES = 3
MOST_LINES = 6
MOST_CHARACTERS = 700
"""Of all lines together, placeholders as written. Source: METHODS 7.3."""
MOST_PER_LINE = 300
"""A line of the card is one or two sentences; a longer one hides what it says."""
MOST_READ = 4 * MOST_CHARACTERS
"""Beyond this the words of a text are not looked at: it is told to be shorter, and nothing else."""
MOST_WRITTEN = 20_000
"""Beyond this an output is not even parsed. Far above the JSON around 700 characters."""

_ROLES = {role.value: role for role in Role}


class _Misshapen(ValueError):
    """JSON that is not an output."""


def lines_of(output: str) -> tuple[Line, ...] | None:
    """Return the lines of an output, or None where its shape is not exactly what was asked for.

    Asked for is one JSON object, ``{"lines": [{"role": ..., "text": ...}, ...]}``: these keys, each
    once, a role of the set, a text that is a string, and around the object nothing but white
    space. Any other text, whatever it is, gives None; nothing is raised.

    Source: METHODS 7.3; 7.4a, SHAPE.
    """
    try:
        document = json.loads(output, object_pairs_hook=_without_repeats)
        return tuple(_line(row) for row in _rows(document))
    except (ValueError, RecursionError):
        # Not JSON, a number beyond all measure, a repeated key, or too deeply nested to read.
        return None


def is_within_measure(lines: Sequence[Line]) -> bool:
    """Tell whether lines are neither too many nor too few, too long or empty.

    Lengths are those of what is written, so a placeholder counts with its braces. Every line has a
    role already; which roles a text uses is for it to choose, since what must be said is named by
    the facts it has to use. Source: METHODS 7.3; 7.4, LEN.
    """
    lengths = [len(line.text) for line in lines]
    return (
        FEWEST_LINES <= len(lines) <= MOST_LINES
        and sum(lengths) <= MOST_CHARACTERS
        and max(lengths) <= MOST_PER_LINE
        and all(line.text.strip() for line in lines)
    )


def is_readable(lines: Sequence[Line]) -> bool:
    """Tell whether a text is short enough for its words to be looked at one by one."""
    return sum(len(line.text) for line in lines) <= MOST_READ


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Misshapen
    return members


def _rows(document: object) -> Sequence[object]:
    rows = _members(document, {"lines"})["lines"]
    if not isinstance(rows, list):
        raise _Misshapen
    return rows


def _line(row: object) -> Line:
    members = _members(row, {"role", "text"})
    role, text = members["role"], members["text"]
    if not (isinstance(role, str) and role in _ROLES and isinstance(text, str)):
        raise _Misshapen
    return Line(_ROLES[role], text)


def _members(value: object, names: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict) or value.keys() != names:
        raise _Misshapen
    return value
