"""The product: one pure function from a snapshot, a policy and a memory to a decision.

The same function runs live, on paper, in replay and in the backtest. The first gate that fails
decides;
with valid data the later gates are computed all the same, for the margins and for the plan that
would
have run. Source: METHODS 0.1.
"""

from dataclasses import replace
from functools import lru_cache

from core.codec import digest, digest_of
from core.domain.decision import (
    Decision,
    Gate,
    GateResult,
    NoTrade,
    Plan,
    Propose,
    ReasonCode,
    Standing,
)
from core.domain.ids import proposal_id
from core.domain.policy import Policy, ProfileName
from core.domain.portfolio import Portfolio
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState
from core.domain.tilt import TiltState
from core.domain.units import ZERO, Weight, exact
from core.planning.breach import breach_gate
from core.planning.gates import (
    bands_gate,
    benefit_gate,
    data_gate,
    halt_gate,
    limits_gate,
    orders_gate,
    pause_gate,
    plan_gate,
    targets_gate,
)
from core.planning.proposing import View, draft_plan, turnover_at_half_spread
from core.planning.seeing import see
from core.signals.drift import drift_in_bands, values_of
from core.signals.observe import observe, observe_now
from core.signals.tilt import fit_tilt

ENGINE_VERSION = "2"


@exact
def decide(snapshot: Snapshot, policy: Policy, state: EngineState) -> Decision:
    """Return what to do now, why, and the memory for next time.

    Args:
        snapshot: everything known at this instant.
        policy: the person's rules.
        state: the memory the last decision left.

    Returns:
        A decision; doing nothing is one too, with its reasons and margins.

    Raises:
        SnapshotInvalid: the snapshot cannot belong to this policy.

    Invariants: INV-1, INV-6, INV-7.
    """
    data, portfolio = data_gate(snapshot, policy)
    if portfolio is None:
        return _conclude(snapshot, policy, state, gates=(data,), view=None, plan=None)
    observed = observe(snapshot, policy, state)
    seen = see(snapshot, policy, observed, portfolio)
    view, profile, size = seen.view, seen.profile, seen.size
    breach, memory = breach_gate(view, observed)
    memory = replace(memory, size_profile=size if _counts(snapshot) else state.size_profile)
    gates = [data, halt_gate(state), pause_gate(snapshot, policy, observed)]
    gates += [targets_gate(policy, observed), bands_gate(view, profile, size, observed), breach]
    plan = None
    if view.breaches.breached:
        draft = draft_plan(view)
        plan = _with_tilt_turnover(draft.plan, snapshot, policy, observed, portfolio=portfolio)
        gates += [plan_gate(draft), orders_gate(draft)]
        if plan is not None:
            gates += [benefit_gate(plan, policy), limits_gate(plan, view, observed, size)]
    return _conclude(snapshot, policy, memory, gates=tuple(gates), view=view, plan=plan, was=state)


def _with_tilt_turnover(
    plan: Plan | None,
    snapshot: Snapshot,
    policy: Policy,
    state: EngineState,
    *,
    portfolio: Portfolio,
) -> Plan | None:
    """Say how much of a plan's turnover the person's own targets would not have asked for."""
    if plan is None or not state.tilt.tilts:
        return plan
    base = see(snapshot, policy, replace(state, tilt=TiltState()), portfolio).view
    own = turnover_at_half_spread(base) if base.breaches.breached else ZERO
    return replace(plan, tilt_turnover=Weight(max(ZERO, plan.turnover - own)))


def _counts(snapshot: Snapshot) -> bool:
    """Tell whether this decision may change the memory."""
    return snapshot.occasion in (Occasion.DAILY, Occasion.INTRADAY)


@lru_cache(maxsize=8)
def policy_digest(policy: Policy) -> str:
    """Return the digest of a policy; policies are few and live long."""
    return digest_of(policy)


def _conclude(  # noqa: PLR0913  # the decision's parts, each by name
    snapshot: Snapshot,
    policy: Policy,
    memory: EngineState,
    *,
    gates: tuple[GateResult, ...],
    view: View | None,
    plan: Plan | None,
    was: EngineState | None = None,
) -> Decision:
    parts = (digest_of(snapshot), policy_digest(policy), digest_of(was or memory))
    decision_id = digest([*parts, ENGINE_VERSION])
    failed = next((gate.gate for gate in gates if not gate.passed), None)
    outcome: Propose | NoTrade
    if failed is None and plan is not None:
        outcome = Propose(plan)
        memory = _remember_proposal(memory, snapshot, decision_id)
    else:
        outcome = NoTrade(failed or Gate.PLAN, plan)
    if any(r.code is ReasonCode.SIZE_REMINDER for gate in gates for r in gate.reasons):
        memory = replace(memory, size_reminded_at=snapshot.as_of)
    return Decision(
        decision_id,
        *parts,
        engine_version=ENGINE_VERSION,
        decided_at=snapshot.as_of,
        outcome=outcome,
        gates=gates,
        standings=() if view is None else _standings(view),
        value=None if view is None else view.portfolio.value,
        profile=_profile_of(gates, policy),
        next_state=memory,
    )


def _remember_proposal(memory: EngineState, snapshot: Snapshot, decision_id: str) -> EngineState:
    if not _counts(snapshot):
        return memory
    today = snapshot.as_of.date()
    recent = tuple(day for day in memory.proposed_on if (today - day).days <= 366)  # noqa: PLR2004
    return replace(memory, proposed_on=(*recent, today), open_proposal=proposal_id(decision_id, 0))


def _standings(view: View) -> tuple[Standing, ...]:
    values = values_of(view.portfolio)
    return tuple(
        Standing(
            asset=asset,
            value=values[asset],
            weight=stand.weight,
            target=stand.target,
            band=stand.band,
            drift=drift_in_bands(stand.weight, stand.target, stand.band),
        )
        for asset, stand in view.stands.items()
    )


def _profile_of(gates: tuple[GateResult, ...], policy: Policy) -> ProfileName:
    for gate in gates:
        for reason in gate.reasons:
            if reason.code is ReasonCode.BANDS_SET:
                return ProfileName(str(dict(reason.values)["profile"]))
    return policy.bands.profile


@exact
def needs_decision(glance: Snapshot, policy: Policy, state: EngineState) -> bool:
    """Tell cheaply whether a full decision is worth making between two daily evaluations.

    It is when an asset stands far outside its band, or when the market's stress shows within the
    day.

    Args:
        glance: at least balances, quotes and rules; books and bars are not looked at.
        policy: the person's rules.
        state: the engine's memory.
    """
    _, portfolio = data_gate(glance, policy, is_glance=True)
    if portfolio is None:
        return False
    stress, before = observe_now(glance, policy, state), state.stress
    state = replace(state, tilt=fit_tilt(state.tilt, policy))
    is_news = stress.phase is not before.phase or (stress.shock is None) != (before.shock is None)
    return is_news or bool(see(glance, policy, state, portfolio).view.breaches.hard)
