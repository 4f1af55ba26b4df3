"""The whole story over HTTP: from a look at the market to money moved, told and summed up."""

from core.domain.proposal import ProposalState
from tests.e2e.phone import ANN, BEN, VERA, Phone


async def test_from_drift_to_digest(phone: Phone) -> None:
    """Status, card, two taps three seconds apart, fills, outcome in the card, report, digest."""
    status = await phone.say(ANN, "/status")
    assert "BTC  62.0" in status.text

    card = await phone.propose()
    name = phone.proposal().proposal_id
    assert card.buttons == ["Approve", "Reject", "Details", "Later"]
    assert f"PAPER · {name} · until 12:06 UTC" in card.text
    assert "SELL 0.03195 BTC ≥ 108,900" in card.text
    assert {"type": "bold", "offset": card.text.index("Trim"), "length": 17} in card.entities

    toast = await phone.tap(ANN, card, "Approve")
    assert toast == "One more step: please look at the next message."
    second = await phone.second_card(ANN)
    assert second.buttons == ["Confirm", "Reject"]
    assert "SELL 0.03195 BTC for about $3,514?" in second.text
    assert "three seconds" in await phone.tap(ANN, second, "Confirm")
    assert phone.traded() == []

    phone.office.clock.step(seconds=3)
    assert (await phone.tap(ANN, second, "Confirm")).startswith("Approved.")
    await phone.quiet()
    assert phone.traded() == ["SELL BTC", "BUY ETH"]
    assert (card.buttons, second.buttons) == ([], [])
    assert f"Proposal {name} was carried out." in card.text
    assert "SOLD 0.03195 BTC" in card.text
    report = phone.tg.chat(ANN).last
    assert report.text.startswith(f"PAPER · {name} · carried out")

    digest = await phone.say(ANN, "/digest")
    assert "1 carried out" in digest.text
    assert "Every balance is explained." in digest.text
    assert "Nothing to do." in digest.text


async def test_everybody_who_is_told_reads_the_same(phone: Phone) -> None:
    """Approvers and viewers get the card and its outcome; only approvers get buttons."""
    card = await phone.propose()
    await phone.quiet()
    bens, veras = phone.tg.chat(BEN).last, phone.tg.chat(VERA).last
    assert card.text == bens.text == veras.text
    assert (bens.buttons, veras.buttons) == (card.buttons, [])
    await phone.approve(ANN, card)
    assert card.text == bens.text == veras.text
    assert phone.read(BEN)[-1] == phone.read(VERA)[-1] == phone.read(ANN)[-1]
    assert len(phone.read(BEN)) == len(phone.read(VERA)) == 2


async def test_a_rejection_asks_why_and_keeps_the_answer(phone: Phone) -> None:
    """One tap rejects; the reason is optional, comes as a reply, and is kept."""
    card = await phone.propose()
    assert await phone.tap(BEN, phone.tg.chat(BEN).last, "Reject") == "Rejected. Nothing is traded."
    await phone.quiet()
    question = phone.tg.chat(BEN).last
    call = next(c for c in reversed(phone.tg.calls_of("sendMessage")) if c.accepted)
    assert call.params.nested("reply_markup") == {"force_reply": True}
    phone.tg.person(BEN).send(None, "waiting for the weekend", reply_to=question)
    await phone.quiet()
    proposal = phone.proposal()
    assert (proposal.state, proposal.decided_by) == (ProposalState.REJECTED, "8")
    assert proposal.note == "waiting for the weekend"
    assert (card.buttons, phone.traded()) == ([], [])
    assert "rejected" in card.text.lower()


async def test_details_and_later_leave_the_card_as_it_is(phone: Phone) -> None:
    """Looking closer and putting off decide nothing; the reminder comes silently."""
    card = await phone.propose()
    before = card.now
    assert await phone.tap(ANN, card, "Details") == ""
    details = await phone.tg.wait_for("Details of", chat_id=ANN)
    assert "BTC" in details.text
    assert "3 hours" in await phone.tap(ANN, card, "Later")
    assert card.now is before
    phone.office.clock.step(hours=3)
    phone.remind()
    await phone.quiet()
    reminder = phone.tg.chat(ANN).last
    assert phone.proposal().proposal_id in reminder.text
    assert phone.proposal().state is ProposalState.PROPOSED


async def test_a_proposal_that_expires_says_so_on_its_card(phone: Phone) -> None:
    """Twelve hours later the buttons are gone and the card tells what became of it."""
    card = await phone.propose()
    phone.office.clock.step(hours=12)
    phone.remind()
    await phone.quiet()
    assert card.buttons == []
    assert "expired" in card.text.lower()
    assert "expired" in phone.read(ANN)[-1].lower()
    assert phone.read(ANN)[-1] != card.text
