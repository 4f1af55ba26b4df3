"""Verdicts follow from numbers alone."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.research.study.claims import Claim, Evidence
from bot.research.study.resampling import Bounds
from bot.research.study.verdicts import MEANINGS, Claimed, Verdict, verdict_of_all, verdict_on
from bot.research.windows import Window

CLAIM = Claimed(2.0, 4.0)
NUMBERS = st.floats(-50, 50).map(lambda number: round(number, 3))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (4.5, 9.0, Verdict.MORE),
        (2.0, 3.0, Verdict.CONFIRMED),
        (2.5, 9.0, Verdict.AT_LEAST),
        (0.5, 3.0, Verdict.DIRECTION),
        (0.5, 1.5, Verdict.LESS),
        (-1.0, 1.5, Verdict.LESS),
        (-1.0, 2.0, Verdict.OPEN),
        (-40.0, 40.0, Verdict.OPEN),
        (-3.0, -0.1, Verdict.OPPOSITE),
    ],
)
def test_a_verdict_follows_from_claim_and_interval(
    low: float, high: float, verdict: Verdict
) -> None:
    """A claim of 2 to 4 has one verdict for each place of the interval."""
    assert verdict_on(CLAIM, low, high) is verdict


@given(NUMBERS, NUMBERS)
def test_a_claimed_loss_is_judged_like_a_claimed_gain(one: float, other: float) -> None:
    """Losses have the same weight as gains: the mirrored claim has the same verdict."""
    low, high = min(one, other), max(one, other)
    assert verdict_on(CLAIM, low, high) is verdict_on(CLAIM.mirrored, -high, -low)


@given(NUMBERS, NUMBERS)
def test_an_interval_with_zero_inside_never_confirms(one: float, other: float) -> None:
    """Nothing is confirmed, in size or direction, that may be nothing at all."""
    low, high = min(one, other, 0.0), max(one, other, 0.0)
    assert verdict_on(CLAIM, low, high) in {Verdict.LESS, Verdict.OPEN}


def test_an_open_claim_has_no_upper_end() -> None:
    """A claim of at least 0.5 is confirmed by any interval above it."""
    assert verdict_on(Claimed(0.5), 0.6, 99.0) is Verdict.CONFIRMED
    assert Claimed(0.5).high == math.inf


def test_portfolios_that_disagree_are_told_so() -> None:
    """One verdict stands above all only when all have it; portfolios without data have no say."""
    more, less, none = Verdict.MORE, Verdict.LESS, Verdict.NO_DATA
    assert verdict_of_all([more, none, more]) is more
    assert verdict_of_all([more, less]) is Verdict.MIXED
    assert verdict_of_all([none]) is verdict_of_all([]) is none


def test_claims_and_intervals_that_say_nothing_are_refused() -> None:
    """A claim with both signs, or an interval upside down, is a mistake in the program."""
    with pytest.raises(ValueError, match="no direction"):
        Claimed(-1.0, 1.0)
    with pytest.raises(ValueError, match="is none"):
        verdict_on(CLAIM, 2.0, 1.0)
    with pytest.raises(ValueError, match="is none"):
        verdict_on(CLAIM, math.nan, 1.0)


def test_every_verdict_is_explained() -> None:
    """The reader is told how each of them follows."""
    assert set(MEANINGS) == set(Verdict)


def test_a_claim_on_which_portfolios_differ_names_whose_verdict_is_whose() -> None:
    """The reader sees each verdict with its portfolios, in the order of the verdicts."""
    days = Window(date(2020, 1, 1), date(2022, 1, 1))

    def row(portfolio: str, low: float, high: float) -> Evidence:
        return Evidence(portfolio, days, "x", Bounds(low, low, high), "points", CLAIM)

    rows = (row("A: one", -9.0, 9.0), row("B: two", 2.0, 3.0), row("C: three", -9.0, 9.0))
    mixed = Claim("key", "title", "says", "measured", rows)
    assert mixed.verdict is Verdict.MIXED
    assert mixed.told == "confirmed (B); cannot be told from these data (A, C)"
    assert Claim("key", "title", "says", "measured", rows[:1]).told == Verdict.OPEN.value
