"""Bad days from a seed: the same calls meet the same faults whenever the seed is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from tests.emulators.kraken.faults import (
    EMPTY,
    NO_RESULT,
    Delays,
    Disconnects,
    Fault,
    Postpones,
    Repeats,
    Shuffles,
    TakesLater,
    Unseen,
    error,
    error_after,
    status,
)
from tests.emulators.kraken.record import Call
from tests.emulators.public_venue import HTML, BreaksOff, CutsOff, Hangs

Draw = Callable[[Random], Fault]

_STATUSES = (429, 500, 502, 503, 504, 520, 522, 524, 530, 599)
_REFUSALS = (
    "EAPI:Invalid nonce",
    "EAPI:Rate limit exceeded",
    "EOrder:Rate limit exceeded",
    "EGeneral:Temporary lockout",
    "EService:Busy",
    "EService:Unavailable",
    "EService:Throttled:1772443800",
)
_UNCLEAR = ("EService:Timeout", "EService:Unavailable", "EGeneral:Internal error")


def _always(fault: Fault, _draw: Random) -> Fault:
    return fault


def _fixed(*faults: Fault) -> list[Draw]:
    return [partial(_always, fault) for fault in faults]


READS: Sequence[Draw] = (
    *_fixed(HTML, EMPTY, NO_RESULT, CutsOff(), BreaksOff(), Disconnects(), Repeats()),
    lambda draw: status(draw.choice(_STATUSES)),
    lambda draw: error(draw.choice(_REFUSALS)),
    lambda draw: error(draw.choice(_UNCLEAR)),
    lambda draw: Delays(draw.choice((0.5, 2, 8))),
    lambda draw: Shuffles(draw.randrange(1000)),
)
"""What may befall a question."""

ORDERS: Sequence[Draw] = (
    *_fixed(HTML, EMPTY, NO_RESULT, CutsOff(), BreaksOff(), Disconnects()),
    *_fixed(Unseen(Disconnects()), Unseen(HTML), Unseen(BreaksOff())),
    lambda draw: status(draw.choice(_STATUSES)),
    lambda draw: Unseen(status(draw.choice(_STATUSES))),
    lambda draw: error(draw.choice(_REFUSALS)),
    lambda draw: error_after(draw.choice(_UNCLEAR)),
    lambda draw: Delays(draw.choice((0.5, 2, 8))),
    lambda draw: Postpones(draw.choice((0.5, 2, 8, 20))),
    lambda draw: TakesLater(draw.choice((1, 3, 8, 20))),
)
"""What may befall a request that changes something."""

HANGS: Sequence[Draw] = _fixed(Hangs(), Unseen(Hangs()))
"""What costs a client its whole patience; not in a storm unless it is asked for."""

_CHANGING = frozenset({"AddOrder", "CancelOrder", "CancelAll", "CancelAllOrdersAfter"})


@dataclass(frozen=True)
class Storm:
    """Faults at random calls.

    Attributes:
        seed: equal seeds give equal faults.
        rate: how many of the calls meet one, as a fraction.
        endpoints: which may; None = all.
        reads: what befalls questions.
        orders: what befalls requests that change something.
    """

    seed: int
    rate: float = 0.2
    endpoints: frozenset[str] | None = None
    reads: Sequence[Draw] = READS
    orders: Sequence[Draw] = ORDERS

    def take(self, call: Call) -> Fault | None:
        """Return what a call meets: it depends on seed, endpoint and number only."""
        if self.endpoints is not None and call.endpoint not in self.endpoints:
            return None
        draw = Random(f"{self.seed}:{call.endpoint}:{call.number}")
        if draw.random() >= self.rate:
            return None
        faults = self.orders if call.endpoint in _CHANGING else self.reads
        return draw.choice(faults)(draw)
