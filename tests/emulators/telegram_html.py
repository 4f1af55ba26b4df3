"""Telegram's HTML to plain text and entities, refusing what the real parser refuses, and more.

Stricter than the real server on purpose, because it loses these silently: formatting inside code
or pre, nested blockquotes, links without an address, more than 100 entities.
Source: reference/telegram.md section 8; core.telegram.org/bots/api#html-style.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from tests.emulators.telegram_wire import ApiError, Json, bad_request

_PLAIN_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "a": "text_link", "tg-emoji": "custom_emoji",
}  # fmt: skip
_VERBATIM = frozenset({"code", "pre"})
_MAX_ENTITIES = 100
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[^<>]*)?)>")
_ATTRIBUTE = re.compile(r"""\s+([A-Za-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)))?""")
# The parser knows these four names and numbers; any other ampersand is an ordinary character.
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")


@dataclass(frozen=True)
class Formatted:
    """Plain text with its entities; offsets and lengths count UTF-16 code units."""

    text: str
    entities: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class _Open:
    """A start tag that still waits for its end tag."""

    tag: str
    entity: Json
    offset: int


def utf16_length(text: str) -> int:
    """Return the length as Telegram counts it: UTF-16 code units, so most emoji are 2."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> Formatted:
    """Return the text and entities of a message sent with parse_mode HTML.

    Raises:
        ApiError: 400 "can't parse entities: …" for unknown, unbalanced or malformed tags.
    """
    text, position, stack, entities = "", 0, list[_Open](), list[Json]()
    while (start := source.find("<", position)) != -1:
        text += _decode(source[position:start])
        match = _TAG.match(source, start)
        if match is None:
            raise _unparsable(f"malformed tag at byte offset {_bytes(source, start)}")
        if match[1]:
            entities += _close(match, stack, utf16_length(text), _bytes(source, start))
        else:
            stack.append(_open(match, stack, utf16_length(text), _bytes(source, start)))
        position = match.end()
    if stack:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    if len(entities) > _MAX_ENTITIES:
        raise _unparsable(f"more than {_MAX_ENTITIES} entities")
    return trim(Formatted(text + _decode(source[position:]), _in_order(entities)))


def trim(formatted: Formatted) -> Formatted:
    """Cut blanks and line feeds from the end, and from the start up to the first entity."""
    text = formatted.text.rstrip(" \n")
    first_entity = min((entity["offset"] for entity in formatted.entities), default=len(text))
    cut = min(len(text) - len(text.lstrip(" \n")), first_entity)
    text, room = text[cut:], utf16_length(text[cut:])
    moved = [{**entity, "offset": entity["offset"] - cut} for entity in formatted.entities]
    fitted = [{**e, "length": min(e["length"], room - e["offset"])} for e in moved]
    return Formatted(text, [entity for entity in fitted if entity["length"] > 0])


def _open(match: re.Match[str], stack: list[_Open], offset: int, at: int) -> _Open:
    """Read one start tag."""
    tag = match[2].lower()
    if tag not in _PLAIN_TAGS:
        raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {at}')
    around = [outer.tag for outer in stack]
    if _VERBATIM.intersection(around) and not (tag == "code" and around[-1] == "pre"):
        raise _unparsable(f'tag "{tag}" inside code or pre at byte offset {at}')
    if tag == "blockquote" and tag in around:
        raise _unparsable(f"nested blockquote at byte offset {at}")
    return _Open(tag, _entity(tag, _attributes(match[3], at), around, at), offset)


def _entity(tag: str, attributes: dict[str, str], around: list[str], at: int) -> Json:
    """Return the entity of a start tag, without its place in the text."""
    entity: Json = {"type": _PLAIN_TAGS[tag]}
    if tag == "a":
        if not attributes.get("href"):
            raise _unparsable(f"link without href at byte offset {at}")
        entity["url"] = attributes["href"]
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if tag == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    if tag == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    if tag == "code" and around[-1:] == ["pre"]:
        entity = {
            "type": "language",
            "language": attributes.get("class", "").removeprefix("language-"),
        }
    return entity


def _close(match: re.Match[str], stack: list[_Open], offset: int, at: int) -> list[Json]:
    """Read one end tag; returns the entity it completes, or none for empty spans."""
    tag = match[2].lower()
    if not stack:
        raise _unparsable(f"Unexpected end tag at byte offset {at}")
    opened = stack.pop()
    if opened.tag != tag or match[3].strip():
        raise _unparsable(
            f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", found "</{tag}>"'
        )
    if opened.entity["type"] == "language":
        stack[-1].entity["language"] = opened.entity["language"]
        return []
    length = offset - opened.offset
    return [{**opened.entity, "offset": opened.offset, "length": length}] if length else []


def _attributes(source: str, at: int) -> dict[str, str]:
    """Read the attributes of a start tag; an attribute without a value is the empty string."""
    attributes: dict[str, str] = {}
    position = 0
    source = source.rstrip()
    while position < len(source):
        match = _ATTRIBUTE.match(source, position)
        if match is None:
            raise _unparsable(f"malformed attribute in the tag at byte offset {at}")
        attributes[match[1].lower()] = _decode(match[2] or match[3] or match[4] or "")
        position = match.end()
    return attributes


def _decode(source: str) -> str:
    """Resolve the few character names Telegram knows, and numbers."""
    return _CHARACTER.sub(lambda match: html.unescape(match[0]), source)


def _in_order(entities: list[Json]) -> list[Json]:
    """Sort as Telegram does: by offset, the longer first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _bytes(source: str, position: int) -> int:
    """Return the byte offset of a character position."""
    return len(source[:position].encode())


def _unparsable(reason: str) -> ApiError:
    """Return the 400 for markup that cannot be read."""
    return bad_request(f"can't parse entities: {reason}")
