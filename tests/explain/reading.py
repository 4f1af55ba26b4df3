"""What every text must keep to, whoever reads it."""

import re

from bot.explain.speech import gap_names
from bot.explain.wording import en
from core.domain.decision import ReasonCode

LONGEST_SENTENCE = 180

_EXPONENT = re.compile(r"(?<!\w)[\d.,]+[eE][+-]?\d")
_PROPOSAL_ID = re.compile(r"[Pp]roposal [0-9a-z]{8}\b")
_CODES = re.compile(rf"\b({'|'.join(sorted(ReasonCode, key=len, reverse=True))})\b")
_GAPS = {name for texts in en.SENTENCES.values() for text in texts for name in gap_names(text)}

# METHODS 0.3 and 7.4 ADVICE: no promise, no advice, no hurry.
_NEVER = re.compile(
    r"\b(profits?|guarantee\w*|should|recommend\w*|opportunit\w*|likely|safe|safely|soon|quick\w*"
    r"|urgent\w*|immediately|act now|will rise|will fall|best|optimal|earn\w*|gains?)\b",
    re.IGNORECASE,
)


def check_text(text: str) -> None:
    """Insist that a text is finished: full stops, no gaps, no codes, no odd figures, no promise."""
    assert text, "an empty text"
    assert text == " ".join(text.split()), f"stray spaces in {text!r}"
    assert text.endswith("."), f"no full stop: {text!r}"
    assert not any(f"{{{name}}}" in text for name in _GAPS), f"an open gap: {text!r}"
    assert "None" not in text, text
    without_ids = _PROPOSAL_ID.sub("", text)
    assert not _EXPONENT.search(without_ids), f"an exponent: {text!r}"
    assert not _CODES.search(text), f"a raw code: {text!r}"
    for sentence in re.split(r"(?<=\.) (?=[A-Z0-9“/])", text):
        assert len(sentence) <= LONGEST_SENTENCE, f"{len(sentence)} characters: {sentence!r}"
        assert sentence[0].isupper() or not sentence[0].isalpha(), sentence


def check_tone(text: str) -> None:
    """Insist on plain calm words: no promise, no advice, no hurry."""
    calm = text.replace("not as profit", "").replace("count as profit", "")
    found = _NEVER.search(calm.replace("takes no immediate orders", ""))
    assert found is None, f"{found and found[0]!r} in {text!r}"
    assert "!" not in text
