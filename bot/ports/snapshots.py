"""The world in one piece, as a power."""

from typing import Protocol

from core.domain.snapshot import Occasion, Snapshot


class SnapshotTaker(Protocol):
    """Puts market and account together.

    Both methods raise ``FeedUnavailable`` when a source gave nothing that can be believed.
    """

    async def take(self, occasion: Occasion) -> Snapshot:
        """Return everything a decision needs."""
        ...

    async def glance(self) -> Snapshot:
        """Return balances, quotes and rules only: enough to see who left its band."""
        ...
