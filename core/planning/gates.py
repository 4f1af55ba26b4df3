"""The simple gates: one question each, answered with reasons whether it passes or fails."""

from core.domain.decision import Gate, GateResult, Plan, Reason, ReasonCode
from core.domain.policy import Policy, ProfileName
from core.domain.portfolio import Portfolio
from core.domain.readings import ReadingKind
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.stress import Family, Vote
from core.domain.units import ZERO
from core.planning.guards import (
    limit_reasons,
    override_reason,
    pause_reason,
    peg_reason,
)
from core.planning.holdings import portfolio_of
from core.planning.market_reasons import regime_reasons, stress_reasons, tilt_reasons
from core.planning.proposing import Draft, View
from core.planning.validity import find_faults, find_history_faults, find_unmanaged
from core.signals.known import as_known
from core.signals.peg import peg_vote


def data_gate(
    snapshot: Snapshot, policy: Policy, *, is_glance: bool = False
) -> tuple[GateResult, Portfolio | None]:
    """Ask whether the snapshot can be believed (gate 1); return the portfolio too if it can.

    A glance has no history, and needs none.
    """
    faults = find_faults(snapshot, policy)
    if not is_glance:
        faults = (*faults, *find_history_faults(snapshot, policy))
    portfolio = None if faults else portfolio_of(snapshot, policy)
    if portfolio is not None and portfolio.value <= ZERO:
        faults, portfolio = (Reason(ReasonCode.NO_VALUE),), None
    reasons = (*(faults or (Reason(ReasonCode.DATA_VALID),)), *find_unmanaged(snapshot, policy))
    return GateResult(Gate.DATA, passed=portfolio is not None, reasons=reasons), portfolio


def halt_gate(state: EngineState) -> GateResult:
    """Ask whether trading is halted (gate 2)."""
    if state.halt is None:
        return GateResult(Gate.HALT, passed=True, reasons=(Reason(ReasonCode.NOT_HALTED),))
    values = (("since", state.halt.since), ("why", state.halt.reason))
    return GateResult(Gate.HALT, passed=False, reasons=(Reason(ReasonCode.HALTED, "", values),))


def pause_gate(snapshot: Snapshot, policy: Policy, state: EngineState) -> GateResult:
    """Ask whether proposals are held back (gate 3), and say what every family of evidence says."""
    said = tuple(stress_reasons(snapshot, policy, state))
    reason = pause_reason(state, policy, snapshot.as_of)
    if reason is not None:
        return GateResult(Gate.PAUSE, passed=False, reasons=(reason, *said))
    override = override_reason(state, snapshot.as_of)
    first = Reason(ReasonCode.NOT_PAUSED) if override is None else override
    return GateResult(Gate.PAUSE, passed=True, reasons=(first, *said))


def targets_gate(policy: Policy, state: EngineState) -> GateResult:
    """Say which targets hold (gate 4): the person's own, or shifted, and why."""
    return GateResult(Gate.TARGETS, passed=True, reasons=tilt_reasons(policy, state))


def bands_gate(
    view: View, profile: ProfileName, size: ProfileName, state: EngineState
) -> GateResult:
    """Say how wide the bands are and why (gate 5)."""
    reasons = [Reason(ReasonCode.BANDS_SET, "", (("profile", profile.value),))]
    value = view.portfolio.value
    if profile is not view.policy.bands.profile:
        values = (("profile", profile.value), ("value", value))
        reasons.append(Reason(ReasonCode.PROFILE_BY_SIZE, "", values))
    every, last = view.policy.cadence.size_reminder_every, state.size_reminded_at
    is_due = last is None or view.snapshot.as_of - last >= every
    if size is ProfileName.TINY and is_due and view.snapshot.occasion is Occasion.DAILY:
        reasons.append(Reason(ReasonCode.SIZE_REMINDER, "", (("value", value),)))
    market = regime_reasons(view.policy, state)
    return GateResult(Gate.BANDS, passed=True, reasons=(*reasons, *market))


def plan_gate(draft: Draft) -> GateResult:
    """Say what the planner had to leave out (gate 7)."""
    return GateResult(Gate.PLAN, passed=True, reasons=(*draft.planning, Reason(ReasonCode.PLANNED)))


def orders_gate(draft: Draft) -> GateResult:
    """Ask whether an order is left that may be sent (gate 8)."""
    return GateResult(Gate.ORDERS, passed=draft.is_sound, reasons=draft.sizing)


def benefit_gate(plan: Plan, policy: Policy) -> GateResult:
    """Ask whether less drift is worth the cost; far outside, risk decides (METHODS 5.4)."""
    needed = policy.benefit.cost_mult * plan.cost_rate
    values = (("benefit", plan.benefit), ("cost", plan.cost_rate), ("needed", needed))
    if plan.benefit >= needed:
        code = ReasonCode.BENEFIT_ENOUGH
    else:
        code = ReasonCode.RISK_LIMIT if plan.hard else ReasonCode.COST_GT_BENEFIT
    reason = Reason(code, "", values)
    return GateResult(Gate.BENEFIT, code is not ReasonCode.COST_GT_BENEFIT, (reason,))


def _peg_now(view: View) -> Vote | None:
    """Return the quote coin's vote of this very moment: a peg may break between two evaluations."""
    rules, quote = view.policy.stress, view.policy.quote
    if not rules.watches(Family.QUOTE):
        return None
    seen = as_known(view.snapshot)
    return peg_vote(seen.as_of, seen.readings_of(ReadingKind.PEG, quote), rules)


def limits_gate(plan: Plan, view: View, state: EngineState, size: ProfileName) -> GateResult:
    """Ask whether a person may be asked now (gate 10)."""
    reasons = limit_reasons(
        plan,
        state,
        view.policy.cadence,
        as_of=view.snapshot.as_of,
        occasion=view.snapshot.occasion,
        size=size,
    )
    off_peg = peg_reason(plan, view.portfolio.cash.amount, state, _peg_now(view))
    reasons = reasons if off_peg is None else (*reasons, off_peg)
    if reasons:
        return GateResult(Gate.LIMITS, passed=False, reasons=reasons)
    return GateResult(Gate.LIMITS, passed=True, reasons=(Reason(ReasonCode.WITHIN_LIMITS),))
