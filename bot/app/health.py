"""Settings -> the health pages and the heartbeat of a run."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, runtime_checkable

from bot.chat.home import Home
from bot.clocks import SystemClock
from bot.jobs import Rhythm
from bot.settings.policy_file import HealthSection
from bot.settings.redaction import hide
from bot.workflow.desk import Desk
from bot.workflow.looks import WitnessedSnapshots
from bot.workflow.readiness import Condition


@dataclass(frozen=True, slots=True)
class Health:
    """What a run tells other programs of itself.

    Attributes:
        recovered: to be called once what was left under way has come to rest.
        beat: sends heartbeats until cancelled; returns at once where none are wanted.
    """

    recovered: Callable[[], None]
    beat: Callable[[], Coroutine[None, None, None]]


def witnessed(desk: Desk) -> tuple[Desk, WitnessedSnapshots]:
    """Return the desk with its looks at the world witnessed, and the witness."""
    looks = WitnessedSnapshots(desk.snapshots, desk.policy, desk.clock)
    return replace(desk, snapshots=looks), looks


async def open_health(
    section: HealthSection,
    desk: Desk,
    looks: WitnessedSnapshots,
    *,
    home: Home,
    rhythm: Rhythm,
    stack: AsyncExitStack,
) -> Health:
    """Serve the pages where a port is set, and prepare the heartbeat where an address is.

    Raises:
        InputInvalid: the pages' address cannot be used.
    """
    looks_every = timedelta(minutes=rhythm.intraday_minutes)
    silence = _silence_of(home)
    condition = Condition(desk, looks, looks_every=looks_every, chat_silence=silence)
    if section.port:
        from bot.health import serve_health

        pages = serve_health(condition, host=section.host, port=section.port)
        await stack.enter_async_context(pages)
    if not section.heartbeat_url:
        return Health(condition.recovered, _no_beat)
    from bot.health import heartbeat

    hide(section.heartbeat_url)
    every = timedelta(minutes=section.heartbeat_minutes).total_seconds()

    async def beat() -> None:
        await heartbeat(condition, section.heartbeat_url, every=every, clock=SystemClock())

    return Health(condition.recovered, beat)


@runtime_checkable
class _Far(Protocol):
    """A home that is reached over a network."""

    @property
    def silence(self) -> timedelta: ...


def _silence_of(home: Home) -> Callable[[], timedelta]:
    """Return what tells for how long the chat could not be reached; a terminal always can."""
    return (lambda: home.silence) if isinstance(home, _Far) else timedelta


async def _no_beat() -> None:
    await asyncio.sleep(0)
