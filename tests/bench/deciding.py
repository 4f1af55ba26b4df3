"""How long a decision takes: ten coins, 460 days, a book of 20 levels each, one coin too heavy."""

from datetime import timedelta
from statistics import median
from time import perf_counter, thread_time

from core.codec import digest_of
from core.domain.decision import Propose
from core.domain.market import Side
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState, Streak
from core.domain.units import Asset
from core.engine import decide
from tests.bench.figures import MS, Figure, Limit
from tests.bench.market import MORNING, POLICY, Ticks

TICKS, WARM_UP, MORNINGS = 400, 20, 30

# The breach stands since yesterday, so today it is confirmed and the whole plan is made.
STATE = EngineState(
    streaks=(Streak(Asset("BTC"), Side.SELL, 1, MORNING.date() - timedelta(days=1)),)
)


def measure() -> list[Figure]:
    """Measure decisions; call it before anything else in the process has decided."""
    ticks = Ticks()
    first = _time_decision(ticks.next())
    for _ in range(WARM_UP):
        _time_decision(ticks.next())
    decisions, digests, own = [], [], []
    for _ in range(TICKS):
        snapshot, began = ticks.next(), thread_time()
        decisions.append(_time_decision(snapshot))
        own.append((thread_time() - began) * 1000)
        digests.append(_time_digest(snapshot))
    # Bars that were not seen before, as at each day's first decision.
    mornings = [_time_decision(ticks.next(ticks.history(n + 1))) for n in range(MORNINGS)]
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


def _time_decision(snapshot: Snapshot) -> float:
    began = perf_counter()
    decision = decide(snapshot, POLICY, STATE)
    took = perf_counter() - began
    assert isinstance(decision.outcome, Propose), decision.reasons
    return took * 1000


def _time_digest(snapshot: Snapshot) -> float:
    began = perf_counter()
    digest_of(snapshot)
    return (perf_counter() - began) * 1000
