"""The rows an explanation may use, how many there may be, and the digest that names a table."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from core.domain.units import text_of

MAX_ROWS = 30
MAX_ID = 41
TAIL = 8
"""How many digits of a digest end an id that would be too long."""


class Unit(StrEnum):
    """What a fact's value means, and so how words render it.

    ``NUMBER`` is a plain figure such as a score. ``DAY`` is a UTC day, held as its first instant.
    ``KEY`` is a word of a closed vocabulary that each language translates. ``TEXT`` was written by
    a person or a venue: words may quote it, a model never sees it.
    """

    NAME = "name"
    MONEY = "money"
    QUANTITY = "quantity"
    PRICE = "price"
    WEIGHT = "weight"
    POINTS = "points"
    RATIO = "ratio"
    RATE = "rate"
    NUMBER = "number"
    COUNT = "count"
    INSTANT = "instant"
    DAY = "day"
    DAYS = "days"
    SECONDS = "seconds"
    KEY = "key"
    TEXT = "text"


class Polarity(StrEnum):
    """Which way a fact points."""

    UP = "up"
    DOWN = "down"
    BUY = "buy"
    SELL = "sell"
    NONE = "none"


FactValue = Decimal | datetime | str | int


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a fact table.

    Attributes:
        fact_id: ``[a-z][a-z0-9_]{0,40}``, unique in its table.
        subject: an asset's symbol, ``portfolio``, ``market`` or ``proposal``.
        polarity: the direction the fact states.
        kind: what it is, e.g. ``trade``, ``drift``, ``cost``.
        value: the figure or name.
        unit: how to read the value.
    """

    fact_id: str
    subject: str
    polarity: Polarity
    kind: str
    value: FactValue
    unit: Unit


@dataclass(frozen=True, slots=True)
class FactTable:
    """At most 30 facts about one topic, with the reason codes they come from.

    Attributes:
        topic: ``propose``, ``no_trade``, ``execution``, ``ended``, ``digest`` ...
        facts: the rows, in reading order.
        codes: (reason code, what it is about), in the order of the gates.
    """

    topic: str
    facts: tuple[Fact, ...]
    codes: tuple[tuple[str, str], ...]

    def find(self, fact_id: str) -> Fact | None:
        """Return the row with that id, or None."""
        return next((row for row in self.facts if row.fact_id == fact_id), None)

    def of_kind(self, kind: str) -> tuple[Fact, ...]:
        """Return the rows of one kind, in reading order."""
        return tuple(row for row in self.facts if row.kind == kind)

    def subjects_of(self, code: str) -> tuple[str, ...]:
        """Return what a reason code is about, in order; empty when the code does not stand here.

        A coin's symbol, an empty text for the portfolio, or what else tells several reasons of one
        code apart, such as a family of evidence.
        """
        return tuple(subject for name, subject in self.codes if name == code)


@dataclass(frozen=True, slots=True)
class Row:
    """A fact on its way into a table; rows of the lowest rank stay when not all of them fit."""

    rank: int
    fact: Fact


def row_id(*parts: str) -> str:
    """Return a fact id made of ``parts``; what an id may not hold is left out.

    An id that would be too long is cut and ends in a digest of the whole, so that two long ones
    stay two. Source: METHODS 7.2: ids match ``[a-z][a-z0-9_]{0,40}``.
    """
    name = re.sub(r"[^a-z0-9_]", "", "_".join(part for part in parts if part).lower())
    if len(name) <= MAX_ID:
        return name
    return f"{name[: MAX_ID - TAIL - 1]}_{sha256(name.encode()).hexdigest()[:TAIL]}"


def row(  # noqa: PLR0913  # the columns of a fact
    kind: str,
    subject: str,
    value: FactValue,
    unit: Unit,
    *,
    rank: int = 1,
    polarity: Polarity = Polarity.NONE,
    fact_id: str = "",
) -> Row:
    """Return a row named by its kind and, for an asset, its symbol."""
    about = "" if subject in ("portfolio", "proposal", "market") else subject
    name = fact_id or row_id(kind, about)
    return Row(rank, Fact(name, subject, polarity, kind, value, unit))


def table_of(topic: str, rows: Iterable[Row], codes: Iterable[tuple[str, str]]) -> FactTable:
    """Return a table with the rows that matter most, in the order given.

    A later row with a known id is dropped, but its rank counts if it is lower. When more than 30
    are left, those of the highest rank go, the last ones first. Source: METHODS 7.2.
    """
    unique: dict[str, Row] = {}
    for item in rows:
        known = unique.get(item.fact.fact_id, item)
        unique[item.fact.fact_id] = Row(min(known.rank, item.rank), known.fact)
    places = {name: place for place, name in enumerate(unique)}
    kept = sorted(unique.values(), key=lambda item: (item.rank, places[item.fact.fact_id]))
    kept = sorted(kept[:MAX_ROWS], key=lambda item: places[item.fact.fact_id])
    return FactTable(topic, tuple(item.fact for item in kept), tuple(codes))


def facts_digest(table: FactTable) -> str:
    """Return the SHA-256 of a table in canonical JSON, in hex: equal facts, equal digest."""
    document = {
        "topic": table.topic,
        "facts": [
            [f.fact_id, f.subject, f.polarity, f.kind, _plain(f.value), f.unit] for f in table.facts
        ],
        "codes": [list(pair) for pair in table.codes],
    }
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _plain(value: FactValue) -> str:
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
