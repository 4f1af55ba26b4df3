"""A fact table -> the facts a model may use, each with its finished words.

What a person or a venue wrote never comes through: free texts, keys outside their closed
vocabulary, names that no registry knows. Source: METHODS 7.2, 7.4a and 7.6.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from bot.explain.phrasing import Manner, phrase_of
from bot.explain.required import required_ids
from bot.explain.speech import Speech
from bot.explain.tellable import (
    ASSETS,
    EVERYTHING,
    Origins,
    is_settled,
    known_fact,
    may_be_told,
    misleads,
    origins_of,
)
from bot.explain.told import Told, ToldFact
from bot.explain.wording import LANGUAGES, wording_of
from core.domain.decision import ReasonCode
from core.domain.units import text_of
from core.facts import MAX_ROWS, Fact, FactTable, FactValue, Polarity, Unit

C = ReasonCode
TOPICS = frozenset({"propose", "no_trade", "pause", "execution", "digest", "answer"})
"""What a model is asked to write about; any other table is told as an answer."""

# Whose last digits tell two values apart.
_FIGURES = frozenset(
    {
        Unit.MONEY,
        Unit.QUANTITY,
        Unit.PRICE,
        Unit.WEIGHT,
        Unit.POINTS,
        Unit.RATE,
        Unit.NUMBER,
    }
)

# What trading cost reads in cents, however near two sums are; a landing may well be the target.
_AS_USUAL = frozenset({"after", "cost", "estimate", "fees", "slippage", "delay"})

# An edge, a distance to it or a shifted target is where something stands, not what it did: with a
# polarity, "rises to" or "stands above" would pass beside it. Source: METHODS 7.4a, rule 3.
_WITHOUT_WAY = frozenset({"edge", "plain", "margin", "low", "high", "tilt", "delay"})
_WAYS = {
    ("place", "furthest_below"): Polarity.DOWN,
    ("place", "below"): Polarity.DOWN,
    ("place", "above"): Polarity.UP,
    ("place", "furthest_above"): Polarity.UP,
    ("label", "up"): Polarity.UP,
    ("label", "down"): Polarity.DOWN,
    ("family", "price"): Polarity.DOWN,
}


def tell(speech: Speech, table: FactTable) -> Told:
    """Return what a text about a table may say, and what it must.

    Args:
        speech: language and reader.
        table: any fact table.

    Returns:
        At most 30 facts in reading order; every coin that is spoken of has one that names it, as
        far as there is room.
    """
    origins = origins_of(table)
    known = (known_fact(table, f) for f in table.facts if not misleads(table, f, origins))
    facts = _once(fact for fact in known if may_be_told(speech, fact, origins))
    amounts = {fact.subject: fact for fact in facts if fact.kind == "amount"}
    traded = {fact.subject for fact in facts if fact.kind == "trade"}
    facts = tuple(f for f in facts if f.kind != "amount" or f.subject not in traded)
    facts = (*facts, *_missing_names(facts))[:MAX_ROWS]
    manner = Manner(table.topic, frozenset(table.codes), is_settled(table), amounts)
    told = tuple(_told(speech, facts, origins, manner))
    return Told(
        topic=table.topic if table.topic in TOPICS else "answer",
        language=_language(speech),
        facts=told,
        required=required_ids(table, facts, told),
        codes=tuple(dict.fromkeys(code for code, _ in table.codes if code in C.__members__)),
    )


def _language(speech: Speech) -> str:
    """Return the two letters of the speech's language; empty for words that are no known pack."""
    known = (name for name in LANGUAGES if wording_of(name) is speech.wording)
    return next(known, "")


def _once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts without those that say again what another of their kind has said."""
    seen: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        sort = (fact.subject, fact.kind, fact.unit, fact.polarity, fact.value)
        key = sort if fact.unit in (Unit.DAY, Unit.INSTANT) else (fact.fact_id,)
        seen.setdefault(key, fact)
    return tuple(seen.values())


def _missing_names(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Yield a name for every coin that a fact is about and none names yet."""
    named = {str(fact.value) for fact in facts if fact.unit is Unit.NAME}
    for subject in dict.fromkeys(fact.subject for fact in facts):
        if subject not in EVERYTHING and subject not in named:
            name = f"asset_{subject.lower()}"
            yield Fact(name, subject, Polarity.NONE, "asset", subject, Unit.NAME)


def _told(
    speech: Speech, facts: Sequence[Fact], origins: Origins, manner: Manner
) -> Iterator[ToldFact]:
    words = _apart(speech, facts)
    for fact in facts:
        value = words.get(fact.fact_id) or speech.words(fact)
        origin = origins.get(fact.fact_id, ("", ""))
        pattern = phrase_of(speech.wording, fact, origin=origin, manner=manner)
        priced = manner.amounts.get(fact.subject, fact) if fact.kind == "trade" else fact
        text = pattern.format(value=value, about=speech.about(priced))
        if not text.strip() or "{" in text or "}" in text:
            continue
        yield ToldFact(
            fact_id=fact.fact_id,
            subject=str(fact.value) if fact.kind in ASSETS else fact.subject,
            polarity=_way(fact),
            kind=fact.kind,
            value=_plain(fact.value),
            unit=fact.unit.value,
            text=text,
        )


def _apart(speech: Speech, facts: Sequence[Fact]) -> dict[str, str]:
    """Return the values of figures that stand beside others of their kind, told apart."""
    sorts = Counter((fact.unit, fact.subject) for fact in facts)
    beside = [
        fact
        for fact in facts
        if fact.unit in _FIGURES
        and fact.kind not in _AS_USUAL
        and sorts[fact.unit, fact.subject] > 1
    ]
    return dict(zip((f.fact_id for f in beside), speech.told_apart(beside), strict=True))


def _way(fact: Fact) -> Polarity:
    if fact.kind in _WITHOUT_WAY:
        return Polarity.NONE
    return _WAYS.get((fact.kind, str(fact.value)), fact.polarity)


def _plain(value: FactValue) -> str:
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)
