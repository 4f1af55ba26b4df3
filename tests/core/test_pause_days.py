"""The day a stress pause began is one day, whoever tells it and whenever it is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.explain.states import standing_lines
from core.domain.decision import Decision, ReasonCode
from core.domain.state import EngineState
from core.domain.stress import BAR, Stress
from core.facts import Fact, decision_facts, figure_id, figures_of, pause_facts
from core.facts.table import Unit
from tests.dsl import MORNING, decide_on
from tests.explain.market_samples import VOTES, under
from tests.explain.samples import STATE, worked
from core.domain.units import Asset

USD = Asset("USD")
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = MORNING.replace(hour=0, minute=0)
"""The day of the check; the newest closed bar is that of the day before."""
