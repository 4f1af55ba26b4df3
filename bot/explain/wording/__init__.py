"""The finished words of every language: one folder each, all with the same names.

How to add one stands in README.md beside this file.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final, Protocol

from bot.explain.wording import de, en
from core.domain.errors import InputInvalid

__all__ = ["LANGUAGES", "Wording", "de", "en", "wording_of"]


class Wording(Protocol):
    """What a language brings; the module ``bot.explain.wording.en`` is one.

    Attributes:
        SENTENCES: alternatives by key, the one that needs most gaps first.
        VOCABULARY: closed vocabularies by name, words by key.
        PHRASES: how a fact of a kind and polarity reads inside a sentence.

    Number functions take ``extra``: how many digits more than usual to show, so that two figures
    that differ never look alike.
    """

    SENTENCES: Mapping[str, tuple[str, ...]]
    VOCABULARY: Mapping[str, Mapping[str, str]]
    PHRASES: Mapping[str, str]

    def money(self, amount: Decimal, quote: str, extra: int = 0) -> str:
        """Return an amount of quote currency."""
        ...

    def about(self, amount: Decimal, quote: str) -> str:
        """Return an estimate in quote currency, with the word for it."""
        ...

    def quantity(self, amount: Decimal, extra: int = 0) -> str:
        """Return a number of coins."""
        ...

    def price(self, amount: Decimal, quote: str = "", extra: int = 0) -> str:
        """Return a price, with its currency when ``quote`` is given."""
        ...

    def weight(self, share: Decimal, extra: int = 0) -> str:
        """Return a share of the portfolio."""
        ...

    def points(self, distance: Decimal, extra: int = 0) -> str:
        """Return a distance between two shares of the portfolio."""
        ...

    def rate(self, fraction: Decimal, extra: int = 0) -> str:
        """Return a small fraction such as a fee."""
        ...

    def ratio(self, factor: Decimal) -> str:
        """Return a factor."""
        ...

    def number(self, figure: Decimal, extra: int = 0) -> str:
        """Return a plain figure such as a score."""
        ...

    def day(self, at: datetime, *, now: datetime) -> str:
        """Return a UTC day as seen from ``now``."""
        ...

    def instant(self, at: datetime, *, now: datetime, zone: tzinfo) -> str:
        """Return an instant as seen from ``now``."""
        ...

    def span(self, length: timedelta) -> str:
        """Return a length of time."""
        ...

    def days(self, counts: Sequence[int]) -> str:
        """Return one or more numbers of days."""
        ...

    def listed(self, names: Sequence[str]) -> str:
        """Return all names as a list that ends in "and"."""
        ...

    def listed_short(self, names: Sequence[str], most: int = 4) -> str:
        """Return some names, and how many more there are."""
        ...


_PACKS: Final[Mapping[str, Wording]] = {"en": en, "de": de}

LANGUAGES: Final = ("en", "de")
"""The languages a person can choose, by their two letters; the first is the usual one."""


def wording_of(language: str) -> Wording:
    """Return the words of a language.

    Args:
        language: two letters, one of ``LANGUAGES``.

    Raises:
        InputInvalid: there is no such language here; the known ones are named.
    """
    if language not in _PACKS:
        raise InputInvalid(
            f"the language {language!r} is not known; choose one of {', '.join(LANGUAGES)}",
            code="LANGUAGE",
        )
    return _PACKS[language]
