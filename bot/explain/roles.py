"""What each line of the template is there for, told by the sentence it begins with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.explain.checking.verdict import Role
from bot.explain.speech import Speech

ROLES: tuple[tuple[str, Role], ...] = (
    ("", Role.WHAT),
    ("trigger", Role.WHY),
    ("signal", Role.WHY),
    ("reason", Role.WHY),
    ("many", Role.WHY),
    ("stress", Role.WHY),
    ("stress.held", Role.NEXT),
    ("note", Role.RISK),
    ("note.new_money", Role.WHY),
    ("cost", Role.COST),
    ("nothing.first", Role.WHY),
    ("nothing.closest", Role.WHY),
    ("nothing.on_target", Role.WHY),
    ("nothing.costs", Role.COST),
    ("nothing.until", Role.NEXT),
    ("nothing.odd_price", Role.NEXT),
    ("unfilled", Role.WHY),
    ("execution.cost", Role.COST),
    ("execution.gain", Role.COST),
    ("execution.delay", Role.COST),
    ("execution.rest", Role.NEXT),
    ("pause", Role.WHY),
    ("pause.taken_back", Role.WHAT),
    ("pause.over", Role.WHAT),
    ("pause.afresh", Role.NEXT),
    ("digest.open", Role.NEXT),
)
"""By the beginning of a sentence's key; the longest that fits counts."""


@dataclass(frozen=True, slots=True)
class HeardSpeech(Speech):
    """A speech that remembers which sentence each text came from.

    Attributes:
        heard: text -> the sentence's key.
    """

    heard: dict[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, speech: Speech) -> "HeardSpeech":
        """Return the same speech, listening."""
        return cls(speech.wording, speech.now, speech.zone, speech.quote)

    def say(self, key: str, gaps: Mapping[str, str] | None = None) -> str:
        """Return a sentence as ever, and remember it."""
        text = Speech.say(self, key, gaps)
        if text:
            self.heard[text] = key
        return text

    def roles_of(self, lines: Iterable[str]) -> tuple[tuple[Role, str], ...]:
        """Return each line with its role: that of the sentence it begins with."""
        return tuple((self._role_of(line), line) for line in lines)

    def _role_of(self, line: str) -> Role:
        begins = [text for text in self.heard if line.startswith(text.strip())]
        key = self.heard[max(begins, key=len)] if begins else ""
        return role_of_sentence(key)


def role_of_sentence(key: str) -> Role:
    """Return what a sentence is there for, by its key."""
    fitting = [pair for pair in ROLES if key.startswith(pair[0])]
    return max(fitting, key=lambda pair: len(pair[0]))[1]
