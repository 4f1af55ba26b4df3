"""What goes wrong on request: which call meets what, and what the client then sees.

A fault of ``tests.emulators.public_venue`` (Answers, CutsOff, BreaksOff, Hangs, Holds) or of here
meets a call *after* Kraken has worked on it: an order is in the books by then. ``Unseen(fault)``
is the same for the client, but the request never reaches Kraken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tests.emulators.kraken.record import Call
from tests.emulators.kraken.wire import Json
from tests.emulators.public_venue import Answers, BreaksOff, CutsOff, Hangs, Holds

HTML_BODY = "<html><body>Just a moment</body></html>"


@dataclass(frozen=True)
class Disconnects:
    """The connection ends without an answer."""


@dataclass(frozen=True)
class Delays:
    """The true answer, after so many seconds of the exchange's clock."""

    seconds: float


@dataclass(frozen=True)
class Postpones:
    """Kraken works on the request only after so many seconds, and then answers."""

    seconds: float


@dataclass(frozen=True)
class TakesLater:
    """The connection ends at once; so many seconds later Kraken works on the request after all."""

    seconds: float


@dataclass(frozen=True)
class Warns:
    """The true result with these texts in the list of errors."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Repeats:
    """The answer that the call before this one of the same endpoint got; else the true one."""


@dataclass(frozen=True)
class Shuffles:
    """The rows of the true answer in another order."""

    seed: int = 0


@dataclass(frozen=True)
class Shifts:
    """A page that begins so many rows earlier or later than was asked: rows come twice or never."""

    rows: int


@dataclass(frozen=True)
class Rewrites:
    """The true result, changed by a function."""

    change: Callable[[Json], Json]


@dataclass(frozen=True)
class Puts:
    """The true result with another value at one place; ``*`` in the path is every key."""

    path: tuple[str, ...]
    value: object


@dataclass(frozen=True)
class Meanwhile:
    """Something happens just before Kraken works on the request; the answer is the true one."""

    action: Callable[[], None]


@dataclass(frozen=True)
class Unseen:
    """The client sees this, and Kraken never sees the request."""

    fault: Answers | CutsOff | BreaksOff | Hangs | Disconnects


Fault = (
    Answers
    | BreaksOff
    | CutsOff
    | Delays
    | Disconnects
    | Hangs
    | Holds
    | Meanwhile
    | Postpones
    | Puts
    | Repeats
    | Rewrites
    | Shifts
    | Shuffles
    | TakesLater
    | Unseen
    | Warns
)


def status(code: int, body: str = HTML_BODY) -> Answers:
    """Return a fault: a web page under this HTTP status."""
    return Answers(body, code, "text/html")


def error(text: str) -> Unseen:
    """Return a fault: Kraken's front door refuses with these words; nothing is worked on."""
    return Unseen(Answers(json.dumps({"error": [text]})))


def error_after(text: str) -> Answers:
    """Return a fault: the request is worked on, and the answer is this error all the same."""
    return Answers(json.dumps({"error": [text]}))


EMPTY = Answers("")
NO_RESULT = Answers('{"error":[]}')


class Troubles(Protocol):
    """Where a call's fault comes from when nobody chose one."""

    def take(self, call: Call) -> Fault | None:
        """Return what a call meets."""
        ...


@dataclass
class Rule:
    """One fault that somebody chose.

    Attributes:
        endpoint: ``*`` for all.
        first: the number of the first call it meets, counted from when it was chosen; from 1.
        times: how many calls in a row; None = all from then on.
        when: which calls count.
    """

    endpoint: str
    fault: Fault
    first: int = 1
    times: int | None = 1
    when: Callable[[Call], bool] | None = None
    seen: int = 0

    def meets(self, call: Call) -> bool:
        """Say whether a call meets the fault, counting it."""
        if self.endpoint not in {"*", call.endpoint} or (self.when and not self.when(call)):
            return False
        self.seen += 1
        return self.first <= self.seen and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether every call it was for has come."""
        return self.times is not None and self.seen >= self.first + self.times


@dataclass
class Faults:
    """What calls will meet: chosen faults first, the storm's otherwise."""

    rules: list[Rule] = field(default_factory=list)
    storm: Troubles | None = None

    def take(self, call: Call) -> Fault | None:
        """Return what a call meets; of several rules the oldest wins."""
        met = [rule for rule in self.rules if rule.meets(call)]
        if met:
            return met[0].fault
        return self.storm.take(call) if self.storm else None


def spoiled(result: Json, fault: Fault | None) -> Json:
    """Return a true result as a fault leaves it."""
    match fault:
        case Shuffles(seed):
            return _shuffled(result, Random(seed))
        case Rewrites(change):
            return change(result)
        case Puts(path, value):
            return _put(result, path, value)
    return result


def _shuffled(result: Json, draw: Random) -> Json:
    changed: Json = {}
    keys = list(result)
    if keys and all(isinstance(value, dict) for value in result.values()):
        draw.shuffle(keys)
    for key in keys:
        value = result[key]
        is_page = isinstance(value, dict) and key in {"open", "closed", "trades", "ledger"}
        changed[key] = _shuffled(value, draw) if is_page else value
    return changed


def _put(result: Json, path: tuple[str, ...], value: object) -> Json:
    head, *rest = path
    changed = dict(result)
    for key in list(changed) if head == "*" else [head]:
        changed[key] = _put(changed[key], tuple(rest), value) if rest else value
    return changed
