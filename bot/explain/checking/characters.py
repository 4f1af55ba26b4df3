"""The characters of a line -> the rules they break. No rule here knows what a word means."""

import re
from collections.abc import Iterator
from unicodedata import category, is_normalized

from bot.explain.checking.codes import Code
from bot.explain.checking.placeholders import STAND_IN, Parts

MARKS = frozenset("<>*_[]{}`#%$~|\\^=+&")
"""What a chat, a web page or a terminal may read as markup, and signs of figures."""

# Letters that pass for figures, in words made of nothing else: "lOO", "O". "I" is a word.
_LOOKS_LIKE_FIGURES = re.compile(r"(?<![\w'’])(?:[OoIl]{2,}|[Ol])(?![\w'’])")
# A line that begins with a dash is an item of a list.
_ITEM = re.compile(r"\s*[-–—]")
# Read as words, these hold a dot without being an address.
_ABBREVIATION = re.compile(r"(?<!\w)(?:e\.g|i\.e)\.(?=[\s,])", re.IGNORECASE)
_WORD = rf"[\w{STAND_IN}]"
_ADDRESS = re.compile(
    # A chat makes a live command, handle or link of these.
    r"[/@]"
    rf"|{_WORD}[.:]{_WORD}"
    # A dot that stands before a word, or alone; an ellipsis may.
    r"|(?:^|\s)\.(?!\.\.)"
    r"|\b(?:www|https?|ftps?|dot|slash|com|org)\b"
    # An address with a space in it; a sentence does not begin in lower case.
    r"|[.]\s+(?-i:app|biz|cc|cn|co|dev|finance|info|io|link|me|net|online|ru|site|to|top|xyz)\b",
    re.IGNORECASE,
)


def character_codes(text: str, parts: Parts) -> Iterator[Code]:
    """Yield the rules that the characters of one line break; a code may come more than once.

    Args:
        text: the line as written.
        parts: the same line, taken apart at its placeholders.

    Source: METHODS 7.4; 7.4a, CHARSET and URL.
    """
    # Asked this way, marks stacked by the thousand cost no sorting.
    if not is_normalized("NFKC", text):
        yield Code.NFKC
    kinds = {category(character) for piece in parts.plain for character in piece}
    if any(kind[0] == "C" or kind in ("Zl", "Zp") for kind in kinds):
        yield Code.CTRL
    masked = parts.masked
    if any(kind[0] == "N" for kind in kinds) or _LOOKS_LIKE_FIGURES.search(masked):
        yield Code.DIGIT
    if not MARKS.isdisjoint(masked) or _ITEM.match(masked):
        yield Code.MARKUP
    if _ADDRESS.search(_ABBREVIATION.sub("", masked)):
        yield Code.URL


def is_written_in(parts: Parts, allowed: frozenset[str]) -> bool:
    """Tell whether a line outside its placeholders uses only these characters and spaces.

    Source: METHODS 7.4a, CHARSET: an allow-list per language, which also stops the look-alikes of
    other scripts, combining marks, emoji, arrows and currency signs.
    """
    return all(character == " " or character in allowed for character in "".join(parts.plain))
