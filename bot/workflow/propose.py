"""A decision to propose -> a proposal, its explanation and its card, all in one transaction."""

import secrets
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from bot.ports.messages import Card, Explanation, MessageType, Untouched
from bot.ports.records import Transaction
from bot.workflow.desk import Desk, post
from core.codec import digest_of
from core.domain.decision import Decision, Plan
from core.domain.ids import proposal_id
from core.domain.policy import Policy
from core.domain.proposal import Proposal, ProposalState
from core.domain.snapshot import Snapshot
from core.domain.stress import Stress
from core.domain.units import Quantity
from core.lifecycle import ProposalEvent
from core.planning.recheck import tier_of

NONCE_BYTES = 16


def new_nonce() -> tuple[str, str]:
    """Return a fresh one-use secret of 128 bits (22 characters) and the hash that is stored."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return nonce, nonce_hash(nonce)


def nonce_hash(nonce: str) -> str:
    """Return the only thing about a nonce that is kept with its proposal."""
    return sha256(nonce.encode(errors="surrogatepass")).hexdigest()


def propose(  # noqa: PLR0913  # what a card is made of
    tx: Transaction,
    desk: Desk,
    decision: Decision,
    plan: Plan,
    *,
    snapshot: Snapshot,
    explanation: Explanation,
    expires_at: datetime,
    replaces: Proposal | None = None,
) -> Proposal:
    """Store the proposal of a decision and write its card down for everybody.

    Args:
        tx: the transaction that also holds the decision.
        desk: the bot.
        decision: what the plan comes from.
        plan: what would be traded.
        snapshot: what the decision saw, for the card's last line.
        explanation: the card's words.
        expires_at: until when it can be approved, as the words say.
        replaces: the proposal whose prices moved; its count goes on.
    """
    now = desk.clock.now()
    proposal = _draft(tx, desk, decision, plan, expires_at=expires_at, replaces=replaces)
    nonce, hashed = new_nonce()
    tx.proposals.add(proposal, nonce_hash=hashed, actor="engine")
    shown = tx.proposals.move(proposal.proposal_id, ProposalEvent.SHOW, at=now, actor="engine")
    card = Card(
        mode=desk.mode,
        quote=desk.policy.quote,
        proposal=shown,
        standings=decision.standings,
        explanation=explanation,
        untouched=untouched_by(desk.policy, snapshot),
        moved=replaces is not None,
    )
    key = card_key(shown.proposal_id, 0)
    post(tx, desk, MessageType.CARD, key=key, message=card, nonce=nonce)
    return shown


def _draft(  # what a proposal is made of
    tx: Transaction,
    desk: Desk,
    decision: Decision,
    plan: Plan,
    *,
    expires_at: datetime,
    replaces: Proposal | None,
) -> Proposal:
    now = desk.clock.now()
    reshows = 0 if replaces is None else replaces.reshows + 1
    return Proposal(
        proposal_id=proposal_id(decision.decision_id, reshows),
        decision_id=decision.decision_id,
        state=ProposalState.DRAFT,
        plan=plan,
        plan_digest=digest_of(plan),
        tier=_tier(tx, desk.policy, plan, at=now),
        created_at=now,
        expires_at=expires_at,
        reshows=reshows,
    )


def card_key(proposal: str, showing: int) -> str:
    """Return the outbox key of one showing of a proposal's card."""
    return f"card:{proposal}:{showing}"


def untouched_by(policy: Policy, snapshot: Snapshot) -> tuple[Untouched, ...]:
    """Return everything the bot counts or sees and never moves."""
    rows = [Untouched("cold", asset, amount) for asset, amount in policy.cold if amount]
    rows += [Untouched("excluded", asset, amount) for asset, amount in policy.excluded if amount]
    for balance in snapshot.balances:
        held = Quantity(balance.locked + balance.staked)
        if held and policy.target_of(balance.asset):
            rows.append(Untouched("staked", balance.asset, held))
    if policy.reserve:
        rows.append(Untouched("reserve", policy.quote, Quantity(Decimal(policy.reserve))))
    return tuple(rows)


def _tier(tx: Transaction, policy: Policy, plan: Plan, *, at: datetime) -> int:
    state = tx.memory.state()
    known = frozenset(fill.asset for fill in tx.orders.fills())
    changed = tx.memory.get("policy:changed_at")
    executed = state.executed_at
    is_new_policy = changed is not None and (executed is None or executed.isoformat() < changed)
    overridden = state.override is not None and at < state.override.until
    is_unusual = is_new_policy or overridden or state.stress.phase is Stress.GUARDED
    return tier_of(plan, policy, known=known, is_unusual=is_unusual)
