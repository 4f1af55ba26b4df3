"""What every German text must keep to, whoever reads it."""

import re

from core.domain.decision import ReasonCode

LONGEST_SENTENCE = 200

# What people typed in the samples, quoted as it is in every language.
TYPED = ("looking into a strange fill", "a strange fill", "rent is due", "rent")

_EXPONENT = re.compile(r"(?<!\w)[\d.,]+[eE][+-]?\d")
_PROPOSAL_ID = re.compile(r"Vorschlag [0-9a-z]{8}\b")
_CODES = re.compile(rf"\b({'|'.join(sorted(ReasonCode, key=len, reverse=True))})\b")
_QUOTED = re.compile(r"„[^„“”]*“")

# No German word is among these.
_ENGLISH = re.compile(
    r"\b(the|is|are|were|of|and|to|its|it|been|with|until|from|which|than|or|for|be|may|most|more"
    r"|sell|buy|sold|bought|price|prices|market|nothing|proposal|order book|data|days?|points"
    r"|target|edge|about|today|yesterday|tomorrow|stress pause|now|above|below)\b",
    re.IGNORECASE,
)

# METHODS 0.3 and 7.4 ADVICE: no promise, no advice, no hurry; and nobody is addressed.
_NEVER = re.compile(
    r"\b(Gewinn|garantier\w*|sollten?|empfehl\w*|Chance\w*|wahrscheinlich|sicher|bald|schnell\w*"
    r"|dringend|sofort|optimal\w*|beste\w*|verdien\w*|wird (?:steigen|fallen)"
    r"|du|dich|dir|dein\w*|Ihnen|Ihr\w*)\b"
)
_DISCLAIMED = re.compile(r"(?:nicht|kein|weder)(?: als)? Gewinn")


def check_german(text: str) -> None:
    """Insist that a text is finished German: full stops, no gaps, no codes, no English left."""
    assert text, "an empty text"
    assert text == " ".join(text.split()), f"stray spaces in {text!r}"
    assert text.endswith("."), f"no full stop: {text!r}"
    assert ".." not in text, f"two full stops: {text!r}"
    assert "{" not in text, f"an open gap: {text!r}"
    assert "None" not in text, text
    assert not _EXPONENT.search(_PROPOSAL_ID.sub("", text)), f"an exponent: {text!r}"
    assert not _CODES.search(text), f"a raw code: {text!r}"
    assert not re.search("[„“”]", _QUOTED.sub("", text)), f"marks that are no pair: {text!r}"
    for sentence in re.split(r"(?<=\.) (?=[A-ZÄÖÜ0-9„/])", text):
        assert len(sentence) <= LONGEST_SENTENCE, f"{len(sentence)} characters: {sentence!r}"
        assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
    check_language(text)


def check_language(text: str) -> None:
    """Insist that no English word is left, but for what people typed."""
    for typed in TYPED:
        text = text.replace(typed, "")
    found = _ENGLISH.search(_QUOTED.sub("", text))
    assert found is None, f"{found and found[0]!r} in {text!r}"


def check_german_tone(text: str) -> None:
    """Insist on plain calm words: no promise, no advice, no hurry, nobody addressed."""
    found = _NEVER.search(_DISCLAIMED.sub("", text))
    assert found is None, f"{found and found[0]!r} in {text!r}"
    assert "!" not in text
