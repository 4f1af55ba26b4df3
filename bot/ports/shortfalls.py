"""What each leg of every execution cost against its decision."""

from collections.abc import Sequence
from typing import Protocol

from core.domain.shortfall import Shortfall
from core.domain.units import Asset


class Shortfalls(Protocol):
    """The measured legs; what was stored once is never changed."""

    def add(self, legs: Sequence[Shortfall]) -> None:
        """Store the legs of an execution with journal entries.

        Raises:
            StoreConflict: a leg is stored already.
        """
        ...

    def of(self, proposal_id: str) -> Sequence[Shortfall]:
        """Return the legs of one execution, in sending order; none before it has ended."""
        ...

    def latest(
        self, count: int, *, asset: Asset | None = None, after: int = 0
    ) -> Sequence[Shortfall]:
        """Return the newest legs of which something was traded, newest first.

        Args:
            count: how many at most.
            asset: of one market only; None = of all.
            after: only those whose journal entry comes after this number.
        """
        ...
