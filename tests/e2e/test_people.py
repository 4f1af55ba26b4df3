"""Who may do what: strangers, viewers, words that do not count, and places where they do not."""

from datetime import UTC, datetime, timedelta

from core.domain.proposal import ProposalState
from tests.e2e.phone import ANN, BEN, EVE, VERA, Phone

GROUP = -55


class TestStrangers:
    async def test_a_stranger_learns_their_number_once_an_hour(self, phone: Phone) -> None:
        """/start tells the number to put into the settings, and nothing else, at most hourly."""
        answer = await phone.say(EVE, "/start")
        assert answer.text.startswith("Your number is 666")
        for words in ("/start", "/status", "/approve", "hello"):
            phone.tg.person(EVE).send(None, words)
        await phone.quiet()
        assert len(phone.read(EVE)) == 1
        phone.office.clock.step(minutes=61)
        await phone.say(EVE, "/start")
        assert len(phone.read(EVE)) == 2

    async def test_a_strangers_tap_leaves_the_card_untouched(self, phone: Phone) -> None:
        """A stolen button in the hands of a stranger does nothing, and the journal knows."""
        card = await phone.propose()
        before = card.now
        assert await phone.tap(EVE, card, "Approve") == "Not valid."
        assert await phone.tap(EVE, card, "Reject") == "Not valid."
        await phone.quiet()
        assert card.now is before
        assert phone.proposal().state is ProposalState.PROPOSED
        assert [entry.actor for entry in phone.office.journal("chat.refused")] == ["666"]
        assert phone.read(EVE) == []

    async def test_strangers_see_one_command_and_people_see_theirs(self, phone: Phone) -> None:
        """The menus of the chat follow the role."""
        await phone.tg.wait_call("setMyCommands", count=4)
        await phone.tg.wait_until(lambda: bool(phone.tg.menu("chat", chat_id=VERA)))
        await phone.tg.wait_until(lambda: bool(phone.tg.menu("chat", chat_id=ANN)))
        assert phone.tg.menu() == ["start"]
        assert "approve" in phone.tg.menu("chat", chat_id=ANN)
        viewers = phone.tg.menu("chat", chat_id=VERA)
        assert "status" in viewers
        assert not {"approve", "reject", "pause", "resume", "halt"} & set(viewers)


class TestViewers:
    async def test_a_viewer_may_look_and_not_decide(self, phone: Phone) -> None:
        """Looking is answered; deciding is refused by word and by button."""
        card = await phone.propose()
        before = card.now
        assert "BTC" in (await phone.say(VERA, "/status")).text
        refusal = await phone.say(VERA, "/halt")
        assert refusal.text.startswith("Only an approver can do that.")
        assert (await phone.tap(VERA, card, "Approve")).startswith("Only an approver")
        await phone.quiet()
        assert card.now is before
        assert phone.office.state().halt is None


class TestWordsThatDoNotCount:
    async def test_an_edited_command_does_nothing(self, phone: Phone) -> None:
        """An old message turned into a command is answered and not obeyed."""
        first = phone.tg.person(ANN).send(None, "hello")
        await phone.quiet()
        mark = phone.tg.mark()
        phone.tg.person(ANN).edit(first, "/halt")
        answer = await phone.tg.wait_for("", chat_id=ANN, after=mark)
        assert "the message was edited" in answer.text
        assert phone.office.state().halt is None

    async def test_a_forwarded_command_does_nothing(self, phone: Phone) -> None:
        """Somebody else's words are answered and not obeyed."""
        mark = phone.tg.mark()
        phone.tg.person(ANN).send(None, "/halt", forward_from=phone.tg.person(EVE))
        answer = await phone.tg.wait_for("", chat_id=ANN, after=mark)
        assert "the message was forwarded" in answer.text
        assert phone.office.state().halt is None

    async def test_an_old_command_does_nothing_but_a_halt_always_counts(self, phone: Phone) -> None:
        """What was sent long ago is told and left; stopping is safe at any age."""
        long_ago = datetime.now(UTC) - timedelta(minutes=20)
        phone.tg.person(ANN).send(None, "/approve", date=long_ago)
        await phone.quiet()
        assert len(phone.read(ANN)) == 1
        phone.tg.person(ANN).send(None, "/halt", date=long_ago)
        await phone.quiet()
        assert phone.office.state().halt is not None


class TestPlaces:
    async def test_a_group_is_no_place_to_decide_but_one_to_halt(self, phone: Phone) -> None:
        """In a group commands are refused, and /halt stops everything all the same."""
        await phone.propose()
        phone.tg.group(GROUP)
        phone.tg.person(ANN).send(GROUP, "/approve")
        await phone.tg.wait_for("private chat", chat_id=GROUP)
        phone.tg.person(ANN).send(GROUP, "/halt")
        await phone.quiet()
        assert phone.office.state().halt is not None
        assert phone.proposal().state is ProposalState.WITHDRAWN

    async def test_an_anonymous_admin_is_nobody(self, phone: Phone) -> None:
        """Nobody knows who speaks for a group, so not even a halt is taken from there."""
        phone.tg.group(GROUP, admin=True)
        phone.tg.person(BEN).send(GROUP, "/halt", sender_chat=GROUP)
        await phone.quiet()
        assert phone.office.state().halt is None
