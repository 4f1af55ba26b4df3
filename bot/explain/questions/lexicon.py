"""What a language brings so that questions in it are understood: words by what they point to."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from bot.explain.questions.calendar import Calendar
from core.domain.asked import Subject

Phrases = tuple[str, ...]
"""Folded words or phrases; ``*`` at the end of a word stands for any ending."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language, as its TOML file beside this one lists them.

    Attributes:
        language: two letters.
        common: words by which the language is told.
        why: what asks for a reason.
        opens: what a question about what was done begins with.
        past: what tells that it was done.
        negations, trades: together they ask why nothing was done.
        idle: what asks the same by itself.
        far: where a coin stands; with ``why`` it asks why nothing was done about it.
        pauses, market, costs, taxes, changes, performance: what each of them goes by.
        how: what asks how something works.
        what_is: what asks the same of a subject that follows.
        subjects: what a question of that kind is about.
        advice, ahead: what asks for advice, or about what is to come: not done here.
        orders: words that command when a clause begins with them.
        fillers: words that may stand before a command.
        tricks: what no honest question holds.
        calendar: the words of time.
    """

    language: str
    common: frozenset[str]
    why: Phrases
    opens: frozenset[str]
    past: frozenset[str]
    negations: Phrases
    trades: Phrases
    idle: Phrases
    far: Phrases
    pauses: Phrases
    market: Phrases
    costs: Phrases
    taxes: Phrases
    changes: Phrases
    performance: Phrases
    how: Phrases
    what_is: Phrases
    subjects: Mapping[Subject, Phrases]
    advice: Phrases
    ahead: Phrases
    orders: frozenset[str]
    fillers: frozenset[str]
    tricks: Phrases
    calendar: Calendar


_SETS: Final = frozenset({"common", "opens", "past", "orders", "fillers"})


def read_lexicon(language: str) -> Lexicon:
    """Return a language's words."""
    path = files(__package__).joinpath(f"{language}.toml")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    calendar = _calendar(found.pop("calendar"))
    subjects = {Subject(name): tuple(words) for name, words in found.pop("subjects").items()}
    words: dict[str, Any] = {
        name: frozenset(listed) if name in _SETS else tuple(listed)
        for name, listed in found.items()
    }
    return Lexicon(language=language, calendar=calendar, subjects=subjects, **words)


def _calendar(found: Mapping[str, Any]) -> Calendar:
    words: dict[str, Any] = {
        name: listed if isinstance(listed, Mapping) else frozenset(listed)
        for name, listed in found.items()
    }
    return Calendar(**words)
