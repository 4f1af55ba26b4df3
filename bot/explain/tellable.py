"""Which facts a model may use: none that a person, a feed or a venue wrote, none that misleads.

Source: METHODS 7.2 and 7.6.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.explain.speech import Speech
from core.domain.decision import ReasonCode
from core.domain.policy import SYMBOL
from core.domain.proposal import ProposalState
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


# What the program alone brings about, and so gives the reason of.
_BY_ITSELF = frozenset({ProposalState.FAILED, ProposalState.SUPERSEDED, ProposalState.WITHDRAWN})
_SAY_WHY = _BY_ITSELF | {ProposalState.REJECTED}
_SETTLED = _SAY_WHY | {ProposalState.DONE, ProposalState.PARTIAL, ProposalState.EXPIRED}
_OF_A_WAITING_PLAN = frozenset(
    {"after", "landing", "outside_after", "cash_change", "kept_share", "time"}
)


def is_settled(table: FactTable) -> bool:
    """Tell whether a table is about a plan that no longer waits; a report tells its own story."""
    return table.topic != "execution" and _is_in(table, _SETTLED)


def says_why(table: FactTable) -> bool:
    """Tell whether a table is about a plan whose end the template gives a reason for."""
    return _is_in(table, _SAY_WHY)


def known_fact(table: FactTable, fact: Fact) -> Fact:
    """Return a note of the program itself as the key it is; any other fact unchanged.

    Whether the key is known, ``may_be_told`` says; what a person wrote stays a free text.
    """
    if fact.kind != "note" or not _is_in(table, _BY_ITSELF):
        return fact
    return replace(fact, fact_id="why", kind="why", unit=Unit.KEY)


def _is_in(table: FactTable, states: frozenset[ProposalState]) -> bool:
    return any(fact.value in states for fact in table.of_kind("state"))


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

    That nothing is outside its band holds only where all were looked at; the cost that is held
    against the benefit has a margin for safety, so it is not what a plan would cost; and where a
    plan would have led, or until when its card was open, is nothing to tell of a settled one.
    """
    if is_settled(table) and fact.kind in _OF_A_WAITING_PLAN:
        return fact.kind != "time" or not _is_in(table, frozenset({ProposalState.EXPIRED}))
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
