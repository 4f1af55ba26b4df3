"""Taps on a card -> approved, rejected, or a plain answer why not. Nothing here sends an order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.ports.messages import MessageType, Mode, SecondCard
from bot.ports.records import Claim, Transaction
from bot.workflow.cards import card_prefix, close, confirm_key, end_card
from bot.workflow.desk import Desk, post, reminder
from bot.workflow.expire import expire_in
from bot.workflow.propose import new_nonce, nonce_hash
from core.domain.errors import StoreConflict
from core.domain.proposal import OrderState, Proposal, ProposalState
from core.lifecycle import PROPOSAL_ENDED, ProposalEvent

REMIND_AFTER = timedelta(hours=3)


class TapResult(StrEnum):
    """What a tap came to; the chat has one sentence for each."""

    APPROVED = "approved"
    SECOND_STEP = "second_step"
    TOO_EARLY = "too_early"
    REJECTED = "rejected"
    LATER = "later"
    EXPIRED = "expired"
    ENDED = "ended"
    IN_PROGRESS = "in_progress"
    HALTED = "halted"
    UNSETTLED = "unsettled"
    NOT_VALID = "not_valid"


@dataclass(frozen=True, slots=True)
class Tap:
    """One press of one button by one person.

    Attributes:
        proposal_id: the proposal the button belongs to.
        nonce: the button's secret.
        person: the numeric id of the person who pressed.
        chat_id: where it was pressed.
        message_id: on which message.
    """

    proposal_id: str
    nonce: str
    person: str
    chat_id: str
    message_id: str


_Act = Callable[[Transaction, Desk, Tap, datetime], TapResult]


def approve(desk: Desk, tap: Tap) -> TapResult:
    """Approve a small plan, or begin the two-step approval of a larger one."""
    return _attempt(desk, tap, _approve_in)


def confirm(desk: Desk, tap: Tap) -> TapResult:
    """Take the second step of a larger plan: the same person, after three seconds."""
    return _attempt(desk, tap, _confirm_in)


def reject(desk: Desk, tap: Tap) -> TapResult:
    """Reject a plan at once; the reason may follow as a reply."""
    return _attempt(desk, tap, _reject_in)


def approve_by_id(desk: Desk, proposal: str, *, person: str, chat_id: str) -> TapResult:
    """Take ``/approve ID`` as the first tap of an allowed person in a chat that holds the card."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        expire_in(tx, desk)
        refusal = _refusal(tx, proposal, now)
        if refusal is not None:
            return refusal
        if tx.outbox.latest(chat_id, f"card:{proposal}:") is None:
            return TapResult.NOT_VALID
        return _first_step(tx, desk, proposal, person=person, claim=Claim(unexpired_at=now))


def reject_by_id(desk: Desk, proposal: str, *, person: str, reason: str) -> TapResult:
    """Reject a plan by its id, with the person's reason."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        expire_in(tx, desk)
        refusal = _refusal(tx, proposal, now)
        if refusal not in (None, TapResult.HALTED, TapResult.UNSETTLED):
            return refusal
        return _reject(tx, desk, proposal, person, Claim(unexpired_at=now), reason)


def remind_later(desk: Desk, tap: Tap) -> TapResult:
    """Remember to remind silently in three hours; the proposal's lifetime stays the same."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        expire_in(tx, desk)
        proposal = tx.proposals.get(tap.proposal_id)
        if proposal is None or not _is_bound(tx, tap, card_prefix(tap.proposal_id)):
            return TapResult.NOT_VALID
        if proposal.state is not ProposalState.PROPOSED:
            return TapResult.EXPIRED
        due = (now + REMIND_AFTER).isoformat()
        tx.memory.put(reminder(tap.chat_id), f"{tap.proposal_id} {due}")
    return TapResult.LATER


def _attempt(desk: Desk, tap: Tap, act: _Act) -> TapResult:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        expire_in(tx, desk)
        result = act(tx, desk, tap, now)
        if result is TapResult.NOT_VALID:
            payload = {"proposal_id": tap.proposal_id, "chat_id": tap.chat_id}
            tx.journal.append("tap.refused", tap.person, payload, at=now)
    return result


def _approve_in(tx: Transaction, desk: Desk, tap: Tap, now: datetime) -> TapResult:
    refusal = _refusal(tx, tap.proposal_id, now)
    if refusal is not None:
        return refusal
    if not _is_bound(tx, tap, card_prefix(tap.proposal_id)):
        return TapResult.NOT_VALID
    claim = Claim(nonce_hash=nonce_hash(tap.nonce), unexpired_at=now)
    return _first_step(tx, desk, tap.proposal_id, person=tap.person, claim=claim)


def _confirm_in(tx: Transaction, desk: Desk, tap: Tap, now: datetime) -> TapResult:
    refusal = _refusal(tx, tap.proposal_id, now)
    if refusal is not None:
        return refusal
    proposal = tx.proposals.get(tap.proposal_id)
    if proposal is None or not _is_bound(tx, tap, confirm_key(tap.proposal_id)):
        return TapResult.NOT_VALID
    begun, wait = proposal.first_tap_at, desk.policy.approval.second_step_after
    if begun is not None and now < begun + wait:
        return TapResult.TOO_EARLY
    claim = Claim(
        confirm_hash=nonce_hash(tap.nonce),
        unexpired_at=now,
        first_tap_by=tap.person,
        first_tap_before=now - wait,
    )
    return _move(tx, desk, tap.proposal_id, ProposalEvent.APPROVE, person=tap.person, claim=claim)


def _reject_in(tx: Transaction, desk: Desk, tap: Tap, now: datetime) -> TapResult:
    refusal = _refusal(tx, tap.proposal_id, now)
    if refusal not in (None, TapResult.HALTED, TapResult.UNSETTLED):
        return refusal
    # Reject stands on the card and on its second step; each carries a secret of its own.
    hashed = nonce_hash(tap.nonce)
    if _is_bound(tx, tap, card_prefix(tap.proposal_id)):
        claim = Claim(nonce_hash=hashed, unexpired_at=now)
    elif _is_bound(tx, tap, confirm_key(tap.proposal_id)):
        claim = Claim(confirm_hash=hashed, unexpired_at=now)
    else:
        return TapResult.NOT_VALID
    return _reject(tx, desk, tap.proposal_id, tap.person, claim, "")


def _reject(
    tx: Transaction, desk: Desk, proposal: str, person: str, claim: Claim, reason: str
) -> TapResult:
    event = ProposalEvent.REJECT
    return _move(tx, desk, proposal, event, person=person, claim=claim, note=reason)


def _first_step(
    tx: Transaction, desk: Desk, proposal_id: str, *, person: str, claim: Claim
) -> TapResult:
    """Approve at once in tier 1; above it, remember the tap and post the second card."""
    proposal = tx.proposals.get(proposal_id)
    if proposal is None:
        return TapResult.NOT_VALID
    if proposal.tier == 1 or desk.mode is Mode.WATCH:
        return _move(tx, desk, proposal_id, ProposalEvent.APPROVE, person=person, claim=claim)
    now = desk.clock.now()
    if _is_double_tap(desk, proposal, person, now):
        return TapResult.SECOND_STEP
    nonce, hashed = new_nonce()
    try:
        begun = tx.proposals.tap_first(
            proposal_id, by=person, at=now, confirm_hash=hashed, claim=claim
        )
    except StoreConflict:
        return TapResult.NOT_VALID
    card = SecondCard(desk.mode, desk.policy.quote, begun)
    key = f"{confirm_key(proposal_id)}{now.isoformat()}"
    post(
        tx,
        desk,
        MessageType.CARD,
        key=key,
        message=card,
        chats=_chats_of(desk, person),
        nonce=nonce,
    )
    return TapResult.SECOND_STEP


def _is_double_tap(desk: Desk, proposal: Proposal, person: str, now: datetime) -> bool:
    """Tell whether this is the same press again: a second card is on its way already."""
    begun = proposal.first_tap_at
    if begun is None or proposal.first_tap_by != person:
        return False
    return begun <= now < begun + desk.policy.approval.second_step_after


def _chats_of(desk: Desk, person: str) -> tuple[str, ...]:
    """Return the chats where a person's second card belongs: in private chats, the person's own."""
    own = tuple(chat for chat in desk.audience.approvers if chat == person)
    return own or desk.audience.approvers


def _move(  # noqa: PLR0913  # the parts of one compare-and-set
    tx: Transaction,
    desk: Desk,
    proposal_id: str,
    event: ProposalEvent,
    *,
    person: str,
    claim: Claim,
    note: str = "",
) -> TapResult:
    now = desk.clock.now()
    try:
        moved = tx.proposals.move(proposal_id, event, at=now, actor=person, claim=claim, note=note)
    except StoreConflict:
        return _refusal(tx, proposal_id, now) or TapResult.NOT_VALID
    end_card(tx, desk, moved)
    if event is ProposalEvent.REJECT:
        close(tx, moved)
        return TapResult.REJECTED
    return TapResult.APPROVED


def _refusal(tx: Transaction, proposal_id: str, now: datetime) -> TapResult | None:
    """Return why this proposal cannot be decided now, or None."""
    proposal = tx.proposals.get(proposal_id)
    if proposal is None:
        return TapResult.NOT_VALID
    if proposal.state is ProposalState.EXPIRED:
        return TapResult.EXPIRED
    if proposal.state in PROPOSAL_ENDED:
        return TapResult.ENDED
    if proposal.state is not ProposalState.PROPOSED:
        return TapResult.IN_PROGRESS
    if proposal.expires_at <= now:
        return TapResult.EXPIRED
    if tx.memory.state().halt is not None:
        return TapResult.HALTED
    if any(order.state is not OrderState.ACKED for order in tx.orders.unsettled()):
        return TapResult.UNSETTLED
    return None


def _is_bound(tx: Transaction, tap: Tap, key_prefix: str) -> bool:
    """Tell whether the pressed message is one that carried this proposal's card to this chat.

    A copy whose delivery was never confirmed may carry it too, under an id nobody knows.
    """
    found = tx.outbox.find(tap.chat_id, tap.message_id)
    if found is not None:
        return found.key.startswith(key_prefix)
    latest = tx.outbox.latest(tap.chat_id, key_prefix)
    return latest is not None and tx.outbox.is_ambiguous(tap.chat_id, latest.key)
