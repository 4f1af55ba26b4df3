"""An approved plan and a fresh one -> carry it out, show it again, or take it back."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from core.domain.decision import Decision, Gate, Plan, PlannedTrade, Propose, Reason
from core.domain.policy import ApprovalRules, Policy
from core.domain.units import ONE, Asset, exact


class RecheckAction(StrEnum):
    """What becomes of an approval on fresh data (METHODS 8.3)."""

    EXECUTE = "execute"
    SHOW_AGAIN = "show_again"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Recheck:
    """The verdict on an approved plan.

    Attributes:
        action: what to do.
        trades: the legs to send, capped at the approved quantities; empty unless EXECUTE.
        plan: the fresh plan, None when there is none.
        gate: the gate that failed, None when none did.
        reasons: why it is taken back.
    """

    action: RecheckAction
    trades: tuple[PlannedTrade, ...]
    plan: Plan | None
    gate: Gate | None = None
    reasons: tuple[Reason, ...] = ()


@exact
def recheck(approved: Plan, fresh: Decision, rules: ApprovalRules) -> Recheck:
    """Compare what a person approved with what the same solver says now.

    Args:
        approved: the plan on the card.
        fresh: a decision on data taken after the approval, occasion RECHECK.
        rules: tolerances.

    Source: METHODS 8.3, the table.
    """
    if not isinstance(fresh.outcome, Propose):
        gate = fresh.outcome.gate
        reasons = next((row.reasons for row in fresh.gates if row.gate is gate), ())
        return Recheck(RecheckAction.WITHDRAW, (), fresh.outcome.withheld, gate, reasons)
    plan = fresh.outcome.plan
    pairs = list(zip(approved.trades, plan.trades, strict=False))
    same_legs = len(approved.trades) == len(plan.trades) and all(
        (old.asset, old.side) == (new.asset, new.side) for old, new in pairs
    )
    if not same_legs or not all(_is_close(old, new, rules) for old, new in pairs):
        return Recheck(RecheckAction.SHOW_AGAIN, (), plan)
    if _is_dearer(approved, plan, rules):
        return Recheck(RecheckAction.SHOW_AGAIN, (), plan)
    return Recheck(RecheckAction.EXECUTE, tuple(_capped(o, n) for o, n in pairs), plan)


def _is_close(old: PlannedTrade, new: PlannedTrade, rules: ApprovalRules) -> bool:
    quantity_gap = abs(new.quantity / old.quantity - ONE)
    price_gap = abs(new.mid / old.mid - ONE)
    return quantity_gap <= rules.quantity_tolerance and price_gap <= rules.price_tolerance


def _is_dearer(old: Plan, new: Plan, rules: ApprovalRules) -> bool:
    allowed = max(
        old.cost * (ONE + rules.cost_tolerance), old.cost + rules.cost_tolerance_floor * old.value
    )
    return new.cost > allowed


def _capped(old: PlannedTrade, new: PlannedTrade) -> PlannedTrade:
    """Return the fresh leg, never larger than approved, with the bound that was printed."""
    return replace(
        new, leg=old.leg, quantity=min(old.quantity, new.quantity), worst_price=old.worst_price
    )


@exact
def tier_of(plan: Plan, policy: Policy, *, known: frozenset[Asset], is_unusual: bool) -> int:
    """Return how much confirmation a plan needs: 1 one tap, 2 and 3 a second card.

    Args:
        plan: what would be traded.
        policy: the limits of the tiers.
        known: assets that were traded before; none at all means the first trade ever.
        is_unusual: after an override, while guarded, or after a change of the policy.

    Source: METHODS 8.4.
    """
    rules = policy.approval
    is_new = any(trade.asset not in known for trade in plan.trades)
    amount: Decimal = plan.turnover * plan.value
    if is_unusual or is_new or plan.first_funding:
        return 3
    if plan.turnover <= rules.tier1_share and amount <= rules.tier1_amount:
        return 1
    if plan.turnover <= rules.tier2_share and amount <= rules.tier2_amount:
        return 2
    return 3
