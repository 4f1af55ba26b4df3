"""A halt that begins between any two calls stops the very next order (METHODS A7)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.venues.connection import CheckedAnswers
from bot.workflow.controls import halt
from bot.workflow.desk import Desk
from bot.workflow.execute import carry_out
from bot.workflow.reconcile import recover
from core.domain.proposal import ProposalState
from core.lifecycle import PROPOSAL_ENDED
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock
from tests.storm.office import open_office
from tests.storm.situations import MORNING, Prepared, open_kraken, prepare_all

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

STRIDE = 7
ORDER = "AddOrder"


@dataclass
class Floor:
    """An exchange, and a plan that was approved for it."""

    prepared: Prepared
    server: KrakenServer
    clock: ManualClock

    def begin(self) -> None:
        """Open the exchange anew, as it was when the plan was approved."""
        self.clock.at = MORNING
        self.server.kraken = open_kraken(self.prepared.situation, self.clock)
        self.clock.at = self.prepared.at

    @property
    def key(self) -> tuple[str, str]:
        """The key to the account."""
        key = next(iter(self.server.kraken.key_ring.keys.values()))
        return key.public, key.secret


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def floor() -> AsyncIterator[Floor]:
    """Give a plan of two sales and two buys, and serve its exchange."""
    prepared = (await prepare_all())[0]
    clock = ManualClock(MORNING)
    async with KrakenServer(open_kraken(prepared.situation, clock)) as server:
        yield Floor(prepared, server, clock)


async def calls_with_halt(
    floor: Floor, folder: Path, monkeypatch: pytest.MonkeyPatch, *, at: int
) -> tuple[list[str], ProposalState]:
    """Carry the plan out, halt right before call number ``at``; return all calls and the end."""
    floor.begin()
    file = folder / f"{at}.db"
    file.write_bytes(floor.prepared.database)
    calls: list[str] = []
    desks: list[Desk] = []
    ask = CheckedAnswers.fetch

    async def fetch(client: Any, url: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        calls.append(url.rpartition("/")[2].partition("?")[0])
        if len(calls) == at:
            halt(desks[0], "owner", why="stop")
        return await ask(client, url, *args, **kwargs)

    policy = floor.prepared.situation.policy
    base_url = floor.server.base_url
    with monkeypatch.context() as patch:
        patch.setattr(CheckedAnswers, "fetch", fetch)
        async with open_office(file, policy, floor.clock, base_url=base_url, key=floor.key) as desk:
            desks.append(desk)
            ended = await carry_out(desk, floor.prepared.proposal.proposal_id)
            await recover(desk)
    assert ended is not None
    return calls, ended.state


@pytest.mark.timeout(300)
async def test_a_halt_between_any_two_calls_stops_the_next_order(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever the halt comes, no order is asked for after it; what was traded is reported."""
    whole, state = await calls_with_halt(floor, tmp_path, monkeypatch, at=0)
    assert (state, whole.count(ORDER)) == (ProposalState.DONE, 4)
    sent_at = [number for number, name in enumerate(whole, start=1) if name == ORDER]
    moments = {*range(1, sent_at[-1], STRIDE), *(n - 1 for n in sent_at), *(n + 1 for n in sent_at)}
    for number in sorted(moments):
        calls, ended = await calls_with_halt(floor, tmp_path, monkeypatch, at=number)
        # A halt as an order leaves is too late for that one, and for no other.
        assert ORDER not in calls[number:], (number, calls[number - 1 :])
        assert ended in PROPOSAL_ENDED, number
