"""The score: its parts, its weights, and what happens when an input is missing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.regime import Indicators, Regime, RegimeState
from core.signals.regime import score_of, step_regime
from tests.core.signals.days import QUIET, RULES, START, scoring

UP, RANGING = Regime.UP, Regime.RANGING


def test_the_score_of_a_worked_day() -> None:
    """The score is 0.35, 0.30, 0.15 and 0.20 of its parts, each from -1 to 1."""
    ind = replace(
        QUIET,
        z_slope=Decimal("1.5"),
        z_er=Decimal(-3),
        adx=Decimal("22.5"),
        direction=1,
        vp=Decimal("-1.25"),
    )
    score = score_of(ind, RULES)
    assert (score.slope, score.er) == (Decimal("0.75"), Decimal(-1))
    assert (score.adx, score.vp) == (Decimal("0.5"), Decimal("-0.75"))
    assert score.total == Decimal("-0.1125")  # 0.2625 - 0.3 + 0.075 - 0.15


@pytest.mark.parametrize(
    ("adx", "direction", "part"),
    [("15", 1, "0"), ("10", -1, "0"), ("30", 1, "1"), ("60", -1, "-1"), ("25", 0, "0")],
)
def test_the_adx_part(adx: str, direction: int, part: str) -> None:
    """ADX counts from 15, in full at 30, in the direction of the movement."""
    ind = replace(QUIET, adx=Decimal(adx), direction=direction)
    assert score_of(ind, RULES).adx == Decimal(part)


@pytest.mark.parametrize(
    ("vp", "part"), [("0.5", "0"), ("-0.3", "0"), ("1.5", "1"), ("-1.5", "-1"), ("999", "1")]
)
def test_the_value_area_part(vp: str, part: str) -> None:
    """Distance counts from half of the value area on, in full one half-width further."""
    assert score_of(replace(QUIET, vp=Decimal(vp)), RULES).vp == Decimal(part)


@pytest.mark.parametrize(
    ("adx", "vp", "total"),
    [
        ("30", "1.5", "1"),
        (None, "1.5", "1"),
        ("30", None, "1"),
        (None, None, "1"),
        ("15", "0.5", "0.65"),
        (None, "0.5", "0.764706"),  # 0.65 / 0.85
        ("15", None, "0.8125"),  # 0.65 / 0.80
    ],
)
def test_a_missing_part_leaves_its_weight_to_the_others(
    adx: str | None, vp: str | None, total: str
) -> None:
    """R7: without highs ADX is dropped, without volume the profile; the rest is stretched."""
    ind = replace(
        scoring("1"),
        adx=Decimal(adx) if adx else None,
        direction=1 if adx else None,
        vp=Decimal(vp) if vp else None,
    )
    score = score_of(ind, RULES)
    assert score.total == Decimal(total)
    assert (score.adx is None, score.vp is None) == (adx is None, vp is None)


@pytest.mark.parametrize(
    ("weight", "nudge", "added"),
    [("0", "0.05", "0"), ("0.1", "0.05", "0.05"), ("0.1", "-3", "-0.1"), ("0.1", "3", "0.1")],
)
def test_a_nudge_is_bounded(weight: str, nudge: str, added: str) -> None:
    """On-chain votes add at most their weight, and nothing while they are off."""
    rules = replace(RULES, onchain_weight=Decimal(weight))
    score = score_of(scoring("0.5"), rules, Decimal(nudge))
    assert score.nudge == Decimal(added)
    assert score.total == Decimal("0.5") + Decimal(added)


def test_a_nudge_reaches_the_label() -> None:
    """A close call is tipped by the nudge that the day's step is given."""
    rules = replace(RULES, onchain_weight=Decimal("0.1"))
    for nudge, label in (("0", RANGING), ("0.1", UP)):
        state = RegimeState(folded=500, day=START, source="made")
        ind = replace(scoring("0.55"), day=START + timedelta(days=1))
        after = step_regime(state, ind, rules, source="made", nudge=Decimal(nudge))
        assert after.label is label


@given(
    st.builds(
        replace,
        st.just(QUIET),
        z_slope=st.decimals(-999, 999, places=6),
        z_er=st.decimals(-999, 999, places=6),
        adx=st.decimals(0, 100, places=6),
        direction=st.sampled_from([-1, 0, 1]),
        vp=st.decimals(-999, 999, places=6),
    )
)
def test_the_score_is_bounded_and_mirrored(ind: Indicators) -> None:
    """Whatever the features, the score is from -1 to 1, and a mirrored day has the opposite."""
    assert ind.direction is not None
    assert ind.vp is not None
    mirrored = replace(
        ind, z_slope=-ind.z_slope, z_er=-ind.z_er, direction=-ind.direction, vp=-ind.vp
    )
    total = score_of(ind, RULES).total
    assert -1 <= total <= 1
    assert score_of(mirrored, RULES).total == -total
