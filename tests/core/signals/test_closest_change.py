"""How near the label is to another one, as people are told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given

from core.domain.regime import Indicators, Regime, RegimeState
from core.signals.regime import NextChange, closest_change, score_of
from tests.core.signals.days import RULES, START, histories, scoring, steps, warm

UP, DOWN, RANGING = Regime.UP, Regime.DOWN, Regime.RANGING
TURBULENT, UNKNOWN = Regime.TURBULENT, Regime.UNKNOWN


def _after(label: Regime, total: str, **memory: object) -> RegimeState:
    """Return a memory whose newest score is ``total``."""
    state = replace(warm(label), score=score_of(scoring(total), RULES))
    return replace(state, **memory)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "threshold", "distance", "towards", "days"),
    [
        (_after(RANGING, "0.45"), "0.60", "0.15", UP, 3),
        (_after(RANGING, "-0.1"), "-0.60", "0.5", DOWN, 3),
        (_after(RANGING, "0.45", age=2), "0.60", "0.15", UP, 5),
        (_after(RANGING, "0.7", wanted=(RANGING, UP)), "0.60", "0", UP, 2),
        (_after(RANGING, "0.7", wanted=(UP, UP), age=6), "0.60", "0", UP, 1),
        (_after(RANGING, "0.45", wanted=(UP, UP), missing=1), "0.60", "0.15", UP, 1),
        (_after(UP, "0.75"), "0.30", "0.45", RANGING, 3),
        (_after(UP, "0.1", wanted=(UP, RANGING)), "0.30", "0", RANGING, 2),
        (_after(UP, "-0.8", wanted=(UP, DOWN), age=0), "-0.60", "0", DOWN, 7),
        (_after(DOWN, "-0.4"), "-0.30", "0.1", RANGING, 3),
        (_after(DOWN, "0", wanted=(RANGING, RANGING), age=5), "-0.30", "0", RANGING, 2),
        (_after(TURBULENT, "0.7", age=1, calm=1), "0.60", "0", UP, 4),
        (_after(TURBULENT, "-0.2", age=9, calm=0), "-0.60", "0", RANGING, 3),
        (_after(TURBULENT, "-0.2", age=9, calm=2), "-0.60", "0", RANGING, 1),
    ],
)
def test_the_closest_change(
    state: RegimeState, threshold: str, distance: str, towards: Regime, days: int
) -> None:
    """People are told which score matters next, how far it is, and when it can count."""
    expected = NextChange(
        Decimal(threshold), Decimal(distance), towards, START + timedelta(days=days)
    )
    assert closest_change(state, RULES) == expected


def test_the_unknown_has_no_closest_change() -> None:
    """While the label is unknown there is nothing to be near to."""
    assert closest_change(RegimeState(), RULES) is None
    assert closest_change(_after(UNKNOWN, "0.7"), RULES) is None


@given(histories())
def test_no_change_comes_before_the_day_that_was_told(days: list[Indicators]) -> None:
    """Whatever happens, the label does not change to another trend or range before that day."""
    told: NextChange | None = None
    for before, after in pairwise([warm(RANGING), *steps(warm(RANGING), days)]):
        is_plain = {before.label, after.label} <= {UP, DOWN, RANGING}
        if told is not None and after.label is told.towards and before.label is not after.label:
            assert after.day is not None
            assert not is_plain or after.day >= told.earliest
        told = closest_change(after, RULES)
