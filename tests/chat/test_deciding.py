"""Taps, commands and replies that decide on a proposal."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.chat.requests import Button, Press
from bot.workflow.approve import TapResult
from bot.workflow.expire import expire_due, remind_due
from core.domain.policy import ApprovalRules
from core.domain.proposal import Proposal, ProposalState
from core.domain.units import Money, Weight
from tests.chat.world import ANN, BEN, NOT_VALID, VERA, World, said, world

GENEROUS = ApprovalRules(
    tier1_share=Weight(Decimal("0.5")),
    tier1_amount=Money(Decimal(1_000_000)),
    tier2_share=Weight(Decimal(1)),
    tier2_amount=Money(Decimal(1_000_000)),
)


@pytest.fixture
async def large(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose open proposal is the first trade ever, so it needs two steps."""
    async with world(tmp_path) as made:
        await made.propose()
        yield made


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[World]:
    """A world that has traded before, and whose open proposal needs one tap."""
    async with world(tmp_path, approval=GENEROUS) as made:
        await made.trade_first()
        made.deliver()
        made.later(days=5)
        made.market.move("BTC", "1.5")
        await made.propose()
        assert proposal_of(made).tier == 1
        yield made


def proposal_of(made: World) -> Proposal:
    """Return the open proposal."""
    assert made.live is not None
    return made.live


async def test_one_tap_approves_a_small_plan(small: World) -> None:
    """The handler answers at once and only starts the execution."""
    proposal = proposal_of(small)
    assert await small.press(ANN, "Approve") == said(TapResult.APPROVED)
    assert small.started == [proposal.proposal_id]
    assert small.stored(proposal).state is ProposalState.APPROVED
    assert small.stored(proposal).decided_by == ANN


async def test_the_outcome_replaces_the_buttons_everywhere(small: World) -> None:
    """After an approval every copy of the card says who did it, and has no buttons left."""
    await small.press(ANN, "Approve")
    news = {row.chat_id: row.words for row in small.deliver()}
    assert "approved by you" in news[ANN].news
    assert "approved by person 7" in news[BEN].news
    assert "approved by person 7" in news[VERA].news
    assert all(not words.rows for words in news.values())


async def test_a_second_tap_executes_nothing_twice(small: World) -> None:
    """However often and whoever taps, the execution is started once."""
    proposal = proposal_of(small)
    shown = {person: small.newest(person) for person in (ANN, BEN)}
    toasts = [
        await small.front.handle(
            small.request(
                person, shown[person].buttons["Approve"], message_id=shown[person].message_id
            )
        )
        for person in (ANN, BEN, ANN, BEN)
    ]
    assert toasts == [said(TapResult.APPROVED)] + [said(TapResult.IN_PROGRESS)] * 3
    assert small.started == [proposal.proposal_id]


async def test_taps_at_the_same_moment_execute_once(small: World) -> None:
    """A hundred concurrent taps start one execution."""
    shown = small.newest(ANN)
    taps = [
        small.front.handle(
            small.request(ANN, shown.buttons["Approve"], message_id=shown.message_id)
        )
        for _ in range(100)
    ]
    await asyncio.gather(*taps)
    assert len(small.started) == 1


async def test_the_same_update_is_handled_once(small: World) -> None:
    """A press that is delivered twice is answered once."""
    shown = small.newest(ANN)
    request = small.request(ANN, shown.buttons["Later"], message_id=shown.message_id)
    assert await small.front.handle(request) == said(TapResult.LATER)
    assert await small.front.handle(request) == ""


async def test_what_a_home_kept_is_handled_and_left_to_the_home_to_mark(small: World) -> None:
    """An update that waits in the inbox is handled; once the home has marked it, never again."""
    request = small.request(ANN, replace(small.newest(ANN).buttons["Details"]))
    with small.desk.store.transaction() as tx:
        tx.inbox.keep(request.request_id, "{}", at=small.clock.now())
    await small.front.handle(request)
    assert small.newest(ANN).outgoing.key != f"answer:{request.request_id}"
    assert [new.outgoing.key for new in small.deliver()] == [f"answer:{request.request_id}"]
    with small.desk.store.transaction() as tx:
        tx.inbox.handled(request.request_id, at=small.clock.now())
    await small.front.handle(request)
    assert small.deliver() == []


async def test_a_large_plan_needs_two_steps(large: World) -> None:
    """The first tap only brings the second card, which names the largest order."""
    proposal = proposal_of(large)
    assert await large.press(ANN, "Approve") == said(TapResult.SECOND_STEP)
    assert [new.chat_id for new in large.deliver()] == [ANN]
    second = large.newest(ANN)
    assert "SELL 0.03153 BTC for about $3,468?" in second.words.plain
    assert list(second.buttons) == ["Confirm", "Reject"]
    assert large.stored(proposal).state is ProposalState.PROPOSED
    large.later(seconds=3)
    assert await large.press(ANN, "Confirm") == said(TapResult.APPROVED)
    assert large.started == [proposal.proposal_id]


async def test_the_second_step_takes_three_seconds(large: World) -> None:
    """A confirmation that comes too fast is not taken, and may be repeated."""
    await large.press(ANN, "Approve")
    large.deliver()
    large.later(seconds=2)
    assert await large.press(ANN, "Confirm") == said(TapResult.TOO_EARLY)
    large.later(seconds=1)
    assert await large.press(ANN, "Confirm") == said(TapResult.APPROVED)


async def test_the_second_step_belongs_to_the_same_person(large: World) -> None:
    """Another approver cannot confirm what somebody else began."""
    await large.press(ANN, "Approve")
    large.deliver()
    large.later(seconds=5)
    second = large.newest(ANN)
    request = large.request(BEN, second.buttons["Confirm"], message_id=second.message_id)
    assert await large.front.handle(request) == NOT_VALID
    assert await large.front.handle(replace(request, request_id="x", chat_id=ANN)) == NOT_VALID
    assert large.started == []


async def test_the_second_step_can_reject(large: World) -> None:
    """Reject on the second card rejects the plan, and its buttons go."""
    proposal = proposal_of(large)
    await large.press(ANN, "Approve")
    large.deliver()
    assert await large.press(ANN, "Reject") == said(TapResult.REJECTED)
    assert large.stored(proposal).state is ProposalState.REJECTED
    edited = [new for new in large.deliver() if new.outgoing.edits.startswith("confirm:")]
    assert len(edited) == 1
    assert "was rejected by you" in edited[0].words.plain
    assert not edited[0].words.rows


@pytest.mark.parametrize("change", ["nonce", "proposal_id", "message_id", "chat_id"])
async def test_a_forged_press_is_not_valid(small: World, change: str) -> None:
    """A button counts only with its own secret, plan, message and chat."""
    shown = small.newest(ANN)
    press = shown.buttons["Approve"]
    request = small.request(ANN, press, message_id=shown.message_id)
    forged = {
        "nonce": replace(request, act=replace(press, nonce="A" * 22)),
        "proposal_id": replace(request, act=replace(press, proposal_id="00000000")),
        "message_id": replace(request, message_id="m1"),
        "chat_id": replace(request, chat_id=BEN),
    }[change]
    assert await small.front.handle(forged) == NOT_VALID
    assert small.started == []
    assert small.journal("tap.refused") == [ANN]


async def test_old_buttons_die_when_the_card_is_shown_again(small: World) -> None:
    """/approve shows the card anew; only the new buttons count."""
    old = small.newest(ANN)
    shown = await small.send(ANN, "/approve")
    assert any("further below" in words for words in shown)
    new = small.newest(ANN)
    assert new.buttons["Approve"].nonce != old.buttons["Approve"].nonce
    stale = small.request(ANN, old.buttons["Approve"], message_id=old.message_id)
    assert await small.front.handle(stale) == NOT_VALID
    assert await small.press(ANN, "Approve") == said(TapResult.APPROVED)


async def test_approve_by_id_is_a_first_tap(small: World, tmp_path: Path) -> None:
    """/approve ID works without a button, for a plan that needs one tap."""
    proposal = proposal_of(small)
    answers = await small.send(ANN, f"/approve {proposal.proposal_id.upper()}")
    assert said(TapResult.APPROVED) in "\n".join(answers)
    assert small.started == [proposal.proposal_id]


async def test_approve_by_id_leads_to_the_second_step(large: World) -> None:
    """/approve ID of a large plan brings the second card, as a tap would."""
    proposal = proposal_of(large)
    answers = await large.send(ANN, f"/approve {proposal.proposal_id}")
    assert len(answers) == 1
    assert "SELL 0.03153 BTC for about $3,468?" in answers[0]
    assert large.started == []


async def test_approving_an_unknown_id_does_nothing(small: World) -> None:
    """A mistyped id is named, and the open proposal stays open."""
    assert "There is no open proposal 7f3k9q2m here." in "\n".join(
        await small.send(ANN, "/approve 7f3k9q2m")
    )
    assert proposal_of(small).state is ProposalState.PROPOSED


async def test_without_a_proposal_there_is_nothing_to_approve(tmp_path: Path) -> None:
    """/approve and /reject say so when nothing waits."""
    async with world(tmp_path) as made:
        for command in ("/approve", "/reject"):
            answers = await made.send(ANN, command)
            assert "No proposal waits for an answer." in answers[0]


async def test_a_rejected_plan_is_not_traded(small: World) -> None:
    """Reject ends the proposal at once, without a second step."""
    proposal = proposal_of(small)
    assert await small.press(BEN, "Reject") == said(TapResult.REJECTED)
    assert small.stored(proposal).state is ProposalState.REJECTED
    assert small.started == []


async def test_a_reason_is_kept_from_the_person_who_was_asked(small: World) -> None:
    """After a reject the bot asks why; the reply to that message is kept with the proposal."""
    proposal = proposal_of(small)
    await small.press(BEN, "Reject")
    question = next(new for new in small.deliver() if new.outgoing.force_reply)
    assert question.chat_id == BEN
    request = small.request(ANN, None, chat_id=BEN)
    await small.reply(ANN, "it was me", question)
    assert small.stored(proposal).note == ""
    assert request.person == ANN
    answers = await small.reply(BEN, "  too late in the year <b>  ", question)
    assert small.stored(proposal).note == "too late in the year <b>"
    assert proposal.proposal_id in answers[0]


async def test_a_reply_to_anything_else_is_no_reason(small: World) -> None:
    """A reply to a card or an answer is kept nowhere."""
    proposal = proposal_of(small)
    card = small.newest(BEN)
    await small.press(BEN, "Reject")
    small.deliver()
    assert await small.reply(BEN, "no", card) == []
    assert small.stored(proposal).note == ""


async def test_reject_by_command_says_what_it_rejected(small: World) -> None:
    """/reject with a reason rejects the open proposal and names it."""
    proposal = proposal_of(small)
    answers = "\n".join(await small.send(ANN, "/reject not before the weekend"))
    assert f"Proposal {proposal.proposal_id} (" in answers
    assert said(TapResult.REJECTED) in answers
    assert small.stored(proposal).note == "not before the weekend"


async def test_reject_with_a_wrong_id_rejects_nothing(small: World) -> None:
    """A mistyped id does not fall back on the open proposal."""
    proposal = proposal_of(small)
    await small.send(ANN, "/reject 7f3k9q2m")
    assert small.stored(proposal).state is ProposalState.PROPOSED


async def test_later_reminds_silently_and_changes_nothing_else(small: World) -> None:
    """Later brings a reminder after three hours; the expiry stays."""
    proposal = proposal_of(small)
    assert await small.press(ANN, "Later") == said(TapResult.LATER)
    small.later(hours=3)
    remind_due(small.desk)
    reminder = small.deliver()
    assert [new.chat_id for new in reminder] == [ANN]
    assert "still" in reminder[0].words.plain or "open until" in reminder[0].words.plain
    assert proposal_of(small).expires_at == proposal.expires_at


async def test_an_expired_card_says_so(small: World) -> None:
    """A tap after the end approves nothing, before and after the expiry was written down."""
    small.later(hours=12)
    assert await small.press(ANN, "Approve") == said(TapResult.EXPIRED)
    expire_due(small.desk)
    assert await small.press(ANN, "Approve") == said(TapResult.EXPIRED)
    assert small.started == []
    card = next(new for new in small.deliver() if new.outgoing.edits)
    assert "expired" in card.words.news
    assert "Nothing was traded" in card.words.news


async def test_nothing_is_approved_under_a_halt(small: World) -> None:
    """A halt withdraws the proposal; its buttons are dead and its card says so."""
    proposal = proposal_of(small)
    shown = small.newest(ANN)
    await small.send(BEN, "/halt")
    assert small.stored(proposal).state is ProposalState.WITHDRAWN
    request = small.request(ANN, shown.buttons["Approve"], message_id=shown.message_id)
    assert await small.front.handle(request) == said(TapResult.ENDED)


async def test_details_tell_what_the_card_leaves_out(small: World) -> None:
    """Details answers with bounds, costs, ages of the data and every gate."""
    assert await small.press(ANN, "Details") == ""
    words = small.deliver()[0].words.plain
    for part in ("Limits", "not below", "Costs", "Data", "Gates", "✓ Trading is not halted"):
        assert part in words


async def test_details_of_an_unknown_proposal_are_not_valid(small: World) -> None:
    """Details of a made-up id tell nothing."""
    press = Press(Button.DETAILS, "00000000", "A" * 22)
    assert await small.front.handle(small.request(ANN, press)) == NOT_VALID


async def test_a_viewers_card_has_no_buttons(small: World) -> None:
    """People who may only look get the card without anything to press."""
    assert small.newest(VERA).buttons == {}
    assert list(small.newest(ANN).buttons) == ["Approve", "Reject", "Details", "Later"]


def test_every_result_of_a_tap_has_its_sentence() -> None:
    """No tap is answered by nothing, and every answer fits Telegram's 200 characters."""
    assert all(said(result) for result in TapResult)
    assert all(0 < len(words) <= 200 for words in map(said, TapResult))
