"""The loop of the tests: limits are for who says nothing, not for a machine that is held up."""

import asyncio
import time

import pytest

from tests.steady_loop import SteadyLoop


async def test_every_test_has_a_steady_loop() -> None:
    """No test has to ask for it."""
    assert isinstance(asyncio.get_running_loop(), SteadyLoop)


async def test_a_standstill_uses_up_no_limit() -> None:
    """The process stands still for longer than the limit, and a good answer is in time."""
    mine, theirs = asyncio.Event(), asyncio.Event()

    async def answer() -> None:
        await theirs.wait()
        asyncio.get_running_loop().call_soon(time.sleep, 0.3)
        await asyncio.sleep(0.01)
        mine.set()

    answering = asyncio.create_task(answer())
    async with asyncio.timeout(0.1):
        theirs.set()
        await mine.wait()
    await answering


async def test_silence_uses_a_limit_up() -> None:
    """Who never answers is left, while others are busy or not."""

    async def chatter() -> None:
        for _ in range(10_000):
            await asyncio.sleep(0.001)

    for beside in (asyncio.Event().wait(), chatter()):
        task = asyncio.create_task(beside)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.Event().wait()
        task.cancel()


async def test_time_never_goes_back() -> None:
    """Whatever happens between two looks at the clock, the second is no earlier."""
    clock = asyncio.get_running_loop().time
    seen = [clock()]
    for pause in (0, 0.001, 0.02, 0):
        time.sleep(pause)  # noqa: ASYNC251  # a standstill is the example
        seen.append(clock())
        await asyncio.sleep(pause)
        seen.append(clock())
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
