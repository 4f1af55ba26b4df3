"""What is seen between two daily evaluations: a fall within the day, the peg, the venue."""

from dataclasses import replace
from decimal import Decimal

import pytest

from core.domain.stress import Family, Shock, Stress, StressState
from core.domain.watching import StressRules
from core.signals.stress import earliest_exit, exits_on, with_intraday_votes, with_shock
from tests.core.stress.days import RULES, day, fold, paused, phases, vote, votes

CALM = votes()
BAD = votes(price=1)
FALL = Decimal("-0.16")
QUIET = fold([CALM])[0]


def fell(state: StressState, rules: StressRules = RULES) -> StressState:
    """Return the memory after a fall that was seen after the newest evaluated day."""
    assert state.day is not None
    return with_shock(state, Shock(state.day, FALL), state.votes, rules)


def test_a_fall_within_the_day_pauses_at_once() -> None:
    """The price has three points, whatever yesterday's evaluation said."""
    seen = fell(QUIET)
    assert (seen.phase, seen.since, seen.total) == (Stress.PAUSED, day(0), 3)
    assert seen.points_of(Family.PRICE) == 3
    assert seen.shock == Shock(day(0), FALL)


def test_the_same_fall_seen_again_changes_nothing() -> None:
    """Every quarter of an hour may see it; there is one pause, from one day on."""
    seen = fell(QUIET)
    assert fell(seen) == seen


def test_the_next_daily_evaluation_has_the_word_again() -> None:
    """The fall counts until then; that evaluation is day 1 of the pause, and may be calm."""
    states = fold([CALM] * 3, state=fell(QUIET))
    assert phases(states) == "PP."
    assert states[0].shock is None
    assert (states[0].total, states[0].calm) == (0, 1)


def test_a_fall_during_a_pause_is_noted_and_does_not_begin_another() -> None:
    """Its days go on being counted from its own beginning."""
    seen = fell(fold([BAD] * 3, state=paused())[-1])
    assert (seen.phase, seen.since, seen.total) == (Stress.PAUSED, day(0), 3)
    assert phases(fold([BAD] * 11, state=seen)) == "P" * 10 + "G"


def test_a_new_fall_in_the_guarded_time_pauses_again() -> None:
    """It is new when the price had fewer than three points."""
    guarded = fold([BAD] * 15, state=paused())[-1]
    seen = fell(guarded)
    assert (seen.phase, seen.since) == (Stress.PAUSED, day(15))


def test_a_known_fall_in_the_guarded_time_does_not() -> None:
    """The price had three points already, so nothing is new."""
    guarded = fold([votes(price=3)] * 15)[-1]
    assert guarded.phase is Stress.GUARDED
    assert fell(guarded).phase is Stress.GUARDED


def test_a_fall_of_the_last_day_of_a_pause_is_not_new_on_the_first_guarded_one() -> None:
    """One fall seen before and after midnight is one fall, also after a milder evaluation."""
    last = fell(fold([BAD] * 13, state=paused())[-1])
    guarded = fold([votes(price=2)], state=last)[-1]
    assert guarded.phase is Stress.GUARDED
    assert fell(guarded).phase is Stress.GUARDED
    next_day = fold([BAD], state=guarded)[-1]
    assert fell(next_day).phase is Stress.PAUSED


def test_a_fall_in_the_cool_down_pauses() -> None:
    """A severe fall needs no waiting time, not even on the day of the exit."""
    ended = fold([CALM] * 3, state=paused())[-1]
    assert ended.phase is Stress.NORMAL
    assert fell(ended).phase is Stress.PAUSED


def test_a_fall_counts_with_the_others_as_they_stand() -> None:
    """Points of other families stay, fresh ones replace them, and a silent one counts 1."""
    state = fold([votes(sentiment=1, flows=None)])[0]
    assert fell(state).total == 5
    fresh = (vote(Family.SENTIMENT, 2),)
    assert with_shock(state, Shock(day(0), FALL), fresh, RULES).total == 6


def test_a_fall_needs_the_entry_rule_too() -> None:
    """Where more than three points are asked for, it waits for another family's word."""
    rules = replace(RULES, enter_points=4)
    assert fell(QUIET, rules).phase is Stress.NORMAL
    afraid = fold([votes(sentiment=1)], rules=rules)[0]
    assert fell(afraid, rules).phase is Stress.PAUSED


def test_without_the_price_family_a_fall_is_not_heard() -> None:
    """Switched off is switched off, within the day as well."""
    rules = replace(RULES, families=(Family.QUOTE, Family.VENUE))
    assert fell(QUIET, rules) is QUIET


@pytest.mark.parametrize("family", [Family.QUOTE, Family.VENUE])
def test_a_lost_peg_and_a_halted_venue_pause_at_once(family: Family) -> None:
    """Three points of either need no daily evaluation, and no waiting time after an exit."""
    ended = fold([CALM] * 3, state=paused())[-1]
    for state in (QUIET, ended):
        assert state.day is not None
        seen = with_intraday_votes(state, state.day, (vote(family, 3),), RULES)
        assert (seen.phase, seen.since) == (Stress.PAUSED, state.day)
        assert seen.points_of(family) == 3


@pytest.mark.parametrize("points", [0, 1, 2, None])
def test_anything_less_waits_for_the_daily_evaluation(points: int | None) -> None:
    """Not a word of the memory changes, so a feed that blinks is not noticed."""
    state = fold([votes(price=2)])[0]
    mild = (vote(Family.QUOTE, points), vote(Family.VENUE, points))
    assert with_intraday_votes(state, day(0), mild, RULES) is state


def test_the_guarded_time_is_left_for_falls_only() -> None:
    """A lost peg is noted there and does not begin a pause."""
    guarded = fold([BAD] * 14, state=paused())[-1]
    seen = with_intraday_votes(guarded, day(14), (vote(Family.QUOTE, 3),), RULES)
    assert (seen.phase, seen.points_of(Family.QUOTE)) == (Stress.GUARDED, 3)


def test_a_peg_that_falls_silent_after_it_was_lost_does_not_end_the_pause() -> None:
    """What was seen within the day is the last that is known of it."""
    lost = with_intraday_votes(QUIET, day(0), (vote(Family.QUOTE, 3),), RULES)
    assert phases(fold([votes(quote=None)] * 5, state=lost)) == "PPPPP"
    assert phases(fold([CALM] * 3, state=lost)) == "PP."


def test_what_ran_out_while_nobody_looked_has_ended_before_the_look() -> None:
    """A fall long after the last evaluation does not meet a pause of last month."""
    seen = with_shock(paused(), Shock(day(30), FALL), (), RULES)
    assert (seen.phase, seen.since, seen.exited_on) == (Stress.PAUSED, day(30), day(21))


def test_a_pause_that_began_within_a_day_ends_like_any_other() -> None:
    """Its latest and earliest ends are counted from the day evaluated before it."""
    seen = fell(QUIET)
    assert (exits_on(seen, RULES), earliest_exit(seen, RULES)) == (day(14), day(3))
    assert phases(fold([CALM] * 3, state=seen)) == "PP."
