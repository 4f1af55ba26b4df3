"""Where a bar market's bars come from: a file that is replayed, or the simulated market."""

from datetime import datetime
from typing import Protocol

import numpy as np

from core.domain.errors import InputInvalid
from core.simulation.bar_table import BarTable
from core.simulation.market import SimulatedPath


class BarSource(Protocol):
    """Bars up to any instant; a table may reach further, the market never looks there."""

    @property
    def ends_at(self) -> datetime | None:
        """The end of the last bar, or None when there is always another one."""
        ...

    def table(self, until: datetime) -> BarTable:
        """Return bars that reach beyond ``until`` where the source can."""
        ...


class ReplayedBars:
    """A table that is what it is: a bar file."""

    def __init__(self, table: BarTable) -> None:
        """Replay ``table``."""
        self._table = table

    @property
    def ends_at(self) -> datetime | None:
        """The end of the file."""
        return self._table.ends_at

    def table(self, until: datetime) -> BarTable:
        """Return the whole file, whatever is asked for."""
        del until
        return self._table


class SimulatedBars:
    """The built-in simulated market: it has no end.

    Attributes:
        path: the market behind the bars, with its phases.
    """

    def __init__(self, seed: int, starts_at: datetime) -> None:
        """Draw the market of ``seed``.

        Args:
            seed: any whole number from 0; the same seed is the same market.
            starts_at: when the demonstration starts, a whole hour; its history lies before.

        Raises:
            InputInvalid: a negative seed, or an instant that is not a whole hour.
        """
        if seed < 0:
            raise InputInvalid(f"the market's seed is {seed}; give a whole number from 0")
        if starts_at != starts_at.replace(minute=0, second=0, microsecond=0):
            raise InputInvalid(
                f"the simulated market cannot start at {starts_at.isoformat()}; give a whole hour"
            )
        generator = np.random.Generator(np.random.PCG64(seed))
        self.path = SimulatedPath(generator, starts_at=starts_at)

    @property
    def ends_at(self) -> datetime | None:
        """None: it never ends."""
        return None

    def table(self, until: datetime) -> BarTable:
        """Return bars from the beginning of the history to beyond ``until``."""
        return self.path.table(until)
