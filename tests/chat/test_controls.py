"""Pausing, resuming and halting from a chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.render.words import ENGLISH
from core.domain.proposal import ProposalState
from core.domain.state import EngineState
from core.domain.stress import Family, Stress, StressState, Vote
from tests.chat.world import ANN, BEN, NOT_VALID, VERA, World, world


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    """A world with an open proposal."""
    async with world(tmp_path) as opened:
        await opened.propose()
        yield opened


def state_of(made: World) -> EngineState:
    """Return the engine's memory."""
    with made.desk.store.reading() as tx:
        return tx.memory.state()


def stress(made: World) -> None:
    """Put the market under stress."""
    made.remember(stress=StressState(Stress.PAUSED))


async def test_a_pause_withdraws_the_proposal_and_everybody_hears_of_it(made: World) -> None:
    """/pause holds proposals back; each chat gets one message about it, and the card ends."""
    proposal = made.live
    assert proposal is not None
    answers = await made.send(ANN, "/pause")
    assert sum("paused" in words and "/resume" in words for words in answers) == 1
    assert made.stored(proposal).state is ProposalState.WITHDRAWN
    assert "erson 7" in made.newest(VERA).words.plain
    pause = state_of(made).pause
    assert pause is not None
    assert pause.by == ANN


async def test_a_second_pause_only_tells_how_things_stand(made: World) -> None:
    """Pausing twice changes nothing and says who paused, and when."""
    await made.send(ANN, "/pause")
    before = state_of(made)
    answers = await made.send(BEN, "/pause")
    assert len(answers) == 1
    assert "erson 7" in answers[0]
    assert "01:06" in answers[0]
    assert state_of(made) == before


@pytest.mark.parametrize(
    "command", ["/status", "/plan", "/why", "/digest", "/ask why was it paused?"]
)
async def test_a_reader_has_one_name(made: World, command: str) -> None:
    """What a person did reads "you" to them, wherever they look, and their number to others."""
    await made.send(ANN, "/pause")
    made.later(days=1)
    await made.look_daily()
    made.deliver()
    for person, name in ((ANN, "You paused proposals"), (VERA, "Person 7 paused proposals")):
        (words,) = await made.send(person, command)
        assert name in words
        assert words.count("paused proposals") == words.count(name)


async def test_resume_ends_a_pause(made: World) -> None:
    """/resume ends a pause made by hand."""
    await made.send(ANN, "/pause")
    await made.send(BEN, "/resume")
    assert state_of(made).pause is None


async def test_resume_without_a_pause_says_so(made: World) -> None:
    """/resume when nothing is paused changes nothing."""
    assert "Nothing is paused or halted." in (await made.send(ANN, "/resume"))[0]


async def test_a_halt_is_at_once_and_only_the_machine_lifts_it(made: World) -> None:
    """/halt asks nothing, and no command of the chat ends it."""
    answers = await made.send(ANN, "/halt smoke in the kitchen")
    assert any("evenkeel unhalt" in words for words in answers)
    assert any("smoke in the kitchen" in words for words in answers)
    assert "evenkeel unhalt" in (await made.send(ANN, "/resume"))[0]
    assert state_of(made).halt is not None


async def test_a_halt_in_an_unknown_chat_is_answered_there_too(made: World) -> None:
    """The chat that asked hears that it is halted, even if the bot tells it nothing else."""
    answers = await made.send(ANN, "/halt", chat_id="-300", is_private=False)
    assert len(answers) == 1
    assert "evenkeel unhalt" in answers[0]


async def test_stress_needs_a_reason_and_a_second_tap(made: World) -> None:
    """During market stress /resume asks for a reason, then for a tap; then it holds for a day."""
    stress(made)
    assert "your reason" in (await made.send(ANN, "/resume"))[0]
    assert state_of(made).override is None
    asked = await made.send(ANN, "/resume I read the news")
    assert list(made.newest(ANN).buttons) == ["Resume anyway"]
    assert "under stress" in asked[0]
    assert state_of(made).override is None
    assert await made.press(ANN, "Resume anyway") == ENGLISH.say("control.resumed")
    override = state_of(made).override
    assert override is not None
    assert (override.by, override.reason) == (ANN, "I read the news")


async def test_a_broken_quote_coin_is_not_passed_over(made: World) -> None:
    """While the quote coin is far off its par, neither a reason nor a tap resumes."""
    stress(made)
    await made.send(ANN, "/resume I read the news")
    broken = StressState(Stress.PAUSED, votes=(Vote(Family.QUOTE, 3),), total=3)
    made.remember(stress=broken)
    assert "cannot be passed over" in (await made.send(ANN, "/resume I insist"))[0]
    assert await made.press(ANN, "Resume anyway") == ENGLISH.say("control.off_peg")
    assert state_of(made).override is None


async def test_the_second_tap_counts_once(made: World) -> None:
    """The button that overrides stress works a single time."""
    stress(made)
    await made.send(ANN, "/resume I read the news")
    assert await made.press(ANN, "Resume anyway") == ENGLISH.say("control.resumed")
    assert await made.press(ANN, "Resume anyway") == NOT_VALID


async def test_the_second_tap_belongs_to_the_person_and_the_moment(made: World) -> None:
    """Another person's tap and a late one override nothing."""
    stress(made)
    await made.send(ANN, "/resume I read the news")
    shown = made.newest(ANN)
    other = made.request(BEN, shown.buttons["Resume anyway"], message_id=shown.message_id)
    assert await made.front.handle(other) == NOT_VALID
    made.later(minutes=10)
    assert await made.press(ANN, "Resume anyway") == NOT_VALID
    assert state_of(made).override is None
