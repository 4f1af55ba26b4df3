"""Bars, prices and series that cannot be believed: they stop no decision, and start no pause."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from core.codec import bar_series, reading_series
from core.domain.decision import NoTrade, Propose
from core.domain.errors import SnapshotInvalid
from core.domain.market import BarSeries, Quote
from core.domain.policy import BandRules
from core.domain.readings import Reading, ReadingKind, ReadingSeries
from core.domain.regime import Regime
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.stress import Family, Stress, StressState
from core.domain.tilt import Froth
from core.domain.units import Asset, Price
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.engine import decide, needs_decision
from core.signals.froth import step_froth
from tests.core.markets import MIDNIGHT, ONE_DAY, bars_of, cut, fear, on_day, watched, with_bars
from tests.dsl import MORNING, Situation, codes_of, portfolio, snapshot

BTC, ETH, USD, NOBODY = Asset("BTC"), Asset("ETH"), Asset("USD"), Asset("")
PLAIN: dict[str, Any] = {
    "regime": RegimeRules(is_directional=False),
    "tilt": TiltRules(is_on=False),
}
ONCE = BandRules(confirm=1)
OFF = StressRules(families=())
COLUMNS = ("opens", "highs", "lows", "closes", "volumes")


def series(kind: ReadingKind, asset: Asset, rows: Iterable[Reading], source: str) -> ReadingSeries:
    """Return a point-in-time series."""
    return reading_series(kind, asset, source, rows, is_point_in_time=True)


def a_day_ago(price: str, *, about: datetime = MORNING - ONE_DAY) -> ReadingSeries:
    """Return what BTC is said to have cost, by default 24 hours before MORNING."""
    row = Reading(about, Decimal(price), min(about, MORNING))
    return series(ReadingKind.DAY_AGO, BTC, [row], "venue")


def peg(price: str, *, until: datetime, minutes: int = 130) -> tuple[ReadingSeries, ...]:
    """Return two venues' prices of USD, one every 5 minutes, the last at ``until``."""
    stamps = [until - timedelta(minutes=ago) for ago in range(minutes, -5, -5)]
    rows = [Reading(at, Decimal(price), at) for at in stamps]
    return tuple(series(ReadingKind.PEG, USD, rows, venue) for venue in ("one", "two"))


def without_btc() -> Situation:
    """Return an account of ETH in a market that is read by BTC."""
    rules = StressRules(families=(Family.PRICE,))
    there = portfolio("ETH 20 @ 4000 -> 80", cash="20000 -> 20", stress=rules)
    return with_bars(there, bars_of("BTC", (), price=100_000.0))


def quoted(situation: Situation, bid: str, ask: str, *, age: timedelta) -> Snapshot:
    """Return the snapshot with a price of BTC, which nobody holds."""
    quote = Quote(BTC, Price(Decimal(bid)), Price(Decimal(ask)), MORNING - age, "made")
    return replace(situation.snapshot, quotes=(*situation.snapshot.quotes, quote))


def with_close(bars: BarSeries, at: int, close: float) -> BarSeries:
    """Return the bars with one close replaced."""
    columns = {name: getattr(bars, name) for name in COLUMNS}
    columns["closes"] = tuple(close if day == at else one for day, one in enumerate(bars.closes))
    return bar_series(bars.asset, bars.source, bars.opened_at, **columns)


@pytest.mark.parametrize("close", [float("nan"), 0.0, -1.0, float("inf")])
@pytest.mark.parametrize("rules", [OFF, StressRules(families=(Family.PRICE,))])
def test_an_impossible_close_of_long_ago_stops_no_decision(
    close: float, rules: StressRules
) -> None:
    """A close that is no price, outside the newest 400 days, only shortens what can be read."""
    there = watched(stress=rules)
    odd = with_bars(there, with_close(there.snapshot.bars[0], 20, close))
    decision = decide(odd.snapshot, odd.policy, EngineState())
    assert decision.value is not None
    assert decision.next_state.regime.folded == 40
    assert decision.next_state.regime.published is Regime.UNKNOWN


def test_without_a_pause_an_impossible_close_leaves_the_regime_unknown() -> None:
    """Where nobody watches for stress, a broken window gives no regime, and no exception."""
    there = watched(stress=OFF)
    odd = with_bars(there, with_close(there.snapshot.bars[0], 300, float("nan")))
    state = decide(odd.snapshot, odd.policy, EngineState()).next_state
    assert state.regime.day is None


@pytest.mark.parametrize(
    ("bid", "ask", "code"),
    [
        ("NaN", "NaN", "PRICE_ABSURD:BTC"),
        ("0", "1", "PRICE_ABSURD:BTC"),
        ("3", "2", "PRICE_ABSURD:BTC"),
        ("10", "11", "PRICE_ABSURD:BTC"),
        ("99990", "100010", "DATA_VALID"),
    ],
)
def test_the_price_the_market_is_read_by_is_checked_as_well(bid: str, ask: str, code: str) -> None:
    """A coin that nobody holds may begin a pause, so its price must be as sound as the others'."""
    there = without_btc()
    known = decide(there.snapshot, there.policy, EngineState()).next_state
    seen = replace(quoted(there, bid, ask, age=timedelta()), readings=(a_day_ago("118000"),))
    decision = decide(seen, there.policy, known)
    assert code in codes_of(decision)
    assert decision.next_state.stress.phase is (
        Stress.PAUSED if code == "DATA_VALID" else Stress.NORMAL
    )


@pytest.mark.parametrize(
    ("price", "about", "phase"),
    [
        ("118000", MORNING - ONE_DAY, Stress.PAUSED),
        ("118000", MORNING - ONE_DAY - timedelta(minutes=70), Stress.PAUSED),
        ("118000", MORNING - 3 * ONE_DAY, Stress.NORMAL),
        ("118000", MORNING, Stress.NORMAL),
        ("118000", MORNING + ONE_DAY, Stress.NORMAL),
        ("NaN", MORNING - ONE_DAY, Stress.NORMAL),
        ("1e-30", MORNING - ONE_DAY, Stress.NORMAL),
    ],
)
def test_only_a_price_of_a_day_ago_tells_a_fall_within_the_day(
    price: str, about: datetime, phase: Stress
) -> None:
    """A price of another time, or none at all, neither begins a pause nor stops a decision."""
    there = watched()
    known = decide(there.snapshot, there.policy, EngineState()).next_state
    seen = replace(there.snapshot, readings=(a_day_ago(price, about=about),))
    assert decide(seen, there.policy, known).next_state.stress.phase is phase
    assert needs_decision(seen, there.policy, known) is (phase is Stress.PAUSED)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "1e6000"])
@pytest.mark.parametrize("kind", list(ReadingKind))
def test_a_reading_that_is_no_number_is_silence(kind: ReadingKind, value: str) -> None:
    """Whatever a feed lets through, a decision is made, and its family is unknown."""
    rules = StressRules(families=tuple(Family))
    there = watched(stress=rules, regime=RegimeRules(onchain_weight=Decimal("0.1")))
    step = timedelta(minutes=5) if kind in (ReadingKind.PEG, ReadingKind.VENUE) else ONE_DAY
    end = MORNING if step < ONE_DAY else MIDNIGHT - ONE_DAY
    rows = [Reading(end - ago * step, Decimal(value), end) for ago in range(399, -1, -1)]
    for asset in (NOBODY, BTC, ETH, USD):
        said = tuple(series(kind, asset, rows, source) for source in ("one", "two"))
        seen = replace(there.snapshot, readings=said)
        state = decide(seen, there.policy, EngineState()).next_state
        silent = {vote.family for vote in state.stress.votes if vote.points is None}
        assert silent == set(Family) - {Family.PRICE}


def test_a_series_told_twice_is_refused() -> None:
    """Two series of one kind from one source contradict each other, whatever their order."""
    there = watched()
    seen = replace(there.snapshot, readings=(fear(5), fear(95)))
    with pytest.raises(SnapshotInvalid, match="readings name fear_greed made more than once"):
        decide(seen, there.policy, EngineState())


def test_bars_that_are_not_in_utc_are_refused() -> None:
    """A day that opens in another zone, or in none at all, is another day."""
    there = watched()
    bars = there.snapshot.bars[0]
    columns = {name: getattr(bars, name) for name in COLUMNS}
    naive = bars.opened_at.replace(tzinfo=None)
    for opened_at in (naive, bars.opened_at.astimezone(timezone(timedelta(hours=5)))):
        odd = with_bars(there, bar_series(BTC, "made", opened_at, **columns))
        with pytest.raises(SnapshotInvalid, match="the bars of BTC open at"):
            decide(odd.snapshot, odd.policy, EngineState())


def test_a_bar_counts_from_five_minutes_after_its_close() -> None:
    """What a venue calls closed in the very first minutes may still change."""
    there = watched()
    early = snapshot(there, minutes=-2, bars=there.snapshot.bars)
    assert "DATA_UNSAFE" in codes_of(decide(early, there.policy, EngineState()))
    usable = snapshot(there, minutes=-1, bars=there.snapshot.bars)
    assert "DATA_VALID" in codes_of(decide(usable, there.policy, EngineState()))


def test_days_gone_by_are_crowded_by_their_own_price() -> None:
    """A switch stepped days later comes out as one that was stepped every day."""
    rules = TiltRules(funding_window=30)
    bars = bars_of("ETH", (0.02,) * 60, price=4_000.0)
    first = MIDNIGHT - 40 * ONE_DAY
    rates = [Decimal("0.0004") + Decimal("0.00001") * day for day in range(40)]
    rows = [Reading(first + day * ONE_DAY, rate, MORNING) for day, rate in enumerate(rates)]
    funding = series(ReadingKind.FUNDING, ETH, rows, "made")
    daily = late = Froth(ETH)
    for before in range(5, 0, -1):
        day = (MIDNIGHT - before * ONE_DAY).date()
        daily = step_froth(daily, day, funding, cut(bars, before - 1), rules)
        late = step_froth(late, day, funding, bars, rules)
    assert late == daily
    assert daily.since == (MIDNIGHT - 5 * ONE_DAY).date()


@pytest.mark.parametrize("phase", [Stress.PAUSED, Stress.GUARDED])
def test_a_phase_of_an_unknown_beginning_ends_as_well(phase: Stress) -> None:
    """A memory of the first revision knows no days; what it brings along is over in time."""
    there = with_bars(watched(), bars_of("BTC", (), price=100_000.0, days=490))
    state = EngineState(stress=StressState(phase))
    for before in range(25, -1, -1):
        state = decide(on_day(there, before), there.policy, state).next_state
    assert state.stress.phase is Stress.NORMAL


def test_a_pause_nobody_watches_for_any_more_needs_no_bars_to_end() -> None:
    """With every family switched off a pause is over at the next look, bars or no bars."""
    there = watched((-0.22,))
    paused = decide(there.snapshot, there.policy, EngineState()).next_state
    assert paused.stress.phase is Stress.PAUSED
    blind = with_bars(there.ruled(stress=OFF))
    assert needs_decision(blind.snapshot, blind.policy, paused)
    assert decide(blind.snapshot, blind.policy, paused).next_state.stress == StressState()


def test_a_regime_that_gets_no_bars_is_forgotten() -> None:
    """Without a pause late bars stop no trade, but they widen no band and hold no tilt for ever."""
    there = watched((-0.02,) * 40, stress=OFF)
    state = EngineState()
    for before in (1, 0):
        state = decide(on_day(there, before), there.policy, state).next_state
    assert (state.regime.published, bool(state.tilt.tilts)) == (Regime.DOWN, True)
    held = decide(snapshot(there, day=2), there.policy, state).next_state
    assert held.regime == state.regime
    gone = decide(snapshot(there, day=6), there.policy, held).next_state
    assert (gone.regime.published, gone.tilt.tilts) == (Regime.UNKNOWN, ())
    assert gone.regime.published_since == state.regime.day + timedelta(days=3)  # type: ignore[operator]


@pytest.mark.parametrize(("price", "is_held"), [("0.988", True), ("0.999", False)])
def test_a_peg_is_looked_at_when_the_trade_is(price: str, *, is_held: bool) -> None:
    """A coin that left its peg since the morning is not bought into, and one that is back is."""
    rules = StressRules(families=(Family.PRICE, Family.QUOTE))
    there = watched(bands=ONCE, stress=rules, **PLAIN)
    morning = peg("0.999" if is_held else "0.993", until=MORNING)
    known = decide(replace(there.snapshot, readings=morning), there.policy, EngineState())
    noon = snapshot(there, minutes=600, occasion=Occasion.RECHECK)
    noon = replace(noon, readings=peg(price, until=noon.as_of))
    later = replace(known.next_state, proposed_on=())
    decision = decide(noon, there.policy, later)
    assert ("OFF_PEG" in codes_of(decision)) is is_held
    assert isinstance(decision.outcome, NoTrade if is_held else Propose)
