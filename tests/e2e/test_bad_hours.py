"""The story in bad hours: floods, broken gateways, lost answers, restarts, and a halt half-way."""

import itertools
import sqlite3
from dataclasses import replace
from pathlib import Path

from core.domain.proposal import ProposalState
from tests.e2e.phone import ANN, BEN, PATIENCE, Phone
from tests.emulators.telegram import TelegramEmulator
from tests.workflow.office import Office


def sent_ids(phone: Phone, person: int) -> list[int]:
    """Return the message ids of a chat in the order in which the messages were written down."""
    uri = f"file:{phone.office.folder / 'evenkeel.db'}?mode=ro"
    with sqlite3.connect(uri, uri=True) as connection:
        rows = connection.execute(
            "SELECT message_id FROM delivered JOIN outbox USING (outbox_id)"
            " WHERE outbox.chat_id = ? AND edits = '' ORDER BY outbox_id",
            (str(person),),
        ).fetchall()
    connection.close()
    return [int(row[0]) for row in rows]


async def test_floods_and_broken_gateways_lose_double_and_reorder_nothing(phone: Phone) -> None:
    """Trouble all through the story: every message once and in order, every trade once."""
    numbers = itertools.count()
    for method, times in (("sendMessage", 12), ("editMessageText", 12), ("answerCallbackQuery", 1)):
        phone.tg.fail(
            method, 429, retry_after=1, times=times, when=lambda _: next(numbers) % 3 == 0
        )
        phone.tg.fail(method, 502, times=times, when=lambda _: next(numbers) % 2 == 0)
    phone.tg.fail("getUpdates", 502, times=1)
    card = await phone.propose()
    for _ in range(3):
        phone.tg.person(ANN).send(None, "/status")
        phone.tg.person(BEN).send(None, "/history")
    await phone.approve(ANN, card)
    await phone.quiet()
    assert phone.traded() == ["SELL BTC", "BUY ETH"]
    for person in (ANN, BEN):
        ids = [message.message_id for message in phone.tg.chat(person).messages]
        assert ids == sent_ids(phone, person)
    assert card.text.count("carried out") == 1
    refused = [call.status for call in phone.tg.calls if call.status in {429, 502}]
    assert len(refused) > 10


async def test_a_long_outage_delays_and_changes_nothing(phone: Phone) -> None:
    """The server is away when the card is due; it arrives when the server is back."""
    phone.tg.fail("*", 502, for_seconds=0.7)
    card = await phone.propose()
    assert len(phone.tg.chat(ANN).messages) == 1
    await phone.approve(ANN, card)
    assert phone.proposal().state is ProposalState.DONE


async def test_a_card_in_doubt_comes_twice_and_counts_once(
    tmp_path: Path, tg: TelegramEmulator
) -> None:
    """The server took the card and never said so: the copy is marked, either button approves."""
    tg.hang("sendMessage", when=lambda call: call.params.integer("chat_id") == ANN)
    async with Phone.open(tmp_path, tg, replace(PATIENCE, answer=0.5)) as phone:
        await phone.propose()
        await phone.quiet()
        first, copy = tg.chat(ANN).messages
        assert "(repeated)" in copy.text
        assert first.buttons == copy.buttons
        await phone.approve(ANN, first)
        toast = await phone.tap(ANN, copy, "Approve", stale=True)
        assert toast == "This was decided before. Nothing changes."
        assert phone.traded() == ["SELL BTC", "BUY ETH"]


async def test_a_restart_between_the_two_steps(tmp_path: Path, tg: TelegramEmulator) -> None:
    """The bot is killed after the first tap; the second card is as good with the next process."""
    office = await Office.open(tmp_path, audience=Phone.audience)
    async with Phone.on(office, tg) as phone:
        card = await phone.propose()
        await phone.tap(ANN, card, "Approve")
        second = await phone.second_card(ANN)
        await phone.quiet()
    await office.restart()
    office.clock.step(seconds=5)
    async with Phone.on(office, tg) as phone:
        assert (await phone.tap(ANN, second, "Confirm")).startswith("Approved.")
        await phone.quiet()
        assert phone.traded() == ["SELL BTC", "BUY ETH"]
        assert await office.problems() == []
    office.close()


async def test_a_tap_that_was_fetched_before_a_kill_counts_after_it(
    tmp_path: Path, tg: TelegramEmulator
) -> None:
    """Telegram has forgotten the tap and nobody has handled it: the inbox remembers, once."""
    office = await Office.open(tmp_path, audience=Phone.audience)
    async with Phone.on(office, tg) as phone:
        card = await phone.propose()
        await phone.quiet()
        phone.freeze()
        press = tg.person(ANN).tap(card, "Approve")
        await tg.wait_until(lambda: tg.world.updates.pending == 0)
        assert phone.proposal().first_tap_by == ""
    await office.restart()
    async with Phone.on(office, tg) as phone:
        await tg.wait_answered(press)
        await phone.second_card(ANN)
        await phone.quiet()
        assert office.proposal().first_tap_by == str(ANN)
        assert len(office.journal("proposal.first_tap")) == 1
        assert await office.problems() == []
    office.close()


async def test_a_halt_while_executing_sends_nothing_more(phone: Phone) -> None:
    """/halt while the first order is under way: it ends as it ends, and no second one leaves."""
    card = await phone.propose()
    phone.placer.release.clear()
    await phone.approve(ANN, card, wait=False)
    await phone.placer.arrived.wait()
    await phone.say(BEN, "/halt something feels wrong", expect="alted")
    phone.placer.release.set()
    await phone.quiet()
    assert phone.traded() == ["SELL BTC"]
    assert phone.proposal().state is ProposalState.PARTIAL
    assert phone.office.state().halt is not None
    assert "something feels wrong" in "\n".join(phone.read(ANN))
    newer = await phone.say(ANN, "/approve")
    assert "Nothing to approve" in newer.text
