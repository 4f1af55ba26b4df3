"""The state machine: hysteresis, confirmation, turbulence, missing days and warm-up."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.regime import Indicators, Regime, RegimeState
from core.domain.watching import WARM_UP
from core.signals.regime import is_continuation, score_of, step_regime, wanted
from tests.core.signals.days import (
    HOT,
    MISSING,
    QUIET,
    RULES,
    SHOCK,
    START,
    TENSE,
    histories,
    labels_of,
    scoring,
    steps,
    warm,
)
from tests.core.signals.naive_regime import Day, published

UP, DOWN, RANGING = Regime.UP, Regime.DOWN, Regime.RANGING
TURBULENT, UNKNOWN = Regime.TURBULENT, Regime.UNKNOWN


@pytest.mark.parametrize(
    ("label", "total", "asked"),
    [
        (RANGING, "0.6", UP),
        (RANGING, "0.599999", RANGING),
        (UP, "0.3", UP),
        (UP, "0.299999", RANGING),
        (UP, "-0.6", DOWN),
        (DOWN, "-0.3", DOWN),
        (DOWN, "-0.299999", RANGING),
        (DOWN, "0.6", UP),
        (RANGING, "-0.6", DOWN),
        (UNKNOWN, "0.3", RANGING),
        (TURBULENT, "0.599999", RANGING),
        (TURBULENT, "-0.6", DOWN),
    ],
)
def test_what_a_score_asks_for(label: Regime, total: str, asked: Regime) -> None:
    """A trend enters at 0.60 and is kept to 0.30; the only memory is the label."""
    assert wanted(label, Decimal(total), RULES) is asked


def test_three_bars_in_a_row_must_agree() -> None:
    """A label that has stood long switches on the third bar in a row that asks for another."""
    days = [scoring(total) for total in ("0.7", "0.7", "0.5", "0.7", "0.7", "0.7")]
    assert labels_of(warm(RANGING), days) == [RANGING] * 5 + [UP]


def test_a_label_stays_seven_bars_and_counting_goes_on_meanwhile() -> None:
    """A fresh label switches on its seventh bar when that one and the two before agree."""
    labels = labels_of(warm(UP, age=0), [scoring("0")] * 8)
    assert labels == [UP] * 6 + [RANGING] * 2


def test_three_bars_must_ask_for_the_same() -> None:
    """Bars that leave a label for two different ones do not add up."""
    days = [scoring(total) for total in ("0", "-0.7", "0", "-0.7", "-0.7", "-0.7")]
    assert labels_of(warm(UP), days) == [UP] * 5 + [DOWN]


@pytest.mark.parametrize("trigger", [SHOCK, HOT, replace(QUIET, z1=Decimal(5))])
def test_turbulence_begins_at_once(trigger: Indicators) -> None:
    """A shock either way, or a wide and rare spread, is turbulent on that very bar."""
    assert labels_of(warm(UP, age=0), [trigger]) == [TURBULENT]


@pytest.mark.parametrize(
    "near",
    [
        replace(QUIET, z1=Decimal("4.499999")),
        replace(HOT, rank=Decimal("0.969999")),
        replace(HOT, ratio=Decimal("1.299999")),
    ],
)
def test_just_below_is_not_turbulent(near: Indicators) -> None:
    """Each threshold of turbulence counts, to the sixth decimal."""
    assert labels_of(warm(RANGING), [near]) == [RANGING]


def test_turbulence_lasts_five_bars_at_least() -> None:
    """With calm from the next bar on, turbulence ends on the fifth bar after its first."""
    assert labels_of(warm(UP), [SHOCK, *[QUIET] * 5]) == [TURBULENT] * 5 + [RANGING]


def test_turbulence_needs_three_calm_bars_in_a_row() -> None:
    """A tense bar begins the count of calm bars anew; calm needs only one of its two signs."""
    less = (replace(TENSE, rank=Decimal("0.849999")), replace(TENSE, ratio=Decimal("1.099999")))
    days = [SHOCK, TENSE, TENSE, TENSE, TENSE, *less, TENSE, *less, QUIET]
    assert labels_of(warm(UP), days) == [TURBULENT] * 10 + [RANGING]


def test_a_second_shock_begins_the_calm_anew_but_not_the_stay() -> None:
    """A shock inside resets the calm bars, not the five bars inside."""
    days = [SHOCK, QUIET, QUIET, replace(SHOCK, rank=Decimal(0)), QUIET, QUIET, QUIET]
    assert labels_of(warm(UP), days) == [TURBULENT] * 6 + [RANGING]


@pytest.mark.parametrize(("total", "label"), [("0.6", UP), ("-0.6", DOWN), ("0.5", RANGING)])
def test_after_turbulence_the_score_is_taken_at_once(total: str, label: Regime) -> None:
    """What follows turbulence needs no confirmation, and enters by the entry thresholds only."""
    days = [SHOCK, *[QUIET] * 4, scoring(total)]
    assert labels_of(warm(UP), days)[-1] is label


def test_two_missing_days_are_carried() -> None:
    """R7: label, age and calm are held for two missing days; from the third all is unknown."""
    before = replace(warm(UP), wanted=(UP, RANGING))
    states = steps(before, [MISSING] * 4)
    assert [one.published for one in states] == [UP, UP, UNKNOWN, UNKNOWN]
    assert [one.missing for one in states] == [1, 2, 3, 4]
    held = states[1]
    assert (held.label, held.age, held.calm, held.wanted) == (UP, 30, 0, (UP, RANGING))
    assert held.published_since == before.published_since
    assert states[2].published_since == states[2].day


def test_missing_days_count_for_nothing() -> None:
    """R7: a missing day neither confirms nor ages a label, nor calms turbulence."""
    ask = scoring("0.7")
    assert labels_of(warm(RANGING), [ask, MISSING, ask, MISSING, ask])[-2:] == [RANGING, UP]
    calming = [SHOCK, QUIET, QUIET, MISSING, MISSING, QUIET, QUIET, QUIET]
    assert labels_of(warm(UP), calming) == [TURBULENT] * 7 + [RANGING]


@pytest.mark.parametrize(
    ("first", "label"),
    [(scoring("0.5"), RANGING), (scoring("0.7"), UP), (SHOCK, TURBULENT), (HOT, TURBULENT)],
)
def test_the_venue_returns(first: Indicators, label: Regime) -> None:
    """R7: the first bar after a long gap is taken at once, with the entry thresholds only."""
    states = steps(warm(UP), [MISSING, MISSING, MISSING, first])
    assert states[-1].published is label
    assert (states[-1].age, states[-1].missing) == (0, 0)


def test_the_warm_up_is_sixty_bars() -> None:
    """The first sixty bars are folded and not shown; the next one is."""
    states = steps(RegimeState(), [scoring("0.9")] * (WARM_UP + 1))
    assert [one.published for one in states] == [UNKNOWN] * WARM_UP + [UP]
    assert {one.label for one in states} == {UP}
    assert states[-2].published_since == START
    assert states[-1].published_since == START  # the label was entered on the first day
    assert (states[-1].folded, states[-1].age) == (WARM_UP + 1, WARM_UP)


@pytest.mark.parametrize(
    ("shift", "source"), [(2, "made"), (0, "made"), (-1, "made"), (1, "other"), (400, "made")]
)
def test_what_does_not_continue_starts_cold(shift: int, source: str) -> None:
    """A gap, a day seen before or another venue begins the warm-up again."""
    ind = replace(scoring("0.9"), day=START + timedelta(days=shift))
    assert not is_continuation(warm(UP), ind, source)
    state = step_regime(warm(UP), ind, RULES, source=source)
    fresh = step_regime(RegimeState(), ind, RULES, source=source)
    assert state == fresh
    assert (state.folded, state.published) == (1, UNKNOWN)


def test_the_day_is_remembered_with_its_numbers() -> None:
    """The memory keeps the newest features and score, for whoever asks why."""
    ind = replace(scoring("0.25"), day=START + timedelta(days=1))
    state = step_regime(warm(RANGING), ind, RULES, source="made")
    assert state.indicators == ind
    assert state.score == score_of(ind, RULES)
    assert (state.day, state.source, state.age) == (ind.day, "made", 31)


def _seen(ind: Indicators) -> Day:
    is_on = abs(ind.z1) >= Decimal("4.5") or ind.rank >= Decimal("0.97")
    return Day(
        total=ind.z_slope / 2,
        is_on=is_on,
        is_calm=ind.rank < Decimal("0.85"),
        is_missing=ind.is_missing,
    )


@given(histories(), st.booleans())
def test_a_second_program_finds_the_same_labels(days: list[Indicators], is_cold: bool) -> None:
    """Whatever happens, the counters agree with looking back over the whole list."""
    full = days if is_cold else [QUIET] * WARM_UP + days
    states = steps(RegimeState(), full)
    assert [str(one.published) for one in states] == published([_seen(ind) for ind in full])


@given(histories())
def test_labels_do_not_chatter(days: list[Indicators]) -> None:
    """Whatever happens, a trend or range that is not shaken stays for at least 7 bars."""
    stay = 7
    for before, after in pairwise([warm(RANGING), *steps(warm(RANGING), days)]):
        is_plain = {before.label, after.label} <= {UP, DOWN, RANGING}
        if before.label is not after.label and is_plain:
            assert before.age + 1 >= stay
            assert after.age == 0
        if before.label is TURBULENT and after.label in {UP, DOWN, RANGING}:
            assert before.missing > RULES.max_missing or before.age + 1 >= RULES.min_bars


@given(histories())
def test_a_trend_has_its_score(days: list[Indicators]) -> None:
    """Whatever happens, a trend begins at 0.60 or beyond, and ends for calmer days below 0.30."""
    for before, after in pairwise([warm(RANGING), *steps(warm(RANGING), days)]):
        assert after.score is not None
        total = after.score.total
        if after.label is not before.label:
            assert after.label is not UP or total >= Decimal("0.60")
            assert after.label is not DOWN or total <= Decimal("-0.60")
            if before.label is UP and after.label is RANGING:
                assert total < Decimal("0.30")
            if before.label is DOWN and after.label is RANGING:
                assert total > Decimal("-0.30")


@given(st.lists(st.sampled_from(["0.59", "0.595", "0.6", "0.605", "0.61"]), max_size=80))
def test_jitter_at_a_threshold_does_not_flip(totals: list[str]) -> None:
    """R5: a score that jitters around 0.60 by 0.01 flips at most once in any 7 bars."""
    for label in (RANGING, UP, DOWN):
        labels = [label, *labels_of(warm(label), map(scoring, totals))]
        flips = [i for i, (a, b) in enumerate(pairwise(labels)) if a is not b]
        assert all(later - earlier >= 7 for earlier, later in pairwise(flips))
