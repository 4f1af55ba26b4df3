"""Decisions, proposals, fills -> the fact table: all that an explanation may use."""

from core.facts.answers import Evidence, answer_facts
from core.facts.course import Costs, Course
from core.facts.decision import decision_facts
from core.facts.digest import digest_facts
from core.facts.execution import ended_facts, execution_facts
from core.facts.pause import pause_facts
from core.facts.reasons import REASON_UNITS, about, figure_id, figures_of
from core.facts.table import (
    MAX_ROWS,
    Fact,
    FactTable,
    FactValue,
    Polarity,
    Unit,
    facts_digest,
)

__all__ = [
    "MAX_ROWS",
    "REASON_UNITS",
    "Costs",
    "Course",
    "Evidence",
    "Fact",
    "FactTable",
    "FactValue",
    "Polarity",
    "Unit",
    "about",
    "answer_facts",
    "decision_facts",
    "digest_facts",
    "ended_facts",
    "execution_facts",
    "facts_digest",
    "figure_id",
    "figures_of",
    "pause_facts",
]
