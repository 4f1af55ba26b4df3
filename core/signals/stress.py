"""The pause: one day's votes and the memory -> the memory after them (METHODS 3.3, 3.4, 9a).

An evaluation belongs to the closed day it judges. What is seen between two evaluations belongs to
the day that was judged last, so a pause of either origin has its first day counted alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from core.domain.stress import Family, Shock, Stress, StressState, Vote
from core.domain.watching import StressRules

SEVERE = 3
"""Points that need no other family's word. Source: METHODS 3.1."""

_DOUBT = 2  # points of the price from which on silence is taken for stress (METHODS 3.4)
_TOGETHER = 2  # silent families before anybody is told (METHODS 3.4)
_A_DAY = timedelta(days=1)


def step_stress(
    state: StressState,
    day: date,
    votes: Sequence[Vote],
    rules: StressRules,
    *,
    has_data: bool,
) -> StressState:
    """Return the memory after the daily evaluation of ``day``.

    Days that nobody evaluated count by the calendar: a phase that ran out among them ended on its
    own day. A day that was evaluated before changes nothing.

    Args:
        state: the memory so far.
        day: the closed day that is judged.
        votes: at most one per family; a family that is switched on but has no vote here adds no
            points, yet does not make the day calm.
        rules: the thresholds and terms.
        has_data: False for a day without a bar: nothing begins on it, and it is not calm.

    Source: METHODS 3.3, 9a.
    """
    if state.day is not None and day <= state.day:
        return state
    if state.since is None and state.phase is not Stress.NORMAL:
        state = replace(state, since=state.day or day)  # of an older memory; it must end as well
    reached = _by_calendar(state, day, rules)
    if not rules.families:
        return _switched_off(reached, day)
    seen = replace(
        _counted(reached, votes, rules),
        day=day,
        silent_since=_silent_since(state, day, votes, rules),
        shock=None,
    )
    if reached.phase is Stress.PAUSED:
        is_next = state.day is not None and day - state.day == _A_DAY
        is_calm = has_data and _is_calm(seen, rules)
        calm = (reached.calm if is_next else 0) + 1 if is_calm else 0
        return _leave_pause(replace(seen, calm=calm), day, rules)
    if has_data and _may_enter(reached, seen, day, rules):
        return _phase(seen, Stress.PAUSED, day)
    return _leave_guarded(seen, day, rules)


def with_shock(
    state: StressState, shock: Shock, votes: Sequence[Vote], rules: StressRules
) -> StressState:
    """Return the memory after a fall within the day: three points for the price at once.

    Args:
        state: the memory so far.
        shock: what was seen; it counts until the next daily evaluation.
        votes: the other families' votes as they stand; those of the memory fill what is lacking.
        rules: without the price family nothing changes.

    Source: METHODS 3.3, 9a.
    """
    if not rules.watches(Family.PRICE):
        return state
    fall = Vote(Family.PRICE, SEVERE, measured=shock.change)
    return replace(_between(state, shock.day, (*votes, fall), rules), shock=shock)


def with_intraday_votes(
    state: StressState, day: date, votes: Iterable[Vote], rules: StressRules
) -> StressState:
    """Return the memory after a look between two daily evaluations at quote coin and venue.

    Only three points count at once; anything less, and silence, waits for the daily evaluation.
    ``day`` is that of the newest closed bar. Source: METHODS 3.3.
    """
    severe = tuple(vote for vote in votes if vote.points == SEVERE)
    return _between(state, day, severe, rules) if severe else state


def long_silent(state: StressState, rules: StressRules) -> tuple[Family, ...]:
    """Return the families that have been silent for too long, if they are two or more.

    Source: METHODS 3.4.
    """
    if state.day is None:
        return ()
    least = timedelta(days=rules.tell_after)
    # The first silent day counts, so that after ``tell_after`` more there are more than that many.
    silent = [family for family, since in state.silent_since if state.day - since >= least]
    return tuple(silent) if len(silent) >= _TOGETHER else ()


def exits_on(state: StressState, rules: StressRules) -> date | None:
    """Return the day on which the pause, or the guarded time, ends whatever happens."""
    term = _term(state.phase, rules)
    return state.since + term if term is not None and state.since is not None else None


def earliest_exit(state: StressState, rules: StressRules) -> date | None:
    """Return the first day on which the pause, or the guarded time, can end if all stays calm."""
    latest = exits_on(state, rules)
    if latest is None or state.since is None or state.phase is not Stress.PAUSED:
        return latest
    evaluated = max(state.day or state.since, state.since)
    calm = evaluated + timedelta(days=max(rules.calm_days - state.calm, 1))
    return min(latest, max(calm, state.since + timedelta(days=rules.min_days)))


def _between(
    state: StressState, day: date, votes: Iterable[Vote], rules: StressRules
) -> StressState:
    """Return the memory after votes seen between two daily evaluations."""
    reached = _by_calendar(state, day, rules)
    seen = _counted(reached, (*state.votes, *votes), rules)
    if reached.phase is not Stress.PAUSED and _may_enter(reached, seen, day, rules):
        return _phase(seen, Stress.PAUSED, day)
    return seen


def _counted(state: StressState, votes: Iterable[Vote], rules: StressRules) -> StressState:
    """Return the memory with these votes and their total; the last of a family's votes holds."""
    given = {vote.family: vote for vote in votes}
    watched = [family for family in Family if rules.watches(family)]
    held = tuple(given[family] for family in watched if family in given)
    known = dict(state.last_known)
    known |= {vote.family: vote.points for vote in held if vote.points is not None}
    if state.shock is not None:
        known[Family.PRICE] = SEVERE  # what fell within the day is not new on the day after
    last_known = tuple((family, known[family]) for family in watched if family in known)
    return replace(state, votes=held, total=_total(held), last_known=last_known)


def _total(votes: Sequence[Vote]) -> int:
    """Return the sum of all points; silence is one point while the price falls hard, else none.

    Source: METHODS 3.4, 9a.
    """
    price = next((vote.points for vote in votes if vote.family is Family.PRICE), None)
    assumed = int(price is not None and price >= _DOUBT)
    return sum(assumed if vote.points is None else vote.points for vote in votes)


def _silent_since(
    state: StressState, day: date, votes: Sequence[Vote], rules: StressRules
) -> tuple[tuple[Family, date], ...]:
    before = dict(state.silent_since)
    silent = {vote.family for vote in votes if vote.points is None}
    kept = before.keys() - {vote.family for vote in votes}
    return tuple(
        (family, before.get(family, day))
        for family in Family
        if rules.watches(family) and family in silent | kept
    )


def _may_enter(before: StressState, seen: StressState, day: date, rules: StressRules) -> bool:
    """Tell whether a pause begins; in the guarded time only a new fall begins one."""
    price = seen.points_of(Family.PRICE) or 0
    urgent = SEVERE in (price, seen.points_of(Family.QUOTE), seen.points_of(Family.VENUE))
    if seen.total < rules.enter_points or not (urgent or price):
        return False
    if before.phase is Stress.GUARDED:
        return price == SEVERE and dict(before.last_known).get(Family.PRICE, 0) < SEVERE
    cooldown = timedelta(days=rules.cooldown_days)
    is_cooling = before.exited_on is not None and day - before.exited_on <= cooldown
    return urgent or not is_cooling


def _is_calm(seen: StressState, rules: StressRules) -> bool:
    """Tell whether a day is calm; a silent family counts with the last points it had."""
    if rules.watches(Family.PRICE) and seen.points_of(Family.PRICE) != 0:
        return False
    others = (points for family, points in seen.last_known if family is not Family.PRICE)
    return sum(others) <= rules.calm_total


def _leave_pause(state: StressState, day: date, rules: StressRules) -> StressState:
    """Return the memory after a day of the pause, the calm exit looked at first."""
    days = (day - (state.since or day)).days
    if days >= rules.min_days and state.calm >= rules.calm_days:
        return _phase(state, Stress.NORMAL, day)
    return _phase(state, Stress.GUARDED, day) if days >= rules.max_days else state


def _leave_guarded(state: StressState, day: date, rules: StressRules) -> StressState:
    ends = exits_on(state, rules)
    return state if ends is None or day < ends else _phase(state, Stress.NORMAL, day)


def _by_calendar(state: StressState, day: date, rules: StressRules) -> StressState:
    """Return the memory with every phase ended that ran out before ``day``, on its own day."""
    following = {Stress.PAUSED: Stress.GUARDED, Stress.GUARDED: Stress.NORMAL}
    while (ends := exits_on(state, rules)) is not None and ends < day:
        state = _phase(state, following[state.phase], ends)
    return state


def _phase(state: StressState, phase: Stress, day: date) -> StressState:
    exited_on = day if phase is Stress.NORMAL else state.exited_on
    return replace(state, phase=phase, since=day, calm=0, exited_on=exited_on)


def _switched_off(state: StressState, day: date) -> StressState:
    """Return the memory without a pause: nobody watches for one any more."""
    if state.phase is not Stress.NORMAL:
        state = _phase(state, Stress.NORMAL, day)
    return StressState(since=state.since, day=day, exited_on=state.exited_on)


def _term(phase: Stress, rules: StressRules) -> timedelta | None:
    days = {Stress.PAUSED: rules.max_days, Stress.GUARDED: rules.guarded_days}.get(phase)
    return None if days is None else timedelta(days=days)
