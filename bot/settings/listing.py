"""Settings -> every value in force, its meaning and where it came from."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel

from bot.settings.loading import (
    GLASSNODE_KEY,
    MODEL_KEY,
    PRIVATE,
    READING_KEY,
    SANTIMENT_KEY,
    TOKEN,
    TRADING_KEY,
    Settings,
)
from core.domain.units import text_of


class Value(NamedTuple):
    """One setting in force."""

    key: str
    value: str
    meaning: str
    source: str


def values_in_force(settings: Settings) -> Iterator[Value]:
    """Yield every setting; a secret shows only whether it is there."""
    yield from _values(settings.file, "", settings.origin)
    for name, secret, meaning in (
        (TOKEN, settings.telegram_token, "token of the Telegram bot"),
        (GLASSNODE_KEY, settings.glassnode_key, "key of Glassnode; without it the feed is off"),
        (SANTIMENT_KEY, settings.santiment_key, "key of Santiment; without it the feed is off"),
        (MODEL_KEY, settings.model_key, "key of the language model; local ones need none"),
        (f"{TRADING_KEY}_KEY", settings.trading_key, "key to your account; its secret beside it"),
        (f"{READING_KEY}_KEY", settings.reading_key, "second key that only reads; not needed"),
    ):
        there = "set" if secret is not None else "not set"
        yield Value(name, there, meaning, "environment or .env")
    yield Value("data", str(settings.data_dir), "folder of the databases", "option or default")


def _values(section: BaseModel, prefix: str, origin: str) -> Iterator[Value]:
    for name, info in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _values(value, f"{prefix}{name}.", origin)
            continue
        source = origin if name in section.model_fields_set else "default"
        text = "set" if name in PRIVATE and value else _text(value)
        yield Value(f"{prefix}{name}", text, info.description or "", source)


def _text(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items()) or "none"
    if isinstance(value, tuple):
        return ", ".join(_text(item) for item in value) or "none"
    return str(value)
