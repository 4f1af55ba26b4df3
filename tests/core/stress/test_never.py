"""What holds for every course of events: pauses end, silence decides nothing (S4, S5, S9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.codec import bar_series, decode, encode
from core.domain.readings import ReadingKind
from core.domain.stress import Family, Shock, Stress, StressState, Vote
from core.domain.units import Asset
from core.domain.watching import RegimeRules
from core.signals import indicators as features
from core.signals.stress import (
    earliest_exit,
    exits_on,
    step_stress,
    with_intraday_votes,
    with_shock,
)
from core.signals.votes import price_vote, sentiment_vote
from tests.core.stress.days import RULES, day, fold, indicators, phases, series, start_of, vote

CAPS = {
    Family.PRICE: (0, 1, 2, 3),
    Family.SENTIMENT: (0, 1, 2),
    Family.CORRELATION: (0, 1),
    Family.FLOWS: (0, 1, 2),
    Family.QUOTE: (0, 1, 2, 3),
    Family.VENUE: (0, 1, 3),
}


@dataclass(frozen=True)
class Day:
    """One drawn day: how long after the last, its votes, and what was seen after it."""

    after: int
    votes: tuple[Vote, ...]
    has_data: bool
    falls: bool
    severe: tuple[Vote, ...]


def casts(families: Sequence[Family] = tuple(Family)) -> st.SearchStrategy[tuple[Vote, ...]]:
    """Draw a vote of each family, silent ones among them."""
    return st.tuples(
        *(st.sampled_from([vote(one, n) for n in (*CAPS[one], None)]) for one in families)
    )


DAYS = st.lists(
    st.builds(
        Day,
        after=st.sampled_from((1, 1, 1, 1, 1, 1, 2, 5, 30)),
        votes=casts(),
        has_data=st.sampled_from((True, True, True, False)),
        falls=st.sampled_from((False, False, False, True)),
        severe=casts((Family.QUOTE, Family.VENUE)),
    ),
    max_size=60,
)


def live(days: Sequence[Day]) -> list[tuple[StressState, StressState]]:
    """Return (before, after) of every daily evaluation and of every look in between."""
    state, number, steps = StressState(), 0, []
    for one in days:
        number += one.after
        after = step_stress(state, day(number), one.votes, RULES, has_data=one.has_data)
        steps.append((state, after))
        if one.falls:
            fallen = with_shock(after, Shock(day(number), Decimal("-0.2")), after.votes, RULES)
            steps.append((after, fallen))
            after = fallen
        state = with_intraday_votes(after, day(number), one.severe, RULES)
        steps.append((after, state))
    return steps


@given(DAYS)
def test_no_pause_lasts_over_fourteen_days_and_every_guarded_time_ends(days: list[Day]) -> None:
    """S4: whatever is seen or not seen, each phase is over on its last day."""
    for _, after in live(days):
        if after.phase is not Stress.NORMAL:
            assert after.since is not None
            assert after.day is not None
            most = {Stress.PAUSED: 14, Stress.GUARDED: 7}[after.phase]
            assert after.day - after.since < timedelta(days=most)


@given(DAYS)
def test_at_most_one_pause_begins_in_two_days(days: list[Day]) -> None:
    """S5: not even votes that jump every day, and looks in between, make it flicker."""
    begins = [
        after.since
        for before, after in live(days)
        if after.phase is Stress.PAUSED
        and (before.phase is not Stress.PAUSED or before.since != after.since)
    ]
    for one, other in pairwise(begins):
        assert one is not None
        assert other is not None
        assert other - one >= timedelta(days=2)


@given(DAYS)
def test_a_pause_begins_only_on_what_was_seen(days: list[Day]) -> None:
    """A fall, a lost peg or a halted venue is among the known votes whenever one begins."""
    for before, after in live(days):
        is_new = after.phase is Stress.PAUSED and after.since != before.since
        if is_new:
            price = after.points_of(Family.PRICE) or 0
            severe = {after.points_of(Family.QUOTE), after.points_of(Family.VENUE)}
            assert price >= 1 or 3 in severe
            assert after.total >= 3


@given(DAYS)
def test_a_pause_ends_early_only_after_two_known_calm_days(days: list[Day]) -> None:
    """Before its last day, two days that follow one another with a known, still price."""
    for before, after in live(days):
        if before.phase is Stress.PAUSED and after.phase is Stress.NORMAL:
            latest = exits_on(before, RULES)
            assert after.day is not None
            assert before.day is not None
            assert latest is not None
            if after.day <= latest:
                assert after.points_of(Family.PRICE) == 0
                assert before.calm >= 1
                assert after.day - before.day == timedelta(days=1)
                assert earliest_exit(before, RULES) == after.day


@given(DAYS)
def test_the_memory_survives_the_codec(days: list[Day]) -> None:
    """What is stored after a day is what the next day starts from."""
    for _, after in live(days)[-1:]:
        assert decode(StressState, encode(StressState, after)) == after


SILENCES = casts(tuple(family for family in Family if family is not Family.PRICE)).map(
    lambda cast: tuple(vote(one.family, None if one.points else 0) for one in cast)
)


@given(st.lists(st.tuples(st.sampled_from((0, 0, 0, None)), SILENCES), max_size=60))
def test_silence_alone_never_begins_a_pause(
    days: list[tuple[int | None, tuple[Vote, ...]]],
) -> None:
    """Any feeds may fall silent in any order; while the price stands still nothing happens."""
    states = fold([(vote(Family.PRICE, price), *others) for price, others in days])
    assert phases(states) == "." * len(days)
    assert not any(state.total for state in states)


@given(
    casts().filter(lambda cast: sum(one.points or 0 for one in cast[1:]) > 1),
    st.lists(st.sets(st.sampled_from(Family)), min_size=13, max_size=13),
)
def test_silence_never_ends_a_pause(begin: tuple[Vote, ...], silences: list[set[Family]]) -> None:
    """Whichever families fall silent, a pause that the spoken votes would keep goes on."""
    start = fold([(vote(Family.PRICE, 3), *begin[1:])])[0]
    kept = [vote(one.family, one.points if one.points is not None else 0) for one in begin[1:]]
    spoken = (vote(Family.PRICE, 0), *kept)
    days = [
        tuple(vote(one.family, None if one.family in silent else one.points) for one in spoken)
        for silent in silences
    ]
    assert phases(fold([spoken] * 13, state=start)) == "P" * 13
    assert phases(fold(days, state=start)) == "P" * 13


@given(DAYS, st.integers(1, 40), casts())
def test_days_that_nobody_judged_count_like_days_of_silence(
    days: list[Day], away: int, last: tuple[Vote, ...]
) -> None:
    """A machine that was off ends up where one ends up that saw nothing all the time."""
    steps = live(days)
    state = steps[-1][1] if steps else step_stress(StressState(), day(0), (), RULES, has_data=True)
    assert state.day is not None
    back = state.day + timedelta(days=away)
    slow = state
    for number in range(1, away):
        unseen = state.day + timedelta(days=number)
        slow = step_stress(slow, unseen, (vote(Family.PRICE, None),), RULES, has_data=False)
    slow = step_stress(slow, back, last, RULES, has_data=True)
    fast = step_stress(state, back, last, RULES, has_data=True)
    assert (fast.phase, fast.since, fast.exited_on) == (slow.phase, slow.since, slow.exited_on)
    assert (fast.calm, fast.total, fast.votes) == (slow.calm, slow.total, slow.votes)


JITTER = st.tuples(
    st.sampled_from(("-0.099999", "-0.1", "-0.149999", "-0.15", "0")), st.sampled_from((12, 13, 25))
)


@given(st.lists(JITTER, max_size=90))
def test_readings_that_jitter_at_their_limits_do_not_make_the_pause_flicker(
    days: list[tuple[str, int]],
) -> None:
    """S5: every pause has its three days, and without a severe fall three quiet ones follow it."""
    fear = series(
        ReadingKind.FEAR_GREED, [(start_of(day(n)), one[1]) for n, one in enumerate(days)]
    )
    found = phases(
        fold(
            [
                (price_vote(indicators(r3=r3), RULES), sentiment_vote(day(n), fear, RULES))
                for n, (r3, _) in enumerate(days)
            ]
        )
    )
    runs = ["".join(run) for _, run in groupby(found)]
    assert all(len(run) >= 3 for run in runs[1:-1])
    assert all(len(run) >= 3 for run in runs[:-1] if run[0] == "P")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), casts())
def test_a_market_that_only_rises_never_pauses(
    rises: list[float], others: tuple[Vote, ...]
) -> None:
    """S9: a doubling in a day after a year of quiet is no stress, whatever the mood is."""
    quiet = np.abs(np.random.default_rng(3).normal(0, 0.01, 400))
    closes = (100 * np.exp(np.cumsum([*quiet, *rises]))).tolist()
    bars = bar_series(
        Asset("BTC"),
        "somewhere",
        start_of(day(len(rises) - 1)),
        opens=closes,
        highs=closes,
        lows=closes,
        closes=closes,
        volumes=[1.0] * len(closes),
    )
    mood = tuple(one for one in others if one.family not in {Family.QUOTE, Family.VENUE})[1:]
    seen = features.indicators(bars, len(rises), RegimeRules())
    states = fold([(price_vote(one, RULES), *mood) for one in seen])
    assert phases(states) == "." * len(rises)
