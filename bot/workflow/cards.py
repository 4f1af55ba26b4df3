"""Where a proposal's card stands in the chats: shown again, closed with its outcome."""

import logging
from dataclasses import replace

from bot.ports.mail import Outgoing
from bot.ports.messages import Card, CardUpdate, MessageType, SecondCard
from bot.ports.records import Transaction
from bot.workflow.desk import Desk, post
from bot.workflow.propose import card_key, new_nonce
from core.domain.errors import StoreCorrupt
from core.domain.proposal import Proposal, ProposalState

log = logging.getLogger(__name__)


def show_again(desk: Desk, chat_id: str) -> Proposal | None:
    """Post the live card once more with fresh buttons; older buttons are dead from then on."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        live = tx.proposals.live()
        if live is None or live.state is not ProposalState.PROPOSED or live.expires_at <= now:
            return None
        nonce, hashed = new_nonce()
        renewed = tx.proposals.renew(live.proposal_id, nonce_hash=hashed, at=now)
        for chat in (*desk.audience.approvers, *desk.audience.viewers):
            latest = _newest(tx, chat, card_prefix(live.proposal_id))
            if latest is None or not isinstance(latest.message, Card):
                continue
            _strip(tx, desk, latest, renewed)
            if chat != chat_id and chat not in desk.audience.approvers:
                continue
            key = card_key(live.proposal_id, _showing(latest.key) + 1)
            post(
                tx,
                desk,
                MessageType.CARD,
                key=key,
                message=latest.message,
                chats=(chat,),
                nonce=nonce,
            )
    return renewed


def card_prefix(proposal: str) -> str:
    """Return what the keys of all showings of a proposal's card begin with."""
    return f"card:{proposal}:"


def end_card(tx: Transaction, desk: Desk, proposal: Proposal) -> None:
    """Take the buttons off every chat's newest card and write the outcome into it."""
    orders, fills = tx.orders.of(proposal.proposal_id), tx.orders.fills_of(proposal.proposal_id)
    for chat in (*desk.audience.approvers, *desk.audience.viewers):
        latest = _newest(tx, chat, card_prefix(proposal.proposal_id))
        if latest is None or not isinstance(latest.message, Card):
            continue
        update = CardUpdate(latest.message, proposal, tuple(orders), tuple(fills))
        key = f"edit:{latest.key}:{proposal.state}"
        kind = MessageType.CARD
        post(tx, desk, kind, key=key, message=update, chats=(chat,), edits=latest.key)
        _end_second_step(tx, desk, chat, proposal)


def _end_second_step(tx: Transaction, desk: Desk, chat: str, proposal: Proposal) -> None:
    """Take the buttons off the second step, if the chat has one, with the same outcome."""
    second = _newest(tx, chat, confirm_key(proposal.proposal_id))
    if second is None or not isinstance(second.message, SecondCard):
        return
    ended = replace(second.message, proposal=proposal)
    key = f"edit:{second.key}:{proposal.state}"
    kind = MessageType.CARD
    post(tx, desk, kind, key=key, message=ended, chats=(chat,), edits=second.key)


def _newest(tx: Transaction, chat: str, prefix: str) -> Outgoing | None:
    """Return the newest showing in a chat; None also for one that can no longer be read.

    Its buttons stay and are dead: they answer to the proposal's state and secrets, not to the card.
    A halt, an outcome and the other chats do not wait for it.
    """
    try:
        return tx.outbox.latest(chat, prefix)
    except StoreCorrupt:
        log.exception("a card in %s can no longer be read; it stays as it is", chat)
        return None


def _strip(tx: Transaction, desk: Desk, shown: Outgoing, proposal: Proposal) -> None:
    assert isinstance(shown.message, Card)  # noqa: S101  # the caller asked
    update = CardUpdate(shown.message, proposal, (), ())
    key = f"edit:{shown.key}:again"
    kind = MessageType.CARD
    post(tx, desk, kind, key=key, message=update, chats=(shown.chat_id,), edits=shown.key)


def _showing(key: str) -> int:
    return int(key.rsplit(":", 1)[1])


def confirm_key(proposal: str) -> str:
    """Return what the key of a second card begins with."""
    return f"confirm:{proposal}:"


def close(tx: Transaction, proposal: Proposal) -> None:
    """Free the engine's memory of an ended proposal, so that another may be made."""
    state = tx.memory.state()
    if state.open_proposal == proposal.proposal_id:
        tx.memory.save(replace(state, open_proposal=""))
