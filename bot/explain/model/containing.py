"""The wall around whatever puts a text into words: it may fail or hang, and nothing else does."""

import asyncio
import logging
import traceback
from collections.abc import Coroutine
from typing import Any, TypeVar

from core.domain.errors import EvenkeelError

T = TypeVar("T")

_log = logging.getLogger(__name__)


async def settled(work: Coroutine[Any, Any, T], *, seconds: float, name: str) -> T | None:
    """Return what ``work`` comes to; None when it takes longer than ``seconds`` or breaks.

    A proposal must reach its people whatever becomes of its words, so that even an error of our own
    ends here; it is logged with its place, without its text, which may quote anything.
    Cancellation passes through, and takes ``work`` with it.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        # Not awaited: work that does not listen would hold up those who have waited long enough.
        task.cancel()
    if not task.done() or task.cancelled():
        _log.warning("%s took longer than %g s", name, seconds)
        return None
    error = task.exception()
    if isinstance(error, EvenkeelError):
        # Raised on purpose, in words that quote no secret: a prompt file that was changed, say.
        _log.error("%s: %s: %s", name, type(error).__name__, error)
        return None
    if error is not None:
        place = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s broke with %s at\n%s", name, type(error).__name__, place)
        return None
    return task.result()
