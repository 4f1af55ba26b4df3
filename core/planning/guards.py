"""Plan and memory -> the reasons why a person is not asked now (gates 2, 3, 6 and 10)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.domain.decision import Plan, Reason, ReasonCode, ReasonValue
from core.domain.market import Side
from core.domain.policy import CadenceRules, Policy, ProfileName
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, Streak
from core.domain.stress import Family, Stress, StressState, Vote
from core.domain.units import ZERO, Asset, Money
from core.planning.market_reasons import midnight
from core.signals.stress import exits_on

YEAR = timedelta(days=365)
BROKEN = 3
"""Points of a quote coin that no override may pass over."""


def pause_reason(state: EngineState, policy: Policy, as_of: datetime) -> Reason | None:
    """Return why the bot is pausing, or None.

    A person's override lifts a stress pause for its time, except while the quote coin is broken.
    Source: METHODS 3.3 and 3.4.
    """
    if state.pause is not None:
        values = (("since", state.pause.since), ("by", state.pause.by))
        return Reason(ReasonCode.PAUSED_BY_HAND, "", values)
    if state.stress.phase is not Stress.PAUSED or override_reason(state, as_of) is not None:
        return None
    return Reason(ReasonCode.PAUSED_STRESS, "", tuple(_pause_values(state.stress, policy)))


def _pause_values(stress: StressState, policy: Policy) -> Iterator[tuple[str, ReasonValue]]:
    until = exits_on(stress, policy.stress)
    if stress.since is not None:
        yield "since", midnight(stress.since)
    if until is not None:
        yield "until", midnight(until)
    yield "total", stress.total


def override_reason(state: EngineState, as_of: datetime) -> Reason | None:
    """Return the override that lifts a stress pause now, or None."""
    override = state.override
    if state.stress.phase is not Stress.PAUSED or override is None or as_of >= override.until:
        return None
    if _last_points(state.stress, Family.QUOTE) == BROKEN:
        return None
    values = (("until", override.until), ("by", override.by))
    return Reason(ReasonCode.OVERRIDDEN, "", values)


def peg_reason(
    plan: Plan, cash: Money, state: EngineState, fresh: Vote | None = None
) -> Reason | None:
    """Return why a plan may not buy into a quote coin that is off its peg, or None.

    Args:
        plan: what would be traded.
        cash: the quote currency there is.
        state: the memory, with the vote of the newest evaluation.
        fresh: the vote of this very moment; while it is silent, the last one that was known holds.

    Source: METHODS 3.2. Everything is priced in the quote coin, so weights do not change with it.
    """
    held = next((row for row in state.stress.votes if row.family is Family.QUOTE), None)
    vote = held if fresh is None or fresh.points is None else fresh
    if vote is None or plan.cash_after <= cash:
        return None
    points = _last_points(state.stress, Family.QUOTE) if vote is held else vote.points
    if not points:
        return None
    values = () if vote.measured is None else (("gap", vote.measured),)
    return Reason(ReasonCode.OFF_PEG, "", values)


def _last_points(stress: StressState, family: Family) -> int | None:
    """Return the points of a family that is watched, the last ones known while it is silent.

    What was bad when it was last heard of is not taken to be mended.
    """
    vote = next((row for row in stress.votes if row.family is family), None)
    if vote is None or vote.points is not None:
        return None if vote is None else vote.points
    return dict(stress.last_known).get(family)


def update_streaks(
    streaks: Iterable[Streak], breached: Iterable[tuple[Asset, Side]], today: date
) -> tuple[Streak, ...]:
    """Return the streaks after one daily evaluation.

    The same asset on the same side counts on; a day without an evaluation begins anew; a second
    evaluation of the same day counts once.

    Source: METHODS 1.8 and 9a.
    """
    known = {(row.asset, row.side): row for row in streaks}
    updated = []
    for asset, side in sorted(breached):
        before = known.get((asset, side))
        if before is not None and before.last_on == today:
            updated.append(before)
        elif before is not None and before.last_on == today - timedelta(days=1):
            updated.append(replace(before, days=before.days + 1, last_on=today))
        else:
            updated.append(Streak(asset, side, days=1, last_on=today))
    return tuple(updated)


def limit_reasons(
    plan: Plan,
    state: EngineState,
    rules: CadenceRules,
    *,
    as_of: datetime,
    occasion: Occasion,
    size: ProfileName,
) -> tuple[Reason, ...]:
    """Return every limit that keeps this plan from being proposed now (gate 10).

    Args:
        plan: what would be proposed.
        state: when people were asked and what was executed.
        rules: the limits.
        as_of: the decision's instant.
        occasion: a recheck of an approved plan is no new question.
        size: the profile that the portfolio's size asks for.

    Source: METHODS 1.8, 5.5 and 9a.
    """
    reasons = list(_turnover(plan, state, rules, as_of))
    if occasion is not Occasion.RECHECK:
        reasons += _cadence(plan, state, rules, as_of)
        reasons += _yearly(plan, state, rules, as_of=as_of, size=size)
    return tuple(reasons)


def _turnover(
    plan: Plan, state: EngineState, rules: CadenceRules, as_of: datetime
) -> Iterator[Reason]:
    since = as_of - rules.turnover_window
    used = sum((row.share for row in state.turnovers if row.executed_at > since), ZERO)
    if not plan.first_funding and used + plan.turnover > rules.max_turnover:
        values = (("used", used), ("turnover", plan.turnover), ("limit", rules.max_turnover))
        yield Reason(ReasonCode.TURNOVER_LIMIT, "", values)


def _cadence(
    plan: Plan, state: EngineState, rules: CadenceRules, as_of: datetime
) -> Iterator[Reason]:
    if state.open_proposal:
        yield Reason(ReasonCode.PROPOSAL_OPEN, "", (("proposal", state.open_proposal),))
    if as_of.date() in state.proposed_on:
        yield Reason(ReasonCode.ONE_A_DAY)
    if state.executed_at is not None and not plan.hard and not plan.first_funding:
        until = state.executed_at + rules.after_execution
        if as_of < until:
            yield Reason(ReasonCode.AFTER_EXECUTION, "", (("until", until),))


def _yearly(
    plan: Plan,
    state: EngineState,
    rules: CadenceRules,
    *,
    as_of: datetime,
    size: ProfileName,
) -> Iterator[Reason]:
    since = (as_of - YEAR).date()
    count = sum(day > since for day in state.proposed_on)
    if size is ProfileName.TINY and not plan.hard and count >= rules.tiny_proposals_per_year:
        values = (("count", count), ("limit", rules.tiny_proposals_per_year))
        yield Reason(ReasonCode.YEARLY_LIMIT, "", values)
