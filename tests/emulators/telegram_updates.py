"""The queue behind getUpdates: confirm by offset, long poll, one poller at a time, retention.

Not emulated: the 3 s pauses for repeated offsets and repeated conflicts.
Source: reference/telegram.md section 4 (official server source).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.emulators.telegram_wire import ApiError, Json

Found = TypeVar("Found")

CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"
_FIRST_UPDATE_ID = 500_000_001
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_RETENTION_S = {"callback_query": 150.0}
_OTHER_RETENTION_S = 24 * 3600.0


class Pulse:
    """Wakes everybody who waits for something to change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        """Tell all waiters that something changed."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, probe: Callable[[], Found | None], seconds: float) -> Found | None:
        """Wait until `probe` finds something; None when it found nothing in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (found := probe()) is None:
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                return None
            try:
                await asyncio.wait_for(self._event.wait(), remaining)
            except TimeoutError:
                return None
        return found


@dataclass(frozen=True)
class _Update:
    """One update with its kind and the time it entered the queue."""

    kind: str
    wire: Json
    pushed_at: float

    @property
    def update_id(self) -> int:
        """The id that offsets refer to."""
        return int(self.wire["update_id"])

    def is_kept(self, now: float) -> bool:
        """Whether the server still keeps it for a bot that was away."""
        return now - self.pushed_at <= _RETENTION_S.get(self.kind, _OTHER_RETENTION_S)


@dataclass
class _Poll:
    """One running getUpdates."""

    conflict: bool = False


@dataclass
class UpdateQueue:
    """Updates that wait for the bot, and all that ever were, by id."""

    clock: Callable[[], float]
    pulse: Pulse
    closing: asyncio.Event
    webhook_url: str = ""
    history: dict[int, Json] = field(default_factory=dict)
    delivered: set[int] = field(default_factory=set)
    _pending: list[_Update] = field(default_factory=list)
    _replays: list[Json] = field(default_factory=list)
    _allowed: frozenset[str] = frozenset()
    _poll: _Poll | None = None

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._pending)

    def push(self, kind: str, payload: Json) -> int | None:
        """Queue an update; returns its id, or None when the bot did not ask for this kind."""
        wanted = kind in self._allowed if self._allowed else kind not in _NOT_BY_DEFAULT
        if not wanted:
            return None
        update_id = _FIRST_UPDATE_ID + len(self.history)
        self.history[update_id] = {"update_id": update_id, kind: payload}
        self._pending.append(_Update(kind, self.history[update_id], self.clock()))
        self.pulse.beat()
        return update_id

    def replay(self, update_id: int) -> None:
        """Deliver an old update once more under its old id, whatever offset the bot asks for."""
        self._replays.append(self.history[update_id])
        self.pulse.beat()

    def drop(self) -> None:
        """Forget everything that waits (drop_pending_updates)."""
        self._pending.clear()

    def allow(self, kinds: list[str]) -> None:
        """Choose the kinds of future updates; an empty list means the default set."""
        self._allowed = frozenset(kinds)

    def would_confirm(self, offset: int) -> bool:
        """Whether a poll with this offset confirms an update that was delivered before."""
        return any(u.update_id < offset and u.update_id in self.delivered for u in self._pending)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Answer one getUpdates; a newer poll ends this one with 409."""
        if self.webhook_url:
            raise ApiError(409, "can't use getUpdates method while webhook is active")
        if self._poll:
            self._poll.conflict = True
        mine = self._poll = _Poll()
        self._confirm(offset)
        self.pulse.beat()
        await self.pulse.until(lambda: self._is_due(mine), seconds)
        if mine.conflict:
            raise ApiError(409, CONFLICT)
        self._poll = None
        return self._take(limit)

    def _is_due(self, poll: _Poll) -> bool | None:
        """Whether this poll has to be answered now."""
        return (
            poll.conflict or self.closing.is_set() or bool(self._replays or self._pending) or None
        )

    def _confirm(self, offset: int) -> None:
        """Forget what the offset confirms, and what was kept too long."""
        if offset > 0:
            self._pending = [update for update in self._pending if update.update_id >= offset]
        elif offset < 0:
            self._pending = self._pending[offset:]
        now = self.clock()
        self._pending = [update for update in self._pending if update.is_kept(now)]

    def _take(self, limit: int) -> list[Json]:
        """Return the next batch; only replays are forgotten by taking them."""
        replays, self._replays = self._replays, []
        batch = (replays + [update.wire for update in self._pending])[:limit]
        self.delivered.update(int(update["update_id"]) for update in batch)
        return batch
