"""The product: one pure function from a snapshot, a policy and a memory to a decision.

The same function runs live, on paper, in replay and in the backtest. The first gate that fails
decides;
with valid data the later gates are computed all the same, for the margins and for the plan that
would
have run. Source: METHODS 0.1.
"""

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from core.codec import digest, digest_of
from core.domain.decision import (
    Band,
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
from core.domain.portfolio import Cash, Holding, Portfolio
from core.domain.snapshot import Occasion, Snapshot
from core.domain.state import EngineState, Stress
from core.domain.units import ONE, ZERO, Asset, Money, Weight, exact
from core.planning.bands import (
    NEUTRAL,
    Multipliers,
    band_around,
    base_half_width,
    size_profile,
    wider,
    widths_of,
)
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
from core.planning.proposing import View, draft_plan
from core.planning.rebalance import find_breaches, stands_of
from core.signals.drift import drift_in_bands, values_of

ENGINE_VERSION = "1"

# Source: METHODS 9a, GUARDED.
GUARDED_WIDEN = Decimal("1.5")
GUARDED_SHRINK = Decimal("0.5")


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
    view, profile, size = _see(snapshot, policy, state, portfolio)
    breach, memory = breach_gate(view, state)
    memory = replace(memory, size_profile=size if _counts(snapshot) else state.size_profile)
    gates = [data, halt_gate(state), pause_gate(snapshot, state), targets_gate(policy)]
    gates += [bands_gate(view, profile, size, state), breach]
    plan = None
    if view.breaches.breached:
        draft = draft_plan(view)
        plan = draft.plan
        gates += [plan_gate(draft), orders_gate(draft)]
        if plan is not None:
            gates += [benefit_gate(plan, policy), limits_gate(plan, view, state, size)]
    return _conclude(snapshot, policy, memory, gates=tuple(gates), view=view, plan=plan, was=state)


def _counts(snapshot: Snapshot) -> bool:
    """Tell whether this decision may change the memory."""
    return snapshot.occasion in (Occasion.DAILY, Occasion.INTRADAY)


def _multipliers(_state: EngineState) -> Multipliers:
    """Return what the market's state does to the bands: nothing until the regime is known."""
    return NEUTRAL


def _see(
    snapshot: Snapshot, policy: Policy, state: EngineState, portfolio: Portfolio
) -> tuple[View, ProfileName, ProfileName]:
    """Put the portfolio into its bands; return it with the profile in force and the size's own."""
    rules, guarded = policy.bands, state.stress is Stress.GUARDED
    size = size_profile(portfolio.value, state.size_profile, rules)
    is_small = rules.adapt_to_size and size is not ProfileName.STANDARD
    profile = wider(rules.profile, size) if is_small else rules.profile
    widths, multipliers = widths_of(profile, rules), _multipliers(state)
    bands: dict[Asset, Band] = {}
    rows: tuple[Holding | Cash, ...] = (*portfolio.holdings, portfolio.cash)
    for row in rows:
        is_cash = isinstance(row, Cash)
        bands[row.asset] = band_around(
            row.target,
            base_half_width(row.target, widths, rules.mode),
            upper=multipliers.cash_upper if is_cash else multipliers.risk_upper,
            lower=multipliers.cash_lower if is_cash else multipliers.risk_lower,
            widen=GUARDED_WIDEN if guarded else ONE,
        )
    stands = stands_of(portfolio, bands)
    breaches = find_breaches(portfolio, stands, hard=rules.hard, rules=policy.orders)
    view = View(
        snapshot,
        policy,
        portfolio,
        bands,
        stands,
        breaches,
        new_money=_new_money(portfolio.value, portfolio.cash, state),
        shrink=GUARDED_SHRINK if guarded else ONE,
    )
    return view, profile, size


def _new_money(value: Money, cash: Cash, state: EngineState) -> Weight:
    """Return deposits since the last execution, up to the cash above its target, as a weight."""
    above = cash.amount / value - cash.target
    spendable = (cash.amount - cash.reserve) / value
    arrived = (state.new_money or ZERO) / value
    return Weight(max(ZERO, min(arrived, above, spendable)))


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
def has_hard_breach(snapshot: Snapshot, policy: Policy, state: EngineState) -> bool:
    """Tell cheaply whether a full intraday decision is worth making: is any asset far outside?

    Args:
        snapshot: at least balances, quotes and rules; books and bars are not looked at.
        policy: the person's rules.
        state: the engine's memory.
    """
    _, portfolio = data_gate(snapshot, policy)
    if portfolio is None:
        return False
    view, _, _ = _see(snapshot, policy, state, portfolio)
    return bool(view.breaches.hard)
