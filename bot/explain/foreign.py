"""Texts that people, venues and workflows wrote -> short clauses that fit into a sentence."""

import re
from functools import cache

from bot.explain.wording import Wording
from core.domain.decision import ReasonCode
from core.domain.stress import Family

LONGEST = 80

FALL_WITHIN_THE_DAY = "a fall within the day"
"""Stands among the kinds of evidence for a shock between two daily looks, the price's own vote."""

MOST_CODES = 2

_CODES = frozenset(code.value for code in ReasonCode)
_CODE_LIST = re.compile(r"([A-Z][A-Z_]*[A-Z])(?: ([A-Z0-9]{1,12}))?(?=,|$)")
_POINTS = re.compile(r" \d+$")
_GATE = re.compile(r"gate ([a-z]+)")
_GAP = re.compile(r"\{([a-z]+)\}")


def person(wording: Wording, name: str) -> str:
    """Return who did something; a bare number becomes "person 42"."""
    if name.isdigit():
        return wording.VOCABULARY["person"][""].format(number=name)
    return wording.VOCABULARY["by"].get(name) or plain(name)


def clause(wording: Wording, vocabulary: str, text: str) -> str:
    """Return a reason as a clause: known words, reason codes with their assets, or the text itself.

    Args:
        wording: the language.
        vocabulary: ``why`` (what made a plan end) or ``what`` (what is wrong with the data).
        text: a key, a list such as ``gate data: PRICE_STALE BTC, PRICE_STALE ETH``, a cause that
            the program wrote down, or free text.
    """
    words = wording.VOCABULARY[vocabulary]
    if text in words:
        return words[text]
    subjects: dict[str, list[str]] = {}
    for code, subject in _CODE_LIST.findall(text):
        if code in words and code in _CODES:
            subjects.setdefault(code, []).append(subject)
    if subjects:
        first = list(subjects.items())[:MOST_CODES]
        return wording.listed([_about(wording, words[code], names) for code, names in first])
    gate = _GATE.match(text)
    if gate is not None and gate[1] in wording.VOCABULARY["gate_failed"]:
        return wording.VOCABULARY["gate_failed"][gate[1]]
    return plain(_recorded(wording, text) or _without_codes(text))


def listed_keys(wording: Wording, vocabulary: str, text: str) -> str:
    """Return a list of keys such as ``price 2, sentiment 1`` in words; empty if it is none.

    Args:
        wording: the language.
        vocabulary: the closed vocabulary that the keys are of.
        text: keys with commas between them, each with points or without.
    """
    words = wording.VOCABULARY[vocabulary]
    keys = [_POINTS.sub("", part.strip()) for part in text.split(",")]
    if FALL_WITHIN_THE_DAY in keys:
        keys = [key for key in keys if key != Family.PRICE]
    if not all(key in words for key in keys):
        return ""
    return wording.listed([*dict.fromkeys(words[key] for key in keys)])


def plain(text: str, longest: int = LONGEST) -> str:
    """Return a foreign text as one short line without an end mark; codes become plain words."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = re.sub(r"\w+", _spelled_out, line)
    line = re.sub(r":(?=\w)", ": ", line) if " " in line else line
    line = line.rstrip(" .!?;:,")
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _spelled_out(word: re.Match[str]) -> str:
    """Return a code as lower-case words, any other word as it is."""
    is_code = "_" in word[0] or word[0] in _CODES
    return word[0].replace("_", " ").strip().lower() if is_code else word[0]


def _recorded(wording: Wording, text: str) -> str:
    """Return in the language what the program itself wrote down; empty for any other text."""
    for pattern, words in wording.VOCABULARY["recorded"].items():
        found = _expression_of(pattern).fullmatch(text)
        if found is not None:
            return words.format(**found.groupdict())
    return ""


@cache
def _expression_of(pattern: str) -> re.Pattern[str]:
    """Return what finds a text with gaps, each of them a group of its name."""
    parts = _GAP.split(pattern)
    fixed = [re.escape(part) for part in parts[::2]]
    gaps = [f"(?P<{name}>.+)" for name in parts[1::2]]
    return re.compile("".join(x for pair in zip(fixed, [*gaps, ""], strict=True) for x in pair))


def _about(wording: Wording, words: str, names: list[str]) -> str:
    known = [name for name in names if name]
    return f"{words} ({wording.listed_short(known)})" if known else words


def _without_codes(text: str) -> str:
    """Return ``text`` without a list of reason codes at its end."""
    head, colon, tail = text.partition(": ")
    is_list = all(part.split(" ")[0] in _CODES for part in tail.split(", "))
    return head if colon and is_list else text
