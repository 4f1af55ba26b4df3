"""Blocks of lines -> pages of Telegram HTML, and the same as plain text.

A page stays within Telegram's 4096 UTF-16 units after escaping. It ends between two lines, never
inside a tag; the next one goes on under the same kind of block. A caption is shorter: 1024.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from unicodedata import category

from bot.ports.pictures import Picture

LIMIT = 4096
CAPTION_LIMIT = 1024
"""What stands below a picture, markup apart. Source: reference/telegram.md section 8."""

_TAG = re.compile(r"<[^>]*>")
_JOINER = "\N{ZERO WIDTH JOINER}"


Rows = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons: what stands on each, and what it carries."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture above the words.

    Attributes:
        picture: what it shows; drawn when it is sent.
        caption: Telegram HTML, for where the words themselves are too long to be the caption.
    """

    picture: Picture
    caption: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as a person reads it.

    Attributes:
        pages: Telegram HTML, each within 4096 UTF-16 units; the buttons belong to the last one.
        plain: the same without markup.
        news: of an edited message the part that is new, plain; empty when all of it is.
        rows: the buttons row by row, none for people who may only look.
        moved_up: stands where a page was, once its message has fewer of them.
        photos: the pictures above the first page.
    """

    pages: tuple[str, ...]
    plain: str
    news: str = ""
    rows: Rows = ()
    moved_up: str = ""
    photos: tuple[Photo, ...] = ()


class Kind(StrEnum):
    """What a block is; only fixed-width tables and headings differ from text."""

    HEAD = "head"
    TEXT = "text"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together; in a HEAD the last line is the headline."""

    lines: tuple[str, ...]
    kind: Kind = Kind.TEXT


def text(*lines: str) -> Block:
    """Return a block of plain lines, every line break a line of its own."""
    return Block(_split(lines))


def paragraph(sentences: Iterable[str]) -> Block:
    """Return sentences as one flowing text; no block at all without any."""
    words = " ".join(sentences)
    return text(words) if words else Block(())


def head(*lines: str) -> Block:
    """Return a heading; its last line is the headline."""
    return Block(_split(lines), Kind.HEAD)


def table(lines: Iterable[str]) -> Block:
    """Return a block of fixed width."""
    return Block(tuple(lines), Kind.TABLE)


def plain(blocks: Iterable[Block]) -> str:
    """Return the blocks as plain text, an empty line between two of them."""
    return "\n\n".join("\n".join(map(clean, block.lines)) for block in blocks if block.lines)


def pages(blocks: Iterable[Block], *, continued: str) -> tuple[str, ...]:
    """Return the blocks as Telegram HTML, as few pages as possible and at least one.

    Args:
        blocks: the message.
        continued: what every page but the first begins with.
    """
    done: list[str] = []
    open_page = _Page()
    for line in _lines(blocks):
        if not open_page.takes(line):
            done.append(open_page.html())
            open_page = _Page(escaped(continued))
        open_page.add(line)
    return (*done, open_page.html())


def escaped(words: str) -> str:
    """Return foreign text made harmless for Telegram's HTML mode."""
    return clean(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(words: str) -> str:
    """Return ``words`` without characters that no client can show or that turn the reading order.

    Control, surrogate and format characters go, but for the joiner inside emoji.
    """
    if words.isascii() and words.isprintable():
        return words
    return "".join(c for c in words if c == _JOINER or category(c) not in ("Cc", "Cf", "Cs"))


def bare(page: str) -> str:
    """Return what a reader sees of Telegram HTML: its text without tags."""
    return unescape(_TAG.sub("", page))


def caption(words: str) -> str:
    """Return one line as a caption in Telegram HTML, cut where Telegram would refuse it."""
    line = clean(words)
    if units(line) > CAPTION_LIMIT:
        line = f"{line[: CAPTION_LIMIT // 2 - 1]}…"
    return escaped(line)


def fits_caption(page: str) -> bool:
    """Tell whether a page of Telegram HTML is short enough to stand below a picture."""
    return units(bare(page)) <= CAPTION_LIMIT


def units(words: str) -> int:
    """Return a text's length as Telegram counts it, in UTF-16 code units."""
    return len(words) + sum(c > "\uffff" for c in words)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line with its block; ``opens`` is the first line of a block."""

    html: str
    kind: Kind
    opens: bool


class _Page:
    """One page under way; ``start`` is what it begins with when it goes on with a message."""

    def __init__(self, start: str = "") -> None:
        self._parts: list[str] = [start] if start else []
        self._size = units(start)
        self._in_table = False
        self._is_torn = bool(start)

    def takes(self, line: _Line) -> bool:
        room = LIMIT - len("</pre>")
        return not self._parts or self._size + units(self._joined(line)) <= room

    def add(self, line: _Line) -> None:
        words = self._joined(line)
        self._parts.append(words)
        self._size += units(words)
        self._in_table = line.kind is Kind.TABLE
        self._is_torn = False

    def html(self) -> str:
        return "".join(self._parts) + ("</pre>" if self._in_table else "")

    def _joined(self, line: _Line) -> str:
        """Return the line with whatever stands between it and the one before."""
        opens = line.opens or self._is_torn
        if not self._parts:
            between = ""
        elif not opens:
            between = "\n"
        elif self._in_table:
            between = "</pre>\n"
        else:
            between = "\n\n"
        start = "<pre>" if opens and line.kind is Kind.TABLE else ""
        return f"{between}{start}{line.html}"


def _lines(blocks: Iterable[Block]) -> Iterator[_Line]:
    for block in blocks:
        last = len(block.lines) - 1
        for number, words in enumerate(block.lines):
            is_headline = block.kind is Kind.HEAD and number == last
            for part, piece in enumerate(_pieces(words)):
                html = f"<b>{escaped(piece)}</b>" if is_headline and piece else escaped(piece)
                yield _Line(html, block.kind, opens=not number and not part)


def _pieces(words: str) -> Iterator[str]:
    """Cut a line that no page could hold; an escaped character has at most five units."""
    longest = (LIMIT - 100) // len("&amp;")
    for start in range(0, max(len(words), 1), longest):
        yield words[start : start + longest]


def _split(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(part for line in lines for part in line.split("\n"))
