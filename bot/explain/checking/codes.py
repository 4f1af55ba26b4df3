"""The rules a model's text can break, each with its code. Source: METHODS 7.4 and 7.4a."""

from collections.abc import Iterable
from enum import StrEnum


class Code(StrEnum):
    """Why a text is refused; ``GROUNDED`` leaves sentences out, and refuses when none is left."""

    SHAPE = "SHAPE"
    LEN = "LEN"
    NFKC = "NFKC"
    CTRL = "CTRL"
    CHARSET = "CHARSET"
    BRACE = "BRACE"
    UNKNOWN = "UNKNOWN"
    DIGIT = "DIGIT"
    GLUE = "GLUE"
    MARKUP = "MARKUP"
    URL = "URL"
    NUMWORD = "NUMWORD"
    NAMES = "NAMES"
    DIRECTION = "DIRECTION"
    NEGATION = "NEGATION"
    SUBJECT = "SUBJECT"
    OWNER = "OWNER"
    ADVICE = "ADVICE"
    CAUSE = "CAUSE"
    KIND = "KIND"
    LANG = "LANG"
    COVERAGE = "COVERAGE"
    REPEAT = "REPEAT"
    GROUNDED = "GROUNDED"


STRUCTURAL = frozenset(
    {
        Code.SHAPE,
        Code.LEN,
        Code.NFKC,
        Code.CHARSET,
        Code.CTRL,
        Code.BRACE,
        Code.UNKNOWN,
        Code.DIGIT,
        Code.GLUE,
        Code.URL,
        Code.MARKUP,
        Code.NAMES,
        Code.COVERAGE,
        Code.REPEAT,
    }
)
"""What lets nothing through, on any text. Source: METHODS 7.4a, gates."""


def in_order(codes: Iterable[Code]) -> tuple[Code, ...]:
    """Return each code once, in the order of ``Code``."""
    found = frozenset(codes)
    return tuple(code for code in Code if code in found)
