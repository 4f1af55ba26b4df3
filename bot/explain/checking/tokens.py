"""A line -> its words, placeholders and marks; where sentences end, which words hang together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.explain.checking.placeholders import PLACEHOLDER

# One alternative per kind of token; no two can begin at one place, so nothing is tried twice.
_TOKEN = re.compile(
    rf"(?P<hole>{PLACEHOLDER.pattern})"
    r"|(?<!\w)['’](?P<ending>s)\b"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    r"|(?P<dash>[-–—]+)"
    r"|(?P<stop>[.!?…]+)"
    r"|(?P<pause>[,;:()])"
    r"|(?P<quote>[\"“”'’‘])"
)
_JOINING = frozenset("-.")
Span = tuple[int, int, tuple["Token", ...]]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a placeholder or a mark.

    Attributes:
        kind: ``word``, ``hole``, ``dash``, ``stop``, ``pause``.
        text: a word as written, the id of a placeholder, or the mark.
        start, end: where it stands in its line.
        is_quoted: a quotation mark stands right before it.
    """

    kind: str
    text: str
    start: int
    end: int
    is_quoted: bool = False

    @property
    def speaks(self) -> bool:
        """Tell whether this is no mere mark."""
        return self.kind in ("word", "hole")


@dataclass(frozen=True, slots=True)
class Run:
    """Words with nothing but spaces, hyphens and inner dots between them; or one other token.

    Attributes:
        place: where its last token stands in its sentence.
        tokens: the words, or the other token.
        hidden: what its words make when hyphens, dots and spaces between letters are taken out.
    """

    place: int
    tokens: tuple[Token, ...]
    hidden: tuple[str, ...] = ()


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of a line in order; characters that are none of these are passed over."""
    tokens = []
    quote_end = -1
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "quote":
            quote_end = found.end()
        elif kind != "ending":
            inside = found[kind][2:-2] if kind == "hole" else found[kind]
            start, end = found.span()
            tokens.append(Token(kind, inside, start, end, is_quoted=start == quote_end))
    return tuple(tokens)


def sentences_of(tokens: Sequence[Token], length: int) -> Iterator[Span]:
    """Yield (start, end, tokens) of every sentence; marks without a word belong to a neighbour.

    A dot between two letters ends nothing, nor does the last one of an abbreviation.
    """
    begun, start, speaks = 0, 0, False
    last: Span | None = None
    for place, token in enumerate(tokens):
        speaks = speaks or token.speaks
        if token.kind == "stop" and speaks and not _is_inside(tokens, place):
            if last is not None:
                yield last
            end = tokens[place + 1].start if place + 1 < len(tokens) else length
            last = (start, end, tuple(tokens[begun : place + 1]))
            begun, start, speaks = place + 1, end, False
    if last is not None:
        yield last if speaks else (last[0], length, last[2])
    if speaks:
        yield start, length, tuple(tokens[begun:])


def runs_of(tokens: Sequence[Token]) -> Iterator[Run]:
    """Yield the tokens of a sentence with unbroken words put together, in order."""
    place = 0
    while place < len(tokens):
        run, joined = [tokens[place]], [False]
        while run[0].kind == "word" and place + 1 < len(tokens):
            is_joint = _joins(tokens, place + 1)
            if not is_joint and tokens[place + 1].kind != "word":
                break
            place += 2 if is_joint else 1
            run.append(tokens[place])
            joined.append(is_joint)
        is_plain = not any(joined) and all(len(token.text) > 1 for token in run)
        yield Run(place, tuple(run), () if is_plain else tuple(_hidden(run, joined)))
        place += 1


def _is_inside(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a dot stands between two letters, or ends what such a dot began."""
    if _joins(tokens, place):
        return True
    return tokens[place].text == "." and place > 1 and _joins(tokens, place - 2)


def _joins(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a hyphen or dot holds two words together, without a space on either side."""
    if not 0 < place < len(tokens) - 1 or tokens[place].text not in _JOINING:
        return False
    before, mark, after = tokens[place - 1 : place + 2]
    return before.kind == after.kind == "word" and before.end == mark.start == after.start - 1


def _hidden(run: Sequence[Token], joined: Sequence[bool]) -> Iterator[str]:
    """Yield words written apart without what parts them: "two-fold", "s e l l", "B.T.C"."""
    whole, letters = [run[0].text], ""
    for token, is_joined in zip(run[1:], joined[1:], strict=True):
        if is_joined:
            whole.append(token.text)
            continue
        yield from _whole(whole)
        whole = [token.text]
    yield from _whole(whole)
    for token in run:
        if len(token.text) == 1:
            letters += token.text
        elif letters:
            yield from _spelled(letters)
            letters = ""
    yield from _spelled(letters)


def _whole(parts: Sequence[str]) -> Iterator[str]:
    if len(parts) > 1:
        yield "".join(parts)


def _spelled(letters: str) -> Iterator[str]:
    if len(letters) > 1:
        yield letters
