"""Running a task for the length of a block, and ending it in order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run ``work`` beside the block; if it fails by itself, so does the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        if not task.done():
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(event: asyncio.Event, seconds: float = 30.0) -> None:
    """Wait for something that must happen soon."""
    async with asyncio.timeout(seconds):
        await event.wait()
