"""What people can ask for: status, plan, why, history, digest, settings, help."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.commands.registry import STANDARD
from bot.chat.front import Front
from bot.chat.gate import needs
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Role
from bot.chat.visit import Visit
from bot.clocks import SimulatedClock
from bot.ports.messages import Digest
from core.domain.errors import FeedUnavailable, StoreConflict
from core.domain.proposal import ProposalState
from tests.chat.world import ANN, CALM, VERA, World, world


@pytest.fixture
async def drifted(tmp_path: Path) -> AsyncIterator[World]:
    """A world with an open proposal."""
    async with world(tmp_path) as made:
        await made.propose()
        yield made


@pytest.fixture
async def calm(tmp_path: Path) -> AsyncIterator[World]:
    """A world inside its bands, looked at once."""
    async with world(tmp_path, *CALM, cash="10000 -> 20") as made:
        await made.look_daily()
        yield made


async def test_status_tells_all_that_matters(drifted: World) -> None:
    """Value, weights, the asset nearest to its edge, the open proposal, and the looks."""
    words = (await drifted.send(VERA, "/status"))[0]
    proposal = drifted.live
    assert proposal is not None
    assert words.startswith("PAPER · value $49,720")
    assert "BTC  61.9   50 40–60 −1.9 ◂" in words
    assert f"Proposal {proposal.proposal_id} (Trim BTC, add ETH) waits until 13:06" in words
    assert "Nothing is paused or halted." in words
    assert "Last look" in words
    assert "Next daily look" in words


async def test_status_without_data_tells_what_was_known_last(calm: World) -> None:
    """When the venue does not answer, the last figures come with their age."""
    calm.market.is_down = True
    calm.later(hours=3)
    words = (await calm.send(ANN, "/status"))[0]
    assert "There are no fresh data now: the venue does not answer." in words
    assert "These figures are 3 h old." in words
    assert "now goal band  room" in words


async def test_status_before_the_first_look(tmp_path: Path) -> None:
    """A bot that never saw the market says so and does not fail."""
    async with world(tmp_path) as made:
        made.market.is_down = True
        words = (await made.send(ANN, "/status"))[0]
        assert "value not known yet" in words
        assert "There was no look at the market yet." in words


async def test_plan_never_makes_a_proposal(tmp_path: Path) -> None:
    """/plan shows what would be traded, and leaves no trace."""
    async with world(tmp_path, "BTC 0.45 @ 110000 -> 50", "ETH 1 @ 4200 -> 30") as made:
        words = (await made.send(ANN, "/plan"))[0]
        assert words.startswith("Now: Trim BTC, add ETH")
        assert "SELL" in words
        assert "Cost about" in words
        assert made.live is None
        with made.desk.store.reading() as tx:
            assert tx.decisions.ids() == []


async def test_plan_inside_the_bands_shows_the_margins(calm: World) -> None:
    """With nothing to do /plan says so, and how far every asset is from doing something."""
    words = (await calm.send(ANN, "/plan"))[0]
    assert words.startswith("Nothing to propose now")
    assert "now goal band  room" in words
    assert "SELL" not in words


async def test_plan_shows_what_is_held_back(drifted: World) -> None:
    """A plan that waits for something is shown with the reason."""
    words = (await drifted.send(ANN, "/plan"))[0]
    assert "It would be: Trim BTC, add ETH" in words
    assert "is still open" in words


async def test_plan_without_data_is_no_plan(calm: World) -> None:
    """Without fresh data there is no plan, only what was known last."""
    calm.market.is_down = True
    assert (await calm.send(ANN, "/plan"))[0].startswith("No plan now")


async def test_why_lists_every_gate(drifted: World) -> None:
    """/why shows each gate of the last decision with its verdict."""
    words = (await drifted.send(VERA, "/why"))[0]
    assert words.count("✓") == 10
    assert "A plan was due: Trim BTC, add ETH." in words


async def test_why_about_an_asset(calm: World) -> None:
    """/why ETH tells where ETH stood and leaves the margins of the others out."""
    words = (await calm.send(VERA, "/why eth"))[0]
    assert "ETH stood at" in words
    assert "BTC is at" not in words


async def test_why_by_id(drifted: World) -> None:
    """A decision is found by the beginning of its id, and by its proposal's id."""
    with drifted.desk.store.reading() as tx:
        first, last = tx.decisions.ids()
    assert drifted.live is not None
    assert first[:10] in (await drifted.send(ANN, f"/why {first[:8]}"))[0]
    assert last[:10] in (await drifted.send(ANN, f"/why {drifted.live.proposal_id}"))[0]


@pytest.mark.parametrize("asked", ["ffffffff", "abc", "DOGE", "<b>"])
async def test_why_without_a_record(drifted: World, asked: str) -> None:
    """What is not on record is said to be so."""
    assert f"no record of a decision about {asked}" in (await drifted.send(ANN, f"/why {asked}"))[0]


async def test_history_tells_how_proposals_ended(drifted: World) -> None:
    """/history lists the last proposals with date, cost and outcome."""
    proposal = drifted.live
    assert proposal is not None
    await drifted.send(ANN, "/reject")
    assert drifted.stored(proposal).state is ProposalState.REJECTED
    words = (await drifted.send(VERA, "/history 3"))[0]
    assert f"{proposal.proposal_id}: Trim BTC, add ETH, cost about $26 – rejected" in words


@pytest.mark.parametrize("count", ["", "0", "999999999999", "-1", "x"])
async def test_history_takes_any_number(drifted: World, count: str) -> None:
    """Whatever stands behind /history, something sensible comes back."""
    assert "One proposal" in (await drifted.send(ANN, f"/history {count}"))[0]


async def test_history_without_proposals(calm: World) -> None:
    """An empty history says so."""
    assert "There was no proposal yet." in (await calm.send(ANN, "/history"))[0]


async def test_digest_goes_to_the_chat_that_asked(calm: World) -> None:
    """/digest answers one chat and does not count as the daily one."""
    await calm.send(VERA, "/digest")
    digests = [row for row in calm.shown if isinstance(row.outgoing.message, Digest)]
    assert [row.chat_id for row in digests] == [VERA]
    with calm.desk.store.reading() as tx:
        assert tx.memory.get("digest:last_at") is None


async def test_settings_show_the_rules_in_force(calm: World) -> None:
    """/settings lists targets, bands, limits, approval and messages."""
    words = (await calm.send(VERA, "/settings"))[0]
    for part in ("BTC 50 %", "Profile “standard”", "30 days", "12 h", "Times are Europe/Berlin"):
        assert part in words


async def test_help_lists_what_the_role_may_do(calm: World) -> None:
    """A viewer's help has no command that would be refused."""
    for person, role in ((ANN, Role.APPROVER), (VERA, Role.VIEWER)):
        words = (await calm.send(person, "/help"))[0]
        listed = [line.split()[0] for line in words.splitlines() if line.startswith("/")]
        assert listed == [f"/{line.name}" for line in STANDARD.menu(role)]


def test_the_viewers_commands_are_exactly_these() -> None:
    """Looking is all a viewer can do."""
    names = {line.name for line in STANDARD.menu(Role.VIEWER)}
    assert names == {
        "start",
        "help",
        "status",
        "plan",
        "why",
        "ask",
        "regime",
        "history",
        "chart",
        "review",
        "digest",
        "settings",
    }


def test_the_menu_fits_telegram() -> None:
    """Names and summaries keep to what a chat's menu takes."""
    for line in STANDARD.menu(Role.APPROVER):
        assert line.name.isalpha()
        assert line.name.islower()
        assert len(line.name) <= 32
        assert 1 <= len(line.summary(ENGLISH)) <= 256


async def test_start_tells_what_a_person_may_do(calm: World) -> None:
    """/start greets by role and names the mode."""
    assert "You may approve its proposals." in (await calm.send(ANN, "/start"))[0]
    words = (await calm.send(VERA, "/start"))[0]
    assert "You may look, not approve." in words
    assert "Paper money" in words


async def test_what_is_not_understood_gets_one_hint_a_minute(calm: World) -> None:
    """An unknown command or a stray text is answered, but not every time."""
    assert (await calm.send(ANN, "/balance"))[0] == "/balance is no command. /help lists them."
    await calm.front.handle(calm.request(ANN, None))
    assert calm.deliver() == []
    calm.later(minutes=1)
    await calm.front.handle(calm.request(ANN, None))
    assert "Only commands and buttons" in calm.deliver()[0].words.plain


async def test_chatter_in_a_group_is_not_answered(calm: World) -> None:
    """The bot does not mix into what people say to each other."""
    await calm.front.handle(calm.request(ANN, None, chat_id="-300", is_private=False))
    assert calm.deliver() == []


async def test_a_venue_that_does_not_answer_is_told(calm: World) -> None:
    """When a command cannot be answered for want of data, the person hears so."""

    @needs(Role.VIEWER)
    async def ask(visit: Visit) -> str:
        raise FeedUnavailable("the venue does not answer")

    calm.front = Front(
        calm.desk, calm.people, start=calm.started.append, registry=replace(STANDARD, unknown=ask)
    )
    words = (await calm.send(ANN, "/anything"))[0]
    assert words.startswith("No fresh data")
    assert "the venue does not answer" in words


async def test_somebody_faster_is_told(calm: World) -> None:
    """When another act came first, the person hears so instead of nothing."""

    @needs(Role.VIEWER)
    async def ask(visit: Visit) -> str:
        raise StoreConflict("the row has moved")

    calm.front = Front(
        calm.desk, calm.people, start=calm.started.append, registry=replace(STANDARD, unknown=ask)
    )
    assert "Somebody else was faster" in (await calm.send(ANN, "/anything"))[0]


async def test_the_age_of_a_request_is_measured_by_the_senders_clock(calm: World) -> None:
    """On a market that lives in another time, a fresh command is fresh all the same."""
    wall = SimulatedClock(calm.clock.now() + timedelta(days=3000))
    calm.front = Front(calm.desk, calm.people, start=calm.started.append, wall=wall)
    assert "now goal" in (await calm.send(ANN, "/status", sent_at=wall.now()))[0]
    assert "reached Evenkeel late" in (await calm.send(ANN, "/status"))[0]
