"""The market in tables: bars, points and shifted targets, for a phone."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.columns import WIDTH, fits
from bot.chat.render.market import MARK, MIDDLE, bar, points_table, score_table, targets_table
from bot.chat.render.words import ENGLISH
from core.domain.regime import Score
from core.domain.stress import Family, StressState, Vote
from core.domain.tilt import Tilt, TiltName, TiltState
from core.domain.units import Asset, Weight
from core.domain.watching import RegimeRules
from tests.explain.market_samples import ALL_VOTES, SILENT, days_ago, watching_policy

BTC = Asset("BTC")
PARTS = st.decimals("-1", "1", places=6)


@given(PARTS)
def test_a_bar_has_its_size_and_its_side(value: Decimal) -> None:
    """A bar is as long as its figure, left of the middle when negative, and never wider."""
    picture = bar(value)
    assert len(picture) == 15
    left, right = picture.split(MIDDLE)
    assert len(left) == len(right) == 7
    halves = sum({"█": 2, "▌": 1, "▐": 1}.get(cell, 0) for cell in picture)
    assert abs(halves - abs(value) * 14) <= Decimal("0.5")
    filled, empty = (left, right) if value < 0 else (right, left)
    assert set(empty) == {"·"}
    assert filled.strip("·") in (filled.lstrip("·"), filled.rstrip("·"))


@given(PARTS, st.none() | PARTS, st.none() | PARTS, st.none() | PARTS)
def test_a_score_fits_a_phone(
    total: Decimal, adx: Decimal | None, vp: Decimal | None, threshold: Decimal | None
) -> None:
    """Whatever is missing and wherever the next change lies, no line is longer than 34."""
    score = Score(total, slope=total, er=-total, adx=adx, vp=vp, nudge=total / 10)
    lines = score_table(score, RegimeRules(), threshold=threshold, words=ENGLISH)
    assert fits(lines)
    if threshold is not None:
        assert MARK in lines[-1]


@given(st.lists(st.sampled_from((*ALL_VOTES, *SILENT)), max_size=6), st.integers(0, 99))
def test_points_fit_a_phone(votes: list[Vote], total: int) -> None:
    """Every kind of evidence has its line, whatever it says."""
    state = StressState(votes=tuple(votes), total=total)
    lines = points_table(state, watching_policy().stress, ENGLISH)
    assert len(lines) == len(Family) + 1
    assert fits(lines)
    assert all(len(line) <= WIDTH for line in lines)


def test_targets_that_are_not_shifted_are_left_out() -> None:
    """Only what moved stands in the table."""
    shifts = ((BTC, Weight(Decimal("-0.02"))), (Asset("USD"), Weight(Decimal("0.02"))))
    state = TiltState((Tilt(TiltName.FROTH, "BTC", days_ago(1), shifts, shifts),))
    assert targets_table(watching_policy(), state, ENGLISH) == (
        "     yours   now  shift",
        "BTC   50.0  48.0   −2.0",
        "USD   20.0  22.0   +2.0",
    )
