"""A language -> the chat's own words: labels, headings, heads of columns, short answers."""

from dataclasses import dataclass
from typing import Final

from bot.explain.wording import Wording, en
from core.domain.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class Words:
    """What the chat itself says in one language.

    Attributes:
        wording: the language.
    """

    wording: Wording

    def say(self, key: str, **gaps: str) -> str:
        """Return a text of the language's ``chat.toml``, its gaps filled.

        Raises:
            InvariantBroken: the language has no such text.
        """
        if not self.has(key):
            raise InvariantBroken(f"the chat has no words for {key!r}")
        return self.wording.SENTENCES[f"chat.{key}"][0].format(**gaps)

    def has(self, key: str) -> bool:
        """Tell whether the language has that text."""
        return f"chat.{key}" in self.wording.SENTENCES

    def word(self, vocabulary: str, key: str) -> str:
        """Return a word of one of the language's closed vocabularies, such as a state's name."""
        return self.wording.VOCABULARY[vocabulary][key]


ENGLISH: Final = Words(en)
"""The usual language, where none is chosen."""
