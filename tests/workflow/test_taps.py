"""Taps: one execution however often and by whomever a button is pressed (METHODS A1, A3, A4)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.ports.messages import Card, SecondCard
from bot.workflow.approve import (
    Tap,
    TapResult,
    approve,
    approve_by_id,
    confirm,
    reject,
    reject_by_id,
    remind_later,
)
from bot.workflow.cards import show_again
from bot.workflow.desk import Audience
from bot.workflow.execute import carry_out
from core.domain.policy import ApprovalRules
from core.domain.proposal import ProposalState
from core.domain.units import Money, Weight
from tests.workflow.conftest import Opener
from tests.workflow.office import CHAT, OTHER, Office, policy

TAPS = 1000
THREADS = 16
EASY = policy(
    approval=ApprovalRules(tier1_share=Weight(Decimal("0.3")), tier1_amount=Money(Decimal(30_000)))
)


def crowd(act: Callable[[], TapResult]) -> Counter[TapResult]:
    """Press a thousand times from many threads at once."""
    with ThreadPoolExecutor(THREADS) as people:
        return Counter(people.map(lambda _: act(), range(TAPS)))


async def small_plan(open_office: Opener) -> Office:
    """Return a bot with a plan that one tap approves."""
    office = await open_office(policy=EASY)
    await office.gather_experience()
    await office.market.shift("BTC", "26")
    await office.check()
    assert office.proposal().tier == 1
    return office


async def test_a1_a_thousand_taps_on_a_small_plan_are_one_execution(open_office: Opener) -> None:
    """A thousand concurrent taps approve once, and every order leaves once."""
    office = await small_plan(open_office)
    before, tap = len(office.sent()), office.tap()
    results = crowd(lambda: approve(office.desk, tap))
    assert results == {TapResult.APPROVED: 1, TapResult.IN_PROGRESS: TAPS - 1}
    ended = await office.carry_out(tap.proposal_id)
    assert ended.state is ProposalState.DONE
    assert len(office.sent()) - before == len(ended.plan.trades)
    assert len(office.journal("proposal.approved")) == 2
    assert await office.problems() == []


async def test_a1_a_thousand_first_taps_bring_one_second_card(office: Office) -> None:
    """A thousand concurrent first taps begin one second step, and its button works."""
    await office.check()
    tap = office.tap()
    assert crowd(lambda: approve(office.desk, tap)) == {TapResult.SECOND_STEP: TAPS}
    office.clock.step(seconds=3)
    assert office.confirm() is TapResult.APPROVED
    asked = [row for row in office.letters if isinstance(row.outgoing.message, SecondCard)]
    assert len([row for row in asked if not row.outgoing.edits]) == 1


async def test_a_double_tap_leaves_the_second_card_alive(office: Office) -> None:
    """A second tap a moment after the first leaves one second card, and its button works."""
    await office.check()
    assert office.approve() is TapResult.SECOND_STEP
    second = office.letter(SecondCard)
    office.clock.step(seconds=0.4)
    assert office.approve() is TapResult.SECOND_STEP
    office.clock.step(seconds=3)
    assert office.confirm(second) is TapResult.APPROVED


async def test_a1_a_thousand_confirms_are_one_execution(office: Office) -> None:
    """A thousand concurrent second steps approve once, and every order leaves once."""
    await office.check()
    office.approve()
    office.clock.step(seconds=3)
    tap = office.tap(office.letter(SecondCard))
    results = crowd(lambda: confirm(office.desk, tap))
    assert results == {TapResult.APPROVED: 1, TapResult.IN_PROGRESS: TAPS - 1}
    await asyncio.gather(*(carry_out(office.desk, tap.proposal_id) for _ in range(50)))
    assert office.proposal().state is ProposalState.DONE
    assert len(office.sent()) == 2
    assert len(office.reports()) == 1
    assert await office.problems() == []


async def test_a1_approve_and_reject_at_once(open_office: Opener) -> None:
    """Of many people who approve and reject at once exactly one decides."""
    office = await small_plan(open_office)
    tap = office.tap()
    acts = [approve, reject] * 200
    with ThreadPoolExecutor(THREADS) as people:
        results = Counter(people.map(lambda act: act(office.desk, tap), acts))
    assert results[TapResult.APPROVED] + results[TapResult.REJECTED] == 1
    won = office.proposal().state
    assert won in (ProposalState.APPROVED, ProposalState.REJECTED)
    assert (won is ProposalState.APPROVED) == (results[TapResult.APPROVED] == 1)


@pytest.mark.parametrize(
    ("milliseconds", "first", "second"),
    [
        (-1, TapResult.SECOND_STEP, TapResult.APPROVED),
        (0, TapResult.EXPIRED, TapResult.EXPIRED),
        (1, TapResult.EXPIRED, TapResult.EXPIRED),
    ],
)
@pytest.mark.parametrize("step", ["first", "second"])
async def test_a3_the_last_millisecond(
    office: Office, step: str, milliseconds: int, first: TapResult, second: TapResult
) -> None:
    """A tap counts up to a millisecond before the printed time, and not at it or after it."""
    await office.check()
    limit = office.proposal().expires_at + timedelta(milliseconds=milliseconds)
    if step == "first":
        office.clock.advance_to(limit)
        assert office.approve() is first
        return
    office.clock.advance_to(limit - timedelta(minutes=1))
    assert office.approve() is TapResult.SECOND_STEP
    office.clock.advance_to(limit)
    assert office.confirm() is second
    if second is TapResult.APPROVED:
        office.clock.step(seconds=2)
        assert (await office.carry_out(office.proposal().proposal_id)).state is ProposalState.DONE
    else:
        assert office.sent() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"chat_id": "another"},
        {"message_id": "chat-99"},
        {"nonce": "x" * 22},
        {"nonce": ""},
        {"proposal_id": "00000000"},
    ],
)
async def test_a4_a_press_that_does_not_fit_is_refused(
    office: Office, wrong: dict[str, str]
) -> None:
    """A press from another chat, on another message, with another secret or id does nothing."""
    await office.check()
    tap = replace(office.tap(), **wrong)
    for act in (approve, confirm, reject):
        assert act(office.desk, tap) is TapResult.NOT_VALID
    assert office.proposal().state is ProposalState.PROPOSED
    assert office.proposal().first_tap_at is None
    assert len(office.journal("tap.refused")) == 3
    assert office.approve() is TapResult.SECOND_STEP


async def test_a4_a_replayed_nonce_is_refused(office: Office) -> None:
    """A secret that was used once moves nothing a second time, on neither card."""
    await office.check()
    first = office.tap()
    approve(office.desk, first)
    office.clock.step(seconds=3)
    second = office.tap(office.letter(SecondCard))
    assert confirm(office.desk, replace(second, nonce=first.nonce)) is TapResult.NOT_VALID
    assert approve(office.desk, replace(second, nonce=second.nonce)) is TapResult.NOT_VALID
    assert confirm(office.desk, second) is TapResult.APPROVED
    assert confirm(office.desk, second) is TapResult.IN_PROGRESS
    await office.carry_out(second.proposal_id)
    assert confirm(office.desk, second) is TapResult.ENDED
    assert approve(office.desk, first) is TapResult.ENDED
    assert len(office.sent()) == 2


async def test_a4_an_old_keyboard_is_dead(office: Office) -> None:
    """Once the card was shown again, the older one's buttons and second step do nothing."""
    await office.check()
    old = office.tap()
    approve(office.desk, old)
    old_second = office.tap(office.letter(SecondCard))
    office.clock.step(seconds=5)
    assert show_again(office.desk, CHAT) is not None
    assert office.tap().nonce != old.nonce
    for act in (approve, reject, remind_later):
        assert act(office.desk, old) is TapResult.NOT_VALID
    assert confirm(office.desk, old_second) is TapResult.NOT_VALID
    assert office.agree().state is ProposalState.APPROVED


async def test_a4_nobody_confirms_what_another_person_began(open_office: Opener) -> None:
    """The second step belongs to whoever took the first one."""
    office = await open_office(audience=Audience((CHAT, OTHER)))
    await office.check()
    assert office.approve() is TapResult.SECOND_STEP
    office.clock.step(seconds=3)
    assert office.confirm(person="somebody else") is TapResult.NOT_VALID
    assert office.proposal().state is ProposalState.PROPOSED
    assert office.confirm() is TapResult.APPROVED


async def test_a4_a_second_step_too_early_can_be_repeated(office: Office) -> None:
    """Before three seconds the second step is not taken, and its secret is not used up."""
    await office.check()
    office.approve()
    for _ in range(2):
        office.clock.step(seconds=1.4)
        assert office.confirm() is TapResult.TOO_EARLY
    office.clock.step(seconds=0.2)
    assert office.confirm() is TapResult.APPROVED


async def test_a_viewer_gets_no_buttons(open_office: Opener) -> None:
    """A chat that may only look gets the card without a secret, and a press there does nothing."""
    office = await open_office(audience=Audience((CHAT,), viewers=("gallery",)))
    await office.check()
    seen = next(row for row in office.letters if row.outgoing.chat_id == "gallery")
    assert isinstance(seen.outgoing.message, Card)
    assert seen.outgoing.nonce == ""
    assert office.approve(seen) is TapResult.NOT_VALID
    assert office.proposal().state is ProposalState.PROPOSED


async def test_no_secret_is_kept_after_delivery(office: Office) -> None:
    """After delivery neither the outbox nor the journal holds a button's secret."""
    await office.check()
    office.approve()
    nonces = [office.tap().nonce, office.tap(office.letter(SecondCard)).nonce]
    files = [office.folder / name for name in ("evenkeel.db", "evenkeel.db-wal")]
    with office.store.reading() as tx:
        rows = [tx.outbox.latest(CHAT, prefix) for prefix in ("card:", "confirm:")]
        payloads = [entry.payload for entry in tx.journal.entries()]
    assert [row.nonce for row in rows if row is not None] == ["", ""]
    assert not [text for text in payloads if any(nonce in text for nonce in nonces)]
    office.close()
    left = b"".join(file.read_bytes() for file in files if file.exists())
    assert not [nonce for nonce in nonces if nonce.encode() in left]
    await office.restart()


async def test_commands_bind_as_buttons_do(office: Office) -> None:
    """``/approve ID`` needs the card in that chat and still takes both steps."""
    await office.check()
    name = office.proposal().proposal_id
    assert approve_by_id(office.desk, name, person="a", chat_id="another") is TapResult.NOT_VALID
    assert approve_by_id(office.desk, "00000000", person="a", chat_id=CHAT) is TapResult.NOT_VALID
    assert approve_by_id(office.desk, name, person="a", chat_id=CHAT) is TapResult.SECOND_STEP
    office.clock.step(seconds=3)
    assert office.confirm(person="b") is TapResult.NOT_VALID
    assert reject_by_id(office.desk, name, person="b", reason="no") is TapResult.REJECTED
    assert office.confirm(person="a") is TapResult.ENDED
    assert office.proposal().note == "no"


@pytest.mark.parametrize("nonce", ["\ud800", "ä" * 30, "\x00", "a" * 5000])
async def test_a_strange_secret_is_no_surprise(office: Office, nonce: str) -> None:
    """Whatever a client puts where the secret belongs, the answer is a plain no."""
    await office.check()
    for act in (approve, confirm, reject):
        press = Tap(office.proposal().proposal_id, nonce, "a", CHAT, office.tap().message_id)
        assert act(office.desk, press) is TapResult.NOT_VALID


async def test_a_rejected_card_stays_rejected(office: Office) -> None:
    """After a rejection no button of either card moves anything."""
    await office.check()
    first = office.tap()
    office.approve()
    second = office.tap(office.letter(SecondCard))
    office.clock.step(seconds=3)
    assert reject(office.desk, second) is TapResult.REJECTED
    for act in (approve, confirm, reject):
        assert act(office.desk, first) is TapResult.ENDED
        assert act(office.desk, second) is TapResult.ENDED
    assert office.sent() == []
    assert office.state().open_proposal == ""
