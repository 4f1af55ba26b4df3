"""Who gets past the gate, where, and how late."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.commands.registry import STANDARD, Registry
from bot.chat.gate import Gate, Guarded, People, Place, Refusal, needs
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button, Command, Press, Reply, Role
from bot.chat.visit import Visit
from core.domain.errors import InvariantBroken
from tests.chat.world import ANN, BEN, EVE, NOT_VALID, VERA, Act, World, world

HANDLERS = dict(STANDARD.all())
COMMANDS = [line.name for line, _ in STANDARD.commands]
NONCE = "A" * 22


@pytest.fixture
async def drifted(tmp_path: Path) -> AsyncIterator[World]:
    """A world with an open proposal whose cards have arrived."""
    async with world(tmp_path) as made:
        await made.propose()
        yield made


def act_of(name: str, proposal: str) -> Act | None:
    """Return an act that leads to a handler, as well aimed as anybody could."""
    if name.startswith("/"):
        return Command(
            name.removeprefix("/"), (proposal,) if name in ("/approve", "/reject") else ()
        )
    if name.startswith("button "):
        return Press(Button[name.removeprefix("button ")], proposal, NONCE)
    return Reply("because", "m1") if name == "reply" else None


def facts_of(made: World) -> tuple[object, ...]:
    """Return everything an act could change."""
    with made.desk.store.reading() as tx:
        return tx.memory.state(), tx.proposals.live(), tuple(tx.orders.unsettled())


@pytest.mark.parametrize("name", HANDLERS)
def test_every_handler_stands_behind_the_gate(name: str) -> None:
    """No command, button or reply can be registered without a role."""
    handler = HANDLERS[name]
    assert isinstance(handler, Guarded)
    assert handler.rule.role in Role


async def test_a_stranger_moves_nothing(drifted: World) -> None:
    """Whatever a stranger sends or presses, nothing changes and nothing is answered but "start"."""
    assert drifted.live is not None
    before = facts_of(drifted)
    shown = drifted.newest(ANN)
    for name in HANDLERS:
        act = act_of(name, drifted.live.proposal_id)
        toast = await drifted.front.handle(drifted.request(EVE, act, message_id=shown.message_id))
        assert toast == (NOT_VALID if name.startswith("button") else ""), name
        assert facts_of(drifted) == before, name
        assert len(drifted.deliver()) == (name == "/start"), name


async def test_a_viewer_is_told_that_deciding_is_for_approvers(drifted: World) -> None:
    """A viewer's approval, rejection, pause or halt changes nothing, and the viewer hears why."""
    assert drifted.live is not None
    before = facts_of(drifted)
    for name, handler in HANDLERS.items():
        if handler.rule.role is Role.VIEWER:
            continue
        act = act_of(name, drifted.live.proposal_id)
        toast = await drifted.front.handle(drifted.request(VERA, act))
        answers = [new.words.plain for new in drifted.deliver()]
        assert facts_of(drifted) == before, name
        assert toast == (ENGLISH.say("refused.role") if name.startswith("button") else ""), name
        assert answers == ([ENGLISH.say("refused.role")] if name.startswith("/") else []), name


@pytest.mark.parametrize("why", ["edited", "forwarded", "anonymous"])
async def test_what_can_never_count_does_not_count(drifted: World, why: str) -> None:
    """An edited, forwarded or anonymous act of an approver changes nothing, not even a halt."""
    assert drifted.live is not None
    before = facts_of(drifted)
    words = f"Nothing was done: the message was {why}. Send it again as a new message."
    for name in HANDLERS:
        act = act_of(name, drifted.live.proposal_id)
        toast = await drifted.front.handle(drifted.request(ANN, act, refused=why))
        assert facts_of(drifted) == before, name
        assert toast == (NOT_VALID if name.startswith("button") else ""), name
        told = [new.words.plain for new in drifted.deliver()]
        assert told == ([words] if name.startswith("/") else []), name


async def test_buttons_and_approvals_count_in_private_only(drifted: World) -> None:
    """In a group nobody can approve, by button or by command, whoever they are."""
    proposal = drifted.live
    assert proposal is not None
    group = {"chat_id": "-100", "is_private": False}
    assert await drifted.press(ANN, "Approve", **group) == NOT_VALID
    assert await drifted.send(ANN, f"/approve {proposal.proposal_id}", **group) == [
        ENGLISH.say("refused.place")
    ]
    assert drifted.live == proposal


async def test_a_group_that_gets_the_messages_may_ask(tmp_path: Path) -> None:
    """Looking works in a configured group and in private, and shows nothing to any other group."""
    async with world(tmp_path, groups=["-200"]) as made:
        known = {"chat_id": "-200", "is_private": False}
        assert "now goal" in (await made.send(VERA, "/status", **known))[0]
        assert await made.send(VERA, "/status", **(known | {"chat_id": "-300"})) == [
            ENGLISH.say("refused.place")
        ]


async def test_stopping_works_everywhere(drifted: World) -> None:
    """A halt is obeyed in any chat and however late it arrives."""
    late = drifted.clock.now() - timedelta(days=3)
    await drifted.send(ANN, "/halt", chat_id="-300", is_private=False, sent_at=late)
    with drifted.desk.store.reading() as tx:
        assert tx.memory.state().halt is not None


async def test_a_late_pause_is_obeyed(drifted: World) -> None:
    """A pause sent while nobody listened still pauses."""
    await drifted.send(ANN, "/pause", sent_at=drifted.clock.now() - timedelta(hours=5))
    with drifted.desk.store.reading() as tx:
        assert tx.memory.state().pause is not None


async def test_other_old_commands_are_not_acted_on(drifted: World) -> None:
    """A command that arrives more than ten minutes late changes nothing and says so."""
    before = facts_of(drifted)
    at = drifted.clock.now() - timedelta(minutes=10, seconds=1)
    for name in sorted(set(COMMANDS) - {"halt", "pause"}):
        answers = await drifted.send(ANN, f"/{name}", sent_at=at)
        assert len(answers) == 1, name
        assert "reached Evenkeel late" in answers[0], name
        assert facts_of(drifted) == before, name


async def test_ten_minutes_are_not_too_old(drifted: World) -> None:
    """A command that is exactly ten minutes old is obeyed."""
    at = drifted.clock.now() - timedelta(minutes=10)
    assert "now goal" in (await drifted.send(ANN, "/status", sent_at=at))[0]


async def test_a_clock_that_runs_ahead_makes_no_command_old(drifted: World) -> None:
    """A command from a little in the future counts as fresh."""
    at = drifted.clock.now() + timedelta(minutes=3)
    assert "now goal" in (await drifted.send(ANN, "/status", sent_at=at))[0]


async def test_a_stranger_learns_the_own_number_once_an_hour(tmp_path: Path) -> None:
    """/start tells a stranger which line makes them known, and does not tell it again at once."""
    async with world(tmp_path) as made:
        first = await made.send(EVE, "/start")
        assert "approvers = [666]" in first[0]
        assert "Your number is 666" in first[0]
        assert await made.send(EVE, "/start") == []
        made.later(minutes=61)
        assert await made.send(EVE, "/start") == first


async def test_a_stranger_in_a_group_gets_no_answer(tmp_path: Path) -> None:
    """A bot that is dragged into a group tells nobody there anything."""
    async with world(tmp_path) as made:
        group = {"chat_id": "-300", "is_private": False}
        assert await made.send(EVE, "/start", **group) == []


async def test_refused_acts_leave_a_trace_once_an_hour(drifted: World) -> None:
    """Who knocks without being let in stands in the journal, and cannot fill it."""
    for _ in range(5):
        await drifted.front.handle(drifted.request(EVE, Press(Button.APPROVE, "7f3k9q2m", NONCE)))
    assert drifted.journal("chat.refused") == [EVE]


def test_an_empty_list_means_nobody() -> None:
    """Without configured people nobody has a role, an unknown person least of all."""
    assert People().role_of("7") is None
    assert People.of([""], [""]).role_of("") is None


def test_an_approver_may_do_what_a_viewer_may() -> None:
    """A person on both lists is an approver."""
    people = People.of([ANN], [ANN, BEN])
    assert people.role_of(ANN) is Role.APPROVER
    assert people.role_of(BEN) is Role.VIEWER


async def test_a_handler_without_a_gate_is_refused() -> None:
    """The registry does not take a bare function."""

    async def bare(visit: Visit) -> str:
        return ""

    with pytest.raises(InvariantBroken, match="has no gate"):
        replace(STANDARD, reply=bare)  # type: ignore[arg-type]


def test_every_button_leads_somewhere() -> None:
    """A button that nothing answers is refused at the start."""
    with pytest.raises(InvariantBroken, match="lead nowhere"):
        Registry(STANDARD.commands, {}, STANDARD.reply, STANDARD.unknown)


def test_needs_keeps_its_rule() -> None:
    """What stands in the decorator is what the gate asks."""

    @needs(Role.VIEWER, place=Place.ANYWHERE, any_age=True)
    async def act(visit: Visit) -> str:
        return ""

    assert (act.rule.role, act.rule.place, act.rule.any_age) == (Role.VIEWER, Place.ANYWHERE, True)


async def test_the_gate_asks_who_before_anything_else(tmp_path: Path) -> None:
    """A stranger's forwarded, late message from a group is refused for being a stranger's."""
    async with world(tmp_path) as made:
        gate = Gate(made.people, familiar=(), wall=made.clock)
        late = made.clock.now() - timedelta(days=1)
        request = made.request(
            EVE, Command("halt"), refused="forwarded", is_private=False, sent_at=late
        )
        assert gate.refuse(HANDLERS["/halt"].rule, request) is Refusal.STRANGER
