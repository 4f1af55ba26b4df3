"""A fact -> the pattern its finished words are made by, so that they fit into a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.explain.wording import Wording
from core.domain.decision import ReasonCode
from core.facts import Fact, Unit

C = ReasonCode

_READS_AS_ZERO = Decimal("0.05")
"""A factor below this one has no digit to show."""

# What a check found, the one that holds where several stand first; a market that is halted may be
# all that keeps its asset from being outside its band.
_FOUND = (
    C.FIRST_FUNDING,
    C.AWAIT_CONFIRMATION,
    C.MARKET_HALTED,
    C.NO_BREACH,
    C.BELOW_MIN,
    C.PROPOSAL_OPEN,
    C.OFF_PEG,
    C.AFTER_EXECUTION,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How the facts of one table read.

    Attributes:
        topic: the table's topic.
        codes: its reason codes, with what each is about.
        is_settled: a plan in it no longer waits: it was to trade, and would not any more.
        amounts: by coin, what its trade is worth in money, where that is known.
    """

    topic: str
    codes: frozenset[tuple[str, str]]
    is_settled: bool
    amounts: Mapping[str, Fact]


def phrase_of(wording: Wording, fact: Fact, *, origin: tuple[str, str], manner: Manner) -> str:
    """Return the pattern of a fact; the most special one that the language has.

    Args:
        wording: the language.
        fact: the fact.
        origin: the reason code its figure comes from and what that is about; empty for no reason.
        manner: how the facts of its table read.

    Returns:
        A pattern with the gaps ``value``, as it is, and ``about``, money as an estimate.
    """
    phrases = wording.PHRASES
    for name in (*_after_codes(fact, manner), *_names(fact, origin, manner)):
        for ending in _endings(fact):
            if f"{name}{ending}" in phrases:
                return phrases[f"{name}{ending}"]
    return "{value}"


def _after_codes(fact: Fact, manner: Manner) -> Iterator[str]:
    """Yield patterns that hold by a reason: what a check found, how far out is far enough."""
    if fact.kind == "gate":
        found = {code for code, _ in manner.codes}
        yield from (f"gate.{fact.value}.{code}" for code in _FOUND if code in found)
    elif manner.topic == "propose" and (C.HARD_BREACH, fact.subject) in manner.codes:
        yield f"{C.HARD_BREACH}.{fact.kind}"


def _names(fact: Fact, origin: tuple[str, str], manner: Manner) -> Iterator[str]:
    code, about = origin
    is_priced = fact.kind == "trade" and fact.subject in manner.amounts
    if code:
        yield f"{manner.topic}.{code}.{fact.kind}"
        yield f"{code}.{fact.kind}.{about}"
        yield f"{code}.{fact.kind}"
    if manner.is_settled:
        yield from ["settled_priced"] * is_priced
        yield f"settled.{fact.kind}"
    yield from ["priced"] * is_priced
    yield f"{manner.topic}.{fact.kind}"
    yield f"told.{fact.kind}"
    yield fact.kind


def _endings(fact: Fact) -> Iterator[str]:
    if fact.unit is Unit.KEY:
        yield f".{fact.value}"
    if isinstance(fact.value, Decimal | int):
        is_ratio = fact.unit is Unit.RATIO
        if fact.value <= 0 or (is_ratio and fact.value < _READS_AS_ZERO):
            yield ".zero"
        elif fact.value == 1 and (is_ratio or fact.unit is Unit.COUNT):
            yield ".one"
    yield f".{fact.polarity}"
    yield ""
