"""Doubtful inputs that must not matter: known too late, about times to come, stale, no numbers."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.codec import reading_series
from core.domain.policy import BandRules
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState, StressOverride
from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.units import Asset
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.engine import decide, needs_decision
from tests.core.markets import MIDNIGHT, ONE_DAY, day_ago, fear, watched
from tests.dsl import MORNING, codes_of

ONCE = BandRules(confirm=1)
QUIET: dict[str, Any] = {
    "regime": RegimeRules(is_directional=False),
    "tilt": TiltRules(is_on=False),
}
FEARFUL = StressRules(families=(Family.PRICE, Family.SENTIMENT))
USDT = Asset("USD")


def readings(kind: ReadingKind, *rows: Reading, asset: str = "") -> ReadingSeries:
    """Return a series of these rows."""
    return reading_series(kind, Asset(asset), "made", rows, is_point_in_time=True)


@pytest.mark.parametrize(
    "odd",
    [
        Reading(MIDNIGHT + ONE_DAY, Decimal(5), MORNING),
        Reading(MIDNIGHT, Decimal(5), MORNING + timedelta(hours=1)),
        Reading(MIDNIGHT, Decimal("NaN"), MORNING),
        Reading(MIDNIGHT, Decimal("Infinity"), MORNING),
        Reading(MIDNIGHT, Decimal("1e40"), MORNING),
    ],
)
def test_what_could_not_be_known_or_is_no_number_does_not_matter(odd: Reading) -> None:
    """A value from the future, known later, or no number at all leaves the decision as it was."""
    there = watched(bands=ONCE, stress=FEARFUL, **QUIET)
    known = fear(*([50] * 20))
    plain = decide(replace(there.snapshot, readings=(known,)), there.policy, EngineState())
    longer = readings(ReadingKind.FEAR_GREED, *known.readings, odd)
    told = decide(replace(there.snapshot, readings=(longer,)), there.policy, EngineState())
    assert told.gates == plain.gates
    assert told.next_state.stress == plain.next_state.stress


def test_a_fall_is_told_by_fresh_prices_of_now_and_then_only() -> None:
    """A price of last week, or a quote of an hour ago, makes no fall within the day."""
    there = watched(**QUIET)
    known = decide(there.snapshot, there.policy, EngineState()).next_state
    glance = replace(there.snapshot, bars=(), occasion=Occasion.INTRADAY)
    week = Reading(MORNING - 7 * ONE_DAY, Decimal(200_000), MORNING)
    old = readings(ReadingKind.DAY_AGO, week, asset="BTC")
    assert not needs_decision(replace(glance, readings=(old,)), there.policy, known)
    assert needs_decision(replace(glance, readings=(day_ago("200000"),)), there.policy, known)
    stale = tuple(replace(row, observed_at=MORNING - ONE_DAY / 24) for row in glance.quotes)
    hour = replace(glance, readings=(day_ago("200000"),), quotes=stale)
    assert not needs_decision(hour, there.policy, known)


def test_an_override_is_for_the_pause_it_was_given_for() -> None:
    """A word given during an earlier pause does not lift one that begins now."""
    there = watched((-0.22,), bands=ONCE, **QUIET)
    word = StressOverride(MORNING + timedelta(hours=20), "7", "I looked")
    earlier = MORNING.date() - 3 * ONE_DAY
    calm = EngineState(override=word, stress=StressState(day=earlier, exited_on=earlier))
    decision = decide(there.snapshot, there.policy, calm)
    assert decision.next_state.stress.phase is Stress.PAUSED
    assert decision.next_state.override is None
    assert "PAUSED_STRESS" in codes_of(decision)


def test_switching_every_family_off_ends_a_pause() -> None:
    """Nobody watches any more, so nothing is held back any more."""
    there = watched((-0.22,), bands=ONCE, **QUIET)
    paused = decide(there.snapshot, there.policy, EngineState()).next_state
    assert paused.stress.phase is Stress.PAUSED
    careless = there.ruled(stress=StressRules(families=()))
    decision = decide(there.snapshot, careless.policy, paused)
    assert decision.next_state.stress.phase is Stress.NORMAL
    assert "PAUSED_STRESS" not in codes_of(decision)


def _pegged(snapshot: Snapshot, price: str) -> Snapshot:
    """Return the snapshot with 90 minutes of five-minute prices from two venues."""
    stamps = [MORNING.replace(minute=0) - timedelta(minutes=5 * back) for back in range(18)][::-1]
    rows = [Reading(at, Decimal(price), at) for at in stamps]
    series = tuple(
        reading_series(ReadingKind.PEG, USDT, venue, rows, is_point_in_time=True)
        for venue in ("coinbase", "kraken")
    )
    return replace(snapshot, readings=series)


def test_a_peg_that_breaks_between_two_evaluations_holds_sales_back_at_once() -> None:
    """Off its peg by 0.6 % right now, the coin is not bought, whatever last night's vote was."""
    rules = StressRules(families=(Family.PRICE, Family.QUOTE))
    there = watched(bands=ONCE, stress=rules, **QUIET)
    fine = _pegged(there.snapshot, "1.0001")
    known = decide(fine, there.policy, EngineState())
    assert "OFF_PEG" not in codes_of(known)
    state = replace(known.next_state, proposed_on=(), open_proposal="")
    now = replace(_pegged(there.snapshot, "0.994"), occasion=Occasion.RECHECK)
    assert "OFF_PEG" in codes_of(decide(now, there.policy, state))


def test_a_peg_that_was_broken_is_not_mended_by_silence() -> None:
    """While no venue tells, the last known points hold, for sales and for an override."""
    rules = StressRules(families=(Family.PRICE, Family.QUOTE))
    there = watched(bands=ONCE, stress=rules, **QUIET)
    seen = decide(there.snapshot, there.policy, EngineState()).next_state
    silent = (Vote(Family.PRICE, 0), Vote(Family.QUOTE, None))
    stress = replace(seen.stress, votes=silent, last_known=((Family.QUOTE, 1),))
    state = replace(seen, stress=stress, proposed_on=(), open_proposal="")
    assert "OFF_PEG" in codes_of(decide(there.snapshot, there.policy, state))
