"""One approval by the right person, on the right message, in time, once: all else is nothing."""

import asyncio
from collections import Counter

from core.domain.proposal import ProposalState
from tests.e2e.phone import ANN, BEN, SOON, Phone

NOT_VALID = "Not valid."


async def test_an_expired_tap_orders_nothing(phone: Phone) -> None:
    """A second before the end counts, the end itself does not, and no job has to say so first."""
    card = await phone.propose()
    phone.office.clock.step(hours=12)
    assert await phone.tap(ANN, card, "Approve") == "Expired. Nothing was traded."
    await phone.quiet()
    assert phone.traded() == []


async def test_a_tap_just_in_time_counts(phone: Phone) -> None:
    """The last second of the twelve hours is as good as the first."""
    card = await phone.propose()
    phone.office.clock.step(hours=11, minutes=59, seconds=56)
    await phone.approve(ANN, card)
    assert phone.proposal().state is ProposalState.DONE


async def test_a_double_tap_brings_one_second_card(phone: Phone) -> None:
    """Two hundred first taps ask once, and the button of that one question is good."""
    card = await phone.propose()
    presses = [phone.tg.person(ANN).tap(card, "Approve") for _ in range(200)]
    answers = await asyncio.gather(*(phone.tg.wait_answered(press, SOON) for press in presses))
    assert {answer.text[:13] for answer in answers} == {"One more step"}
    await phone.quiet()
    assert len(phone.read(ANN)) == 2
    phone.office.clock.step(seconds=3)
    second = await phone.second_card(ANN)
    assert (await phone.tap(ANN, second, "Confirm")).startswith("Approved.")


async def test_two_hundred_taps_execute_once(phone: Phone) -> None:
    """However often and fast a button is pressed, each leg is ordered exactly once."""
    card = await phone.propose()
    await phone.tap(ANN, card, "Approve")
    second = await phone.second_card(ANN)
    phone.office.clock.step(seconds=3)
    presses = [phone.tg.person(ANN).tap(second, "Confirm") for _ in range(200)]
    answers = await asyncio.gather(*(phone.tg.wait_answered(press, SOON) for press in presses))
    said = Counter(answer.text for answer in answers)
    await phone.quiet()
    assert said["Approved. Fresh prices are being checked."] == 1
    assert set(said) <= {
        "Approved. Fresh prices are being checked.",
        "Approved already, and under way.",
        "This was decided before. Nothing changes.",
    }
    assert phone.traded() == ["SELL BTC", "BUY ETH"]
    assert len(phone.office.journal("proposal.approved")) == 1


async def test_two_approvers_at_once_execute_once(phone: Phone) -> None:
    """Whoever begins finishes; the other's second step is not theirs to take."""
    card = await phone.propose()
    await phone.quiet()
    await phone.tap(ANN, card, "Approve")
    second = await phone.second_card(ANN)
    phone.office.clock.step(seconds=3)
    assert await phone.tap(BEN, second, "Confirm") == NOT_VALID
    assert (await phone.tap(ANN, second, "Confirm")).startswith("Approved.")
    bens = phone.tg.chat(BEN).messages[0]
    toast = await phone.tap(BEN, bens, "Approve", stale=True)
    assert toast in {
        "Approved already, and under way.",
        "This was decided before. Nothing changes.",
    }
    await phone.quiet()
    assert phone.traded() == ["SELL BTC", "BUY ETH"]


async def test_a_nonce_does_not_work_on_another_message(phone: Phone) -> None:
    """A button's secret belongs to its message; elsewhere it is nothing."""
    card = await phone.propose()
    data = phone.data(card, "Approve")
    status = await phone.say(ANN, "/status")
    assert await phone.tap(ANN, status, data, stale=True) == NOT_VALID
    assert phone.proposal().first_tap_by == ""


async def test_a_second_steps_secret_is_not_the_first_steps(phone: Phone) -> None:
    """The card's secret confirms nothing, and the second card's approves nothing anew."""
    card = await phone.propose()
    approve = phone.data(card, "Approve")
    await phone.tap(ANN, card, "Approve")
    second = await phone.second_card(ANN)
    phone.office.clock.step(seconds=3)
    forged = approve.replace("v1|a|", "v1|c|")
    assert await phone.tap(ANN, second, forged, stale=True) == NOT_VALID
    assert await phone.tap(ANN, card, forged, stale=True) == NOT_VALID
    assert phone.proposal().state is ProposalState.PROPOSED


async def test_a_replayed_nonce_changes_nothing(phone: Phone) -> None:
    """After the decision every button of the story is spent."""
    card = await phone.propose()
    first, last = await phone.approve(ANN, card)
    for data in (first, last):
        for message in phone.tg.chat(ANN).messages:
            toast = await phone.tap(ANN, message, data, stale=True)
            assert toast in {NOT_VALID, "This was decided before. Nothing changes."}
    await phone.quiet()
    assert phone.traded() == ["SELL BTC", "BUY ETH"]


async def test_an_old_keyboard_dies_when_the_card_is_shown_again(phone: Phone) -> None:
    """/approve brings the card with fresh buttons; the older ones are gone and dead."""
    old = await phone.propose()
    await phone.quiet()
    again = await phone.say(ANN, "/approve")
    await phone.quiet()
    newest = phone.tg.chat(ANN).last
    assert newest.buttons == ["Approve", "Reject", "Details", "Later"]
    assert old.buttons == []
    assert await phone.tap(ANN, old, "Approve", stale=True) == NOT_VALID
    assert again.message_id in {old.message_id, newest.message_id}
    await phone.approve(ANN, newest)
    assert phone.proposal().state is ProposalState.DONE


async def test_a_tap_on_a_message_telegram_no_longer_shows_still_counts(phone: Phone) -> None:
    """Telegram shows the bot no more than the id of an old message; that is enough."""
    card = await phone.propose()
    toast = await phone.tap(ANN, card, "Approve", inaccessible=True)
    assert toast.startswith("One more step")
