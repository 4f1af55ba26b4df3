"""What goes wrong on request, and the rate limits.

A fault applies to calls of one method (or of all, "*") a number of times or for some seconds.
`accepted` says whether the method has done its work before the trouble starts: the difference
between "not sent" and "sent, but nobody told the bot".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.emulators.telegram_records import Call
from tests.emulators.telegram_wire import Reply

WRITING = frozenset(
    {
        "sendMessage",
        "sendPhoto",
        "sendDocument",
        "editMessageText",
        "editMessageCaption",
        "editMessageReplyMarkup",
    }
)
_GROUP_WINDOW_S = 60.0


class Trouble(Enum):
    """What the bot experiences."""

    REPLY = auto()
    """It gets `reply` in place of the true answer."""
    HANG = auto()
    """The answer never comes."""
    DROP = auto()
    """The connection is cut."""
    GARBLE = auto()
    """It gets the first half of the true answer."""
    DELAY = auto()
    """It gets the true answer `seconds` later."""


@dataclass
class Fault:
    """One switched-on fault; `hits` counts the calls it spoiled."""

    method: str
    trouble: Trouble
    accepted: bool
    times: int | None
    until: float | None
    when: Callable[[Call], bool] | None = None
    reply: Reply | None = None
    seconds: float = 0.0
    hits: int = 0

    def applies(self, call: Call) -> bool:
        """Whether this call is to be spoiled."""
        return (
            self.method in {"*", call.method}
            and (self.times is None or self.hits < self.times)
            and (self.until is None or call.at < self.until)
            and (self.when is None or self.when(call))
        )


@dataclass
class FaultTable:
    """All faults that are switched on, the oldest first."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        self.faults.append(fault)
        return fault

    def take(self, call: Call) -> Fault | None:
        """Return the fault for this call, counting the hit."""
        for fault in self.faults:
            if fault.applies(call):
                fault.hits += 1
                return fault
        return None


@dataclass(frozen=True)
class Violation:
    """One call that came faster than Telegram allows."""

    chat_id: int
    method: str
    at: float
    limit: str


@dataclass
class RateLimits:
    """How many messages and edits are allowed; None means no limit.

    The documented values: 1 per second in a chat, 30 per second overall, 20 per minute in a group.
    """

    per_chat_per_second: float | None = None
    overall_per_second: float | None = None
    per_group_per_minute: float | None = None
    violations: list[Violation] = field(default_factory=list)
    _sent: list[tuple[float, int]] = field(default_factory=list)

    def wait_for(self, call: Call) -> int:
        """Return how many seconds this call came too early (rounded up), 0 when it may pass."""
        if call.method not in WRITING:
            return 0
        chat_id = call.params.integer("chat_id")
        self._sent = [sent for sent in self._sent if call.at - sent[0] < _GROUP_WINDOW_S]
        for name, times, allowed, window in self._windows(chat_id):
            recent = [at for at in times if call.at - at < window]
            if len(recent) >= allowed:
                self.violations.append(Violation(chat_id, call.method, call.at, name))
                return max(1, math.ceil(recent[0] + window - call.at))
        self._sent.append((call.at, chat_id))
        return 0

    def _windows(self, chat_id: int) -> list[tuple[str, list[float], float, float]]:
        """Return name, times sent, allowed number and length in seconds of each limit in force."""
        here = [at for at, chat in self._sent if chat == chat_id]
        everywhere = [at for at, _ in self._sent]
        in_group = self.per_group_per_minute if chat_id < 0 else None
        limits = [
            ("chat", here, self.per_chat_per_second, 1.0),
            ("overall", everywhere, self.overall_per_second, 1.0),
            ("group", here, in_group, _GROUP_WINDOW_S),
        ]
        return [
            (name, times, allowed, window)
            for name, times, allowed, window in limits
            if allowed is not None
        ]
