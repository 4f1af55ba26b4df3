"""One case per state of the market, per doubt about it, and for what follows from it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core.codec import bar_series, reading_series
from core.domain.decision import Decision
from core.domain.market import BarSeries
from core.domain.readings import ReadingKind
from core.domain.state import EngineState, StressOverride
from core.domain.stress import Family
from core.domain.units import Asset
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.engine import decide
from tests.core.markets import bars_of, cut, fear, on_day, watched, with_bars
from tests.dsl import MORNING, Situation
from tests.golden.case import ONCE, Case

RISE, FALL, CRASH = (0.02,) * 40, (-0.02,) * 40, (-0.22,)
SLOW = (-0.04, -0.04, -0.035)
STILL = TiltRules(is_on=False)
FEARFUL = StressRules(families=(Family.PRICE, Family.SENTIMENT))


def _today(situation: Situation, state: EngineState | None = None) -> Decision:
    return decide(situation.snapshot, situation.policy, state or EngineState())


def _changed(bars: BarSeries, **columns: Sequence[float]) -> BarSeries:
    names = ("opens", "highs", "lows", "closes", "volumes")
    kept = {name: getattr(bars, name) for name in names} | columns
    return bar_series(bars.asset, bars.source, bars.opened_at, **kept)


def _without_volume() -> Decision:
    there = watched(bands=ONCE, tilt=STILL)
    bars = there.snapshot.bars[0]
    return _today(with_bars(there, _changed(bars, volumes=(0.0,) * len(bars.closes))))


def _missing_day() -> Decision:
    there = watched(bands=ONCE, tilt=STILL)
    bars = there.snapshot.bars[0]
    close, before = bars.closes[-2], slice(None, -1)
    columns = {
        name: (*getattr(bars, name)[before], close) for name in ("opens", "highs", "lows", "closes")
    }
    columns["volumes"] = (*bars.volumes[before], float("nan"))
    return _today(with_bars(there, _changed(bars, **columns)))


def _silent_sentiment() -> Decision:
    there = watched(SLOW, bands=ONCE, tilt=STILL, stress=FEARFUL)
    known = fear(20, 20, 20).readings[:-1]
    late = reading_series(ReadingKind.FEAR_GREED, Asset(""), "made", known, is_point_in_time=True)
    seen = replace(there.snapshot, readings=(late,))
    return decide(seen, there.policy, EngineState())


def _overridden() -> Decision:
    there = watched(CRASH, bands=ONCE, tilt=STILL, regime=RegimeRules(is_directional=False))
    word = StressOverride(MORNING + timedelta(hours=1), "7", "I looked")
    return _today(there, EngineState(override=word))


def _fifth_day_of_a_tilt() -> Decision:
    there = with_bars(
        watched(FALL, stress=StressRules(families=())),
        bars_of("BTC", FALL, price=100_000.0, days=470),
    )
    state = EngineState()
    for before in range(5, 0, -1):
        state = decide(on_day(there, before), there.policy, state).next_state
    return _today(there, state)


MARKET_CASES = (
    Case(
        "49_rising_market",
        "Gate 5: in a rising market BTC may run to 70 before it is trimmed, cash may fall to 4",
        lambda: _today(watched(RISE, bands=ONCE, tilt=STILL)),
    ),
    Case(
        "50_falling_market",
        "Gate 5: in a falling market BTC may fall to 30 before it is bought, 60 trims it as ever",
        lambda: _today(watched(FALL, bands=ONCE, tilt=STILL)),
    ),
    Case(
        "51_ranging_market",
        "Gate 5: in a range every band is a fifth narrower",
        lambda: _today(watched((), bands=ONCE, tilt=STILL)),
    ),
    Case(
        "52_crash",
        "Gate 3: BTC fell 22 % yesterday; three points pause, and the plan is kept as withheld",
        lambda: _today(watched(CRASH, tilt=STILL, regime=RegimeRules(is_directional=False))),
    ),
    Case(
        "53_overridden_crash",
        "Gate 3: the same fall, and a person's override with an hour left: proposed",
        _overridden,
    ),
    Case(
        "54_no_volume",
        "Gate 5: a market without volume loses one of four parts of the score, and says so",
        _without_volume,
    ),
    Case(
        "55_missing_day",
        "Gate 5: yesterday's bar is missing; the state is carried forward, and says so",
        _missing_day,
    ),
    Case(
        "56_warming_up",
        "Gate 5: 430 bars; 30 of the 60 days of warm-up are left, and no factor applies",
        lambda: _today(
            with_bars(
                watched(bands=ONCE, tilt=STILL), bars_of("BTC", RISE, price=100_000.0, days=430)
            )
        ),
    ),
    Case(
        "57_short_history",
        "Gate 1: 399 of the 400 daily bars that the pause needs",
        lambda: _today(
            with_bars(watched(bands=ONCE), bars_of("BTC", (), price=100_000.0, days=399))
        ),
    ),
    Case(
        "58_late_bars",
        "Gate 1: the newest bar is of the day before yesterday",
        lambda: _today(
            with_bars(watched(bands=ONCE), cut(watched().snapshot.bars[0], 1)),
        ),
    ),
    Case(
        "59_silent_sentiment",
        "Gate 3: two points for the price, and Fear & Greed is late: a silent family counts as one",
        _silent_sentiment,
    ),
    Case(
        "60_tilted",
        "Gate 4: the market has been falling; after six days ETH's target is 10 points lower",
        _fifth_day_of_a_tilt,
    ),
)
