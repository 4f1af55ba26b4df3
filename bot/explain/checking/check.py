"""A model's output and the facts it may use -> what of it may be shown."""

from collections.abc import Iterator, Sequence

from bot.explain.checking.characters import character_codes, is_written_in
from bot.explain.checking.codes import Code, in_order
from bot.explain.checking.grounded import grounded
from bot.explain.checking.lexicon import Lexicon, lexicon_of
from bot.explain.checking.meaning import meaning_codes
from bot.explain.checking.placeholders import covers, is_repetitive, parts_of, placeholder_codes
from bot.explain.checking.shape import MOST_WRITTEN, is_readable, is_within_measure, lines_of
from bot.explain.checking.verdict import Line, Verdict
from bot.explain.told import Told


def check(output: str, told: Told) -> Verdict:
    """Return what of a model's output may be shown as a text about ``told``.

    Every rule looks at every line as it was written; a single broken one refuses the whole text,
    and all that are broken are named. Then sentences that stand on no fact are left out, and what
    stays must still say all it has to. CAUSE and KIND are asked of what stays only: an invented
    cause that is left out anyway costs the rest of the text nothing.

    What has no shape, or is beyond all measure, is not looked at any further, and the words of a
    text far too long are not. Never raises; the time it takes grows with the length of ``output``
    and no faster.

    Args:
        output: whatever came back, unchanged.
        told: the facts in finished words, and which of them a complete text uses.

    Source: METHODS 7.3, 7.4 and 7.4a.
    """
    if len(output) > MOST_WRITTEN:
        return Verdict((Code.LEN,))
    lines = lines_of(output)
    if lines is None:
        return Verdict((Code.SHAPE,))
    lexicon = lexicon_of(told.language)
    found = set(_codes_of_form(lines, told, lexicon))
    if lexicon is None or not is_readable(lines):
        return Verdict(in_order(found))
    kept = grounded(lines, told, lexicon)
    found.update(meaning_codes(lines, told, lexicon))
    if not kept.lines:
        found.add(Code.GROUNDED)
    if not covers(kept.lines, told):
        found.add(Code.COVERAGE)
    if found:
        return Verdict(in_order(found))
    return Verdict((), kept.lines, kept.dropped, kept.emptied)


def _codes_of_form(lines: Sequence[Line], told: Told, lexicon: Lexicon | None) -> Iterator[Code]:
    """Yield what can be told without reading a word; at least one where none will be read."""
    if not (is_within_measure(lines) and is_readable(lines)):
        yield Code.LEN
    if lexicon is None:
        yield Code.LANG
    allowed = None if lexicon is None else lexicon.letters | lexicon.punctuation
    every = [parts_of(line.text) for line in lines]
    for line, parts in zip(lines, every, strict=True):
        yield from character_codes(line.text, parts)
        yield from placeholder_codes(parts, told)
        if allowed is not None and not is_written_in(parts, allowed):
            yield Code.CHARSET
    if is_repetitive(every, told):
        yield Code.REPEAT
