"""A language's TOML files -> its sentences and words."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

# What a file's keys begin with: cards, answers, states and the market's page stand for themselves.
_PREFIXES = {
    "cards": "",
    "states": "",
    "market": "",
    "reasons": "reason.",
    "notices": "notice.",
    "chat": "chat.",
    "charts": "chat.chart.",
    "review": "chat.review.",
    "answers": "answer.",
}


def read_sentences(package: str) -> dict[str, tuple[str, ...]]:
    """Return every sentence of a language by key, as a tuple of alternatives.

    Args:
        package: the language's package, which holds the files.
    """
    sentences: dict[str, tuple[str, ...]] = {}
    for name, prefix in _PREFIXES.items():
        for key, value in _read(package, name).items():
            sentences[prefix + key] = (value,) if isinstance(value, str) else tuple(value)
    return sentences


def read_words(package: str) -> Mapping[str, Mapping[str, str]]:
    """Return a language's closed vocabularies by name; ``phrases`` is one of them."""
    return _read(package, "words")


def _read(package: str, name: str) -> Mapping[str, Any]:
    return tomllib.loads(files(package).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
