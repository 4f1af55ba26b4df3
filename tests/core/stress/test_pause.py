"""When a pause begins, how it ends, and what silence may do to it (METHODS 3.3, 3.4, 9a)."""

from dataclasses import replace

import pytest

from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.watching import StressRules
from core.signals.stress import earliest_exit, exits_on, long_silent, step_stress
from tests.core.stress.days import RULES, day, fold, paused, phases, vote, votes

CALM = votes()
BAD = votes(price=1)


@pytest.mark.parametrize(
    ("points", "begins"),
    [
        ({"price": 3}, True),
        ({"price": 2, "sentiment": 1}, True),
        ({"price": 1, "sentiment": 2}, True),
        ({"price": 1, "sentiment": 1, "correlation": 1}, True),
        ({"price": 1, "flows": 2}, True),
        ({"quote": 3}, True),
        ({"venue": 3}, True),
        ({"price": 2}, False),
        ({"price": 1, "sentiment": 1}, False),
        ({"sentiment": 2, "correlation": 1, "flows": 2, "quote": 2, "venue": 1}, False),
        ({"price": 2, "sentiment": None}, True),
        ({"price": 1, "sentiment": None, "correlation": None, "flows": None}, False),
        ({"price": 1, "sentiment": 2, "correlation": None}, True),
        ({"price": None, "sentiment": 2, "correlation": 1, "flows": 2}, False),
        ({"price": None, "quote": 3}, True),
    ],
)
def test_when_a_pause_begins(points: dict[str, int | None], begins: bool) -> None:
    """Three points in all, and the price, a lost peg or a halted venue among them."""
    assert phases(fold([votes(**points)])) == ("P" if begins else ".")


@pytest.mark.parametrize(
    ("points", "total"),
    [
        ({"price": 3, "sentiment": None, "venue": None}, 5),
        ({"price": 2, "sentiment": None}, 3),
        ({"price": 1, "sentiment": None}, 1),
        ({"price": 0, "sentiment": None}, 0),
        ({"price": None, "sentiment": None}, 0),
        ({"price": 1, "correlation": 1, "flows": 2}, 4),
    ],
)
def test_silence_is_stress_only_while_the_price_falls_hard(
    points: dict[str, int | None], total: int
) -> None:
    """An unknown vote counts 1 at two points of the price, and nothing below that."""
    assert fold([votes(**points)])[0].total == total


@pytest.mark.parametrize("family", [Family.SENTIMENT, Family.CORRELATION, Family.FLOWS])
def test_one_family_at_its_cap_never_pauses(family: Family) -> None:
    """S3: sentiment, correlation and flows cannot reach three points alone."""
    cap = {Family.SENTIMENT: 2, Family.CORRELATION: 1, Family.FLOWS: 2}[family]
    assert phases(fold([votes(**{family.value: cap})] * 400)) == "." * 400


def test_a_year_of_fear_at_a_flat_price_never_pauses() -> None:
    """S2: sentiment alone never pauses, however long it lasts."""
    year = fold([votes(sentiment=2, correlation=1, flows=2)] * 366)
    assert phases(year) == "." * 366
    assert {state.total for state in year} == {5}


def test_a_family_that_is_switched_off_is_absent() -> None:
    """Its votes add nothing, its silence is none, and the memory does not hold it."""
    rules = StressRules(families=(Family.PRICE,))
    seen = fold([votes(price=2, sentiment=2, flows=None)], rules=rules)[0]
    assert (seen.phase, seen.total) == (Stress.NORMAL, 2)
    assert seen.votes == (vote(Family.PRICE, 2),)
    assert (seen.last_known, seen.silent_since) == (((Family.PRICE, 2),), ())


def test_the_order_of_votes_does_not_matter() -> None:
    """The memory holds them in one order, whatever order they came in."""
    cast = votes(price=2, sentiment=1, venue=None)
    assert fold([cast]) == fold([cast[::-1]])


def test_a_pause_lasts_three_days_at_least() -> None:
    """Entry is day 0; two calm days at once do not end it before day 3."""
    states = fold([votes(price=3), *[CALM] * 4])
    assert phases(states) == "PPP.."
    assert (states[3].since, states[3].exited_on) == (day(3), day(3))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([BAD, BAD, CALM, CALM], "PPPP."),
        ([CALM, CALM, BAD, CALM, CALM], "PPPPP."),
        ([CALM, BAD, CALM, BAD, CALM, CALM], "PPPPPP."),
        ([votes(sentiment=1)] * 3, "PPP."),
        ([votes(sentiment=2)] * 3 + [CALM] * 2, "PPPPP."),
        ([votes(sentiment=1, correlation=1)] * 3 + [CALM] * 2, "PPPPP."),
        ([CALM, None, CALM, CALM], "PPPP."),
        ([None, None, None, CALM, CALM], "PPPPP."),
    ],
)
def test_a_pause_ends_after_two_calm_days_in_a_row(
    after: list[tuple[Vote, ...] | None], expected: str
) -> None:
    """Calm is a still price and one point at most; a day without a bar begins the count anew."""
    assert phases(fold(after, state=paused())) == expected[1:]


def test_a_pause_becomes_guarded_after_fourteen_days_and_normal_seven_later() -> None:
    """S4: whatever happens, as long as no new severe fall does."""
    states = fold([votes(price=3)] * 30)
    assert phases(states)[:21] == "P" * 14 + "G" * 7
    assert (states[13].since, states[14].since) == (day(0), day(14))


def test_the_calm_exit_is_looked_at_first() -> None:
    """A pause whose second calm day is the fourteenth goes straight to normal."""
    assert phases(fold([*[BAD] * 12, CALM, CALM], state=paused())) == "P" * 13 + "."


def _guarded() -> StressState:
    """Return the guarded time that began on day 14, the last fall being long over."""
    return fold([BAD] * 14, state=paused())[-1]


def test_a_new_severe_fall_in_the_guarded_time_pauses_again() -> None:
    """Three points today and fewer yesterday; the new pause counts its days from 0."""
    states = fold([BAD, votes(price=3), CALM, CALM, CALM], state=_guarded())
    assert phases(states) == "GPPP."
    assert states[1].since == day(16)


@pytest.mark.parametrize("number", range(1, 8))
def test_a_new_fall_is_heard_on_every_guarded_day(number: int) -> None:
    """Also on the last, on which the guarded time would have ended."""
    states = fold([*[BAD] * (number - 1), votes(price=3)], state=_guarded())
    assert phases(states) == "G" * (number - 1) + "P"


@pytest.mark.parametrize(
    "cast",
    [votes(price=2, sentiment=2), votes(quote=3), votes(venue=3), votes(price=None, quote=3), None],
)
def test_nothing_else_pauses_in_the_guarded_time(cast: tuple[Vote, ...] | None) -> None:
    """Neither confirmation, nor peg, nor venue, nor silence."""
    assert phases(fold([cast] * 6, state=_guarded())) == "G" * 6


def test_a_fall_that_goes_on_is_not_new() -> None:
    """A fall of three points that lasts from the pause on, or through a silent day, is known."""
    falling = fold([votes(price=3)] * 15)[-1]
    assert phases(fold([votes(price=3)] * 6, state=falling)) == "G" * 6
    assert phases(fold([None, votes(price=3)], state=falling)) == "GG"


@pytest.mark.parametrize(
    ("points", "begins_on"),
    [
        ({"price": 2, "sentiment": 2}, 3),
        ({"price": 1, "sentiment": 2}, 3),
        ({"price": 3}, 1),
        ({"quote": 3}, 1),
        ({"venue": 3}, 1),
    ],
)
def test_the_cool_down_after_both_exits(points: dict[str, int | None], begins_on: int) -> None:
    """For two days after a pause or a guarded time only three points of one kind begin another."""
    calm = fold([CALM] * 3, state=paused())[-1]
    ended = fold([BAD] * 7, state=_guarded())[-1]
    assert calm.phase is ended.phase is Stress.NORMAL
    for state in (calm, ended):
        found = phases(fold([votes(**points)] * 3, state=state))
        assert found == "." * (begins_on - 1) + "P" * (4 - begins_on)


def test_a_day_without_a_bar_begins_nothing() -> None:
    """Whatever the votes are, there is no entry on it."""
    seen = step_stress(StressState(), day(0), votes(price=3, venue=3), RULES, has_data=False)
    assert seen.phase is Stress.NORMAL


def test_a_day_without_a_bar_is_not_calm() -> None:
    """Not even when every family says that all is quiet."""
    state = fold([CALM, CALM], state=paused())[-1]
    seen = step_stress(state, day(3), CALM, RULES, has_data=False)
    assert (seen.phase, seen.calm) == (Stress.PAUSED, 0)


def test_a_pause_right_after_another_counts_its_own_calm_days() -> None:
    """The calm that ended the first is not lent to the second."""
    patient = replace(RULES, calm_days=5)
    again = fold([*[CALM] * 5, votes(price=3), *[CALM] * 5], state=paused(), rules=patient)
    assert phases(again) == "PPPP.PPPPP."


@pytest.mark.parametrize(
    ("away", "phase", "since"),
    [
        (13, Stress.PAUSED, 0),
        (14, Stress.GUARDED, 14),
        (16, Stress.GUARDED, 14),
        (20, Stress.GUARDED, 14),
        (21, Stress.NORMAL, 21),
        (40, Stress.NORMAL, 21),
    ],
)
def test_phases_end_by_the_calendar_while_nobody_looked(
    away: int, phase: Stress, since: int
) -> None:
    """A machine that was off for days finds each phase ended on its own day."""
    seen = step_stress(paused(), day(away), BAD, RULES, has_data=True)
    assert (seen.phase, seen.since) == (phase, day(since))


def test_a_calm_day_before_a_hole_is_not_the_day_before() -> None:
    """Two calm days in a row are two days that follow one another."""
    calm = fold([CALM, CALM], state=paused())[-1]
    late = step_stress(calm, day(5), CALM, RULES, has_data=True)
    assert (late.phase, late.calm) == (Stress.PAUSED, 1)
    assert step_stress(late, day(6), CALM, RULES, has_data=True).phase is Stress.NORMAL


def test_the_cool_down_runs_from_the_day_the_phase_really_ended() -> None:
    """Two days after an end that nobody saw, confirmation counts again."""
    cast = votes(price=2, sentiment=2)
    found = {
        away: step_stress(paused(), day(away), cast, RULES, has_data=True).phase
        for away in (22, 23, 24)
    }
    assert found == {22: Stress.NORMAL, 23: Stress.NORMAL, 24: Stress.PAUSED}


def test_a_day_is_judged_once() -> None:
    """The same day again, or an earlier one, leaves everything as it was."""
    state = fold([CALM, BAD])[-1]
    for again in (day(1), day(0)):
        assert step_stress(state, again, votes(price=3), RULES, has_data=True) is state


@pytest.mark.parametrize(
    ("begin", "silent", "expected"),
    [
        ({"price": 3, "sentiment": 2}, {"sentiment": None}, "P"),
        ({"price": 3, "sentiment": 1}, {"sentiment": None}, "."),
        ({"price": 3, "sentiment": 1, "flows": 1}, {"sentiment": None, "flows": None}, "P"),
        ({"price": 3, "sentiment": None}, {"sentiment": None}, "."),
        ({"quote": 3}, {"quote": None}, "P"),
        ({"venue": 3}, {"venue": None}, "P"),
        ({"price": 3}, {"price": None}, "P"),
    ],
)
def test_a_feed_that_falls_silent_does_not_end_a_pause(
    begin: dict[str, int | None], silent: dict[str, int | None], expected: str
) -> None:
    """For calm a silent family has the points it had last; a silent price is never calm."""
    state = fold([votes(**begin)])[-1]
    assert phases(fold([votes(**silent)] * 4, state=state))[-1] == expected


def test_a_family_that_has_no_vote_that_day_keeps_its_points_for_calm() -> None:
    """On days that are judged later, what only the moment shows is left out, not forgiven."""
    halted = fold([votes(venue=3)])[-1]
    without = tuple(cast for cast in CALM if cast.family is not Family.VENUE)
    assert phases(fold([without] * 5, state=halted)) == "PPPPP"
    assert phases(fold([CALM] * 3, state=halted)) == "PP."


def test_a_pause_without_the_price_family_can_end() -> None:
    """A family that is switched off is no reason to wait."""
    rules = StressRules(families=(Family.QUOTE,))
    assert phases(fold([votes(quote=3), *[CALM] * 3], rules=rules)) == "PPP."


def test_switching_every_family_off_ends_the_pause() -> None:
    """Nobody watches, so nothing is held back; switched on again, the memory is fresh."""
    rules = StressRules(families=())
    states = fold([CALM, CALM], state=paused(), rules=rules)
    ended = StressState(since=day(1), day=day(1), exited_on=day(1))
    assert states == [ended, replace(ended, day=day(2))]


def test_two_families_silent_for_more_than_three_days_are_told() -> None:
    """One is kept quiet about, and so are three days; a voice in between begins the count anew."""
    both = votes(sentiment=None, flows=None)
    told = [long_silent(state, RULES) for state in fold([CALM, *[both] * 5])]
    pair = (Family.SENTIMENT, Family.FLOWS)
    assert told == [(), (), (), (), pair, pair]
    single = fold([votes(flows=None)] * 9)
    assert not any(long_silent(state, RULES) for state in single)
    broken = [both, both, both, votes(sentiment=None), both, both, both]
    assert not any(long_silent(state, RULES) for state in fold(broken))
    assert long_silent(StressState(), RULES) == ()


def test_days_that_nobody_judged_do_not_end_a_silence() -> None:
    """A family that has no vote on a day has not spoken."""
    silent = fold([votes(flows=None, venue=None)])[-1]
    without = tuple(cast for cast in CALM if cast.family not in {Family.FLOWS, Family.VENUE})
    assert long_silent(fold([without] * 3, state=silent)[-1], RULES) == (
        Family.FLOWS,
        Family.VENUE,
    )


def test_when_a_phase_ends_at_the_latest_and_at_the_earliest() -> None:
    """The earliest end is one that really comes true when every day stays calm."""
    assert exits_on(StressState(), RULES) is None
    assert earliest_exit(StressState(), RULES) is None
    states = fold([votes(price=3), *[BAD] * 11, CALM, BAD, BAD])
    assert [exits_on(state, RULES) for state in states] == [day(14)] * 14 + [day(21)]
    for state in states:
        found = earliest_exit(state, RULES)
        ended = next(
            after.since
            for after in fold([CALM] * 20, state=state)
            if after.phase is not state.phase
        )
        assert found == ended


def test_the_earliest_end_counts_the_calm_day_that_was() -> None:
    """After a calm day one more is enough, once the least days are over."""
    states = fold([*[BAD] * 5, CALM], state=paused())
    assert states[-2].day == day(5)
    assert earliest_exit(states[-2], RULES) == day(7)
    assert states[-1].day == day(6)
    assert earliest_exit(states[-1], RULES) == day(7)
