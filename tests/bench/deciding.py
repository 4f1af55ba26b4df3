"""How long a decision takes: ten coins, 460 days, a book of 20 levels each, one coin too heavy."""

from datetime import datetime, timedelta
from statistics import median
from time import perf_counter, thread_time

from core.codec import digest_of
from core.domain.decision import Decision, Propose
from core.domain.market import Side
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState, Streak
from core.domain.units import Asset
from core.engine import decide
from tests.bench.figures import MS, Figure, Limit
from tests.bench.market import POLICY, Ticks

TICKS, WARM_UP, MORNINGS = 400, 20, 30

BTC = Asset("BTC")


def remembered(seen: EngineState, morning: datetime) -> EngineState:
    """Return what the engine has seen of the market, with a breach that stands since yesterday.

    So the breach is confirmed today and the whole plan is made.
    """
    yesterday = morning.date() - timedelta(days=1)
    streak = Streak(BTC, Side.SELL, 1, yesterday)
    return EngineState(streaks=(streak,), regime=seen.regime, stress=seen.stress, tilt=seen.tilt)


def measure() -> list[Figure]:
    """Measure decisions; call it before anything else in the process has decided."""
    ticks = Ticks()
    cold = ticks.next()
    first, decision = _time_decision(cold, remembered(EngineState(), cold.as_of))
    known = remembered(decision.next_state, cold.as_of)
    for _ in range(WARM_UP):
        _time_decision(ticks.next(), known)
    decisions, digests, own = [], [], []
    for _ in range(TICKS):
        snapshot, began = ticks.next(), thread_time()
        decisions.append(_time_decision(snapshot, known)[0])
        own.append((thread_time() - began) * 1000)
        digests.append(_time_digest(snapshot))
    mornings = [_time_morning(ticks, days_ago) for days_ago in range(1, MORNINGS + 1)]
    limit = Limit("the digest of its snapshot", median(digests))
    note = f"{median(own):.2f} ms of the processor's time"
    return [
        Figure(
            f"decide(): 10 coins, 460 bars, median of {TICKS}",
            median(decisions),
            MS,
            2,
            limit,
            note,
        ),
        Figure(f"  the first of a day, new bars, median of {MORNINGS}", median(mornings), MS),
        Figure("  the very first, cold caches", first, MS),
    ]


def _time_morning(ticks: Ticks, days_ago: int) -> float:
    """Time the first decision of a day: bars that were not seen before, one day to fold."""
    evening = ticks.next(days_ago + 1)
    seen = decide(evening, POLICY, EngineState()).next_state
    snapshot = ticks.next(days_ago)
    return _time_decision(snapshot, remembered(seen, snapshot.as_of))[0]


def _time_decision(snapshot: Snapshot, state: EngineState) -> tuple[float, Decision]:
    began = perf_counter()
    decision = decide(snapshot, POLICY, state)
    took = perf_counter() - began
    assert isinstance(decision.outcome, Propose), decision.reasons
    return took * 1000, decision


def _time_digest(snapshot: Snapshot) -> float:
    began = perf_counter()
    digest_of(snapshot)
    return (perf_counter() - began) * 1000
