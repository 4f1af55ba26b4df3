"""What the market is doing, inside a decision: bands, pause, targets, and every doubt."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.codec import bar_series
from core.domain.decision import Decision, Gate, NoTrade, Propose, ReasonCode
from core.domain.policy import BandRules
from core.domain.regime import Regime
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, StressOverride
from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.units import Asset, Weight, text_of
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.engine import decide, needs_decision
from tests.core.markets import bars_of, cut, day_ago, fear, on_day, watched, with_bars
from tests.dsl import MORNING, Situation, codes_of

ONCE = BandRules(confirm=1)
RISE, FALL = (0.02,) * 40, (-0.02,) * 40
CRASH = (-0.22,)
BTC, ETH, USD = Asset("BTC"), Asset("ETH"), Asset("USD")


def today(situation: Situation, state: EngineState | None = None) -> Decision:
    """Decide on the situation's own snapshot."""
    return decide(situation.snapshot, situation.policy, state or EngineState())


def half_widths(decision: Decision) -> dict[str, tuple[str, str]]:
    """Return the half-widths above and below by asset, in points."""
    return {
        row.asset: (text_of(row.band.upper * 100), text_of(row.band.lower * 100))
        for row in decision.standings
    }


@pytest.mark.parametrize(
    ("moves", "label", "btc", "cash"),
    [
        (RISE, Regime.UP, ("20", "10"), ("8", "16")),
        (FALL, Regime.DOWN, ("10", "20"), ("16", "8")),
        ((), Regime.RANGING, ("8", "8"), ("6.4", "6.4")),
        (CRASH, Regime.TURBULENT, ("15", "15"), ("12", "12")),
    ],
)
def test_bands_follow_the_market_on_the_side_it_pushes(
    moves: tuple[float, ...], label: Regime, btc: tuple[str, str], cash: tuple[str, str]
) -> None:
    """Each state multiplies the half-widths as METHODS 2.6 says, cash with the pair reversed."""
    decision = today(watched(moves, tilt=TiltRules(is_on=False)))
    assert decision.next_state.regime.published is label
    assert half_widths(decision)["BTC"] == btc
    assert half_widths(decision)["USD"] == cash


def test_plain_leaves_every_band_alone() -> None:
    """With the one switch at plain a rising market changes no band and no trade."""
    plain = RegimeRules(is_directional=False)
    rising = today(watched(RISE, regime=plain, tilt=TiltRules(is_on=False)))
    calm = today(watched((), regime=plain, tilt=TiltRules(is_on=False)))
    assert half_widths(rising) == half_widths(calm)
    assert half_widths(rising)["BTC"] == ("10", "10")
    assert ReasonCode.REGIME_PLAIN in {row.code for row in rising.reasons}


def test_a_crash_pauses_and_keeps_the_plan_it_withheld() -> None:
    """A fall of 22 % opens the door by itself; the sale that would have run is kept, not traded."""
    decision = today(watched(CRASH, bands=ONCE, regime=RegimeRules(is_directional=False)))
    assert isinstance(decision.outcome, NoTrade)
    assert decision.outcome.gate is Gate.PAUSE
    assert decision.outcome.withheld is not None
    assert decision.next_state.stress.phase is Stress.PAUSED
    assert "PAUSED_STRESS" in codes_of(decision)
    assert "STRESS_VOTE" in codes_of(decision)


def test_a_pause_on_two_families_needs_both() -> None:
    """A fall of 11 % with extreme fear pauses; the same fall with greed does not."""
    rules = StressRules(families=(Family.PRICE, Family.SENTIMENT))
    slow = (-0.04, -0.04, -0.035)
    there = watched(slow, stress=rules)

    def phase(value: int) -> Stress:
        seen = replace(there.snapshot, readings=(fear(*([50] * 20), value),))
        return decide(seen, there.policy, EngineState()).next_state.stress.phase

    assert phase(10) is Stress.PAUSED
    assert phase(60) is Stress.NORMAL


def test_a_fall_within_the_day_counts_at_once() -> None:
    """BTC 15 % below its price of 24 hours ago pauses between two daily evaluations."""
    there = watched()
    known = today(there).next_state
    fallen = replace(
        there.snapshot,
        as_of=there.snapshot.as_of + timedelta(minutes=24),
        occasion=Occasion.INTRADAY,
        readings=(day_ago("118000"),),
    )
    quotes = tuple(replace(row, observed_at=fallen.as_of) for row in fallen.quotes)
    fallen = replace(fallen, quotes=quotes, books=())
    assert needs_decision(replace(fallen, bars=()), there.policy, known)
    decision = decide(fallen, there.policy, known)
    assert decision.next_state.stress.phase is Stress.PAUSED
    assert "INTRADAY_SHOCK" in codes_of(decision)
    held = replace(fallen, readings=(day_ago("117000"),))
    assert not needs_decision(replace(held, bars=()), there.policy, known)


def test_days_that_were_missed_are_caught_up() -> None:
    """One decision after six silent days leaves the same market state as six daily ones."""
    there = watched((*RISE, *CRASH, 0.03, 0.02, -0.01, 0.01))
    start = decide(on_day(there, 6), there.policy, EngineState()).next_state
    daily = start
    for before in range(5, -1, -1):
        daily = decide(on_day(there, before), there.policy, daily).next_state
    at_once = decide(there.snapshot, there.policy, start).next_state
    assert (at_once.regime, at_once.stress) == (daily.regime, daily.stress)


def test_looking_again_changes_nothing() -> None:
    """A second decision on the same closed bars folds no day twice."""
    there = watched(FALL)
    once = today(there).next_state
    again = today(there, once).next_state
    assert (again.regime, again.stress, again.tilt) == (once.regime, once.stress, once.tilt)


def test_an_override_lifts_a_stress_pause_but_never_a_broken_peg() -> None:
    """A person's word lets proposals through for its time, except at three points for the peg."""
    there = watched(CRASH, bands=ONCE, regime=RegimeRules(is_directional=False))
    paused = today(there).next_state
    word = StressOverride(MORNING + timedelta(hours=1), "7", "I looked")
    decision = today(there, replace(paused, override=word))
    assert isinstance(decision.outcome, Propose)
    assert "OVERRIDDEN" in codes_of(decision)
    votes = (*paused.stress.votes, Vote(Family.QUOTE, 3))
    broken = replace(paused, override=word, stress=replace(paused.stress, votes=votes))
    assert today(there, broken).outcome.gate is Gate.PAUSE  # type: ignore[union-attr]


def test_off_its_peg_nothing_is_sold_for_the_quote_coin() -> None:
    """One point for the peg holds back a plan that would end with more of the quote coin."""
    there = watched((), bands=ONCE, tilt=TiltRules(is_on=False))
    seen = today(there).next_state
    votes = (Vote(Family.PRICE, 0), Vote(Family.QUOTE, 1, measured=Decimal("0.006")))
    shaky = replace(seen, stress=replace(seen.stress, votes=votes))
    decision = today(there, shaky)
    assert decision.outcome.gate is Gate.LIMITS  # type: ignore[union-attr]
    assert "OFF_PEG" in codes_of(decision)


@pytest.mark.parametrize(
    ("days", "code"),
    [(399, "SHORT_HISTORY:BTC"), (1, "SHORT_HISTORY:BTC"), (400, "DATA_VALID")],
)
def test_the_pause_needs_its_400_days(days: int, code: str) -> None:
    """Fewer than 400 closed days are unsafe data, and say how many there are."""
    there = with_bars(watched(), bars_of("BTC", (), price=100_000.0, days=days))
    assert code in codes_of(today(there))


def test_no_bars_at_all_are_unsafe_unless_the_pause_is_off() -> None:
    """Without a series there is no trade; with every family switched off there is one."""
    there = replace(watched(bands=ONCE), snapshot=replace(watched().snapshot, bars=()))
    assert today(there).outcome.gate is Gate.DATA  # type: ignore[union-attr]
    careless = there.ruled(stress=StressRules(families=()))
    assert isinstance(today(careless).outcome, Propose)


def test_yesterdays_bar_today_is_no_data() -> None:
    """A series that ends a day too early is late: nothing is proposed on it."""
    there = watched(bands=ONCE)
    late = with_bars(there, cut(there.snapshot.bars[0], 1))
    assert "BARS_LATE:BTC" in codes_of(today(late))


def test_a_bar_that_is_still_open_is_no_data() -> None:
    """A bar from the future, or one that has not closed, never becomes an input."""
    bars = watched().snapshot.bars[0]
    columns = {
        name: getattr(bars, name) for name in ("opens", "highs", "lows", "closes", "volumes")
    }
    ahead = bar_series(bars.asset, bars.source, bars.opened_at + timedelta(days=1), **columns)
    assert "DATA_UNSAFE" in codes_of(today(with_bars(watched(), ahead)))


@pytest.mark.parametrize("close", [float("nan"), 0.0, -1.0, float("inf")])
def test_an_impossible_close_is_no_data(close: float) -> None:
    """One close in the window that is no price stops everything that rests on the window."""
    bars = watched().snapshot.bars[0]
    columns = {
        name: getattr(bars, name) for name in ("opens", "highs", "lows", "closes", "volumes")
    }
    columns["closes"] = (*bars.closes[:300], close, *bars.closes[301:])
    odd = bar_series(bars.asset, bars.source, bars.opened_at, **columns)
    assert "DATA_UNSAFE" in codes_of(today(with_bars(watched(), odd)))


def test_tilts_move_the_band_and_say_so() -> None:
    """In a falling market alts give way by 2 points a day at most, and the reason says so."""
    there = watched(FALL, stress=StressRules(families=()))
    decision = today(there)
    targets = {row.asset: row.target for row in decision.standings}
    assert Decimal("0.28") <= targets[ETH] < Decimal("0.30")
    assert sum(targets.values()) == 1
    assert "TARGETS_TILTED" in codes_of(decision)
    assert "TILT" in codes_of(decision)


def test_tilts_off_are_as_if_there_were_none() -> None:
    """The switch gives the base targets exactly, and the trades of a memory that never tilted."""
    tilted = today(watched(FALL)).next_state
    off = watched(FALL, tilt=TiltRules(is_on=False), bands=ONCE)
    assert (
        today(off, tilted).outcome == today(off, replace(tilted, tilt=EngineState().tilt)).outcome
    )
    targets = {row.asset: row.target for row in today(off, tilted).standings}
    assert targets == {
        BTC: Weight(Decimal("0.5")),
        ETH: Weight(Decimal("0.3")),
        USD: Weight(Decimal("0.2")),
    }


def test_a_changed_policy_drops_a_tilt_of_what_it_no_longer_names() -> None:
    """A memory that tilts a coin without a target is cut to what the policy allows."""
    tilted = today(watched(FALL, stress=StressRules(families=()))).next_state
    assert tilted.tilt.tilts
    bare = watched(FALL)
    targets = ((BTC, Weight(Decimal("0.8"))), (USD, Weight(Decimal("0.2"))))
    decision = today(bare.ruled(targets=targets), tilted)
    assert {row.asset for row in decision.standings} == {BTC, USD}


def test_guarded_comes_after_fourteen_days() -> None:
    """A memory paused for 14 days is guarded today: wider bands and half the quantity."""
    there = watched(bands=ONCE, regime=RegimeRules(is_directional=False))
    seen = today(there).next_state
    since = seen.stress.day
    assert since is not None
    old = replace(
        seen,
        stress=StressState(
            Stress.PAUSED, since=since - timedelta(days=14), day=since - timedelta(days=1)
        ),
    )
    decision = today(there, old)
    assert decision.next_state.stress.phase is Stress.GUARDED
    assert half_widths(decision)["BTC"] == ("15", "15")
    assert "GUARDED" in codes_of(decision)
