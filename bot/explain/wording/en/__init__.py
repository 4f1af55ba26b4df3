"""English: the sentences stand in the TOML files beside this one, the marks of figures in code."""

from collections.abc import Mapping

from bot.explain.wording.en.moments import CALENDAR
from bot.explain.wording.en.numbers import FIGURES
from bot.explain.wording.en.words import LISTS
from bot.explain.wording.files import read_sentences, read_words

SENTENCES: Mapping[str, tuple[str, ...]] = read_sentences(__package__)
VOCABULARY: Mapping[str, Mapping[str, str]] = read_words(__package__)
PHRASES: Mapping[str, str] = VOCABULARY["phrases"]

money, about, price, quantity = FIGURES.money, FIGURES.about, FIGURES.price, FIGURES.quantity
weight, points, rate, ratio = FIGURES.weight, FIGURES.points, FIGURES.rate, FIGURES.ratio
number = FIGURES.number
instant, day, span, days, ahead = (
    CALENDAR.instant,
    CALENDAR.day,
    CALENDAR.span,
    CALENDAR.days,
    CALENDAR.ahead,
)
listed, listed_short = LISTS.listed, LISTS.listed_short
