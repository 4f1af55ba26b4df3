"""Which facts a model may use: none that a person, a feed or a venue wrote, none that misleads.

Source: METHODS 7.2 and 7.6.
"""

import re
from collections.abc import Mapping

from bot.explain.speech import Speech
from core.domain.decision import ReasonCode
from core.domain.policy import SYMBOL
from core.domain.stress import Family
from core.domain.tilt import TiltName
from core.facts import REASON_UNITS, Fact, FactTable, Unit, figure_id

C = ReasonCode

Origins = Mapping[str, tuple[str, str]]
"""Fact id -> (reason code, what it is about), for the figures of reasons."""

EVERYTHING = frozenset({"portfolio", "market", "proposal"})
"""Subjects that are no coin."""

# What names things in words of a venue, a feed or a person.
_FOREIGN = frozenset({C.UNMANAGED, C.DATA_UNSAFE, C.FEED_TROUBLE})
_BENEFIT = frozenset({C.BENEFIT_ENOUGH, C.RISK_LIMIT, C.COST_GT_BENEFIT})
_CLOSED_WORDS = frozenset({*Family, *TiltName})

ASSETS = frozenset({"quote", "asset", "closest"})
"""Kinds of facts that name a coin."""

_PROPOSALS = frozenset({"open", "name", "proposal", "taken_back"})
# The letters of core.domain.ids: no "i", "l", "o" or "u".
_PROPOSAL_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{8}")


def origins_of(table: FactTable) -> Origins:
    """Return which reason each figure of a table comes from."""
    return {
        figure_id(code, about, kind): (code, about)
        for code, about in table.codes
        if code in C.__members__
        for kind in REASON_UNITS.get(C(code), {})
    }


def misleads(table: FactTable, fact: Fact, origins: Origins) -> bool:
    """Tell whether a figure says less than it seems to.

    That nothing is outside its band holds only where all were looked at; and the cost that is held
    against the benefit has a margin for safety, so it is not what a plan would cost.
    """
    if fact.kind == "outside" and not fact.value:
        is_stuck = any(table.subjects_of(code) for code in (C.NOT_TRADABLE, C.MARKET_HALTED))
        return is_stuck or not table.subjects_of(C.NO_BREACH)
    return fact.kind == "cost" and origins.get(fact.fact_id, ("", ""))[0] in _BENEFIT


def may_be_told(speech: Speech, fact: Fact, origins: Origins) -> bool:
    """Tell whether a fact is made of figures, closed vocabularies and known names alone."""
    code, about = origins.get(fact.fact_id, ("", ""))
    if fact.unit is Unit.TEXT or code in _FOREIGN or not _is_closed(about):
        return False
    if fact.subject not in EVERYTHING and not SYMBOL.fullmatch(fact.subject):
        return False
    if fact.unit is Unit.QUANTITY and fact.subject in EVERYTHING:
        return False
    if fact.unit is Unit.NAME:
        pattern = SYMBOL if fact.kind in ASSETS else _PROPOSAL_ID
        is_name = fact.kind in ASSETS or fact.kind in _PROPOSALS
        return is_name and pattern.fullmatch(str(fact.value)) is not None
    return fact.unit is not Unit.KEY or _is_known_key(speech, fact, code)


def _is_closed(about: str) -> bool:
    """Tell whether what a reason is about is made of coins and words of closed sets alone."""
    return all(part in _CLOSED_WORDS or SYMBOL.fullmatch(part) for part in about.split())


def _is_known_key(speech: Speech, fact: Fact, code: str) -> bool:
    key = str(fact.value)
    names = (f"{code}.{fact.kind}.{key}", f"{fact.kind}.{key}")
    is_phrase = any(name in speech.wording.PHRASES for name in names)
    return is_phrase or key in speech.wording.VOCABULARY.get(fact.kind, {})
