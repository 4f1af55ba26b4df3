"""Since when a venue has shown the very same thing, although prices elsewhere have moved.

A market may be quiet. One that shows the same prices and sizes for long while another venue moves
is not quiet: what answers there is a copy that nobody renews.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from statistics import median

from core.domain.units import Asset, Price, exact
from core.planning.validity import FROZEN_AFTER

MOVED = Decimal("0.002")
"""So far prices elsewhere must have moved, as a fraction."""


@dataclass(frozen=True, slots=True)
class _Face:
    """What was shown, since when, and what the price was elsewhere when it was first known."""

    shown: Hashable
    since: datetime
    elsewhere: Decimal | None


class StandStill:
    """Remembers the face of each coin's market."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._faces: dict[Asset, _Face] = {}

    @exact
    def alive_at(
        self, asset: Asset, shown: Hashable, elsewhere: Sequence[Price], *, now: datetime
    ) -> datetime:
        """Return when what is shown was last alive: now, or since when it stands still.

        Args:
            asset: the coin.
            shown: everything that changes when something happens.
            elsewhere: middle prices of other venues; without one nothing stands still.
            now: the present instant.
        """
        other = median(elsewhere) if elsewhere else None
        held = self._faces.get(asset)
        if held is None or held.shown != shown or now < held.since:
            self._faces[asset] = _Face(shown, now, other)
            return now
        if held.elsewhere is None:
            self._faces[asset] = replace(held, elsewhere=other)
            return now
        if other is None or now - held.since <= FROZEN_AFTER:
            return now
        return held.since if abs(other / held.elsewhere - 1) > MOVED else now
