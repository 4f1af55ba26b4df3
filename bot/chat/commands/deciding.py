"""Approving, confirming, rejecting, putting off, and asking for the details."""

import re
from typing import Final

from bot.chat.commands.details import details_of
from bot.chat.gate import NOT_VALID, needs
from bot.chat.render.cards import headline
from bot.chat.render.pages import text
from bot.chat.requests import Press, Reply, Role
from bot.chat.visit import Visit
from bot.ports.mail import OutboxState
from bot.ports.messages import Mode, Notice, NoticeCode
from bot.workflow import approve as approvals
from bot.workflow.approve import Tap, TapResult
from bot.workflow.cards import card_prefix, show_again
from core.domain.errors import StoreCorrupt
from core.domain.proposal import Proposal, ProposalState

LONGEST_REASON: Final = 500

_ID: Final = re.compile(r"[0-9a-z]{8}")
_REASON_KEY: Final = "reason"


@needs(Role.APPROVER)
async def approve(visit: Visit) -> str:
    """Show the open card again with fresh buttons, or take ``/approve ID`` as the first tap."""
    words = visit.words
    if not visit.arguments:
        live = show_again(visit.desk, visit.request.chat_id)
        if live is None:
            visit.say(words.say("approve.none"), text(_nothing_waits(visit)))
        elif not _has_card(visit, live):
            plan, until = headline(live.plan, words), visit.reader.until(live.expires_at)
            heading = words.say("decide.head.plan", proposal=live.proposal_id, plan=plan)
            told = words.say("approve.by_id", proposal=live.proposal_id, until=until)
            visit.say(heading, text(told))
        return ""
    name = visit.arguments[0].lower()
    result = approvals.approve_by_id(
        visit.desk, name, person=visit.person, chat_id=visit.request.chat_id
    )
    if result is TapResult.APPROVED:
        visit.start(name)  # before the answer, which may fail: what is approved is carried out
    if result is TapResult.NOT_VALID:
        unknown = words.say("approve.unknown", proposal=name)
        visit.say(words.say("approve.not"), text(unknown))
    elif result is not TapResult.SECOND_STEP:
        visit.say(words.say("decide.head", proposal=name), text(_words(visit, result)))
    return ""


@needs(Role.APPROVER)
async def reject(visit: Visit) -> str:
    """Reject the open proposal, or the one named, with the reason that follows."""
    said, words = list(visit.arguments), visit.words
    with visit.desk.store.reading() as tx:
        live = tx.proposals.live()
    name = said.pop(0).lower() if said and _ID.fullmatch(said[0].lower()) else ""
    if not name and (live is None or live.state is not ProposalState.PROPOSED):
        visit.say(words.say("reject.none"), text(_nothing_waits(visit)))
        return ""
    name = name or (live.proposal_id if live is not None else "")
    reason = " ".join(said)[:LONGEST_REASON]
    result = approvals.reject_by_id(visit.desk, name, person=visit.person, reason=reason)
    if result is TapResult.NOT_VALID:
        visit.say(words.say("reject.not"), text(words.say("reject.unknown", proposal=name)))
        return ""
    heading = words.say("decide.head", proposal=name)
    if live is not None and live.proposal_id == name:
        plan = headline(live.plan, words)
        heading = words.say("decide.head.plan", proposal=name, plan=plan)
    visit.say(heading, text(_words(visit, result)))
    return ""


@needs(Role.APPROVER)
async def press_approve(visit: Visit) -> str:
    """Take the first tap on a card, the only one of a small plan."""
    return _said(visit, approvals.approve(visit.desk, _tap(visit)))


@needs(Role.APPROVER)
async def press_confirm(visit: Visit) -> str:
    """Take the second step of a larger plan."""
    return _said(visit, approvals.confirm(visit.desk, _tap(visit)))


@needs(Role.APPROVER)
async def press_reject(visit: Visit) -> str:
    """Reject at once, then ask why; the answer is optional."""
    tap = _tap(visit)
    result = approvals.reject(visit.desk, tap)
    if result is TapResult.REJECTED:
        visit.post(
            Notice(visit.desk.mode, NoticeCode.REASON_ASKED, tap.proposal_id),
            key=f"{_REASON_KEY}:{tap.proposal_id}:{visit.person}",
            asks=True,
        )
    return _words(visit, result)


@needs(Role.APPROVER)
async def press_later(visit: Visit) -> str:
    """Remind silently in three hours; the proposal's lifetime stays the same."""
    return _words(visit, approvals.remind_later(visit.desk, _tap(visit)))


@needs(Role.VIEWER)
async def press_details(visit: Visit) -> str:
    """Answer with limits, costs, ages of the data and gates."""
    name = _tap(visit).proposal_id
    with visit.desk.store.reading() as tx:
        proposal = tx.proposals.get(name)
        stored = None if proposal is None else tx.decisions.get(proposal.decision_id)
    if proposal is None or stored is None:
        return visit.words.say(NOT_VALID)
    heading = visit.words.say("details.head", proposal=name)
    visit.say(heading, *details_of(visit, proposal, stored))
    return ""


@needs(Role.APPROVER, any_age=True)
async def answer_reason(visit: Visit) -> str:
    """Keep a reason: only as a reply to the question, only from the person who was asked."""
    reply = visit.request.act
    if not isinstance(reply, Reply):
        return ""
    with visit.desk.store.transaction() as tx:
        asked = tx.outbox.find(visit.request.chat_id, reply.to_message_id)
        kind, _, rest = ("" if asked is None else asked.key).partition(":")
        name, _, person = rest.partition(":")
        words = reply.text.strip()[:LONGEST_REASON]
        if kind != _REASON_KEY or person != visit.person or not words:
            return ""
        tx.proposals.note(name, words, at=visit.now, actor=visit.person)
    visit.note(NoticeCode.REASON_NOTED, name)
    return ""


def _has_card(visit: Visit, live: Proposal) -> bool:
    """Tell whether a card is on its way to this chat; one that never had it gets none again."""
    try:
        with visit.desk.store.reading() as tx:
            card = tx.outbox.latest(visit.request.chat_id, card_prefix(live.proposal_id))
    except StoreCorrupt:  # what cannot be read does not leave either
        return False
    return card is not None and card.state is OutboxState.PENDING


def _said(visit: Visit, result: TapResult) -> str:
    """Return the words for a tap; an approved plan is begun, not waited for."""
    if result is TapResult.APPROVED:
        visit.start(_tap(visit).proposal_id)
    return _words(visit, result)


def _words(visit: Visit, result: TapResult) -> str:
    """Return the language's sentence for what a tap came to."""
    if result is TapResult.APPROVED and visit.desk.mode is Mode.WATCH:
        return visit.words.say("tap.APPROVED.WATCH")
    return visit.words.say(f"tap.{result.name}")


def _tap(visit: Visit) -> Tap:
    press = visit.request.act
    assert isinstance(press, Press)  # noqa: S101  # only presses lead here
    return Tap(
        proposal_id=press.proposal_id,
        nonce=press.nonce,
        person=visit.person,
        chat_id=visit.request.chat_id,
        message_id=visit.request.message_id,
    )


def _nothing_waits(visit: Visit) -> str:
    """Return why there is nothing to decide: how the last proposal stands."""
    with visit.desk.store.reading() as tx:
        last: Proposal | None = next(iter(tx.proposals.latest(1)), None)
    outcome = "" if last is None else f" {visit.reader.outcome(last)}"
    return f"{visit.words.say('decide.nothing_waits')}{outcome}"
