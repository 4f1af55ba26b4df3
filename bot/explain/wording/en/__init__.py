"""English: the sentences stand in the TOML files beside this one, the rules for figures in code."""

from collections.abc import Mapping

from bot.explain.wording.en.moments import ahead, day, days, instant, span
from bot.explain.wording.en.numbers import (
    about,
    money,
    number,
    points,
    price,
    quantity,
    rate,
    ratio,
    weight,
)
from bot.explain.wording.en.words import listed, listed_short
from bot.explain.wording.files import read_sentences, read_words

SENTENCES: Mapping[str, tuple[str, ...]] = read_sentences(__package__)
VOCABULARY: Mapping[str, Mapping[str, str]] = read_words(__package__)
PHRASES: Mapping[str, str] = VOCABULARY["phrases"]

__all__ = [
    "PHRASES",
    "SENTENCES",
    "VOCABULARY",
    "about",
    "ahead",
    "day",
    "days",
    "instant",
    "listed",
    "listed_short",
    "money",
    "number",
    "points",
    "price",
    "quantity",
    "rate",
    "ratio",
    "span",
    "weight",
]
