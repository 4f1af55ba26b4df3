"""Days made for one purpose: features with a chosen score, and runs of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from core.domain.regime import Indicators, Regime, RegimeState
from core.domain.watching import RegimeRules
from core.signals.regime import step_regime

RULES = RegimeRules()
START = date(2024, 1, 1)

QUIET = Indicators(
    day=START,
    z_slope=Decimal(0),
    z_er=Decimal(0),
    adx=None,
    direction=None,
    vp=None,
    rank=Decimal("0.5"),
    ratio=Decimal(1),
    z1=Decimal(0),
    r3=Decimal(0),
    z3=Decimal(0),
)


def scoring(total: str | Decimal) -> Indicators:
    """Return features whose score is exactly ``total``."""
    z = Decimal(total) * 2
    return replace(QUIET, z_slope=z, z_er=z)


SHOCK = replace(QUIET, z1=Decimal("-4.5"))
HOT = replace(QUIET, rank=Decimal("0.97"), ratio=Decimal("1.3"))
TENSE = replace(QUIET, rank=Decimal("0.85"), ratio=Decimal("1.1"))
MISSING = replace(QUIET, is_missing=True)


def steps(state: RegimeState, days: Iterable[Indicators]) -> list[RegimeState]:
    """Return the memory after each of the days, which follow one another."""
    states = []
    for ind in days:
        day = state.day + timedelta(days=1) if state.day else START
        state = step_regime(state, replace(ind, day=day), RULES, source="made")
        states.append(state)
    return states


def warm(label: Regime, *, age: int = 30) -> RegimeState:
    """Return a memory long past its warm-up."""
    return RegimeState(
        published=label,
        published_since=START - timedelta(days=age),
        label=label,
        age=age,
        folded=500,
        day=START,
        source="made",
    )


def labels_of(state: RegimeState, days: Iterable[Indicators]) -> list[Regime]:
    """Return the published label after each of the days."""
    return [one.published for one in steps(state, days)]


_TOTALS = ("-1", "-0.61", "-0.6", "-0.59", "-0.3", "-0.29", "0", "0.3", "0.45", "0.6", "0.7")
_KINDS = (*[QUIET] * 6, TENSE, SHOCK, HOT, MISSING)


@st.composite
def histories(draw: st.DrawFn) -> list[Indicators]:
    """Draw runs of like days: only what lasts for some days moves the label."""
    runs = st.tuples(st.sampled_from(_TOTALS), st.sampled_from(_KINDS), st.integers(1, 7))
    days: list[Indicators] = []
    for total, kind, length in draw(st.lists(runs, min_size=1, max_size=40)):
        z = Decimal(total) * 2
        days += [replace(kind, z_slope=z, z_er=z)] * length
    return days
