"""Samples told in English to a reader in Berlin, by name."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.explain.speech import Speech
from bot.explain.telling import tell
from bot.explain.told import Told
from bot.explain.wording import en
from core.domain.units import Asset
from core.facts import decision_facts
from tests.dsl import MORNING
from tests.explain.rarer import every
from tests.explain.samples import Sample

SAMPLES = every()
ENGLISH = Speech(en, MORNING + timedelta(minutes=2), ZoneInfo("Europe/Berlin"), "USD")


def told_of(sample: Sample) -> Told:
    """Return a sample's decision as it is told, its card open for twelve hours."""
    now = sample.decision.decided_at
    expires_at = now + timedelta(hours=12)
    table = decision_facts(sample.decision, quote=Asset(sample.quote), expires_at=expires_at)
    speech = replace(ENGLISH, now=now, quote=sample.quote)
    return tell(speech, table)


def named(name: str) -> Told:
    """Return the sample of that name as it is told."""
    return told_of(next(sample for sample in SAMPLES if sample.name == name))


def words(told: Told) -> dict[str, str]:
    """Return the finished words by id."""
    return {fact.fact_id: fact.text for fact in told.facts}
