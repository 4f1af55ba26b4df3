"""What a key to the owner's account may do, asked before anything else is done with it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Purpose(StrEnum):
    """What a key is meant for."""

    READ = "read"
    TRADE = "trade"


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What the venue says that a key may do, judged for its purpose.

    Attributes:
        can_trade: it may place orders.
        can_withdraw: it may send coins away or change where they go.
        wrong: why it must not be used, each with its mend; empty = it may.
        worth_knowing: what it can do besides, or what would make it safer.
    """

    can_trade: bool
    can_withdraw: bool
    wrong: tuple[str, ...]
    worth_knowing: tuple[str, ...] = ()


class KeyInspector(Protocol):
    """Asks the venue about one key."""

    async def inspect(self, purpose: Purpose) -> KeyReport:
        """Return what the key may do.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed; the key is not to be used.
            AccountProblem: the venue refuses the key; the text says what to do.
        """
        ...
