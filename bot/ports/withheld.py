"""Plans that a pause held back, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from core.domain.decision import Plan
from core.domain.units import ZERO, Asset, Money

MARK_DAYS = (1, 7, 30)
"""After how many days a withheld plan is marked to market."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a withheld plan would have been worth.

    Attributes:
        days: after how many days.
        marked_at: when the prices were read.
        gained: value with the plan less value without it, costs of the plan included, quote
            currency; above zero the pause cost that much, below zero it saved it.
    """

    days: int
    marked_at: datetime
    gained: Money


@dataclass(frozen=True, slots=True)
class Withheld:
    """One plan that would have been proposed, or was withdrawn, because the market was in stress.

    Attributes:
        decision_id: the decision that held it back or withdrew it.
        pause_on: the day the pause began, one withheld plan per pause.
        withheld_at: when.
        plan: what would have been traded.
        marks: what became of it, oldest first.
    """

    decision_id: str
    pause_on: date
    withheld_at: datetime
    plan: Plan
    marks: tuple[Mark, ...] = ()


class WithheldPlans(Protocol):
    """Every withheld plan."""

    def add(self, withheld: Withheld) -> bool:
        """Store it with a journal entry; False when this pause has one already."""
        ...

    def mark(self, decision_id: str, mark: Mark) -> None:
        """Add a mark with a journal entry; a second one for the same days changes nothing."""
        ...

    def latest(self, count: int) -> Sequence[Withheld]:
        """Return the newest, newest first."""
        ...

    def unmarked(self) -> Sequence[Withheld]:
        """Return those that still wait for a mark, oldest first."""
        ...


def gain_of(plan: Plan, prices: dict[Asset, Decimal]) -> Money | None:
    """Return what the plan would have gained by now over doing nothing, None without a price.

    Args:
        plan: what would have been traded; ``received`` and ``cash`` carry its costs.
        prices: middle prices by asset, quote currency.
    """
    total = ZERO
    for trade in plan.trades:
        price = prices.get(trade.asset)
        if price is None:
            return None
        total += trade.side.sign * trade.received * price + trade.cash
    return Money(total)
