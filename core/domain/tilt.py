"""Named, bounded, temporary shifts of the targets, and what remembers them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.domain.units import ZERO, Asset, Weight


class TiltName(StrEnum):
    """Why targets are shifted (METHODS 4.1)."""

    BEAR = "bear"
    BULL = "bull"
    FROTH = "froth"


@dataclass(frozen=True, slots=True)
class Tilt:
    """One tilt as it stands today.

    Attributes:
        name: what it is.
        subject: the asset of a ``froth``, an empty text for a tilt of the whole market.
        since: the day it began to move.
        shifts: (asset, signed weight), by symbol; the shifts sum to zero.
        wanted: the same in full, where it is heading; empty while it decays to nothing.
    """

    name: TiltName
    subject: str
    since: date
    shifts: tuple[tuple[Asset, Weight], ...]
    wanted: tuple[tuple[Asset, Weight], ...]

    @property
    def size(self) -> Weight:
        """What is shifted: the sum of the positive shifts."""
        return Weight(sum((shift for _, shift in self.shifts if shift > ZERO), ZERO))


@dataclass(frozen=True, slots=True)
class Froth:
    """The funding of one asset's perpetual, as a switch with memory.

    Attributes:
        asset: the coin.
        is_on: its positions are crowded.
        since: the day it was switched on, None when it never was.
        low_days: days in a row with funding below the off level.
        is_spent: it ran out of time and must first see funding below the off level.
        rate: mean funding over 3 days, per 8 hours; None when unknown.
    """

    asset: Asset
    is_on: bool = False
    since: date | None = None
    low_days: int = 0
    is_spent: bool = False
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TiltState:
    """All tilts and their memory.

    Attributes:
        tilts: every tilt that still shifts something, by name and subject.
        froths: every asset whose funding is watched, by symbol.
        day: the newest day stepped.
        is_frozen: the yearly budget is used up, so nothing moves.
    """

    tilts: tuple[Tilt, ...] = ()
    froths: tuple[Froth, ...] = ()
    day: date | None = None
    is_frozen: bool = False

    def shift_of(self, asset: Asset) -> Weight:
        """Return the sum of all shifts of one asset."""
        return Weight(sum((dict(tilt.shifts).get(asset, ZERO) for tilt in self.tilts), ZERO))
