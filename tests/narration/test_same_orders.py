import asyncio
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiohttp import web

from tests.emulators.llm.behaviours import failing, good, raw, saying
from tests.emulators.llm.server import LlmEmulator
from tests.emulators.llm.wire import Behaviour, Call, Visit
from tests.narration.hostile import HOSTILE
from tests.narration.obedient import obedient
from tests.narration.run import Record, run

READY = '{"ready": "yes"}'


def writing(how: Callable[[Call], str]) -> Callable[[Call], str]:
    """Answer the warm-up, and everything else like this."""
    return lambda call: how(call) if "Facts:" in call.user else READY


async def slow(visit: Visit) -> web.StreamResponse:
    """Think for a while; the market's own time does not wait for it."""
    await asyncio.sleep(0.15)
    return await good(visit)


@pytest.fixture(scope="module")
def without() -> Iterator[Record]:
    """What is done where no model is asked."""
    with TemporaryDirectory() as folder:
        yield asyncio.run(run(Path(folder)))


async def test_without_a_model_plans_are_made_and_carried_out(without: Record) -> None:
    """There is something to compare: orders were sent and filled, and no model wrote."""
    assert len([deed for deed in without.deeds if type(deed).__name__ == "Order"]) > 1
    assert len([deed for deed in without.deeds if type(deed).__name__ == "Fill"]) > 1
    assert without.narrations == ()


async def test_a_model_that_writes_well_changes_no_order(without: Record, tmp_path: Path) -> None:
    """Its words are shown, and every plan, digest, order and fill is the one without it."""
    async with LlmEmulator(text=writing(obedient)) as server:
        record = await run(tmp_path, server.base_url)
    assert record.deeds == without.deeds
    assert "model" in {choice for choice, _ in record.narrations}


async def test_a_hostile_model_changes_no_order(without: Record, tmp_path: Path) -> None:
    """Whatever it wants people to believe, nothing of it is shown and nothing else is done."""
    tries = cycle(HOSTILE.values())

    def hostile(call: Call) -> str:
        return next(tries)(call)

    async with LlmEmulator(text=writing(hostile)) as server:
        record = await run(tmp_path, server.base_url)
    assert record.deeds == without.deeds
    attempts = [row for row in record.narrations if "RESTING" not in row[1]]
    assert len(attempts) > 4
    assert "model" not in {choice for choice, _ in attempts}


@pytest.mark.parametrize(
    "behaviour",
    [
        slow,
        saying(None, refusal="I can't help with that."),
        failing(500),
        raw(b"<html>a gateway's page</html>", "text/html"),
        raw(b" " * 1_000_000),
    ],
    ids=["slow", "refusing", "500", "a web page", "a megabyte"],
)
async def test_a_model_in_trouble_changes_no_order(
    without: Record, tmp_path: Path, behaviour: Behaviour
) -> None:
    """A model that is slow, declines or breaks costs words and nothing else."""
    async with LlmEmulator(behaviour, text=writing(obedient)) as server:
        record = await run(tmp_path, server.base_url)
        assert server.calls
    assert record.deeds == without.deeds
