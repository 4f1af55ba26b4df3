"""The day a stress pause began is one day, whoever tells it and whenever it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.explain.states import standing_lines
from core.domain.decision import ReasonCode
from core.domain.state import EngineState
from core.domain.stress import Stress
from core.domain.units import Asset
from core.facts import FactTable, decision_facts, figure_id, pause_facts
from core.facts.reasons import figures_of
from tests.dsl import MORNING, decide_on
from tests.explain.market_samples import VOTES, under
from tests.explain.samples import STATE, worked

USD, UTC_ZONE = Asset("USD"), ZoneInfo("UTC")
DAYS_AGO = 4
BEGAN = MORNING.replace(hour=0, minute=0) - timedelta(days=DAYS_AGO)
"""The phase began four bars before the newest one, whose day was yesterday."""


def _day(table: FactTable, fact_id: str) -> datetime:
    fact = table.find(fact_id)
    assert fact is not None
    assert isinstance(fact.value, datetime)
    return fact.value


@pytest.mark.parametrize("phase", [Stress.PAUSED, Stress.GUARDED])
def test_decision_reason_end_and_status_name_one_day(phase: Stress) -> None:
    """Cards, reasons, the notice of the end and /status tell the day after the bar's."""
    stress = under(phase, *VOTES, since=DAYS_AGO)
    state = replace(STATE, stress=stress)
    decision = decide_on(worked(), state)
    assert _day(decision_facts(decision, quote=USD), "stress_since") == BEGAN
    code = ReasonCode.PAUSED_STRESS if phase is Stress.PAUSED else ReasonCode.GUARDED
    (reason,) = (reason for reason in decision.reasons if reason.code is code)
    figures = {fact.fact_id: fact.value for fact in figures_of(reason, value=None)}
    assert figures[figure_id(code, "", "since")] == BEGAN
    ended = pause_facts(decide_on(worked(), EngineState()), state)
    assert _day(ended, "was_since") == BEGAN
    if phase is Stress.PAUSED:
        (line,) = standing_lines(EngineState(stress=stress), MORNING, UTC_ZONE)
        assert f"since {BEGAN.day} {BEGAN:%b}" in line


def test_a_fall_within_the_day_began_on_that_day() -> None:
    """A pause of this evening counts with yesterday's bar; people met it today."""
    stress = under(Stress.PAUSED, *VOTES, since=0)
    assert stress.since == (MORNING - timedelta(days=1)).date()
    assert stress.began_on == MORNING.astimezone(UTC).date()
    assert EngineState().stress.began_on is None
