"""Questions to venues that are worth asking twice, with growing, uneven pauses between them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

_T = TypeVar("_T")

ATTEMPTS = 3
_LONGEST_WAIT = 3.0

Wait = Callable[[float], Awaitable[None]]


async def patiently(ask: Callable[[], Awaitable[_T]], wait: Wait = asyncio.sleep) -> _T:
    """Return what ``ask`` gives; ask again, twice at most, while the venue does not answer.

    A venue that refuses, that asks for fewer questions or that talks nonsense is left alone.

    Args:
        ask: the question; it must be a read.
        wait: passes the seconds between two attempts.

    Raises:
        FeedUnavailable: of the last attempt.
    """

    async def asked() -> _T:
        # tenacity awaits only what is written as a coroutine function.
        return await ask()

    retrying = AsyncRetrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT),
        retry=retry_if_exception(_is_passing),
        sleep=wait,
        reraise=True,
    )
    return await retrying(asked)


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, FeedUnavailable) and error.trouble == Trouble.DOWN
