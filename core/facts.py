"""Decision -> the fact table: all that an explanation may use, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a fact's value means, and so how words render it."""

    NAME = "name"
    MONEY = "money"
    QUANTITY = "quantity"
    PRICE = "price"
    WEIGHT = "weight"
    POINTS = "points"
    RATIO = "ratio"
    RATE = "rate"
    COUNT = "count"
    INSTANT = "instant"
    DAYS = "days"
    TEXT = "text"


class Polarity(StrEnum):
    """Which way a fact points."""

    UP = "up"
    DOWN = "down"
    BUY = "buy"
    SELL = "sell"
    NONE = "none"


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
    value: Decimal | datetime | str | int
    unit: Unit


@dataclass(frozen=True, slots=True)
class FactTable:
    """At most 30 facts about one topic, with the reason codes they come from.

    Attributes:
        topic: ``propose``, ``no_trade``, ``execution``, ``digest`` ...
        facts: the rows, in reading order.
        codes: (reason code, subject), in the order of the gates.
    """

    topic: str
    facts: tuple[Fact, ...]
    codes: tuple[tuple[str, str], ...]
