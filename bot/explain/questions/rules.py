"""Questions in common phrasings -> what they are about, by rule and without a model.

What is not done here (advice, prices to come, orders, tricks) is told apart first. What rules do
not understand is left to whoever comes after them. Source: METHODS 7.7.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from bot.explain.questions.calendar import Meant, days_meant
from bot.explain.questions.coins import coins_in, names_stranger, the_one
from bot.explain.questions.lexicon import Lexicon, read_lexicon
from bot.explain.questions.words import MOST_WORDS, Words, words_of
from bot.ports.questions import Asked
from core.domain.asked import Intent, Subject
from core.domain.units import Asset

LEXICONS: Final = (read_lexicon("en"), read_lexicon("de"))

_NOT_DONE: Final = Asked(Intent.UNSUPPORTED)
_TOMORROW: Final = ("heute", "gestern", "frueh")
"""Before them, or behind, the German word for tomorrow means the morning."""


class RulesReader:
    """Understands common phrasings in English and German; implements ``QuestionReader``."""

    async def read(self, question: str, *, assets: tuple[Asset, ...], today: date) -> Asked:
        """Return what a question is about; unsupported by nobody when it is not understood."""
        understood = understand(question, assets=assets, today=today)
        return understood or Asked(Intent.UNSUPPORTED, by="nobody")


def understand(question: str, *, assets: tuple[Asset, ...], today: date) -> Asked | None:
    """Return what a question is about, or None when the rules do not understand it.

    Args:
        question: any text of any length.
        assets: the coins that may be asked about, with the quote.
        today: the reader's local day.
    """
    words = words_of(question)
    lexicons = sorted(LEXICONS, key=lambda one: -len(words.known & one.common))
    if any(_is_not_done(words, lexicon) for lexicon in _spoken(words, lexicons)):
        return _NOT_DONE
    if not words.is_plain or not 0 < len(words.folded) <= MOST_WORDS:
        return None
    if names_stranger(words, assets):
        return None
    for lexicon in _spoken(words, lexicons):
        intent = _intent(words, lexicon)
        if intent is not None:
            return _asked(intent, words, lexicon, assets=assets, today=today)
    return None


def subject_of(question: str) -> Subject:
    """Return what a question about how things work is about; the whole when it names no part."""
    words = words_of(question)
    found = (_subject(words, lexicon) for lexicon in LEXICONS)
    return next((subject for subject in found if subject is not None), Subject.OVERVIEW)


def _spoken(words: Words, lexicons: Iterable[Lexicon]) -> list[Lexicon]:
    """Return the languages a question may be in, the likeliest first."""
    shared = [(len(words.known & one.common), one) for one in lexicons]
    most = max(count for count, _ in shared)
    return [one for count, one in shared if 2 * count >= most]


def _is_not_done(words: Words, lexicon: Lexicon) -> bool:
    """Tell whether a text asks for advice, a forecast or an act, or tries a trick."""
    if words.has(*lexicon.tricks) or words.has(*lexicon.advice) or words.has(*lexicon.ahead):
        return True
    if lexicon.language == "de" and _is_tomorrow(words):
        return True
    return any(_commands(clause, lexicon) for clause in words.clauses)


def _is_tomorrow(words: Words) -> bool:
    place = words.place("morgen")
    if place < 0:
        return False
    around = {*words.folded[max(place - 1, 0) : place], *words.folded[place + 1 : place + 2]}
    return around.isdisjoint(_TOMORROW)


def _commands(clause: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Tell whether a clause begins with a command, fillers before it aside."""
    first = next((word for word in clause if word not in lexicon.fillers), "")
    return first in lexicon.orders


def _intent(words: Words, lexicon: Lexicon) -> Intent | None:
    """Return what is asked; the order tells which of several signs weighs more."""
    has = words.has
    asks_why, trades = has(*lexicon.why), has(*lexicon.trades)
    is_far = asks_why and has(*lexicon.far) and not has(*lexicon.costs)
    is_told_to_be_idle = has(*lexicon.idle) or (trades and has(*lexicon.negations))
    signs = (
        (Intent.HOW_IT_WORKS, _asks_how(words, lexicon, trades=trades)),
        (Intent.TAX, has(*lexicon.taxes)),
        (Intent.WHY_NO_TRADE, is_told_to_be_idle or is_far),
        (Intent.WHY_PAUSED, has(*lexicon.pauses)),
        (Intent.COST, has(*lexicon.costs)),
        (Intent.WHY_REGIME, has(*lexicon.market)),
        (Intent.WHY_TRADE, trades and asks_why),
        (Intent.PERFORMANCE, has(*lexicon.performance)),
        (Intent.WHY_TRADE, trades and not lexicon.opens.isdisjoint(words.folded)),
        (Intent.WHAT_CHANGED, has(*lexicon.changes)),
    )
    return next((intent for intent, is_meant in signs if is_meant), None)


def _asks_how(words: Words, lexicon: Lexicon, *, trades: bool) -> bool:
    if words.has(*lexicon.how):
        return True
    is_about_past = trades and not lexicon.past.isdisjoint(words.folded)
    return (
        not is_about_past and words.has(*lexicon.what_is) and _subject(words, lexicon) is not None
    )


def _days(words: Words, lexicon: Lexicon, today: date) -> Meant:
    """Return the days a question names, in its own language or else in another.

    People mix languages, and days that were named are not to be left out because of it. A bare
    number is a day in its own language only: "I am 5 % down" names none.
    """
    others = (one.calendar for one in LEXICONS if one is not lexicon)
    calendars = (lexicon.calendar, *(replace(one, before_day=frozenset()) for one in others))
    read = (days_meant(words, calendar, today) for calendar in calendars)
    return next((meant for meant in read if meant != Meant()), Meant())


def _subject(words: Words, lexicon: Lexicon) -> Subject | None:
    found = (subject for subject, names in lexicon.subjects.items() if words.has(*names))
    return next(found, None)


def _asked(
    intent: Intent,
    words: Words,
    lexicon: Lexicon,
    *,
    assets: tuple[Asset, ...],
    today: date,
) -> Asked | None:
    """Return what is asked with its coin and days; None when it names a day that never was."""
    if intent is Intent.HOW_IT_WORKS:
        return Asked(intent, subject=_subject(words, lexicon) or Subject.OVERVIEW)
    if intent is Intent.TAX:
        return Asked(intent)
    meant = _days(words, lexicon, today)
    if meant.is_wrong:
        return None
    if meant.is_ahead:
        return _NOT_DONE
    first, last = meant.days or (None, None)
    return Asked(intent, the_one(coins_in(words, assets)), first, last)
